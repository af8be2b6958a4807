"""
Which column of a Salesforce export means what.

The weekly data export and Data Loader head their columns with API names (Data Loader's own in
capitals), a report with labels. The API names and English labels are those of the field reference
[fieldref] and of the describe; a report's columns have labels of their own (Assigned, Date, Company / Account).
Of the Japanese labels the object reference prints 期日; the others are Salesforce's wording on its Japanese
pages, older wordings included, and whatever is missing here is named with ``--map``.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping

__all__ = ["NEEDLESS", "PERSON_COLUMNS", "Column", "column_named", "folded"]


class Column(enum.StrEnum):
    """What a cell may say about a task; the value is the name that ``--map`` takes."""

    ACTIVITY_ID = "Id"
    PERSON_ID = "WhoId"
    CONTACT_ID = "ContactId"
    LEAD_ID = "LeadId"
    PERSON_EMAIL = "Email"
    PERSON_NAME = "Name"
    SUBJECT = "Subject"
    STATUS = "Status"
    PRIORITY = "Priority"
    TYPE = "Type"
    SUBTYPE = "TaskSubtype"
    DUE = "ActivityDate"
    COMMENTS = "Description"
    FULL_COMMENTS = "FullDescription"
    OWNER_ID = "OwnerId"
    OWNER_EMAIL = "OwnerEmail"
    OWNER_NAME = "OwnerName"
    RELATED_ID = "WhatId"
    CREATED = "CreatedDate"


PERSON_COLUMNS = (Column.PERSON_ID, Column.CONTACT_ID, Column.LEAD_ID, Column.PERSON_EMAIL)
"""Any one of these says whose task it is."""

_NAMES: Mapping[Column, tuple[str, ...]] = {
    Column.ACTIVITY_ID: (
        *("Activity ID", "Task ID", "ActivityId", "TaskId", "Record ID"),
        *("活動 ID", "ToDo ID", "タスク ID", "レコード ID"),
    ),
    Column.PERSON_ID: ("Name ID", "Who ID", "Who.Id", "Contact/Lead ID", "名前 ID"),
    Column.CONTACT_ID: ("Contact ID", "Contact.Id", "取引先責任者 ID"),
    Column.LEAD_ID: ("Lead ID", "Lead.Id", "リード ID"),
    Column.PERSON_EMAIL: (
        *("E-mail", "Email Address", "E-mail Address", "Who.Email", "Contact.Email", "Lead.Email"),
        *("Contact: Email", "Lead: Email", "Contact Email", "Lead Email", "Name: Email"),
        *("メール", "メールアドレス", "Eメール", "Eメールアドレス", "取引先責任者: メール"),
        *("リード: メール", "名前: メール"),
    ),
    Column.PERSON_NAME: ("Who.Name", "名前"),
    Column.SUBJECT: ("件名",),
    Column.STATUS: ("Task Status", "状況", "ステータス", "ToDo の状況"),
    Column.PRIORITY: ("優先度", "優先順位"),
    Column.TYPE: ("Activity Type", "Task Type", "種別", "活動種別", "ToDo 種別", "タイプ"),
    Column.SUBTYPE: (
        *("Task Subtype", "Activity Subtype", "ActivitySubtype"),
        *("ToDo サブタイプ", "ToDo のサブタイプ", "ToDo サブ種別", "活動サブタイプ"),
    ),
    Column.DUE: ("Due Date Only", "Due Date", "DueDate", "Date", "期日", "期日のみ", "日付"),
    Column.COMMENTS: ("Comments", "Comment", "コメント", "説明"),
    Column.FULL_COMMENTS: ("Full Comments", "Full Description", "コメント全文", "コメント (全文)"),
    Column.OWNER_ID: (
        *("Assigned To ID", "Assigned ID", "Owner ID", "Owner.Id"),
        *("任命先 ID", "割り当て先 ID", "割当先 ID", "担当者 ID", "所有者 ID"),
    ),
    Column.OWNER_EMAIL: (
        *("Owner.Email", "Assigned To: Email", "Assigned Email", "Owner Email", "Assigned: Email"),
        *("任命先: メール", "割り当て先: メール", "担当者: メール", "所有者: メール"),
    ),
    Column.OWNER_NAME: (
        *("Owner.Name", "Owner Name", "Owner", "Assigned To", "Assigned", "Assigned To: Full Name"),
        *("任命先", "割り当て先", "割当先", "担当者", "所有者", "活動の所有者"),
    ),
    Column.RELATED_ID: ("Related To ID", "What ID", "What.Id", "関連先 ID"),
    Column.CREATED: ("Created Date", "Created", "作成日", "作成日時"),
}

# Known to be there and not needed: no remark about them.
_NEEDLESS = (
    "IsHighPriority", "High Priority", "IsDeleted", "Deleted", "AccountId", "Account ID", "IsClosed",
    "Closed", "CreatedById", "Created By ID", "Created By", "Created Alias", "LastModifiedDate",
    "Last Modified Date", "LastModifiedById", "Last Modified By ID", "Last Modified By", "SystemModstamp",
    "System Modstamp", "IsArchived", "Archived", "CallDurationInSeconds", "Call Duration", "CallType",
    "Call Type", "CallDisposition", "Call Result", "CallObject", "Call Object Identifier",
    "ReminderDateTime", "Reminder Date/Time", "IsReminderSet", "Reminder Set", "RecurrenceActivityId",
    "Recurrence Activity ID", "IsRecurrence", "Create Recurring Series of Tasks",
    "RecurrenceStartDateOnly", "RecurrenceEndDateOnly", "RecurrenceTimeZoneSidKey", "RecurrenceType",
    "RecurrenceInterval", "RecurrenceDayOfWeekMask", "RecurrenceDayOfMonth", "RecurrenceInstance",
    "RecurrenceMonthOfYear", "RecurrenceRegeneratedType", "CompletedDateTime", "Completed Date",
    "RecordTypeId", "Record Type ID", "WhoCount", "WhatCount", "IsVisibleInSelfService", "CurrencyIsoCode",
    "Tandem_Key__c", "Tandem Key", "Task", "Assigned Alias", "Assigned Role", "Company / Account",
    "Account Name", "Account", "Company", "Contact", "Lead", "Opportunity", "Case", "First Name",
    "Last Name", "Related To", "What.Name", "Phone", "Title",
    "重要", "削除", "クローズ済み", "完了", "取引先 ID", "作成者", "作成者 ID", "最終更新日", "最終更新者",
    "最終更新者 ID", "アーカイブ済み", "通話種別", "通話結果", "通話時間", "ToDo", "会社/取引先",
    "会社 / 取引先", "取引先", "取引先名", "会社", "会社名", "取引先責任者", "リード", "商談", "ケース", "姓", "名",
    "関連先", "電話", "役職",
)  # fmt: skip


def folded(name: str) -> str:
    """A heading as it is compared: width, case and white space do not count."""
    return re.sub(r"[\s:]+", "", unicodedata.normalize("NFKC", name)).casefold()


_BY_NAME: Mapping[str, Column] = {
    folded(name): column for column, names in _NAMES.items() for name in (column.value, *names)
}
NEEDLESS = frozenset(folded(name) for name in _NEEDLESS)
"""Folded headings of columns that an export has and an import does without."""


def column_named(name: str) -> Column | None:
    """The column that a heading, or the right side of ``--map``, means."""
    return _BY_NAME.get(folded(name))

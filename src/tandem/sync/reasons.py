"""
Why an activity was not written: every code a link may carry, with a sentence for people.

Codes are stored, exported and filtered by, so they never change; the sentences may.
"""

from __future__ import annotations

import enum
import string
from collections.abc import Mapping

from tandem.sync.policy import Language

__all__ = ["Reason", "sentence"]


class Reason(enum.StrEnum):
    """Why an activity is skipped, waits, is parked or has ended."""

    # skipped: by a rule or a choice
    KIND_OFF = "kind_off"
    OLDER = "older"
    BOT = "bot"
    FAILED = "failed"
    FILTERED = "filtered"
    NOT_FIRST_OPEN = "not_first_open"
    NOT_ON_INCLUSION_LIST = "not_on_inclusion_list"
    WRITTEN_BY_TANDEM = "written_by_tandem"
    NO_CONTACT = "no_contact"
    NO_EMAIL = "no_email"
    NO_SALESFORCE_RECORD = "no_salesforce_record"
    NOT_EDITABLE = "not_editable"
    NO_RELATED_RECORD = "no_related_record"
    UNSUPPORTED_RELATED_RECORD = "unsupported_related_record"
    RECURRING_HEAD = "recurring_head"
    PRIVATE = "private"
    TOO_OLD = "too_old"
    # waiting: something has to happen first
    NOT_FINISHED = "not_finished"
    NO_HUBSPOT_RECORD = "no_hubspot_record"
    OUTCOME_UNKNOWN = "outcome_unknown"
    INTERRUPTED = "interrupted"
    PERSON_GONE = "person_gone"
    LOCKED = "locked"
    CRM_BUSY = "crm_busy"
    NO_CALLS_LEFT = "no_calls_left"
    STORAGE_FULL = "storage_full"
    ORG_CHANGED = "org_changed"
    # parked: a person has to act
    REFUSED = "refused"
    EXISTS_HIDDEN = "exists_hidden"
    UNMAPPABLE = "unmappable"
    UNREADABLE = "unreadable"
    NEVER_APPEARED = "never_appeared"
    ARCHIVED = "archived"
    AUTOMATIONS_DISAGREE = "automations_disagree"
    HELD = "held"
    # ended: one of the two records is gone
    DELETED_IN_HUBSPOT = "deleted_in_hubspot"
    DELETED_IN_SALESFORCE = "deleted_in_salesforce"
    DELETED_IN_BOTH = "deleted_in_both"
    EDITED_AFTER_DELETE = "edited_after_delete"
    IN_RECYCLE_BIN = "in_recycle_bin"
    GONE_BEFORE_WRITTEN = "gone_before_written"
    UNDONE = "undone"


_ENGLISH: Mapping[Reason, str] = {
    Reason.KIND_OFF: "This kind of activity is switched off.",
    Reason.OLDER: "It was created before this kind was switched on; nothing older is sent.",
    Reason.BOT: "HubSpot marked the event as made by a bot or by your own staff.",
    Reason.FAILED: "The e-mail was never sent: HubSpot gave up on it.",
    Reason.FILTERED: "The kind's filter leaves it out ({detail}).",
    Reason.NOT_FIRST_OPEN: "Only the first open of each e-mail is sent, and this is a later one.",
    Reason.NOT_ON_INCLUSION_LIST: "None of its contacts is on the inclusion list.",
    Reason.WRITTEN_BY_TANDEM: "Tandem wrote this record itself; it does not go back.",
    Reason.NO_CONTACT: "It is associated with no contact.",
    Reason.NO_EMAIL: "The contact has neither an e-mail address nor a stored Salesforce id.",
    Reason.NO_SALESFORCE_RECORD: "No Salesforce contact or lead corresponds to its contact.",
    Reason.NOT_EDITABLE: "The integration user may not edit the Salesforce contact or lead.",
    Reason.NO_RELATED_RECORD: "The Salesforce task has neither a Name nor a Related To.",
    Reason.UNSUPPORTED_RELATED_RECORD: "The Salesforce task is related only to a record of a type that does not sync.",
    Reason.RECURRING_HEAD: "It heads a recurring series; only the occurrences sync.",
    Reason.PRIVATE: "It is private in Salesforce; HubSpot would show it to everybody.",
    Reason.TOO_OLD: "It happened longer ago than what is still looked for.",
    Reason.NOT_FINISHED: "It is not finished in HubSpot yet.",
    Reason.NO_HUBSPOT_RECORD: "No HubSpot record corresponds to the Salesforce record yet.",
    Reason.OUTCOME_UNKNOWN: "The answer to a write was lost; Tandem looks before it writes again.",
    Reason.PERSON_GONE: "The Salesforce contact or lead vanished while the task was written; it is tried again.",
    Reason.LOCKED: "Salesforce had locked the record; it is tried again.",
    Reason.CRM_BUSY: "{side} could not take the write just now ({detail}); it is tried again.",
    Reason.NO_CALLS_LEFT: "Today's allocation of API calls is used up; it is written tomorrow.",
    Reason.STORAGE_FULL: "Salesforce has no storage left; it is written once there is some again.",
    Reason.ORG_CHANGED: "Salesforce's lists or fields were changed while it was written; it is tried again.",
    Reason.INTERRUPTED: "The run was stopped before it was written; the next run writes it.",
    Reason.REFUSED: "{side} refused it: {detail}",
    Reason.EXISTS_HIDDEN: "Salesforce already has its task, but the integration user may not see it: {detail}",
    Reason.UNMAPPABLE: "A value has no counterpart: {detail}",
    Reason.UNREADABLE: "The record as HubSpot gave it could not be understood: {detail}",
    Reason.NEVER_APPEARED: "The record it belongs to did not appear within 30 days.",
    Reason.ARCHIVED: "Salesforce has archived the task; it can no longer be changed.",
    Reason.AUTOMATIONS_DISAGREE: "Two automations keep rewriting a field: {detail}",
    Reason.HELD: "An undo touched it; it is held until released or edited.",
    Reason.DELETED_IN_HUBSPOT: "It was deleted in HubSpot.",
    Reason.DELETED_IN_SALESFORCE: "Its task was deleted in Salesforce; it is not made again.",
    Reason.DELETED_IN_BOTH: "It was deleted in both CRMs.",
    Reason.EDITED_AFTER_DELETE: "One side deleted it and the other edited it: the edited record stays.",
    Reason.IN_RECYCLE_BIN: "Its task lies in Salesforce's recycle bin; it is not made again.",
    Reason.GONE_BEFORE_WRITTEN: "It was deleted before it was written to the other CRM.",
    Reason.UNDONE: "An undo deleted what a run had created.",
}

_JAPANESE: Mapping[Reason, str] = {
    Reason.KIND_OFF: "この種類のアクティビティーはオフになっています。",
    Reason.OLDER: "この種類をオンにする前に作成されたため、送信されません。",
    Reason.BOT: "HubSpotがボットまたは社内のイベントと判定しました。",
    Reason.FAILED: "HubSpotがEメールの送信に失敗したため、送信されていません。",
    Reason.FILTERED: "この種類のフィルターの対象外です({detail})。",
    Reason.NOT_FIRST_OPEN: "各Eメールの最初の開封だけを送信する設定で、これは2回目以降の開封です。",
    Reason.NOT_ON_INCLUSION_LIST: "同期対象リストに含まれるコンタクトがありません。",
    Reason.WRITTEN_BY_TANDEM: "Tandemが作成したレコードのため、送り返しません。",
    Reason.NO_CONTACT: "コンタクトに関連付けられていません。",
    Reason.NO_EMAIL: "コンタクトにEメールアドレスもSalesforceのIDもありません。",
    Reason.NO_SALESFORCE_RECORD: "対応するSalesforceの取引先責任者またはリードがありません。",
    Reason.NOT_EDITABLE: "連携ユーザーにSalesforceの取引先責任者またはリードを編集する権限がありません。",
    Reason.NO_RELATED_RECORD: "SalesforceのToDoに名前も関連先もありません。",
    Reason.UNSUPPORTED_RELATED_RECORD: "SalesforceのToDoは、同期しない種類のレコードだけに関連付けられています。",
    Reason.RECURRING_HEAD: "定期的なToDoの親レコードです。各回のToDoだけが同期されます。",
    Reason.PRIVATE: "Salesforceで非公開になっています。HubSpotでは全員に見えてしまうため、送信されません。",
    Reason.TOO_OLD: "確認する期間より前のできごとです。",
    Reason.NOT_FINISHED: "HubSpotでまだ完了していません。",
    Reason.NO_HUBSPOT_RECORD: "Salesforceのレコードに対応するHubSpotのレコードがまだありません。",
    Reason.OUTCOME_UNKNOWN: "書き込みの応答が届きませんでした。結果を確認してから再度書き込みます。",
    Reason.PERSON_GONE: "ToDoの書き込み中にSalesforceの取引先責任者またはリードがなくなりました。後でもう一度試します。",
    Reason.LOCKED: "Salesforceがレコードをロックしていたため、後でもう一度試します。",
    Reason.CRM_BUSY: "{side}が書き込みを受け付けられませんでした({detail})。後でもう一度試します。",
    Reason.NO_CALLS_LEFT: "本日割り当てられたAPIコールを使い切りました。明日書き込みます。",
    Reason.STORAGE_FULL: "Salesforceのストレージに空きがありません。空きができてから書き込みます。",
    Reason.ORG_CHANGED: "書き込み中にSalesforceの選択リストや項目が変更されました。後でもう一度試します。",
    Reason.INTERRUPTED: "書き込む前に同期が中断されました。次回の同期で書き込みます。",
    Reason.REFUSED: "{side}に拒否されました:{detail}",
    Reason.EXISTS_HIDDEN: "ToDoはすでにSalesforceにありますが、連携ユーザーには見えません:{detail}",
    Reason.UNMAPPABLE: "対応する値がありません:{detail}",
    Reason.UNREADABLE: "HubSpotから受け取ったレコードを解釈できません:{detail}",
    Reason.NEVER_APPEARED: "関連するレコードが30日以内に現れませんでした。",
    Reason.ARCHIVED: "Salesforceがアーカイブした活動のため、変更できません。",
    Reason.AUTOMATIONS_DISAGREE: "2つの自動処理が同じ項目を書き換え続けています:{detail}",
    Reason.HELD: "取り消しの対象になったため、解除または編集されるまで保留されます。",
    Reason.DELETED_IN_HUBSPOT: "HubSpotで削除されました。",
    Reason.DELETED_IN_SALESFORCE: "SalesforceでToDoが削除されました。再作成はされません。",
    Reason.DELETED_IN_BOTH: "両方のCRMで削除されました。",
    Reason.EDITED_AFTER_DELETE: "一方で削除され、他方で編集されました。編集されたレコードは残ります。",
    Reason.IN_RECYCLE_BIN: "ToDoはSalesforceのごみ箱にあります。再作成はされません。",
    Reason.GONE_BEFORE_WRITTEN: "もう一方のCRMに書き込まれる前に削除されました。",
    Reason.UNDONE: "同期で作成されたものが、取り消しによって削除されました。",
}

_SENTENCES = {Language.ENGLISH: _ENGLISH, Language.JAPANESE: _JAPANESE}


class _Details(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(reason: Reason | str, language: Language = Language.ENGLISH, **details: object) -> str:
    """
    What *reason* means, as one sentence; ``detail`` and ``side`` fill the sentences that name them.

    A code that this version does not know (a database written by a newer one) is answered as it is.
    """
    try:
        template = _SENTENCES[language][Reason(reason)]
    except ValueError:
        return str(reason)
    return string.Formatter().vformat(template, (), _Details(details))

"""The tasks that people keep in Salesforce themselves, and the lists the administrator made."""

from datetime import datetime, timedelta
from typing import Any

from tandem.sandbox.data.draft import Draft, Person
from tandem.sandbox.data.engagements import person_of
from tandem.sandbox.data.identity import Record, salesforce_stamp

_TASKS = 32
_OCCURRENCES = 4
_STATUSES = ("Completed", "Completed", "Not Started", "In Progress", "Waiting on someone else")
_API_NAMES = (
    "Not Started",
    "In Progress",
    "Completed",
    "Waiting on someone else",
    "Deferred",
    "Cancelled",
)
_CLOSED = {"Completed", "Cancelled"}


def task_statuses(draft: Draft) -> list[Record]:
    """The six statuses, two of them closed; the last one was added by the administrator."""
    return [
        {
            "ApiName": name,
            "MasterLabel": label,
            "IsClosed": name in _CLOSED,
            "IsDefault": place == 0,
            "SortOrder": place + 1,
        }
        for place, (name, label) in enumerate(zip(_API_NAMES, draft.words.statuses, strict=True))
    ]


def add_salesforce_tasks(draft: Draft) -> None:
    """Some three dozen tasks on contacts, leads, accounts and opportunities, or on nothing."""
    for place, created in enumerate(draft.moments(_TASKS)):
        _add_task(draft, _ordinary(draft, place), created, case=_CASES.get(place))
    _add_series(draft)
    _add_old_task(draft)


_CASES = {
    3: "salesforce_task_of_queue",
    6: "salesforce_task_of_inactive_user",
    9: "salesforce_task_on_lead",
    12: "salesforce_task_on_nothing",
    15: "salesforce_task_on_account_only",
    18: "salesforce_task_on_opportunity_only",
    21: "salesforce_task_on_unknown_person",
    24: "salesforce_logged_call",
}


def _ordinary(draft: Draft, place: int) -> dict[str, Any]:
    """The fields that a case does not decide, then those that it does."""
    words = draft.any_words()
    known = [person for person in draft.persons if person.counterpart]
    person = draft.rng.choice(known)
    active = [user["Id"] for user in draft.users if user["IsActive"]]
    fields: dict[str, Any] = {
        "Subject": draft.rng.choice(words.task_subjects),
        "Description": "\r\n".join(draft.rng.sample(words.notes, 2)) if place % 3 else None,
        "Status": draft.rng.choice(_STATUSES),
        "Priority": draft.rng.choice(("Normal", "Normal", "High", "Low")),
        "OwnerId": draft.rng.choice(active),
        "Type": draft.rng.choice((*draft.words.task_types, None)),
        "TaskSubtype": draft.rng.choice(("Task", "Task", "Email")),
        "WhoId": person.counterpart,
        "WhatId": _what(draft, person, place),
    }
    fields["_account"] = _account(draft, fields, person)
    return fields | _of_case(draft, _CASES.get(place))


def _what(draft: Draft, person: Person, place: int) -> str | None:
    """The account of a contact, every other time; a lead's task has no WhatId."""
    is_lead = str(person.counterpart).startswith("00Q")
    return None if is_lead or place % 2 else person.firm.account


def _account(draft: Draft, fields: dict[str, Any], person: Person) -> str | None:
    """AccountId as the platform computes it. [task]"""
    is_contact = str(fields["WhoId"]).startswith("003")
    account_id = fields["WhatId"] or (person.firm.account if is_contact else None)
    return str(account_id) if account_id else None


def _of_case(draft: Draft, case: str | None) -> dict[str, Any]:
    opportunity = draft.salesforce["Opportunity"][0]
    account = draft.salesforce["Account"][0]["Id"]
    match case:
        case "salesforce_task_of_queue":
            return {"OwnerId": draft.queue, "Status": "Not Started"}
        case "salesforce_task_of_inactive_user":
            return {"OwnerId": draft.cases["inactive_user"]}
        case "salesforce_task_on_lead":
            lead = person_of(draft, "lead_by_id18").counterpart
            return {"WhoId": lead, "WhatId": None, "_account": None}
        case "salesforce_task_on_nothing":
            return {"WhoId": None, "WhatId": None, "_account": None}
        case "salesforce_task_on_account_only":
            return {"WhoId": None, "WhatId": account, "_account": account}
        case "salesforce_task_on_opportunity_only":
            what = {"WhatId": opportunity["Id"], "_account": opportunity["AccountId"]}
            return {"WhoId": None, **what}
        case "salesforce_task_on_unknown_person":
            stranger = draft.salesforce["Lead"][-1]["Id"]
            return {"WhoId": stranger, "WhatId": None, "_account": None}
        case "salesforce_logged_call":
            return {
                "TaskSubtype": "Call",
                "Status": "Completed",
                "CallType": "Outbound",
                "CallDurationInSeconds": 184,
                "CallDisposition": "Connected",
            }
        case _:
            return {}


def _add_task(
    draft: Draft,
    fields: dict[str, Any],
    created: datetime,
    *,
    due: str | None = None,
    case: str | None = None,
) -> str:
    record_id = draft.salesforce_id("00T")
    closed = fields["Status"] in _CLOSED
    audit = draft.audit(created, _creator(draft, fields))
    account = fields.pop("_account")
    record: Record = {
        "Id": record_id,
        "ActivityDate": due or _due(draft, created, closed=closed),
        "AccountId": account,
        "IsClosed": closed,
        "IsHighPriority": fields["Priority"] == "High",
        "CompletedDateTime": audit["LastModifiedDate"] if closed else None,
        "IsArchived": False,
        "IsReminderSet": False,
        "ReminderDateTime": None,
        "IsRecurrence": False,
        "RecurrenceActivityId": None,
        "CallType": None,
        "CallDurationInSeconds": None,
        "CallDisposition": None,
        "CallObject": None,
        **audit,
        **fields,
    }
    draft.salesforce["Task"].append(record)
    if case:
        draft.cases[case] = record_id
    return record_id


def _creator(draft: Draft, fields: dict[str, Any]) -> str:
    """The owner, but a queue creates nothing."""
    owner = str(fields["OwnerId"])
    return draft.integration_user if owner == draft.queue else owner


def _due(draft: Draft, created: datetime, *, closed: bool) -> str | None:
    """A calendar day of the account's zone; some tasks have none; only open ones lie ahead."""
    if draft.rng.random() < 0.15:
        return None
    day = created + timedelta(days=draft.rng.randint(0, 45))
    return _day(draft, draft.past(day) if closed else day)


def _day(draft: Draft, moment: datetime) -> str:
    return f"{moment.astimezone(draft.zone):%Y-%m-%d}"


def _add_series(draft: Draft) -> None:
    """A weekly task: the head, which is no to-do, and its occurrences."""
    begin = draft.now - timedelta(days=24)
    fields = _ordinary(draft, 1) | {"Status": "Not Started", "TaskSubtype": "Task"}
    subject = draft.words.task_subjects[0]
    head = fields | {
        "Subject": subject,
        "IsRecurrence": True,
        "RecurrenceType": "RecursWeekly",
        "RecurrenceInterval": 1,
        "RecurrenceDayOfWeekMask": 2,
        "RecurrenceStartDateOnly": _day(draft, begin),
        "RecurrenceEndDateOnly": _day(draft, begin + timedelta(days=60)),
        "RecurrenceTimeZoneSidKey": draft.home.time_zone,
        "ActivityDate": None,
    }
    head_id = _add_task(draft, head, begin, case="salesforce_series_head")
    for place in range(_OCCURRENCES):
        due = _day(draft, begin + timedelta(days=7 * (place + 1)))
        status = "Completed" if place == 0 else "Not Started"
        one = fields | {"Subject": subject, "Status": status, "RecurrenceActivityId": head_id}
        _add_task(draft, one, begin, due=due, case=f"salesforce_occurrence_{place + 1}")


def _add_old_task(draft: Draft) -> None:
    """A task completed over a year ago, which the platform has archived. [archive]"""
    created = draft.now - timedelta(days=500)
    fields = _ordinary(draft, 1) | {"Status": "Completed", "IsArchived": True}
    due = _day(draft, created + timedelta(days=10))
    record_id = _add_task(draft, fields, created, due=due, case="salesforce_archived_task")
    record = draft.salesforce["Task"][-1]
    stamp = salesforce_stamp(created + timedelta(days=9))
    record |= {"CompletedDateTime": stamp, "LastModifiedDate": stamp, "SystemModstamp": stamp}
    draft.cases["salesforce_archived_task"] = record_id

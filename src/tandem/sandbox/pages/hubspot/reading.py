"""What pages read of HubSpot's records."""

from datetime import datetime

from tandem.sandbox.clock import from_ms
from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.hubspot.computed import is_closed, is_overdue
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.hubspot.values import instant_ms
from tandem.sandbox.pages.shown import plain
from tandem.sandbox.pages.texts import Words
from tandem.sandbox.pages.visit import Choice

_FIRST_CJK = "\u2e80"

TITLES = {
    "calls": "hs_call_title",
    "emails": "hs_email_subject",
    "meetings": "hs_meeting_title",
    "tasks": "hs_task_subject",
}
BODIES = {
    "calls": "hs_call_body",
    "communications": "hs_communication_body",
    "meetings": "hs_meeting_body",
    "notes": "hs_note_body",
    "postal_mail": "hs_postal_mail_body",
    "tasks": "hs_task_body",
}
PRIORITIES = ("NONE", "LOW", "MEDIUM", "HIGH")
TASK_TYPES = ("TODO", "CALL", "EMAIL")
DELETABLE = ("calls", "communications", "emails", "meetings", "notes", "postal_mail", "tasks")
OUTCOMES = ("SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED")


def name_of(contact: Record) -> str:
    """A contact's name; the e-mail address or id where it has none."""
    named = _full_name(contact.values.get("firstname"), contact.values.get("lastname"))
    return named or contact.values.get("email") or str(contact.id)


def owner_name(state: HubSpotState, owner_id: str | None) -> str:
    """Who owns a record; empty for nobody."""
    owner = state.crm.owners.find(owner_id) if owner_id else None
    if owner is None:
        return owner_id or ""
    return _full_name(owner.first_name, owner.last_name) or owner.email or owner.id


def _full_name(first: str | None, last: str | None) -> str:
    """Family name first where it is written in Chinese or Japanese characters."""
    is_eastern = any(sign >= _FIRST_CJK for sign in last or "")
    return " ".join(part for part in ((last, first) if is_eastern else (first, last)) if part)


def owners(state: HubSpotState) -> list[Choice]:
    """The active owners, for a drop-down list."""
    listed = state.crm.owners.listing(email=None, archived=False)
    return [Choice(value=one.id, label=owner_name(state, one.id)) for one in listed]


def stages(state: HubSpotState, words: Words) -> list[Choice]:
    """The statuses a task can have; those an administrator added go by their label."""
    return [
        Choice(
            value=stage.status or stage.id,
            label=words.named("task_status", stage.status) if stage.status else stage.label,
        )
        for stage in state.crm.pipelines.of("tasks")[0].stages
    ]


def choices(words: Words, group: str, values: tuple[str, ...]) -> list[Choice]:
    return [Choice(value=one, label=words.named(group, one)) for one in values]


def options(state: HubSpotState, words: Words, kind: str, name: str) -> list[Choice]:
    """The options of an enumeration."""
    definition = state.crm.tables[kind].definitions[name]
    return [
        Choice(value=value, label=words.named(name, label)) for value, label in definition.options
    ]


def instant(record: Record, name: str) -> datetime | None:
    """The instant in a property."""
    found = instant_ms(record.values.get(name, ""))
    return None if found is None else from_ms(found)


def title_of(kind: str, record: Record) -> str:
    """What an activity is called; the beginning of its body where it has no title."""
    titled = record.values.get(TITLES.get(kind, ""))
    if titled:
        return titled
    first = body_of(kind, record).partition("\n")[0]
    return first if len(first) <= 80 else f"{first[:79]}…"


def body_of(kind: str, record: Record) -> str:
    """The text of an activity's body, without markup."""
    if kind == "emails":
        html = record.values.get("hs_email_html")
        return plain(html) if html else record.values.get("hs_email_text", "").strip()
    return plain(record.values.get(BODIES.get(kind, "")))


def status_of(state: HubSpotState, words: Words, task: Record) -> str:
    """A task's status in words."""
    stage = state.crm.task_stage(task)
    if stage is None:
        return task.values.get("hs_task_status", "")
    return words.named("task_status", stage.status) if stage.status else stage.label


def is_done(state: HubSpotState, task: Record) -> bool:
    return is_closed(state.crm, task)


def is_late(state: HubSpotState, task: Record) -> bool:
    return is_overdue(state.crm, task, state.crm.now())


def contacts_of(state: HubSpotState, kind: str, record: Record) -> list[Record]:
    """The live contacts of a record, oldest association first."""
    live = state.crm.tables["contacts"].live
    targets = state.crm.associations.targets(kind, record.id, "contacts")
    return [live[one] for one in targets if one in live]

"""The rows of the lists: contacts and tasks, searched and filtered, last changed first."""

from tandem.sandbox.hubspot import HubSpotState
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.pages.hubspot import reading

VIEWS = ("open", "late", "done", "all", "deleted")
_SEARCHED = ("firstname", "lastname", "email", "company", "phone")


def contact_rows(state: HubSpotState, wanted: str) -> list[Record]:
    """The contacts in which every word that is wanted occurs."""
    words = wanted.casefold().split()
    found = [
        record
        for record in state.crm.tables["contacts"].live.values()
        if _has(words, " ".join(record.values.get(name, "") for name in _SEARCHED))
    ]
    return sorted(found, key=lambda record: (record.updated, record.id), reverse=True)


def task_rows(state: HubSpotState, view: str, wanted: str, owner: str) -> list[Record]:
    """The tasks of a view whose subject holds the words wanted."""
    table = state.crm.tables["tasks"]
    words = wanted.casefold().split()
    found = [
        record
        for record in (table.archived if view == "deleted" else table.live).values()
        if _is_in(state, view, record)
        and _has(words, record.values.get("hs_task_subject", ""))
        and (not owner or record.values.get("hubspot_owner_id") == owner)
    ]
    return sorted(found, key=lambda record: (record.updated, record.id), reverse=True)


def _is_in(state: HubSpotState, view: str, record: Record) -> bool:
    if view == "late":
        return reading.is_late(state, record)
    if view in ("open", "done"):
        return reading.is_done(state, record) == (view == "done")
    return True


def _has(words: list[str], text: str) -> bool:
    text = text.casefold()
    return all(word in text for word in words)

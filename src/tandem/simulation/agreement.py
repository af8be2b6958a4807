"""What both sides of a pair should say in the end, worked out from what people did and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from tandem.model import Kind, Side
from tandem.simulation.people import KINDS, Edit
from tandem.simulation.seen import Pair, Seen

__all__ = ["both_agree", "every_edit_survives", "on_the_right_person"]

_PRIORITIES = {"LOW": "Low", "MEDIUM": "Normal", "HIGH": "High"}
_TEXTS = ("title", "body")


def both_agree(seen: Seen) -> Iterator[str]:
    """
    Each field of a pair says the same on both sides, up to how each CRM can say it.

    Where one side only follows, what its own people put there last stays until the leading side changes.
    """
    for pair in seen.pairs():
        if seen.was_off(pair.logged.kind):
            continue
        for field, (hubspot, salesforce) in _fields(seen, pair).items():
            if hubspot is None or salesforce is None or hubspot == salesforce:
                continue
            if not _is_left_alone(seen, pair, field):
                yield (
                    f"{pair.logged.label}: {field} is {hubspot!r} in HubSpot "
                    f"and {salesforce!r} in Salesforce"
                )


def _is_left_alone(seen: Seen, pair: Pair, field: str) -> bool:
    """Whether the following side's people changed the field last, or while Tandem was about to."""
    if len(pair.leads) != 1:
        return False
    [leader] = pair.leads
    label = pair.logged.label
    theirs = seen.last(label, leader.other.value, field)
    leading = seen.last(label, leader.value, field)
    if theirs is None:
        return False
    if leading is None or leading.at <= theirs.at + 1:
        return True
    return theirs.is_hasty or leading.is_hasty


def _fields(seen: Seen, pair: Pair) -> dict[str, tuple[object, object]]:
    """What each field says on each side, in words both can say; None where it is open."""
    names, values, task = KINDS[pair.logged.kind], pair.record.values, pair.task
    found: dict[str, tuple[object, object]] = {}
    if names.title is not None:
        found["title"] = (values.get(names.title), task.get("Subject"))
    found["body"] = (
        _texts_in(seen, pair, values.get(names.body)),
        _texts_in(seen, pair, task.get("Description")),
    )
    if names.due in values and task.get("ActivityDate"):
        moment = datetime.fromisoformat(values[names.due]).astimezone(seen.zone)
        found["due"] = (moment.date().isoformat(), str(task["ActivityDate"])[:10])
    found["status"] = (_is_closed(seen, pair), bool(task.get("IsClosed")))
    if pair.logged.kind is Kind.TASK:
        found["priority"] = (_PRIORITIES.get(values.get("hs_task_priority", "")), task["Priority"])
    found["owner"] = (_owner(seen, pair), task.get("OwnerId"))
    return found


def _texts_in(seen: Seen, pair: Pair, said: object) -> tuple[str, ...]:
    """Which of the texts that anybody ever wrote into the body are in it."""
    told = [edit.value for edit in seen.edits[pair.logged.label] if edit.field == "body"]
    return tuple(value for value in dict.fromkeys(told) if value and value in str(said or ""))


def _is_closed(seen: Seen, pair: Pair) -> bool | None:
    values = pair.record.values
    if pair.logged.kind is Kind.TASK:
        return values.get("hs_task_status") == "COMPLETED"
    if pair.logged.kind is Kind.MEETING:
        if values.get("hs_meeting_outcome") == "COMPLETED":
            return True
        end = values.get("hs_meeting_end_time")
        ended = end is not None and datetime.fromisoformat(end) < seen.history.around.clock.now()
        reopened = seen.last(pair.logged.label, "hubspot", "status")
        return None if reopened is not None else ended
    return True


def _owner(seen: Seen, pair: Pair) -> str | None:
    """The Salesforce user of the HubSpot owner, where nothing about that owner has ever changed."""
    owner_id = pair.record.values.get("hubspot_owner_id")
    name = next((one for one, known in seen.people.owners.items() if known == owner_id), None)
    if name is None or name in seen.people.troubled:
        return None
    return seen.people.users.get(name)


def on_the_right_person(seen: Seen) -> Iterator[str]:
    """A task hangs on one of its activity's contacts, or on nobody."""
    for pair in seen.pairs():
        logged = pair.logged
        if logged.is_moved or seen.people.troubled.intersection(logged.people):
            continue
        if not pair.task.get("WhoId"):
            continue
        who = seen.salesforce.store.row(str(pair.task["WhoId"])) or {}
        address = str(who.get("Email") or "").lower()
        if address not in seen.addresses(logged.people):
            yield f"the task of {logged.label} is on {address}, who is none of its contacts"
        if logged.origin == "salesforce" and address not in _contacts_of(seen, pair):
            yield f"{logged.label} is on {address} in Salesforce, and not in HubSpot"


def _contacts_of(seen: Seen, pair: Pair) -> set[str]:
    contacts = seen.hubspot.crm.tables["contacts"].live
    ids = seen.hubspot.crm.associations.targets("tasks", pair.record.id, "contacts")
    return {contacts[i].values.get("email", "").lower() for i in ids if i in contacts}


def every_edit_survives(seen: Seen) -> Iterator[str]:
    """
    A text that somebody wrote is still there, or somebody saw it and wrote another, or Tandem kept it.

    Edits made while Tandem was running are left out: of those the last moment may be lost.
    """
    for pair in seen.pairs():
        edits = [edit for edit in seen.edits[pair.logged.label] if edit.field in _TEXTS]
        for edit in edits:
            if edit.is_hasty or not edit.value or _may_be_covered(pair, edit):
                continue
            if str(edit.value) in _present(pair, edit):
                continue
            was_seen = any(str(edit.value) in later.before for later in edits)
            if not was_seen and str(edit.value) not in seen.kept and not seen.history.was_put_back:
                yield (
                    f"{pair.logged.label}: the {edit.field} {edit.value!r} that somebody wrote in "
                    f"{Side(edit.side).title} is lost"
                )


def _may_be_covered(pair: Pair, edit: Edit) -> bool:
    """Where HubSpot only follows, its own history of each property keeps what is covered."""
    return edit.side == "hubspot" and Side.HUBSPOT not in pair.leads


def _present(pair: Pair, edit: Edit) -> str:
    names: Mapping[str, str | None]
    if edit.side == "salesforce":
        return str(pair.task.get({"title": "Subject", "body": "Description"}[edit.field]) or "")
    kind = KINDS[pair.logged.kind]
    names = {"title": kind.title, "body": kind.body}
    return str(pair.record.values.get(names[edit.field] or "") or "")

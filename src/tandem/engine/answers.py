"""
What a CRM's answer to one write means for its link: written, waiting or parked, and why.

A record is parked only when it is the record that is wrong. What the organisation lacks for the moment
(a lock, storage, calls) or what changed since it was read (a person, a list) makes it wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tandem.engine import holding, mend
from tandem.engine.context import RunContext
from tandem.engine.reports import Outcome
from tandem.engine.work import Done, Work, announced_contact, ended, intent_of, line
from tandem.errors import AccessLost
from tandem.mapping.record_values import created_values, ids_in
from tandem.model import Link, LinkState, Side, WriteResult, Written
from tandem.store.rows import History
from tandem.sync.reasons import Reason
from tandem.sync.schedule import next_try

__all__ = [
    "STORAGE_FULL",
    "at_version",
    "check_storage",
    "created",
    "created_line",
    "deleted",
    "deleted_in",
    "gone",
    "linked",
    "refused",
    "unknown",
    "updated",
]

STORAGE_FULL = "STORAGE_LIMIT_EXCEEDED"
_ID = ("id", "Id")
_SOON = timedelta(minutes=1)
_FINISHED = timedelta(seconds=2)
"""HubSpot moves the modified date of a new record once more by itself, 0.3 to 1 s later [F-nango]."""

_WAITS = {
    "UNABLE_TO_LOCK_ROW": Reason.LOCKED,
    "REQUEST_LIMIT_EXCEEDED": Reason.NO_CALLS_LEFT,
    "BUDGET_SPENT": Reason.NO_CALLS_LEFT,
    STORAGE_FULL: Reason.STORAGE_FULL,
}
"""Why a write that may be repeated was not done, by Salesforce's code; whatever else is a busy CRM."""

_NOT_ITS_FAULT = frozenset({Reason.NO_CALLS_LEFT, Reason.STORAGE_FULL, Reason.ORG_CHANGED})
"""These say nothing about the record: its turn comes with the next run, and no try is counted."""


def linked(link: Link, side: Side, record_id: str) -> Link:
    """*link* with its record on *side*."""
    if side is Side.HUBSPOT:
        return replace(link, hubspot_id=record_id, intent=None)
    return replace(link, salesforce_id=record_id, intent=None)


def created(run: RunContext, work: Work, record_id: str) -> Done:
    return Done(
        link=linked(work.target, work.side, record_id),
        outcome=Outcome.CREATED,
        history=created_line(run, work, record_id),
    )


def updated(run: RunContext, work: Work) -> Done:
    if work.is_adoption:
        return Done(
            link=replace(work.target, intent=None),
            outcome=Outcome.UNCHANGED,
            history=line(run, work, "adopted", record_id=work.record_id),
        )
    return Done(
        link=replace(work.target, intent=None, attempts=0),
        outcome=Outcome.UPDATED,
        history=line(
            run, work, "updated", record_id=work.record_id, before=work.before, after=_after(work)
        ),
    )


def at_version(link: Link, work: Work, answer: Written) -> Link:
    """
    *link* with the version that this write made in HubSpot, so that its echo is known when it comes by.

    Not where the record had changed since it was last looked at: what changed may be what it hangs on,
    which was not read, and the echo is the only news of that.
    """
    if work.side is not Side.HUBSPOT or answer.modified_at is None:
        return link
    if work.operation == "create":
        return replace(link, modified_at=answer.modified_at)
    before, read = work.link.modified_at, work.target.modified_at
    is_known = before is not None and read is not None and read - before <= _FINISHED
    return replace(link, modified_at=answer.modified_at) if is_known else link


def created_line(run: RunContext, work: Work, record_id: str) -> History:
    """What the new record says, so that an undo can tell whether somebody has edited it since."""
    said = work.target.hubspot if work.side is Side.HUBSPOT else work.target.salesforce
    after = created_values(work.side, work.record, said, work.attached.contact_ids)
    return line(run, work, "created", record_id=record_id, after=after)


def _after(work: Work) -> dict[str, str | None]:
    """What was written: an undo puts back only what still says so."""
    written = {
        name: None if value is None else str(value)
        for name, value in work.record.items()
        if name not in _ID
    }
    for move in work.moves:
        kept = set(ids_in(work.before.get(move.to))) - set(move.remove)
        written[move.to] = ",".join(sorted(kept | set(move.add))) or None
    return written


def gone(run: RunContext, work: Work) -> Done:
    """The task that was to be changed is deleted."""
    return ended(run, work.link, deleted_in(work.side))


def deleted_in(side: Side) -> Reason:
    """Why a pair ends whose record on *side* was deleted."""
    return Reason.DELETED_IN_HUBSPOT if side is Side.HUBSPOT else Reason.DELETED_IN_SALESFORCE


def deleted(run: RunContext, work: Work, answer: Written) -> Done:
    if answer.result in (WriteResult.DONE, WriteResult.GONE):
        if holding.is_held(work.link):
            link, *also = holding.undone(work.link, work.side)
            done = Done(link=link, outcome=Outcome.DELETED, reason=link.reason, also=tuple(also))
        else:
            done = ended(run, work.link, deleted_in(work.side.other), Outcome.DELETED)
        entry = line(
            run, work, "deleted", reason=done.reason, record_id=work.record_id, before=work.before
        )
        return replace(done, history=entry)
    if answer.result is WriteResult.UNKNOWN:
        return unknown(run, work)
    return refused(run, work, answer)


def unknown(run: RunContext, work: Work) -> Done:
    """The intent stays: the next run looks at the task before it writes again."""
    link = replace(
        work.link,
        state=work.link.state if work.link.is_pair else LinkState.WAITING,
        reason=Reason.OUTCOME_UNKNOWN,
        intent=intent_of(run, work),
        contact_id=announced_contact(work),
        due_at=run.now + _SOON,
    )
    done = Done(link=link, outcome=Outcome.WAITING, reason=Reason.OUTCOME_UNKNOWN)
    return holding.kept(work.link, done)


def refused(run: RunContext, work: Work, answer: Written, *, is_outdated: bool = False) -> Done:
    """Not written. *is_outdated* says that the organisation changed since it was read for this run."""
    if answer.result is WriteResult.TRY_LATER:
        return _waiting(run, work, answer, _WAITS.get(answer.code, Reason.CRM_BUSY))
    if mend.is_person_gone(work, answer):
        return _waiting(run, work, answer, Reason.PERSON_GONE)
    if is_outdated:
        return _waiting(run, work, answer, Reason.ORG_CHANGED)
    return _parked(run, work, answer, Reason.REFUSED)


def _waiting(run: RunContext, work: Work, answer: Written, reason: Reason) -> Done:
    link = work.link
    # Counted from the first failure of this write, not from when its activity was first seen.
    started = link.first_seen_at if link.attempts and link.first_seen_at else run.now
    is_counted = reason not in _NOT_ITS_FAULT
    due_at: datetime | None = run.now + _SOON
    if is_counted:
        due_at = next_try(started, link.attempts, run.now)
    if due_at is None:
        is_person = reason is Reason.PERSON_GONE
        return _parked(run, work, answer, Reason.NEVER_APPEARED if is_person else Reason.REFUSED)
    waiting = replace(
        link,
        state=link.state if link.is_pair else LinkState.WAITING,
        reason=reason,
        detail=answer.message,
        intent=None,
        first_seen_at=started,
        attempts=link.attempts + is_counted,
        contact_id=link.contact_id or work.target.contact_id,
        due_at=due_at,
    )
    return holding.kept(work.link, Done(link=waiting, outcome=Outcome.WAITING, reason=reason))


def _parked(run: RunContext, work: Work, answer: Written, reason: Reason) -> Done:
    link = replace(
        work.link,
        state=LinkState.PARKED,
        reason=reason,
        detail=f"{answer.code}: {answer.message}" if answer.code else answer.message,
        intent=None,
        due_at=None,
        # This version is decided about; an edit of it is news.
        modified_at=work.target.modified_at,
        salesforce_modified_at=work.target.salesforce_modified_at,
    )
    done = Done(
        link=link,
        outcome=Outcome.PARKED,
        reason=reason,
        history=line(run, work, "parked", reason=reason, message=link.detail),
    )
    return holding.kept(work.link, done)


def check_storage(done: Iterable[Done]) -> None:
    """Raise ``AccessLost`` if one of *done* waits for storage: every further record would be refused too."""
    for each in done:
        if each.reason == Reason.STORAGE_FULL:
            raise AccessLost(
                f"Salesforce has no storage left: {each.link.detail or STORAGE_FULL}. Free some or have it "
                "raised. What waits is written once the connection is resumed: tandem resume",
                side=Side.SALESFORCE,
                operation="write tasks",
                code=STORAGE_FULL,
            )

"""One write and what became of it: the values that deciding, applying and adopting pass around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tandem.crm.connector import AssociationChange
from tandem.engine.context import RunContext
from tandem.engine.reports import Decision, Outcome
from tandem.model import Associations, Field, Fields, Intent, Link, LinkState, Side
from tandem.store.rows import History, KeptConflict
from tandem.sync.reasons import Reason

__all__ = [
    "Done",
    "Work",
    "announced_contact",
    "deleting_line",
    "ended",
    "intent_of",
    "line",
    "replaced_line",
    "text_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """
    One write to one CRM.

    ``link`` is what was known before, ``target`` what it will be once the write has landed;
    ``record`` holds that CRM's own fields (with the id for an update or delete). ``attached`` are the
    records a new HubSpot task hangs on, ``moves`` what an existing one is attached to or detached from.
    ``fallbacks`` are assignees to try when the first one is refused. ``before`` are the values that this
    write covers, as far as they were read, and ``replaced`` those of them that a person had put there
    since the two sides agreed: they and ``conflicts`` are kept in full before anything is written.
    An update that ``is_adoption`` puts the key on a task that people had made of the same thing, and nothing else.
    ``look_first`` asks whether a task of this key exists, or lies in the recycle bin, before one is created.
    """

    operation: str
    link: Link
    target: Link
    record: Mapping[str, Any]
    side: Side = Side.SALESFORCE
    fields: tuple[Field, ...] = ()
    attached: Associations = field(default_factory=Associations)
    moves: tuple[AssociationChange, ...] = ()
    fallbacks: tuple[str, ...] = ()
    before: Mapping[str, str | None] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[KeptConflict, ...] = ()
    decisions: tuple[Decision, ...] = ()
    account_id: str = ""  # what Salesforce locks: writes of one account go together
    participants: tuple[str, ...] = ()
    subject: str = ""
    said_before: Fields | None = None  # what the written side says now: empty where it was not read
    look_first: bool = False
    is_adoption: bool = False
    read_at_version: datetime | None = (
        None  # when the Salesforce task was last modified, as it was read
    )

    @property
    def record_id(self) -> str | None:
        """The record that is written, where it exists."""
        return self.link.hubspot_id if self.side is Side.HUBSPOT else self.link.salesforce_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """
    What became of one activity: the link (saved where it changed), how it counts, its line of history.

    ``also`` are further links that are saved with it: what is left of a pair that ended.
    """

    link: Link
    outcome: Outcome
    reason: str = ""
    is_changed: bool = True
    history: History | None = None
    also: tuple[Link, ...] = ()


def intent_of(run: RunContext, work: Work) -> Intent:
    return Intent(
        operation=work.operation,
        side=work.side,
        hubspot=work.target.hubspot,
        salesforce=work.target.salesforce,
        before=work.said_before,
        announced_at=run.now,
        run_id=run.run_id,
    )


def text_of(value: Any) -> str | None:
    """A field's value as it is kept and compared; None for empty."""
    return None if value is None else str(value)


def announced_contact(work: Work) -> str | None:
    """The contact among whose tasks to look for a new one; a task that moves is its former one's until it has."""
    return work.target.contact_id if work.operation == "create" else work.link.contact_id


def line(run: RunContext, work: Work, what: str, **detail: Any) -> History:
    return History(
        key=work.link.key,
        at=run.now,
        run_id=run.run_id,
        what=what,
        detail={
            "side": work.side.value,
            "fields": list(work.fields),
            "settings_version": run.policy.version,
            **({"decisions": [_plain(each) for each in work.decisions]} if work.decisions else {}),
            **{name: value for name, value in detail.items() if value},
        },
    )


def replaced_line(run: RunContext, work: Work) -> History:
    """The values of people that *work* is about to cover, in full."""
    return History(
        key=work.link.key,
        at=run.now,
        run_id=run.run_id,
        what="replaced",
        detail={"side": work.side.value, "replaced": dict(work.replaced)},
    )


def deleting_line(run: RunContext, work: Work) -> History:
    """All that a record says which is about to be deleted: a run that is killed then can be taken back."""
    return History(
        key=work.link.key,
        at=run.now,
        run_id=run.run_id,
        what="deleting",
        detail={
            "side": work.side.value,
            "record_id": work.record_id or "",
            "before": dict(work.before),
        },
    )


def _plain(decision: Decision) -> dict[str, Any]:
    return {"about": decision.about, "rule": decision.rule, "values": dict(decision.values)}


def ended(run: RunContext, link: Link, reason: Reason, outcome: Outcome = Outcome.SKIPPED) -> Done:
    """The end of a pair, or of what was to become one: its key stays as a tombstone."""
    tombstone = replace(
        link,
        state=LinkState.ENDED,
        reason=reason,
        intent=None,
        due_at=None,
        payload=None,
        run_id=run.run_id,
    )
    entry = History(
        key=link.key, at=run.now, run_id=run.run_id, what="ended", detail={"reason": reason}
    )
    return Done(link=tombstone, outcome=outcome, reason=reason, history=entry)

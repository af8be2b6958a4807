"""One write and what became of it: the values that applying and adopting pass around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tandem.engine.context import RunContext
from tandem.engine.reports import Decision, Outcome
from tandem.model import Field, Intent, Link, LinkState
from tandem.store.rows import History
from tandem.sync.reasons import Reason

__all__ = ["Done", "Work", "ended", "intent_of", "line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """
    One write to Salesforce.

    ``link`` is what was known before, ``target`` what it will be once the write has landed;
    ``record`` holds API fields (with ``Id`` for an update or delete). ``fallbacks`` are assignees to
    try when the first one is refused. ``replaced`` are values that a person had put in Salesforce and
    that this write covers: they are kept in full. ``look_first`` asks whether a task of this key exists,
    or lies in the recycle bin, before one is created.
    """

    operation: str
    link: Link
    target: Link
    record: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    fallbacks: tuple[str, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    account_id: str = ""  # what Salesforce locks: writes of one account go together
    participants: tuple[str, ...] = ()
    subject: str = ""
    look_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one activity: the link (saved where it changed), how it counts, its line of history."""

    link: Link
    outcome: Outcome
    reason: str = ""
    is_changed: bool = True
    history: History | None = None


def intent_of(run: RunContext, work: Work) -> Intent:
    return Intent(
        operation=work.operation,
        hubspot=work.target.hubspot,
        salesforce=work.target.salesforce,
        announced_at=run.now,
        run_id=run.run_id,
    )


def line(run: RunContext, work: Work, what: str, **detail: Any) -> History:
    return History(
        key=work.link.key,
        at=run.now,
        run_id=run.run_id,
        what=what,
        detail={
            "fields": list(work.fields),
            "settings_version": run.policy.version,
            **({"decisions": [_plain(each) for each in work.decisions]} if work.decisions else {}),
            **({"replaced": dict(work.replaced)} if work.replaced else {}),
            **{name: value for name, value in detail.items() if value},
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

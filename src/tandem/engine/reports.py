"""
What the engine answers: the values that the command line, the pages and the JSON output print.

Nothing here is a sentence in a language. Reasons, findings and rules are codes with the values
their sentences need; ``tandem.i18n`` holds the sentences, so that one run can be told in either
language. Only a CRM's own words travel as they came.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tandem.model import Field, Kind, LinkState, PersonType, Side
from tandem.settings.change import SettingsChange
from tandem.store.feed_rows import FeedRow
from tandem.store.workers import WorkerRow

__all__ = [
    "AccountCalls",
    "Agreed",
    "ConnectionState",
    "ConnectionSummary",
    "Decision",
    "Dispute",
    "ErrorCard",
    "Event",
    "Explanation",
    "Health",
    "KindTally",
    "Match",
    "Operation",
    "Outcome",
    "OwnerRow",
    "PlannedAction",
    "ProgressCallback",
    "ReasonCount",
    "RunReport",
    "RunState",
    "SettingsChange",
    "SourceHealth",
    "Stage",
    "Step",
    "Verdict",
]


# --------------------------------------------------------------------------- a run


class Outcome(enum.StrEnum):
    """What became of one activity of a run: exactly one of these."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    SKIPPED = "skipped"
    PARKED = "parked"

    @property
    def needs_reason(self) -> bool:
        return self in _WITH_REASON


_WITH_REASON = frozenset({Outcome.WAITING, Outcome.SKIPPED, Outcome.PARKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How many activities of a kind wait, are skipped or parked for one reason code."""

    outcome: Outcome
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTally:
    """One row of a run's summary. ``seen`` is counted when activities are read, not from the outcomes."""

    seen: int = 0
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    reasons: tuple[ReasonCount, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return self.outcomes.get(outcome, 0)

    @property
    def adds_up(self) -> bool:
        """Whether every activity seen has an outcome and every waiting, skipped or parked one a reason."""
        return self.seen == sum(self.outcomes.values()) and all(
            self.count(outcome)
            == sum(each.count for each in self.reasons if each.outcome is outcome and each.reason)
            for outcome in _WITH_REASON
        )


class RunState(enum.StrEnum):
    """How a run ended. Everything but ``DONE`` comes with a message that says what to do."""

    DONE = "done"
    STOPPED = (
        "stopped"  # in good order: today's calls are used up, the kind was switched off, Ctrl-C
    )
    BRAKED = "braked"  # it would have deleted or created too much: a person must agree first
    SUSPENDED = "suspended"  # the connection rests until a person resumes it
    FAILED = "failed"


class Operation(enum.StrEnum):
    """What a plan would do with one activity."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"  # the task exists already under our key: linked, not written
    UNLINK = "unlink"
    CONFLICT = "conflict"
    WAIT = "wait"
    SKIP = "skip"
    PARK = "park"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    One rule that was applied: ``rule`` is its code, ``values`` what its sentence names.

    ``about`` is what was decided: ``eligible``, ``person``, ``assignee``, ``status``, ``type``,
    ``related``, ``due``, ``subject``, ``field``.
    """

    about: str
    rule: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAction:
    """What a run does, or would do, with one activity, and why."""

    operation: Operation
    kind: Kind
    hubspot_id: str | None
    key: str
    side: Side | None = None  # the side written to
    record_id: str | None = None  # of the task, where one exists
    subject: str = ""
    person: str = ""  # id of the Salesforce contact or lead
    assignee: str = ""  # id of the Salesforce user
    fields: tuple[Field, ...] = ()
    reason: str = ""
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """
    One run of one connection; ``planned`` is filled for a plan or a dry run only.

    ``written`` counts by side what ``kinds`` counts by kind: records created, updated and deleted.
    ``message`` is a CRM's or an error's own words where the state is not ``DONE``. ``run_id`` is
    None for a dry run, which leaves no trace.
    """

    connection: str
    run_id: int | None
    started: datetime
    finished: datetime
    state: RunState = RunState.DONE
    dry_run: bool = False
    settings_version: int = 0
    kinds: Mapping[Kind, KindTally] = field(default_factory=dict)
    written: Mapping[Side, Mapping[Outcome, int]] = field(default_factory=dict)
    calls: Mapping[Side, int] = field(default_factory=dict)
    planned: tuple[PlannedAction, ...] = ()
    reason: str = ""  # code of why the run stopped early
    message: str = ""
    resumes_at: datetime | None = (
        None  # when calls are left again, where the run stopped for want of them
    )

    @property
    def adds_up(self) -> bool:
        return all(tally.adds_up for tally in self.kinds.values())

    @property
    def seen(self) -> int:
        return sum(tally.seen for tally in self.kinds.values())

    def total(self, outcome: Outcome) -> int:
        """The number of activities of all kinds with *outcome*."""
        return sum(tally.count(outcome) for tally in self.kinds.values())


class Stage(enum.StrEnum):
    """What a long piece of work is busy with, for the progress bar."""

    CONNECT = "connect"
    RECOVER = "recover"
    PULL = "pull"
    RESOLVE = "resolve"
    PLAN = "plan"
    APPLY = "apply"
    BACKUP = "backup"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Progress: ``done`` of ``total`` activities (None: nobody knows yet) of the whole run, never decreasing."""

    stage: Stage
    done: int = 0
    total: int | None = None
    kind: Kind | None = None


ProgressCallback = Callable[[Step], None]
"""Called often and from the running loop: it must return at once and never raise."""


# --------------------------------------------------------------------------- connections


class ConnectionState(enum.StrEnum):
    INCOMPLETE = "incomplete"  # one of the two accounts is still missing
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSummary:
    """One connection as ``tandem connections`` lists it; names and ids never hold a secret."""

    name: str
    state: ConnectionState
    hubspot_account: str | None = None  # the portal's id
    hubspot_url: str | None = None
    salesforce_account: str | None = None  # the org's id
    salesforce_name: str | None = None
    salesforce_url: str | None = None
    salesforce_is_sandbox: bool = False
    integration_user: str | None = None
    enabled_kinds: tuple[Kind, ...] = ()
    settings_version: int = 0
    last_run: datetime | None = None
    reason: str = ""  # code of the suspension
    message: str = ""


# --------------------------------------------------------------------------- explaining


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a pair's history, oldest first; ``values`` are what was written, by field."""

    at: datetime
    what: str  # code: "created", "updated", "adopted", "parked", "conflict", ...
    side: Side | None = None
    run_id: int | None = None
    settings_version: int | None = None
    reason: str = ""
    detail: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What both sides said of one field when they last agreed; of a long text only that there was one ("…")."""

    field: Field
    hubspot: str | None = None
    salesforce: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A field that both sides had changed: which value stayed, and which one lost."""

    id: int
    at: datetime
    field: Field
    winner: Side
    kept: Mapping[str, str | None]
    lost: Mapping[str, str | None]
    restored_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What a run would do now with a record that Tandem has never met, as its CRM shows it.

    ``would`` is None where the record was not found, or is none that syncs; ``reason`` then says which.
    """

    side: Side
    record_id: str
    would: Operation | None = None
    reason: str = ""
    detail: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why one activity is where it is.

    ``state`` is None for a record that Tandem has never met; then ``verdict`` is what would become of it.
    ``followed_by`` is the key that a record of a pair that ended goes by now.
    """

    connection: str
    asked: str
    kind: Kind | None = None
    key: str | None = None
    state: LinkState | None = None
    reason: str = ""
    detail: str = ""
    hubspot_id: str | None = None
    hubspot_url: str | None = None
    salesforce_id: str | None = None
    salesforce_url: str | None = None
    person_type: PersonType | None = None
    settings_version: int | None = None
    due_at: datetime | None = None  # when it is looked at again
    decisions: tuple[Decision, ...] = ()
    history: tuple[Event, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    conflicts: tuple[Dispute, ...] = ()
    followed_by: str = ""
    verdict: Verdict | None = None


# --------------------------------------------------------------------------- health


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCalls:
    """Calls of one account: ours in 24 h, the CRM's own limit and what is left of it, our allocation."""

    side: Side
    used_24h: int = 0
    limit: int | None = None
    remaining: int | None = None
    allocation: int | None = None
    lasts_until: datetime | None = (
        None  # at the rate of the last hours; None where it lasts for good
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """
    How far one source has been read; ``lag_seconds`` is None before its first read. Of one that ``is_told`` the
    CRM's own notices name what changed, and it is read as a whole only now and then.
    """

    name: str
    side: Side
    watermark: datetime | None = None
    lag_seconds: float | None = None
    trouble: str = ""
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCard:
    """All activities parked for one reason: the code, the CRM's own words, and whom it concerns."""

    reason: str
    count: int
    kinds: tuple[Kind, ...] = ()
    message: str = ""  # the CRM's own words of the latest
    last_at: datetime | None = None
    keys: tuple[str, ...] = ()  # the first hundred
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of one connection (SPEC section 9)."""

    connection: str
    state: ConnectionState
    reason: str = ""
    message: str = ""
    last_run: RunReport | None = None
    calls: tuple[AccountCalls, ...] = ()
    sources: tuple[SourceHealth, ...] = ()
    states: Mapping[LinkState, int] = field(default_factory=dict)
    waiting: tuple[ReasonCount, ...] = ()
    errors: tuple[ErrorCard, ...] = ()
    feeds: tuple[FeedRow, ...] = ()
    workers: tuple[WorkerRow, ...] = ()


# --------------------------------------------------------------------------- owners


class Match(enum.StrEnum):
    """How an owner found its user."""

    MANUAL = "manual"
    EMAIL = "email"
    NAME = "name"
    NOBODY = "nobody"  # an admin chose: no user
    NONE = "none"  # nobody fits


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRow:
    """One HubSpot owner and the Salesforce user its activities are assigned to."""

    hubspot_id: str
    name: str
    email: str | None = None
    active: bool = True
    match: Match = Match.NONE
    salesforce_id: str | None = None
    salesforce_name: str | None = None

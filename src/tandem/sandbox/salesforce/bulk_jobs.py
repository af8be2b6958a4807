"""
Bulk jobs of both versions: what they are, when they run, and what they leave behind.

A job is worked on when its time has come by the sandbox's clock (switch ``bulk_seconds``) and it has
been looked at often enough (switch ``bulk_polls``); until then it is in progress.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tandem.sandbox.salesforce.access import Rights
from tandem.sandbox.salesforce.behaviour import soql_rules
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.schema import SObject
from tandem.sandbox.salesforce.soql import QueryError, Result, Visibility, execute
from tandem.sandbox.salesforce.view import View
from tandem.sandbox.switches import Switches

if TYPE_CHECKING:
    from tandem.sandbox.salesforce.state import SalesforceState

JOB_PREFIX = "750"
BATCH_PREFIX = "751"
RESULT_PREFIX = "752"


class Operation(enum.StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"
    HARD_DELETE = "hardDelete"
    QUERY = "query"
    QUERY_ALL = "queryAll"

    @property
    def reads(self) -> bool:
        return self in (Operation.QUERY, Operation.QUERY_ALL)


class Step(enum.StrEnum):
    """The states of a 2.0 job."""

    OPEN = "Open"
    UPLOAD_COMPLETE = "UploadComplete"
    IN_PROGRESS = "InProgress"
    JOB_COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one record of an ingest job."""

    record_id: str = ""
    created: bool = False
    error: SalesforceError | None = None


@dataclass(slots=True, kw_only=True)
class Work:
    """Something that will be done when its time comes: a 2.0 job, or one batch of a 1.0 job."""

    due_ms: int = 0
    polls: int = 0
    is_done: bool = False
    run: Callable[[], None]


@dataclass(slots=True, kw_only=True)
class Job:
    """A 2.0 job. *header* and *lines* are its upload, *outcomes* what became of each line."""

    id: str
    operation: Operation
    object_name: str
    user_id: str
    version: str
    created: str
    modified: str
    step: Step
    external_id: str | None = None
    delimiter: str = "COMMA"
    line_ending: str = "LF"
    statement: str = ""
    upload: bytes | None = None
    header: list[str] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    result: Result | None = None
    error: str | None = None
    work: Work | None = None

    @property
    def job_type(self) -> str:
        return "V2Query" if self.operation.reads else "V2Ingest"


class Jobs:
    """Every job of an org. Jobs live as long as the org does, unless they are deleted."""

    def __init__(self, state: SalesforceState) -> None:
        self._state = state
        self.jobs: dict[str, Job] = {}
        self.classic: dict[str, Any] = {}
        self._waiting: list[Work] = []
        self._is_settling = False

    def make_id(self, prefix: str) -> str:
        return self._state.ids.make(prefix)

    def schedule(self, run: Callable[[], None]) -> Work:
        """Have something done when the switches say; at once if they say nothing."""
        switches = self._state.switches
        seconds, polls = float(switches["bulk_seconds"]), int(switches["bulk_polls"])
        now = self._state.world.clock.now_ms()
        work = Work(due_ms=now + int(seconds * 1000), polls=polls, run=run)
        self._waiting.append(work)
        self.settle()
        return work

    def settle(self) -> None:
        """Do what is due."""
        if self._is_settling:
            return
        self._is_settling = True
        try:
            now = self._state.world.clock.now_ms()
            for work in [one for one in self._waiting if one.polls == 0 and one.due_ms <= now]:
                self._waiting.remove(work)
                work.is_done = True
                work.run()
        finally:
            self._is_settling = False

    def looked_at(self, work: Work | None) -> None:
        """Somebody asks how far it is: one look less that it waits for, from the next call on."""
        if work is not None and not work.is_done and work.polls > 0:
            work.polls -= 1

    def cancel(self, work: Work | None) -> None:
        """It will not be done."""
        if work is not None and work in self._waiting:
            self._waiting.remove(work)


def jobs_of(state: SalesforceState) -> Jobs:
    """The jobs of an org; forgotten with everything else by its `reset`."""
    found = state.extensions.get("bulk")
    if not isinstance(found, Jobs):
        found = state.extensions["bulk"] = Jobs(state)
    return found


def settle(state: SalesforceState) -> None:
    """Do the Bulk work that is due, for callers that let time pass."""
    if isinstance(state.extensions.get("bulk"), Jobs):
        jobs_of(state).settle()


def declare_switches(switches: Switches) -> None:
    """Make the switches of the Bulk APIs known to the world."""
    switches.declare(
        "bulk_polls", 0, "how often a Bulk job is seen in progress before it completes"
    )
    switches.declare(
        "bulk_hard_delete",
        "allow",
        "whether the user has the permission Bulk API Hard Delete",
        ("allow", "refuse"),
    )
    switches.declare(
        "bulk_v1_json_instants",
        "milliseconds",
        "dates and times in JSON results of Bulk API 1.0",
        ("milliseconds", "text"),
    )
    switches.declare(
        "bulk_v1_csv_charset",
        "named",
        "whether CSV results of Bulk API 1.0 queries name their charset, as tap-salesforce needs",
        ("named", "absent"),
    )


def operation_of(given: object) -> Operation:
    """The operation a client names."""
    for operation in Operation:
        if isinstance(given, str) and given.lower() == operation.lower():
            return operation
    raise SalesforceError("INVALIDJOB", f"Operation {given!r} is not supported")


def bulk_object(state: SalesforceState, rights: Rights, name: object) -> SObject:
    """The object of a job; INVALIDENTITY if it is unknown, hidden or not for the Bulk APIs."""
    found = state.schema.get(name) if isinstance(name, str) else None
    visible = View(state, rights).object_type(name) if isinstance(name, str) else None
    if found is None or visible is None or found.child_only or found.computed:
        raise SalesforceError("INVALIDENTITY", f"Unable to find object: {name}")
    if found.no_bulk:
        raise SalesforceError(
            "INVALIDENTITY", f"Entity '{found.name}' is not supported by the Bulk API."
        )
    return found


def check_external_id(sobject: SObject, name: object) -> str:
    """The key of an upsert in API spelling."""
    found = sobject.field(name) if isinstance(name, str) else None
    if not name:
        raise SalesforceError("INVALIDJOB", "Must specify an external id field for upsert")
    if found is None or not (found.name == "Id" or found.external_id or found.id_lookup):
        raise SalesforceError(
            "INVALIDJOB",
            f"Field name provided, {name} does not match an External ID, Salesforce Id, or indexed "
            f"field for {sobject.name}",
        )
    return found.name


def select(
    state: SalesforceState,
    rights: Rights,
    statement: str,
    operation: Operation,
    version: str,
    *,
    is_trial: bool = False,
) -> Result:
    """Run the statement of a query job for the job's user. A trial meets no fault."""
    state.settle()
    if not is_trial and state.faults.take_named("query_timeout"):
        raise SalesforceError("QUERY_TIMEOUT", "Your query request was running for too long.")
    visibility = Visibility.QUERY_ALL if operation is Operation.QUERY_ALL else Visibility.QUERY
    try:
        return execute(
            statement,
            View(state, rights),
            version=version,
            visibility=visibility,
            rules=soql_rules(state.switches),
        )
    except QueryError as error:
        raise SalesforceError(error.code, error.message) from error


def counts(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """How many records were worked on, and how many of them failed."""
    return len(outcomes), sum(one.error is not None for one in outcomes)

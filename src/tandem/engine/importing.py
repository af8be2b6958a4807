"""
Importing what was there before a switch was turned: past Salesforce tasks, past HubSpot activities.

An import is an ordinary run under the connection's lease, with a source of work and a policy of its own:
keys, waiting, reasons and adoption are those of every run, and what has a counterpart, or once had one, is
left as it is. So it can be stopped anywhere and done again, and nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from tandem.engine.importing_activities import ActivitySource
from tandem.engine.importing_loop import CHECKPOINTS, ImportLoop, ImportSource, LikelyDouble
from tandem.engine.importing_rows import CsvSource
from tandem.engine.importing_tasks import OrgSource
from tandem.engine.importing_wanted import ActivityImport, TaskImport
from tandem.engine.job import Job
from tandem.engine.reports import Outcome, ProgressCallback, RunReport
from tandem.engine.running import Runner
from tandem.errors import SettingsError
from tandem.model import Side
from tandem.store.rows import Connection
from tandem.store.store import Store

__all__ = [
    "ActivityImport",
    "ImportReport",
    "Importing",
    "LikelyDouble",
    "TaskImport",
    "Unfinished",
    "Wanted",
]

Wanted = TaskImport | ActivityImport

_AT_ONCE = {Side.HUBSPOT: 100, Side.SALESFORCE: 1_000}
"""Records that one call of a CRM takes."""

_CALLS_EACH = {Side.HUBSPOT: 3, Side.SALESFORCE: 2}
"""Per batch of new tasks: looking for the key (in HubSpot in the recycle bin, too), and the insert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """
    What an import did or, as a dry run, would do.

    ``doubles`` are the first of the ``adopted`` records: what people had made already of the same thing (same
    person, day and subject) is linked rather than made again. ``calls_ahead`` is what carrying it out would
    cost, by estimate; only a dry run knows it, and ``run.planned`` are the first of what it would write. ``total`` is how many records there were to look at, if that is known.
    """

    run: RunReport
    adopted: int = 0
    doubles: tuple[LikelyDouble, ...] = ()
    total: int | None = None
    calls_ahead: Mapping[Side, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An import with the same choices that was stopped before its end; the same import goes on from there."""

    done: int
    total: int | None
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """The two imports, for whichever way in."""

    store: Store
    runner: Runner

    async def bring(
        self,
        connection: Connection,
        wanted: Wanted,
        *,
        dry_run: bool = False,
        tell: ProgressCallback = lambda step: None,
    ) -> ImportReport:
        """
        Import what is *wanted*, now; a dry run says what that would do and writes nothing.

        Raises ``SettingsError`` for choices that cannot be carried out, and else what every run does.
        """
        wanted.check()
        source = _source_of(wanted)
        loop = ImportLoop(source=source, name=_name_of(wanted))
        report = await self.runner.run(
            connection,
            trigger="import tasks" if isinstance(wanted, TaskImport) else "import activities",
            dry_run=dry_run,
            tell=tell,
            job=Job(work=loop.work, policy=source.policy, is_import=True),
        )
        if report.reason == "settings":
            raise SettingsError(report.message)
        side = Side.HUBSPOT if isinstance(wanted, TaskImport) else Side.SALESFORCE
        return ImportReport(
            run=report,
            adopted=loop.adopted,
            doubles=tuple(loop.doubles),
            total=loop.total,
            calls_ahead=_calls_ahead(report, loop.adopted, side) if dry_run else {},
        )

    async def unfinished(self, connection: Connection, wanted: Wanted) -> Unfinished | None:
        """How far the same import came when it was stopped; None if there is nothing to go on with."""
        wanted.check()
        mine = self.store.for_connection(connection.id)
        saved = await self.store.run(mine.checkpoint, _name_of(wanted))
        if saved is None or saved.get("finished_at"):
            return None
        return Unfinished(
            done=saved["done"],
            total=saved["total"],
            started_at=datetime.fromisoformat(saved["began_at"]),
        )


def _source_of(wanted: Wanted) -> ImportSource:
    if isinstance(wanted, ActivityImport):
        return ActivitySource(wanted)
    return OrgSource(wanted) if wanted.csv is None else CsvSource(wanted, wanted.csv)


def _name_of(wanted: Wanted) -> str:
    return f"{CHECKPOINTS}{wanted.digest()}"


def _calls_ahead(report: RunReport, adopted: int, side: Side) -> dict[Side, int]:
    """Reading once more what the dry run read, and the writes."""
    created = report.total(Outcome.CREATED)
    writes = ceil(created / _AT_ONCE[side]) * _CALLS_EACH[side] + ceil(adopted / _AT_ONCE[side])
    return {each: report.calls.get(each, 0) + (writes if each is side else 0) for each in Side}

"""
The values that lost a conflict: which there are, and putting one back.

Putting back is an edit like any other: it is written on the side that lost, and the next run carries it over.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tandem.engine.apply import apply, settle
from tandem.engine.context import RunContext
from tandem.engine.job import Job
from tandem.engine.prepare import remembered
from tandem.engine.recover import recover
from tandem.engine.reports import Outcome, PlannedAction, ProgressCallback, RunReport
from tandem.engine.run import StopReason
from tandem.engine.running import Runner
from tandem.engine.undoing_reading import newest_links, read_records
from tandem.engine.undoing_works import restored_values
from tandem.engine.work import Done
from tandem.mapping.ids import hubspot_url, salesforce_url
from tandem.mapping.record_values import PLACES, alike_with, said_values
from tandem.model import Field, Kind, Link, LinkState, Portal, Side
from tandem.settings.activities import parse
from tandem.store.connection_store import ConnectionStore
from tandem.store.rows import Connection, History, KeptConflict
from tandem.store.store import Store
from tandem.sync.reasons import Reason
from tandem.sync.undo import (
    HistoryLine,
    LeftAlone,
    LostValue,
    RestoreValue,
    What,
    WhyLeft,
    restore_lost,
)

__all__ = ["ConflictList", "ConflictRow", "Conflicting", "EndedPair", "Restored", "RestoredHow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    """
    One field that both sides had changed. ``lost`` and ``kept`` are both sides' own field names and values.

    ``rule`` is the conflict rule of the settings that decided, empty where these are no longer known.
    """

    id: int
    at: datetime
    key: str
    kind: Kind | None
    field: Field
    winner: Side
    rule: str = ""
    run_id: int | None = None
    lost: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    kept: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    hubspot_id: str | None = None
    hubspot_url: str | None = None
    salesforce_id: str | None = None
    salesforce_url: str | None = None
    restored_at: datetime | None = None
    restored_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPair:
    """A pair that ended because one side was edited after the other had been deleted: *Recreate* pairs it again."""

    key: str
    kind: Kind
    reason: str
    at: datetime | None = None
    hubspot_id: str | None = None
    hubspot_url: str | None = None
    salesforce_id: str | None = None
    salesforce_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictList:
    """The newest conflicts first; the ended pairs in the order of their keys."""

    conflicts: tuple[ConflictRow, ...] = ()
    ended: tuple[EndedPair, ...] = ()


class RestoredHow(enum.StrEnum):
    """What came of putting a value back."""

    RESTORED = "restored"
    BEFORE = "before"  # it was put back before
    AS_IT_IS = "as_it_is"  # the side says it already
    EDITED = "edited"  # the winner's value has been edited since: only by force
    GONE = "gone"  # the record is gone, or the pair has ended
    NOT_READ = "not_read"
    NOT_KEPT = "not_kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """``present`` is what the losing side says now, ``problem`` the CRM's own words where it refused."""

    conflict: ConflictRow
    how: RestoredHow
    present: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    problem: str = ""
    run: RunReport | None = None

    @property
    def is_back(self) -> bool:
        return self.how in (RestoredHow.RESTORED, RestoredHow.BEFORE, RestoredHow.AS_IT_IS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflicting:
    """What a person may ask and do about conflicts."""

    store: Store
    runner: Runner
    who: str

    def listing(
        self,
        connection: Connection,
        *,
        everything: bool = False,
        limit: int = 200,
        before: int | None = None,
        ended_after: str = "",
    ) -> ConflictList:
        """
        The conflicts whose loser was not put back, with *everything* also the others; and the ended pairs.

        At most *limit* of each: conflicts older than the one of number *before*, pairs behind the key *ended_after*.
        """
        mine = self.store.for_connection(connection.id)
        rows = mine.conflicts(open_only=not everything, before=before, limit=limit)
        links = mine.links({row.key for row in rows})
        places = _Places.of(self.store, connection, mine)
        rules = self._rules(connection, mine, rows)
        ended = _ended(mine, ended_after, limit)
        times = mine.last_times([link.key for link in ended], "ended")
        return ConflictList(
            conflicts=tuple(
                places.row(row, links.get(row.key), rules.get(row.run_id, "")) for row in rows
            ),
            ended=tuple(places.ended(link, times.get(link.key)) for link in ended),
        )

    async def restore(
        self,
        connection: Connection,
        conflict_id: int,
        *,
        force: bool = False,
        tell: ProgressCallback = lambda step: None,
    ) -> Restored:
        """
        Write a conflict's loser back on the side that lost, unless somebody has edited the winner's value since.

        *force* writes it all the same. SettingsError for a conflict there never was.
        """
        mine = self.store.for_connection(connection.id)
        kept = mine.conflict(conflict_id)
        links = mine.links([kept.key])
        rules = self._rules(connection, mine, [kept])
        row = _Places.of(self.store, connection, mine).row(
            kept, links.get(kept.key), rules.get(kept.run_id, "")
        )
        if kept.restored_at is not None and not force:
            return Restored(conflict=row, how=RestoredHow.BEFORE)
        work = _Restoration(kept, force=force)
        report = await self.runner.run(
            connection, trigger=f"restore {conflict_id}", tell=tell, job=Job(work=work)
        )
        if work.how in (RestoredHow.RESTORED, RestoredHow.AS_IT_IS):
            mine.mark_restored(conflict_id, self.runner.clock.now(), self.who)
            self.store.note(connection.id, self.who, "restored", f"conflict {conflict_id}")
        return Restored(
            conflict=row, how=work.how, present=work.present, problem=work.problem, run=report
        )

    def _rules(
        self, connection: Connection, mine: ConnectionStore, rows: Sequence[KeptConflict]
    ) -> dict[int | None, str]:
        """The conflict rule by run."""
        runs = mine.runs_of({row.run_id for row in rows if row.run_id})
        rules = {
            version: parse(self.store.settings(connection.id, version).text).conflict_rule.value
            for version in {run.settings_version for run in runs.values()}
        }
        return {run_id: rules[run.settings_version] for run_id, run in runs.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where people see the records of a link."""

    portal: Portal | None
    instance_url: str

    @classmethod
    def of(cls, store: Store, connection: Connection, mine: ConnectionStore) -> _Places:
        account_id = connection.account_id(Side.SALESFORCE)
        return cls(
            portal=remembered(mine, "portal", Portal),
            instance_url=store.account(account_id).base_url if account_id is not None else "",
        )

    def row(self, kept: KeptConflict, link: Link | None, rule: str) -> ConflictRow:
        return ConflictRow(
            id=kept.id,
            at=kept.at,
            key=kept.key,
            kind=link.kind if link else None,
            field=kept.field,
            winner=kept.winner,
            rule=rule,
            run_id=kept.run_id,
            lost=kept.lost,
            kept=kept.kept,
            restored_at=kept.restored_at,
            restored_by=kept.restored_by,
            hubspot_id=link.hubspot_id if link else None,
            hubspot_url=self._hubspot(link),
            salesforce_id=link.salesforce_id if link else None,
            salesforce_url=self._salesforce(link),
        )

    def ended(self, link: Link, at: datetime | None) -> EndedPair:
        return EndedPair(
            key=link.key,
            kind=link.kind,
            reason=link.reason,
            at=at,
            hubspot_id=link.hubspot_id,
            hubspot_url=self._hubspot(link),
            salesforce_id=link.salesforce_id,
            salesforce_url=self._salesforce(link),
        )

    def _hubspot(self, link: Link | None) -> str | None:
        if link is None or self.portal is None or link.hubspot_id is None:
            return None
        object_type = link.kind.object_type
        if object_type is None:
            return None
        return hubspot_url(self.portal.ui_domain, self.portal.id, object_type, link.hubspot_id)

    def _salesforce(self, link: Link | None) -> str | None:
        if link is None or link.salesforce_id is None:
            return None
        return salesforce_url(self.instance_url, link.salesforce_id)


def _ended(mine: ConnectionStore, after: str, limit: int) -> list[Link]:
    """Pairs that ended and were not made again since, which their detail would name."""
    found: list[Link] = []
    while len(found) < limit:
        links = mine.in_state(
            LinkState.ENDED, reason=Reason.EDITED_AFTER_DELETE, after=after, limit=limit
        )
        found += [link for link in links if not link.detail]
        if len(links) < limit:
            break
        after = links[-1].key
    return found[:limit]


# --------------------------------------------------------------------------- putting one back


_WHY = {
    WhyLeft.AS_BEFORE: RestoredHow.AS_IT_IS,
    WhyLeft.EDITED_SINCE: RestoredHow.EDITED,
    WhyLeft.GONE_SINCE: RestoredHow.GONE,
    WhyLeft.NOT_KEPT: RestoredHow.NOT_KEPT,
}


class _Restoration:
    """The inside of the run; see ``job.RunWork``."""

    def __init__(self, conflict: KeptConflict, *, force: bool) -> None:
        self._conflict = conflict
        self._force = force
        self.how = RestoredHow.NOT_READ
        self.present: Mapping[str, str | None] = {}
        self.problem = ""

    async def __call__(
        self, run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
    ) -> tuple[PlannedAction, ...]:
        await recover(run)
        conflict, side = self._conflict, self._conflict.winner.other
        link = (await newest_links(run, [conflict.key])).get(conflict.key)
        record_id = _record_id(link, side)
        if link is None or record_id is None or link.state is LinkState.ENDED:
            self.how = RestoredHow.GONE
            return ()
        history = await run.db(run.store.history, conflict.key)
        line = _written(conflict, link, record_id, history)
        known = await read_records(run, [line])
        now = known.present([line]).get((side, record_id))
        self.present = now if isinstance(now, Mapping) else {}
        steps = [self._step(run, line, name, now) for name in line.before]
        to_write = [step for step in steps if isinstance(step, RestoreValue)]
        left = [step for step in steps if isinstance(step, LeftAlone)]
        is_stuck = [step for step in left if step.reason is not WhyLeft.AS_BEFORE]
        if is_stuck or not to_write:
            first = (is_stuck or left)[0].reason if left else WhyLeft.NOT_KEPT
            self.how = _WHY.get(first, RestoredHow.NOT_READ)
            return ()
        await self._write(run, link, record_id, to_write)
        return ()

    def _step(
        self, run: RunContext, line: HistoryLine, name: str, now: object
    ) -> RestoreValue | LeftAlone:
        lost = LostValue(
            key=line.key,
            at=line.at,
            side=line.side,
            record_id=line.record_id,
            field=name,
            lost=line.before[name],
            written=line.after.get(name),
        )
        present = {(line.side, line.record_id): self.present} if isinstance(now, Mapping) else {}
        step = restore_lost(lost, present, alike=alike_with(run.marker))
        if self._force and isinstance(step, LeftAlone) and step.reason is WhyLeft.EDITED_SINCE:
            return RestoreValue(
                line.key,
                line.side,
                line.record_id,
                name,
                value=lost.lost,
                expected=self.present[name],
            )
        return step

    async def _write(
        self, run: RunContext, link: Link, record_id: str, steps: Sequence[RestoreValue]
    ) -> None:
        side = steps[0].side
        # What was agreed on stays the base: the value is an edit, and the next run looks at it.
        due = replace(link, due_at=run.now)
        work = restored_values(run, link, side, record_id, steps, is_agreed=False)
        run.tally.pulled(link.kind)
        done = await apply(run, [replace(work, target=due, fields=(self._conflict.field,))])
        await settle(run, done, {})
        self._answer(done[0])

    def _answer(self, done: Done) -> None:
        if done.outcome is Outcome.UPDATED:
            self.how = RestoredHow.RESTORED
            return
        self.how = RestoredHow.GONE if done.link.state is LinkState.ENDED else RestoredHow.REFUSED
        self.problem = done.link.detail


def _record_id(link: Link | None, side: Side) -> str | None:
    if link is None:
        return None
    return link.hubspot_id if side is Side.HUBSPOT else link.salesforce_id


def _written(
    conflict: KeptConflict, link: Link, record_id: str, history: Sequence[History]
) -> HistoryLine:
    """What lost and what was written over it: by the run's history, else by what both sides agreed on."""
    side = conflict.winner.other
    base = link.hubspot if side is Side.HUBSPOT else link.salesforce
    lost, written = dict(conflict.lost), said_values(side, base)
    for entry in history:
        is_it = entry.what == What.UPDATED.value and entry.run_id == conflict.run_id
        if not is_it or entry.detail.get("side") != side.value:
            continue
        before, after = entry.detail.get("before", {}), entry.detail.get("after", {})
        written |= after
        if conflict.field in (Field.PERSON, Field.RELATED):
            # All that it hung on, rather than the one record that counted.
            lost |= {name: value for name, value in before.items() if name in PLACES}
    names = tuple(lost)
    return HistoryLine(
        key=conflict.key,
        at=conflict.at,
        what=What.UPDATED,
        side=side,
        record_id=record_id,
        fields=names,
        before=lost,
        after={name: value for name, value in written.items() if name in names},
    )

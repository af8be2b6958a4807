"""What an undo has to know: what the run wrote, what the records say now, and which links they have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tandem.engine.context import RunContext
from tandem.mapping.record_values import (
    PLACES,
    TRACKED,
    alike_with,
    defaults_of,
    hubspot_values,
    salesforce_values,
)
from tandem.model import Associations, Kind, Link, LinkState, ObjectType, Side
from tandem.store.rows import History
from tandem.sync.pair import GONE, UNREAD, Presence
from tandem.sync.undo import HistoryLine, Record, Values, What

__all__ = ["Known", "lines_of", "newest_links", "read_records", "with_history"]

_CLOCKS = timedelta(seconds=2)
"""A property's time is HubSpot's own and exact; a run's is that of an answer, in whole seconds."""

_NOT_KEPT = "*"
"""Stands for a write of which only that it was is known."""

_WRITES = {each.value: each for each in What}
_PLACES_TO = ("contacts", "companies", "deals")
_LONGEST_CHAIN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What is known about the records of some history lines.

    ``full`` is all that was read of each record, ``links`` the link that a record has now, and ``newest`` what
    became of each key: the link itself, or the one that the record left of it goes by.
    """

    full: Mapping[Record, Values | Presence] = field(default_factory=dict)
    links: Mapping[Record, Link] = field(default_factory=dict)
    newest: Mapping[str, Link] = field(default_factory=dict)

    def present(self, lines: Sequence[HistoryLine]) -> dict[Record, Values | Presence]:
        """What counts of each record for taking *lines* back."""
        wanted: dict[Record, set[str]] = {}
        for line in lines:
            names = wanted.setdefault((line.side, line.record_id), set())
            names |= {*line.fields, *line.before, *line.after}
            if line.what is What.CREATED:
                names |= TRACKED[line.side]
        said: dict[Record, Values | Presence] = {}
        for record, names in wanted.items():
            now = self.full.get(record, UNREAD)
            link = self.links.get(record)
            if link is not None and link.intent is not None:
                now = UNREAD
            if not isinstance(now, Presence):
                now = {name: value for name, value in now.items() if name in names}
                if _NOT_KEPT in names:
                    now = {**now, _NOT_KEPT: None}
            said[record] = now
        return said


def lines_of(run: RunContext, entries: Sequence[History]) -> list[HistoryLine]:
    """The writes among *entries*; of what was created, also what the CRM itself filled in."""
    lines = []
    for entry in entries:
        what, detail = _WRITES.get(entry.what), entry.detail
        record_id = str(detail.get("record_id") or "")
        if what is None or not record_id or "side" not in detail:
            continue
        side = Side(detail["side"])
        before, after = dict(detail.get("before", {})), dict(detail.get("after", {}))
        if what is What.CREATED and after:
            after = {**defaults_of(side, run.org), **after}
            if side is Side.SALESFORCE:
                after = {name: v for name, v in after.items() if name in run.org.task_fields}
        fields = (_NOT_KEPT,) if what is not What.DELETED and not after else tuple(after)
        lines.append(
            HistoryLine(
                key=entry.key,
                at=entry.at,
                what=what,
                side=side,
                record_id=record_id,
                fields=fields,
                before=before,
                after=after,
            )
        )
    return lines


async def with_history(run: RunContext, lines: Sequence[HistoryLine]) -> list[HistoryLine]:
    """
    *lines*, where HubSpot was written without being read with what its own history says was there before.

    The value before is the one that the written value followed; where somebody has written the same since,
    or HubSpot no longer tells, it stays unknown.
    """
    ids = sorted({line.record_id for line in lines if _lacks(line)})
    if not ids:
        return list(lines)
    past = await run.hubspot.task_past(ids)
    same = alike_with(run.marker)
    completed = []
    for line in lines:
        before = dict(line.before)
        for name in _lacks(line):
            known = past.get(line.record_id, {}).get(name, ())
            written = [
                place
                for place, (at, value) in enumerate(known)
                if at >= line.at - _CLOCKS and same(line.side, name, value, line.after[name])
            ]
            if len(written) == 1:
                before[name] = known[written[0] - 1][1] if written[0] else None
        completed.append(replace(line, before=before))
    return completed


def _lacks(line: HistoryLine) -> list[str]:
    """The properties of which is not known what they said before the write."""
    if line.what is not What.UPDATED or line.side is not Side.HUBSPOT:
        return []
    return [name for name in line.after if name not in line.before and name not in PLACES]


async def read_records(run: RunContext, lines: Sequence[HistoryLine]) -> Known:
    """Both sides as they are now, in bulk."""
    ids = {side: sorted({x.record_id for x in lines if x.side is side}) for side in Side}
    names = {name for line in lines for name in (*line.before, *line.after)}
    full: dict[Record, Values | Presence] = {}
    full |= await _in_salesforce(run, ids[Side.SALESFORCE], names)
    full |= await _in_hubspot(run, ids[Side.HUBSPOT])
    links: dict[Record, Link] = {}
    of_tasks = await run.db(run.store.links_of_tasks, ids[Side.SALESFORCE])
    links |= {(Side.SALESFORCE, one): link for one, link in of_tasks.items()}
    for link in await run.db(run.store.links_of, Kind.TASK, ids[Side.HUBSPOT]):
        links[Side.HUBSPOT, link.hubspot_id] = link
    newest = await newest_links(run, {line.key for line in lines})
    return Known(full=full, links=links, newest=newest)


async def _in_salesforce(
    run: RunContext, ids: Sequence[str], names: Collection[str]
) -> dict[Record, Values | Presence]:
    if not ids:
        return {}
    wanted = sorted((TRACKED[Side.SALESFORCE] | set(names)) & run.org.task_fields)
    tasks = await run.salesforce.tasks(ids, wanted)
    return {
        (Side.SALESFORCE, one): GONE
        if (task := tasks.get(one)) is None or task.is_deleted
        else salesforce_values(task.fields)
        for one in ids
    }


async def _in_hubspot(run: RunContext, ids: Sequence[str]) -> dict[Record, Values | Presence]:
    if not ids:
        return {}
    found = await run.hubspot.read(ObjectType.TASKS, ids)
    living = [one for one in ids if found.get(one) is not None]
    hanging = (
        await run.hubspot.associations(ObjectType.TASKS, living, to=_PLACES_TO) if living else {}
    )
    return {
        (Side.HUBSPOT, one): GONE
        if (activity := found.get(one)) is None
        else hubspot_values(activity, hanging.get(one, Associations()))
        for one in ids
    }


async def newest_links(run: RunContext, keys: Collection[str]) -> dict[str, Link]:
    """By each key the link that it goes by now: a tombstone names the key that followed it."""
    newest: dict[str, Link] = {}
    pending = {key: key for key in keys}
    for _ in range(_LONGEST_CHAIN):
        found = await run.db(run.store.links, sorted(set(pending.values())))
        pending = {key: at for key, at in pending.items() if at in found}
        newest |= {key: found[at] for key, at in pending.items()}
        pending = {
            key: newest[key].detail
            for key in pending
            if newest[key].state is LinkState.ENDED and newest[key].detail
        }
        if not pending:
            break
    return newest

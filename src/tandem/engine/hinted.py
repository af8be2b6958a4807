"""
What change feeds have named: read again by id, before anything is polled.

A hint is only a word (DESIGN, "The path of one activity"): lost, doubled or out of order it does no harm,
since the record itself is read. It is forgotten together with what became of it, and comes back if the run ends first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field

from tandem.crm.connector import TaskSeen
from tandem.engine.awaited import AWAITED_IN_HUBSPOT, awaited_by
from tandem.engine.context import LONG_AGO, RunContext
from tandem.engine.reliance import reliance_of
from tandem.engine.salesforce_tasks import SOURCE, read_tasks
from tandem.mapping.ids import id18, is_salesforce_id
from tandem.model import Activity, Kind, Link, LinkState, ObjectType, Side
from tandem.store.hints import Change, HeldHint
from tandem.sync.reasons import Reason

__all__ = ["Named", "hinted"]

_BATCH = 1_000
_DATED = frozenset({Change.CREATED, Change.CHANGED, Change.DELETED})
_CONTACTS = "contacts"
_PEOPLE = frozenset({"Contact", "Lead"})
_AWAITED = _PEOPLE | {"Account", "Opportunity"}
_OBJECTS = frozenset(ObjectType)


@dataclass(slots=True, kw_only=True)
class Named:
    """
    Records that hints named, as they are now.

    ``people`` are HubSpot contacts of whom there may be news, ``awaited`` Salesforce records that a task may wait for.
    """

    activities: list[Activity] = field(default_factory=list)
    tasks: list[TaskSeen] = field(default_factory=list)
    gone: list[Link] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)
    checkpoints: dict[str, dict[str, object]] = field(default_factory=dict)
    hints: tuple[HeldHint, ...] = ()

    @property
    def is_look(self) -> bool:
        """Whether something may have changed that does not move a record's modified date."""
        return any(each.hint.change not in _DATED for each in self.hints)


async def hinted(run: RunContext) -> AsyncIterator[Named]:
    """
    The hints that wait, oldest first, at most a thousand at once.

    One to look at everything makes the run blind on that side: every source there is polled in it.
    """
    seen: set[tuple[str, str, str, int]] = set()
    while True:
        held = await run.db(run.store.hints, _BATCH)
        fresh = [each for each in held if _name(each) not in seen]
        if not fresh:
            return
        seen.update(map(_name, fresh))
        yield await _heard(run, fresh)
        if len(held) < _BATCH:
            return


def _name(held: HeldHint) -> tuple[str, str, str, int]:
    return held.hint.side, held.hint.object, held.hint.record_id, held.mark


async def _heard(run: RunContext, held: Sequence[HeldHint]) -> Named:
    named = Named(hints=tuple(held))
    sorts: dict[tuple[Side, str], list[HeldHint]] = defaultdict(list)
    arrived: dict[str, list[str]] = {}
    for each in held:
        if each.hint.is_everything:
            run.blind.add(each.hint.side)
        else:
            sorts[each.hint.side, each.hint.object].append(each)
    for (side, name), hints in sorts.items():
        match side:
            case Side.HUBSPOT if name in _OBJECTS:
                await _hear_activities(run, named, ObjectType(name), hints)
            case Side.HUBSPOT if name in AWAITED_IN_HUBSPOT:
                arrived[name] = _decimal(hints)
            case Side.SALESFORCE if name == SOURCE:
                await _hear_tasks(run, named, hints)
            case Side.SALESFORCE if name in _AWAITED:
                named.awaited.update(id18(each.hint.record_id) for each in _real(hints))
                if name in _PEOPLE:
                    named.people |= await _contacts_of(run, hints)
            case _:
                pass  # read anew within minutes whenever it is used: owners
    named.people.update(arrived.get(_CONTACTS, ()))
    named.awaited |= await awaited_by(run, arrived)
    if named.people:
        await run.db(run.store.forget_people, named.people)
    return named


async def _hear_activities(
    run: RunContext, named: Named, object_type: ObjectType, hints: Sequence[HeldHint]
) -> None:
    kinds = {kind for kind in run.policy.synced_kinds if kind.object_type is object_type}
    if not kinds:
        return
    links = await _links(run, kinds, [each.hint.record_id for each in hints])
    ids = [
        each.hint.record_id
        for each in hints
        if each.hint.record_id.isdecimal() and not _is_known(each, links.get(each.hint.record_id))
    ]
    if ids:
        found = await run.hubspot.read(object_type, ids)
        run.now = await run.hubspot.now()
        named.activities += [each for each in found.values() if each is not None]
        named.gone += [links[one] for one in ids if found.get(one) is None and one in links]
    reliance = await reliance_of(run, object_type)
    named.checkpoints[reliance.name] = dict(reliance.after_hints(len(hints)))


async def _links(run: RunContext, kinds: Collection[Kind], ids: Sequence[str]) -> dict[str, Link]:
    """By HubSpot id, the records' own links: not those of an e-mail's opens."""
    found: dict[str, Link] = {}
    for kind in kinds:
        if kind.is_record:
            found |= {
                link.hubspot_id: link
                for link in await run.db(run.store.links_of, kind, ids)
                if link.hubspot_id is not None
            }
    return found


def _is_known(held: HeldHint, link: Link | None) -> bool:
    """Whether the link has seen the record as it was after that change: mostly Tandem's own write."""
    at = held.hint.occurred_at
    if link is None or at is None or link.modified_at is None:
        return False
    return held.hint.change is Change.CHANGED and link.modified_at >= at


async def _hear_tasks(run: RunContext, named: Named, hints: Sequence[HeldHint]) -> None:
    if not run.policy.salesforce_task_sync:
        return
    ids = sorted({id18(each.hint.record_id) for each in _real(hints)})
    found = await read_tasks(run, ids)
    named.tasks += [
        found.get(one) or TaskSeen(id=one, key=None, fields={}, is_deleted=True) for one in ids
    ]
    reliance = await reliance_of(run, SOURCE)
    named.checkpoints[reliance.name] = dict(reliance.after_hints(len(hints)))


def _decimal(hints: Sequence[HeldHint]) -> list[str]:
    return [each.hint.record_id for each in hints if each.hint.record_id.isdecimal()]


def _real(hints: Sequence[HeldHint]) -> list[HeldHint]:
    """Those with an id that Salesforce could have given."""
    return [each for each in hints if is_salesforce_id(each.hint.record_id)]


async def _contacts_of(run: RunContext, hints: Sequence[HeldHint]) -> set[str]:
    """HubSpot contacts with the addresses of these Salesforce people; asked only while somebody is waited for."""
    waiting = await run.db(
        run.store.in_state, LinkState.WAITING, reason=Reason.NO_SALESFORCE_RECORD, limit=1
    )
    ids = [each.hint.record_id for each in _real(hints)]
    if not waiting or not ids:
        return set()
    people = await run.salesforce.people(ids, ())
    emails = {person.email for person in people.by_id.values() if person.email}
    known = await run.db(run.store.people_by_email, emails, LONG_AGO)
    return {each.contact.id for each in known.values()}

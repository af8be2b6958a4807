"""
The first thing a run does: look at every write whose settlement was never saved.

A create that landed is linked, one that did not is written by the ordinary path; an update is folded
into the base field by field. Nothing is repeated before the CRM was asked. What is left to do is due
since it was announced: this run takes it up, however the host's clock and HubSpot's differ.

A create that is not found may still come to light: it was committed late, or a search lags. So it stays
announced for a while. Where the CRM itself refuses a second record with the same key, it is written again
meanwhile; elsewhere it waits, and so does the end of a pair whose origin is deleted in that time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from tandem.engine import holding
from tandem.engine.adopt import in_bin
from tandem.engine.answers import deleted_in, linked
from tandem.engine.context import LONG_AGO, RunContext
from tandem.engine.task_pair import PLACES
from tandem.engine.writers import Existing, writer_of
from tandem.mapping.record_values import said_values
from tandem.mapping.salesforce import FIELDS_READ, seen_fields, seen_in_salesforce
from tandem.model import Field, Fields, KeyProperty, Link, LinkState, ObjectType, Side
from tandem.observing import Stage, during
from tandem.store.rows import History
from tandem.sync.reasons import Reason
from tandem.sync.recover import fold

__all__ = ["is_repeatable", "recover"]

_COMES_TO_LIGHT = timedelta(minutes=10)
"""How long a write that landed may stay unseen: late commits and a lagging search index."""

_SOON = timedelta(minutes=1)


@during(Stage.RECOVER)
async def recover(run: RunContext) -> int:
    """Settle every open intent; how many there were."""
    links = await run.db(run.store.intents)
    if not links:
        return 0
    settled: list[_Settled] = []
    for side in Side:
        mine = [link for link in links if link.intent is not None and link.intent.side is side]
        creates = [link for link in mine if link.intent and link.intent.operation == "create"]
        others = [link for link in mine if link.intent and link.intent.operation != "create"]
        people = await _people(run, creates, side)
        found = await writer_of(run, side).existing(creates, people, also_by_mark=True)
        settled += [_created(run, link, found.get(link.key)) for link in creates]
        seen = await _seen(run, others, side)
        for link in others:
            now = seen.get(link.key)
            copy = await _copy(run, link) if now is None else {}
            settled += _changed(run, link, now, copy)
    await run.db(_save, run, settled)
    run.at("recovered")
    return len(links)


def is_repeatable(run: RunContext, link: Link) -> bool:
    """Whether the open create of *link* may be written again although the first may have landed."""
    if link.intent is None:
        return True
    if link.intent.side is Side.HUBSPOT:
        return run.schema.key is KeyProperty.UNIQUE
    return run.org.has_key_field


async def _people(run: RunContext, links: Sequence[Link], side: Side) -> list[str]:
    """Whom the announced tasks are on, for looking where there is no key field."""
    contact_ids = {link.contact_id for link in links if link.contact_id}
    if side is Side.HUBSPOT or not contact_ids:
        return sorted(contact_ids)
    known = await run.db(run.store.people, contact_ids, LONG_AGO)
    return sorted({each.person.id for each in known.values() if each.person is not None})


async def _seen(run: RunContext, links: Sequence[Link], side: Side) -> Mapping[str, Fields]:
    """What the written records of *links* say now, by key; those that are gone are absent."""
    if not links:
        return {}
    if side is Side.HUBSPOT:
        ids = [link.hubspot_id for link in links if link.hubspot_id]
        found = await run.hubspot.read(ObjectType.TASKS, ids)
        return {
            link.key: _without_places(seen_fields(activity, run.now, run.marker))
            for link in links
            if (activity := found.get(link.hubspot_id or "")) is not None
        }
    ids = [link.salesforce_id for link in links if link.salesforce_id]
    tasks = await run.salesforce.tasks(ids, sorted(FIELDS_READ & run.org.task_fields))
    return {
        link.key: seen_in_salesforce(task.fields, run.marker)
        for link in links
        if (task := tasks.get(link.salesforce_id or "")) is not None and not task.is_deleted
    }


def _without_places(said: Fields) -> Fields:
    """What a HubSpot task hangs on is not told by the record: a move is decided about anew."""
    return {name: value for name, value in said.items() if name not in PLACES}


_Settled = tuple[Link, History | None]


def _created(run: RunContext, link: Link, task: Existing | None) -> _Settled:
    intent = link.intent
    assert intent is not None
    if task is None:
        return _not_found(run, link), None
    known = linked(link, intent.side, task.id)
    if task.is_deleted:
        gone = replace(known, state=LinkState.ENDED, reason=in_bin(intent.side), due_at=None)
        return gone, _line(run, link, "ended", task.id)
    landed = replace(
        known,
        # What a file alone named has no task in Salesforce to be a pair with.
        state=LinkState.PAIRED if known.is_pair else LinkState.ENDED,
        reason="" if known.is_pair else Reason.WRITTEN_BY_TANDEM,
        detail="",
        hubspot=intent.hubspot,
        salesforce=intent.salesforce,
        attempts=0,
        due_at=intent.announced_at if link.kind.is_record else None,
        payload=None,
    )
    said = intent.hubspot if intent.side is Side.HUBSPOT else intent.salesforce
    after = said_values(intent.side, said)
    entry = _line(run, link, "created", task.id, after=after)
    if holding.is_held(link):
        landed = holding.held(replace(landed, state=LinkState.PARKED), link.run_id or 0)
    return landed, entry


def _not_found(run: RunContext, link: Link) -> Link:
    """Announced on while it may come to light; then it never was, and the ordinary path writes it."""
    assert link.intent is not None
    announced_at = link.intent.announced_at
    is_late = run.now - announced_at >= _COMES_TO_LIGHT
    if holding.is_held(link):
        # What an undo was about to make again: the same undo does it, if it is asked for again.
        return replace(link, intent=None) if is_late or is_repeatable(run, link) else link
    waiting = replace(link, state=LinkState.WAITING, reason=Reason.INTERRUPTED)
    if is_late:
        return replace(waiting, intent=None, due_at=announced_at)
    if is_repeatable(run, link):
        return replace(waiting, due_at=announced_at)
    return replace(waiting, reason=Reason.OUTCOME_UNKNOWN, due_at=run.now + _SOON)


async def _copy(run: RunContext, link: Link) -> Mapping[str, str | None]:
    """What the record said that was to be deleted, as it was kept before."""
    kept: Mapping[str, str | None] = {}
    if link.intent is not None and link.intent.operation == "delete":
        for entry in await run.db(run.store.history, link.key):
            if entry.what == "deleting" and entry.run_id == link.intent.run_id:
                kept = entry.detail["before"]
    return kept


def _changed(
    run: RunContext, link: Link, seen: Fields | None, copy: Mapping[str, str | None]
) -> list[_Settled]:
    """*link* once its interrupted update or deletion is accounted for; *copy* is what was to be deleted."""
    intent = link.intent
    assert intent is not None
    record_id = link.hubspot_id if intent.side is Side.HUBSPOT else link.salesforce_id
    if seen is None:
        is_ours = intent.operation == "delete"
        if is_ours and holding.is_held(link):
            tombstone, *left = holding.undone(link, intent.side)
            entry = _line(run, tombstone, "ended", record_id)
            return [(tombstone, entry), *((each, None) for each in left)]
        reason = deleted_in(intent.side.other if is_ours else intent.side)
        ended = replace(link, state=LinkState.ENDED, reason=reason, intent=None, due_at=None)
        if is_ours:
            entry = _line(run, link, "deleted", record_id, reason=reason, before=dict(copy))
            return [(ended, entry)]
        return [(ended, _line(run, link, "ended", record_id))]
    if intent.operation == "delete":
        return [(replace(link, intent=None, due_at=intent.announced_at), None)]
    hubspot, salesforce = fold(link, seen)
    folded = replace(
        link,
        hubspot=hubspot,
        salesforce=salesforce,
        contact_id=_contact(link, hubspot),
        intent=None,
    )
    return [(replace(folded, due_at=intent.announced_at), None)]


def _contact(link: Link, hubspot: Fields) -> str | None:
    """Whose the task is, now that the announced move has landed or has not."""
    person = hubspot.get(Field.PERSON)
    if isinstance(person, str) and person != link.hubspot.get(Field.PERSON):
        return person
    return link.contact_id


def _line(run: RunContext, link: Link, what: str, record_id: str | None, **more: object) -> History:
    side = link.intent.side.value if link.intent is not None else Side.SALESFORCE.value
    detail = {"recovered": True, "record_id": record_id or "", "side": side, **more}
    return History(key=link.key, at=run.now, run_id=run.run_id, what=what, detail=detail)


def _save(run: RunContext, settled: Sequence[_Settled]) -> None:
    with run.store.transaction(run.lease) as unit:
        unit.save_links([link for link, _ in settled])
        unit.append_history([entry for _, entry in settled if entry is not None])

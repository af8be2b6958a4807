"""From the steps of an undo to writes: each record one write at a time, each pair held before it is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tandem.crm.connector import AssociationChange
from tandem.engine import holding
from tandem.engine.context import RunContext
from tandem.engine.undoing_reading import Known
from tandem.engine.work import Work
from tandem.mapping.hubspot_task import base_of_task
from tandem.mapping.hubspot_values import CONTACTS
from tandem.mapping.keys import next_key, salesforce_task_key, task_key
from tandem.mapping.record_values import (
    PLACES,
    associations_from,
    hubspot_record,
    ids_in,
    salesforce_record,
    salesforce_writable,
)
from tandem.mapping.salesforce import base_of, base_of_new
from tandem.model import Field, KeyProperty, Kind, Link, LinkState, Side
from tandem.sync.pair import Presence
from tandem.sync.reasons import Reason
from tandem.sync.undo import DeleteCreated, Recreate, RestoreValue, Step, Values

__all__ = ["Group", "Works", "fresh_keys", "restored_values"]

_ID = {Side.HUBSPOT: "id", Side.SALESFORCE: "Id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A write and the steps that it carries out."""

    work: Work
    steps: tuple[Step, ...]


class Works:
    """Makes the writes of one page of steps; ``links`` are the links as they are after what was written so far."""

    def __init__(self, run: RunContext, known: Known) -> None:
        self._run = run
        self._known = known
        self._links = {link.key: link for link in (*known.links.values(), *known.newest.values())}

    def take_over(self, links: Iterable[Link]) -> None:
        """*links* as a write has left them."""
        self._links |= {link.key: link for link in links}

    def link_of(self, step: DeleteCreated | RestoreValue) -> Link | None:
        known = self._known.links.get((step.side, step.record_id)) or self._known.newest.get(
            step.key
        )
        return None if known is None else self._links[known.key]

    # ------------------------------------------------------------------ deleting

    def deletions(self, steps: Sequence[Step]) -> list[Group]:
        groups = []
        for step in steps:
            if not isinstance(step, DeleteCreated) or (link := self.link_of(step)) is None:
                continue
            held = holding.held(link, self._run.run_id)
            before = self._known.full.get((step.side, step.record_id))
            work = Work(
                operation="delete",
                side=step.side,
                link=held,
                target=held,
                record={_ID[step.side]: step.record_id},
                before={} if before is None or isinstance(before, Presence) else before,
            )
            groups.append(Group(work=work, steps=(step,)))
        return groups

    # ------------------------------------------------------------------ restoring

    def restorations(self, steps: Sequence[Step], side: Side, *, places: bool) -> list[Group]:
        """What is written back on *side*: fields, or with *places* what HubSpot's tasks hang on."""
        by_record: dict[str, list[RestoreValue]] = {}
        for step in steps:
            if not isinstance(step, RestoreValue) or step.side is not side:
                continue
            if (side is Side.HUBSPOT and step.field in PLACES) is places:
                by_record.setdefault(step.record_id, []).append(step)
        groups = []
        for record_id, mine in by_record.items():
            link = self.link_of(mine[0])
            if link is not None:
                held = holding.held(link, self._run.run_id)
                work = restored_values(self._run, held, side, record_id, mine)
                groups.append(Group(work=work, steps=tuple(mine)))
        return groups

    # ------------------------------------------------------------------ making again

    def recreations(self, steps: Sequence[Step], keys: Mapping[str, str]) -> list[Group]:
        """*keys* names the key for each tombstone that has no following link yet."""
        groups = []
        for step in steps:
            if isinstance(step, Recreate) and step.key in self._known.newest:
                tombstone = self._links[self._known.newest[step.key].key]
                link = self._following(tombstone, step.side, keys.get(tombstone.key))
                groups.append(Group(work=self._recreated(link, step), steps=(step,)))
        return groups

    def _following(self, link: Link, side: Side, key: str | None) -> Link:
        """The link that the new record will go by: what is left of the pair, else one of its own."""
        if link.state is not LinkState.ENDED:
            return holding.held(link, self._run.run_id)
        fresh = Link(
            key=key or link.key,
            kind=link.kind,
            hubspot_id=None,
            state=LinkState.PARKED,
            reason=Reason.HELD,
            created_at=self._run.now,
            first_seen_at=self._run.now,
            settings_version=self._run.policy.version,
            contact_id=link.contact_id if side is Side.HUBSPOT else None,
        )
        return holding.held(fresh, self._run.run_id)

    def _recreated(self, link: Link, step: Recreate) -> Work:
        run = self._run
        if step.side is Side.SALESFORCE:
            record: dict[str, Any] = salesforce_record(step.values, link.key, run.org)
            return Work(
                operation="create",
                side=step.side,
                link=link,
                target=replace(link, salesforce=base_of_new(record, run.marker)),
                record=record,
                fallbacks=(run.org.user_id,),
                look_first=not run.org.has_key_field,
            )
        properties = hubspot_record(step.values, link.key, run.schema)
        attached = associations_from(step.values)
        said = base_of_task(properties, run.marker)
        contact_id = next(iter(attached.contact_ids), None)
        return Work(
            operation="create",
            side=step.side,
            link=link,
            target=replace(link, hubspot=said, contact_id=contact_id or link.contact_id),
            record=properties,
            attached=attached,
            look_first=run.schema.key is not KeyProperty.UNIQUE,
        )


def restored_values(
    run: RunContext,
    link: Link,
    side: Side,
    record_id: str,
    steps: Sequence[RestoreValue],
    *,
    is_agreed: bool = True,
) -> Work:
    """
    The write that carries out *steps*, all of one record and either fields or places.

    With *is_agreed* both sides as they are then become the base; otherwise what is put back is an edit.
    """
    values = {step.field: step.value for step in steps}
    before = {step.field: step.expected for step in steps}
    moves = tuple(
        _move(record_id, step) for step in steps if side is Side.HUBSPOT and step.field in PLACES
    )
    written: dict[str, Any] = {}
    if not moves:
        written = salesforce_writable(values) if side is Side.SALESFORCE else dict(values)
    target = _agreed(run, link, side, values) if is_agreed else link
    return Work(
        operation="update",
        side=side,
        link=link,
        target=target,
        record={_ID[side]: record_id, **written},
        moves=moves,
        before=before,
    )


def _move(record_id: str, step: RestoreValue) -> AssociationChange:
    now, wanted = set(ids_in(step.expected)), set(ids_in(step.value))
    return AssociationChange(
        task_id=record_id,
        to=step.field,
        add=tuple(sorted(wanted - now)),
        remove=tuple(sorted(now - wanted)),
    )


def _agreed(run: RunContext, link: Link, side: Side, values: Values) -> Link:
    if side is Side.SALESFORCE:
        return replace(link, salesforce={**link.salesforce, **base_of(values, run.marker)})
    said = {**link.hubspot, **base_of_task(values, run.marker)}
    contact_id = link.contact_id
    if not values.keys().isdisjoint(PLACES):
        # What it hangs on is told by the next look at it.
        said = {n: v for n, v in said.items() if n not in (Field.PERSON, Field.RELATED)}
        contact_id = next(iter(ids_in(values.get(CONTACTS))), contact_id)
    return replace(link, hubspot=said, contact_id=contact_id)


async def fresh_keys(
    run: RunContext, wanted: Mapping[str, tuple[Side, str, Kind]]
) -> dict[str, str]:
    """
    For each tombstone's key a key that nothing was ever created under: the new origin's own, or one that follows.

    *wanted* names by tombstone the side and the id of the record that will be, or was, there.
    """
    chosen: dict[str, str] = {}
    asked = {key: _own_key(run, *origin) for key, origin in wanted.items()}
    while asked:
        taken = await run.db(run.store.links, sorted(set(asked.values())))
        chosen |= {key: each for key, each in asked.items() if each not in taken}
        asked = {key: next_key(each) for key, each in asked.items() if each in taken}
    return chosen


def _own_key(run: RunContext, side: Side, record_id: str, kind: Kind) -> str:
    if side is Side.HUBSPOT:
        return task_key(run.portal.id, kind, record_id)
    return salesforce_task_key(run.org.id, record_id)

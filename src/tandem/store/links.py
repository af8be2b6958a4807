"""Links, their history, and how far the feeds are read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, text

from tandem.model import Kind, Link, LinkState
from tandem.store.database import slices
from tandem.store.encoding import fields_from, intent_from, value_from
from tandem.store.parked import NOT_PAIRED
from tandem.store.parts import ConnectionPart, of_connection
from tandem.store.rows import Checkpoint, History
from tandem.store.tables import checkpoint, history, link

__all__ = ["Links"]

_COLUMNS = [column for column in link.columns if column.name != "connection_id"]
"""In the order of the table, which ``_link_from`` takes apart by position."""

_KINDS = {kind.value: kind for kind in Kind}
_STATES = {state.value: state for state in LinkState}
_ALL = select(*_COLUMNS).where(of_connection(link))
_OF = {
    column: _ALL.where(column.in_(bindparam("values", expanding=True)))
    for column in (link.c.key, link.c.hubspot_id, link.c.salesforce_id)
}
# Spelled out: the index is on waiting ones only.
_WAITING_FOR = _ALL.where(
    link.c.contact_id.in_(bindparam("values", expanding=True)), link.c.state == text("'waiting'")
)
_ANNOUNCED = _ALL.where(link.c.intent.is_not(None)).order_by(link.c.key)
_CHECKPOINT = select(checkpoint.c.value).where(
    of_connection(checkpoint), checkpoint.c.name == bindparam("name")
)
_SHORT_ID = 15  # a Salesforce id as its pages show it; what is stored has three more characters


class Links(ConnectionPart):
    """Reading the links of one connection; they are written in a unit of work only."""

    def links(self, keys: Collection[str]) -> dict[str, Link]:
        """By key; keys never seen are absent."""
        found = self._in_slices(_OF[link.c.key], keys)
        return {each.key: each for each in found}

    def links_of(self, kind: Kind, hubspot_ids: Collection[str]) -> list[Link]:
        """All links of these HubSpot records as *kind* (an e-mail's opens are several)."""
        found = self._in_slices(_OF[link.c.hubspot_id], hubspot_ids)
        return [each for each in found if each.kind is kind]

    def links_of_tasks(self, salesforce_ids: Collection[str]) -> dict[str, Link]:
        """
        By the Salesforce task's id (18 characters); tasks never seen are absent.

        After a restore the task of a pair may have been met alone first, and left out as Tandem's own: the pair counts.
        """
        found = self._in_slices(_OF[link.c.salesforce_id], salesforce_ids)
        return {
            str(each.salesforce_id): each for each in sorted(found, key=lambda one: one.is_pair)
        }

    def link_by_salesforce_id(self, salesforce_id: str) -> Link | None:
        """By 15 or 18 characters."""
        found = self._read(_ALL.where(_is_salesforce_id(salesforce_id)))
        return max(found, key=lambda one: one.is_pair, default=None)

    def find(self, given: str) -> list[Link]:
        """By key or by either record's id; kinds may share an id, so there may be several."""
        ways = (link.c.key == given, link.c.hubspot_id == given, _is_salesforce_id(given))
        with self._database.reading():
            # One question for each index: a single OR would read every link.
            found = [each for way in ways for each in self._read(_ALL.where(way))]
        return list({each.key: each for each in sorted(found, key=lambda each: each.key)}.values())

    def due(
        self,
        now: datetime,
        limit: int,
        kinds: Collection[Kind] | None = None,
        *,
        only_in_hubspot: bool = False,
    ) -> list[Link]:
        """
        Links to look at again by *now*, the longest due first; of *kinds* only where given.

        A link without any record, of a task that a file names, is nothing to look at; *only_in_hubspot* leaves out
        the tasks that have no HubSpot record yet, too.
        """
        in_hubspot = link.c.hubspot_id != ""
        has_record = (
            in_hubspot if only_in_hubspot else in_hubspot | link.c.salesforce_id.is_not(None)
        )
        statement = _ALL.where(link.c.due_at <= now, has_record)
        if kinds is not None:
            statement = statement.where(link.c.kind.in_([kind.value for kind in kinds]))
        return self._read(statement.order_by(link.c.due_at, link.c.key).limit(limit))

    def intents(self) -> list[Link]:
        """Links with an announced write whose outcome was never saved."""
        return self._read(_ANNOUNCED)

    def pairs_after(self, key: str, limit: int) -> list[Link]:
        """The pairs behind *key* in the order of keys; start with an empty one."""
        return self.in_state(LinkState.PAIRED, after=key, limit=limit)

    def parked(self, reason: str | None = None, *, limit: int = 1_000) -> list[Link]:
        return self.in_state(LinkState.PARKED, reason=reason, limit=limit)

    def in_state(
        self,
        state: LinkState,
        *,
        reason: str | None = None,
        kind: Kind | None = None,
        after: str = "",
        limit: int = 1_000,
    ) -> list[Link]:
        """Links in one state behind the key *after*, in the order of keys."""
        if state is LinkState.PAIRED:
            return self._read(
                _chosen(_ALL, state, reason, kind, after).order_by(link.c.key).limit(limit)
            )
        keys = _chosen(select(link.c.key), state, reason, kind, after).where(
            of_connection(link), NOT_PAIRED
        )
        # Found by the index of what is not paired. Without a reason the order is not the index's: as an expression
        # the key cannot tempt the database to walk through all links by key instead.
        order = link.c.key if reason is not None else link.c.key.concat("")
        first = keys.order_by(order).limit(limit).subquery()
        return self._read(_ALL.where(link.c.key.in_(select(first.c.key))).order_by(link.c.key))

    def waiting_for(self, contact_ids: Collection[str]) -> list[Link]:
        """Waiting links whose contact is one of these."""
        return self._in_slices(_WAITING_FOR, contact_ids)

    def of_run(self, run_id: int, *, after: str = "", limit: int = 1_000) -> list[Link]:
        """Links whose present state a run decided, in the order of keys."""
        statement = _ALL.where(link.c.run_id == run_id, link.c.key > after)
        return self._read(statement.order_by(link.c.key).limit(limit))

    def counts(self) -> dict[tuple[Kind, LinkState, str], int]:
        """How many links there are of each kind, state and reason."""
        columns = (link.c.kind, link.c.state, link.c.reason)
        statement = select(*columns, func.count()).where(self._mine(link)).group_by(*columns)
        with self._database.reading() as database:
            rows = database.execute(statement).all()
        return {(Kind(kind), LinkState(state), reason): n for kind, state, reason, n in rows}

    def history(self, key: str) -> list[History]:
        """What happened to a link, oldest first."""
        statement = select(history).where(self._mine(history), history.c.key == key)
        with self._database.reading() as database:
            rows = database.execute(statement.order_by(history.c.id)).all()
        return [self._history_from(row) for row in rows]

    def last_times(self, keys: Collection[str], what: str) -> dict[str, datetime]:
        """When *what* last happened to each of *keys*; those to which it never did are absent."""
        found: dict[str, datetime] = {}
        with self._database.reading() as database:
            for part in slices(dict.fromkeys(keys)):
                statement = (
                    select(history.c.key, func.max(history.c.at).label("last"))
                    .where(self._mine(history), history.c.key.in_(part), history.c.what == what)
                    .group_by(history.c.key)
                )
                rows = database.execute(statement).all()
                found.update((row.key, row.last) for row in rows)
        return found

    def often_updated(self, keys: Collection[str], since: datetime, times: int) -> frozenset[str]:
        """Those of *keys* whose records were updated at least so many times since."""
        found: set[str] = set()
        with self._database.reading() as database:
            for part in slices(dict.fromkeys(keys)):
                statement = (
                    select(history.c.key)
                    .where(self._mine(history), history.c.key.in_(part))
                    .where(history.c.at >= since, history.c.what == "updated")
                    .group_by(history.c.key)
                    .having(func.count() >= times)
                )
                found.update(database.execute(statement).scalars())
        return frozenset(found)

    def history_of_run(self, run_id: int, *, after: str = "", limit: int = 1_000) -> list[History]:
        """
        What a run did to links behind the key *after*: by key, each link's entries whole and oldest first.

        At least one link's, else as many as have at most *limit* entries together; nothing behind the last.
        """
        statement = (
            select(history)
            .where(self._mine(history), history.c.run_id == run_id, history.c.key > after)
            .order_by(history.c.key, history.c.id)
        )
        with self._database.reading() as database:
            rows = database.execute(statement.limit(limit + 1)).all()
            if len(rows) > limit:
                last = rows[-1].key
                whole = [row for row in rows if row.key != last]
                if not whole:
                    whole = list(database.execute(statement.where(history.c.key == last)).all())
                rows = whole
        return [self._history_from(row) for row in rows]

    def checkpoint(self, name: str) -> dict[str, Any] | None:
        """How far a feed is read; None if it was never read."""
        with self._database.reading() as database:
            found = database.scalar(_CHECKPOINT, self._given(name=name))
        return None if found is None else value_from(found)

    def checkpoints(self) -> dict[str, Checkpoint]:
        """All feeds by name, with the time each was last saved."""
        with self._database.reading() as database:
            rows = database.execute(select(checkpoint).where(self._mine(checkpoint))).all()
        return {
            row.name: Checkpoint(name=row.name, value=value_from(row.value), saved_at=row.saved_at)
            for row in rows
        }

    def _read(self, statement: Select[Any], **values: Any) -> list[Link]:
        with self._database.reading() as database:
            rows = database.execute(statement, self._given(**values)).all()
        return [self._link_from(row) for row in rows]

    def _in_slices(self, statement: Select[Any], values: Iterable[str]) -> list[Link]:
        values = dict.fromkeys(values)
        if not values:
            return []
        with self._database.reading():
            return [each for part in slices(values) for each in self._read(statement, values=part)]

    def _link_from(self, row: Sequence[Any]) -> Link:
        # By position: naming the columns of a row costs as much as all the rest (docs/decisions).
        key, kind, hubspot_id, state, reason, detail, salesforce_id, *rest = row
        hubspot, salesforce, intent, contact_id, created_at, modified_at, *rest = rest
        salesforce_modified_at, first_seen_at, due_at, attempts, looks, *rest = rest
        payload, run_id, settings_version = rest
        if payload is not None:
            payload = self._keyring.decrypt(payload, context=self._payload_context(key))
        return Link(
            key=key,
            kind=_KINDS[kind],
            hubspot_id=hubspot_id or None,
            state=_STATES[state],
            reason=reason,
            detail=detail,
            salesforce_id=salesforce_id,
            hubspot=fields_from(hubspot),
            salesforce=fields_from(salesforce),
            intent=intent_from(intent),
            contact_id=contact_id,
            created_at=created_at,
            modified_at=modified_at,
            salesforce_modified_at=salesforce_modified_at,
            first_seen_at=first_seen_at,
            due_at=due_at,
            attempts=attempts,
            looks=looks,
            payload=payload,
            run_id=run_id,
            settings_version=settings_version,
        )

    def _history_from(self, row: Row[Any]) -> History:
        detail: dict[str, Any] = {}
        if row.detail is not None:
            context = self._history_context(row.key)
            detail = value_from(self._keyring.decrypt(row.detail, context=context))
        return History(key=row.key, at=row.at, what=row.what, run_id=row.run_id, detail=detail)


def _chosen(
    statement: Select[Any], state: LinkState, reason: str | None, kind: Kind | None, after: str
) -> Select[Any]:
    statement = statement.where(link.c.state == state.value)
    if reason is not None:
        statement = statement.where(link.c.reason == reason)
    if kind is not None:
        statement = statement.where(link.c.kind == kind.value)
    return statement.where(link.c.key > after) if after else statement


def _is_salesforce_id(given: str) -> Any:
    if len(given) != _SHORT_ID:
        return link.c.salesforce_id == given
    return (link.c.salesforce_id >= given) & (link.c.salesforce_id <= given + "~")

"""Forgetting: what is old, and what is kept about one person."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy import Connection as DatabaseConnection

from tandem.model import LinkState
from tandem.store.database import slices
from tandem.store.encoding import contact_from
from tandem.store.leases import Leases
from tandem.store.rows import Erased
from tandem.store.tables import conflict, history, link, person, person_address, run

__all__ = ["ERASED", "Retention"]

ERASED = "erased"
"""The reason of links that ended because their person was erased."""

_LEASE_SECONDS = 600.0


class Retention(Leases):
    """What goes, and when."""

    def forget_history(self, before: datetime) -> int:
        """Remove history and conflicts older than *before*, and people read before it; how many entries went."""
        with self._database.writing() as database:
            gone = sum(
                database.execute(
                    table.delete().where(self._mine(table), table.c.at < before)
                ).rowcount
                for table in (history, conflict)
            )
            old = select(person.c.contact_id).where(self._mine(person), person.c.read_at < before)
            database.execute(
                person_address.delete().where(
                    self._mine(person_address), person_address.c.contact_id.in_(old)
                )
            )
            database.execute(person.delete().where(self._mine(person), person.c.read_at < before))
        return int(gone)

    def forget_runs(self, before: datetime, *, idle_before: datetime, limit: int = 5_000) -> int:
        """
        Remove runs that began before *before*, and before *idle_before* those that found nothing to count.

        At most *limit* of them, oldest first, so that nobody waits for the database; how many went.
        """
        is_idle = and_(run.c.state == "done", run.c.counts == "{}", run.c.message == "")
        old = (
            select(run.c.id)
            .where(self._mine(run), run.c.finished_at.is_not(None))
            .where(
                or_(run.c.started_at < before, and_(is_idle, run.c.started_at < idle_before)),
            )
            .order_by(run.c.id)
            .limit(limit)
        )
        with self._database.writing() as database:
            return database.execute(run.delete().where(run.c.id.in_(old))).rowcount

    def erase(self, *, email: str | None = None, contact_ids: Collection[str] = ()) -> Erased:
        """
        Remove what is kept about one person, named by any address or by HubSpot contact ids.

        Their links end: the key stays as a tombstone, so that nothing is written twice, without
        any value of either side. AlreadyRunning while a run might write them anew.
        """
        held = self.acquire("an erasure", self._clock(), _LEASE_SECONDS)
        try:
            with self._database.writing() as database:
                return self._erase(database, email, set(contact_ids))
        finally:
            self.release(held)

    def _erase(
        self, database: DatabaseConnection, email: str | None, contact_ids: set[str]
    ) -> Erased:
        address = None if email is None else email.strip().lower()
        ids = contact_ids | self._ids_of(database, address, contact_ids)
        keys = self._keys_of(database, address, ids)
        payloads = links = entries = people = 0
        for part in slices(keys):
            mine = self._mine(link) & link.c.key.in_(part)
            payloads += len(database.execute(_with_payload(mine)).all())
            links += database.execute(link.update().where(mine).values(_EMPTY)).rowcount
            entries += sum(
                database.execute(
                    table.delete().where(self._mine(table), table.c.key.in_(part))
                ).rowcount
                for table in (history, conflict)
            )
        for part in slices(ids):
            for table in (person_address, person):
                gone = database.execute(
                    table.delete().where(self._mine(table), table.c.contact_id.in_(part))
                ).rowcount
            people += gone
        return Erased(people=people, payloads=payloads, links=links, history=entries)

    def _ids_of(
        self, database: DatabaseConnection, address: str | None, contact_ids: Collection[str]
    ) -> set[str]:
        """The contacts with that address, and those that were merged into one of them."""
        named = select(person_address.c.contact_id).where(
            self._mine(person_address), person_address.c.email == (address or "")
        )
        rows = database.execute(
            select(person.c.contact).where(
                self._mine(person),
                or_(person.c.contact_id.in_(named), person.c.contact_id.in_(list(contact_ids))),
            )
        ).scalars()
        contacts = [contact_from(row) for row in rows]
        return {each for contact in contacts for each in (contact.id, *contact.merged_ids)}

    def _keys_of(
        self, database: DatabaseConnection, address: str | None, ids: Collection[str]
    ) -> list[str]:
        """Links chosen for these contacts, and waiting events whose payload names the address."""
        keys: dict[str, None] = {}
        for part in slices(ids):
            statement = select(link.c.key).where(self._mine(link), link.c.contact_id.in_(part))
            keys.update(dict.fromkeys(database.execute(statement).scalars()))
        if address:
            named = re.compile(rb"(?<![\w.+-])" + re.escape(address.encode()) + rb"(?!\.?[\w-])")
            for key, sealed in database.execute(_with_payload(self._mine(link))):
                payload = self._keyring.decrypt(sealed, context=self._payload_context(key))
                if named.search(payload.lower()):
                    keys[key] = None
        return list(keys)


_EMPTY: dict[str, Any] = {
    "state": LinkState.ENDED.value,
    "reason": ERASED,
    "detail": "",
    "hubspot": "{}",
    "salesforce": "{}",
    "intent": None,
    "contact_id": None,
    "due_at": None,
    "payload": None,
}


def _with_payload(where: ColumnElement[bool]) -> Any:
    return select(link.c.key, link.c.payload).where(where, link.c.payload.is_not(None))

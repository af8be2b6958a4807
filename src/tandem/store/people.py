"""Who corresponds to whom: read people, pairs made by hand, and lists that change seldom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from tandem.store.database import slices
from tandem.store.encoding import contact_from, person_from, to_json
from tandem.store.parts import ConnectionPart, of_connection
from tandem.store.rows import RESTORED_AT, CachedPerson, RecordKind
from tandem.store.tables import cached, owner_pair, person, person_address, record_pair

__all__ = ["Caches", "Pairs", "People"]

_PEOPLE = select(person).where(
    of_connection(person),
    person.c.contact_id.in_(bindparam("ids", expanding=True)),
    person.c.read_at > bindparam("newer_than"),
)
_CACHED = select(cached.c.value).where(
    of_connection(cached),
    cached.c.name == bindparam("name"),
    cached.c.cached_at > bindparam("newer_than"),
)
_FORGET_CACHED = cached.delete().where(of_connection(cached), cached.c.name == bindparam("name"))
_OWNER_PAIRS = select(owner_pair.c.hubspot_owner_id, owner_pair.c.salesforce_user_id).where(
    of_connection(owner_pair)
)
_RECORD_PAIRS = select(record_pair.c.hubspot_id, record_pair.c.salesforce_id).where(
    of_connection(record_pair), record_pair.c.kind == bindparam("kind")
)


class People(ConnectionPart):
    """Contacts and their correspondence as read some minutes ago."""

    def people(self, contact_ids: Collection[str], newer_than: datetime) -> dict[str, CachedPerson]:
        """Those read after *newer_than*, by contact id."""
        found: dict[str, CachedPerson] = {}
        if not contact_ids:
            return found
        with self._database.reading() as database:
            for part in slices(dict.fromkeys(contact_ids)):
                wanted = self._given(ids=part, newer_than=newer_than)
                rows = database.execute(_PEOPLE, wanted)
                found |= {row.contact_id: _person_from(row) for row in rows}
        return found

    def people_by_email(
        self, emails: Collection[str], newer_than: datetime
    ) -> dict[str, CachedPerson]:
        """The same by any address of the contact (lower case)."""
        found: dict[str, CachedPerson] = {}
        if not emails:
            return found
        with self._database.reading() as database:
            for part in slices(dict.fromkeys(emails)):
                statement = (
                    select(person_address.c.email, person)
                    .join(
                        person,
                        (person.c.connection_id == person_address.c.connection_id)
                        & (person.c.contact_id == person_address.c.contact_id),
                    )
                    .where(
                        self._mine(person_address),
                        person_address.c.email.in_(part),
                        person.c.read_at > newer_than,
                    )
                )
                found |= {row.email: _person_from(row) for row in database.execute(statement)}
        return found

    def save_people(self, people: Sequence[CachedPerson]) -> None:
        """Replace what is known of these contacts and their addresses."""
        addresses = {
            email: self._row(email=email, contact_id=each.contact.id)
            for each in people
            for email in each.contact.emails
        }
        with self._database.writing() as database:
            self._forget_addresses([each.contact.id for each in people])
            rows = [self._person_row(each) for each in people]
            self._database.upsert(database, person, rows)
            self._database.upsert(database, person_address, list(addresses.values()))

    def forget_people(self, contact_ids: Collection[str]) -> None:
        """They are read again when next needed."""
        with self._database.writing() as database:
            self._forget_addresses(contact_ids)
            for part in slices(contact_ids):
                database.execute(
                    person.delete().where(self._mine(person), person.c.contact_id.in_(part))
                )

    def _forget_addresses(self, contact_ids: Collection[str]) -> None:
        with self._database.writing() as database:
            for part in slices(contact_ids):
                database.execute(
                    person_address.delete().where(
                        self._mine(person_address), person_address.c.contact_id.in_(part)
                    )
                )

    def _person_row(self, each: CachedPerson) -> dict[str, Any]:
        return self._row(
            contact_id=each.contact.id,
            contact=to_json(each.contact),
            person=None if each.person is None else to_json(each.person),
            reason=each.reason,
            read_at=each.read_at,
        )


class Caches(ConnectionPart):
    """Named values that are read again when they are too old: portal, org, owners, forms."""

    def cached(self, name: str, newer_than: datetime) -> bytes | None:
        with self._database.reading() as database:
            found = database.scalar(_CACHED, self._given(name=name, newer_than=newer_than))
        return None if found is None else bytes(found)

    def cache(self, name: str, value: bytes, at: datetime) -> None:
        with self._database.writing() as database:
            row = self._row(name=name, value=value, cached_at=at)
            self._database.upsert(database, cached, [row])

    def restored_at(self) -> datetime | None:
        """When the database was last replaced by a backup; None if it never was."""
        saved = self.cached(RESTORED_AT, datetime.fromtimestamp(0, UTC))
        return None if saved is None else datetime.fromisoformat(saved.decode())

    def forget_cached(self, name: str) -> None:
        with self._database.writing() as database:
            database.execute(_FORGET_CACHED, self._given(name=name))


class Pairs(ConnectionPart):
    """Owners, companies and deals that a person paired by hand; they win over every rule."""

    def owner_pairs(self) -> dict[str, str | None]:
        """HubSpot owner id to Salesforce user id; None says that the owner is to have nobody."""
        with self._database.reading() as database:
            rows = database.execute(_OWNER_PAIRS, self._given()).all()
        return {row.hubspot_owner_id: row.salesforce_user_id for row in rows}

    def set_owner_pair(self, hubspot_owner_id: str, salesforce_user_id: str | None) -> None:
        row = self._row(hubspot_owner_id=hubspot_owner_id, salesforce_user_id=salesforce_user_id)
        with self._database.writing() as database:
            self._database.upsert(database, owner_pair, [row])

    def remove_owner_pair(self, hubspot_owner_id: str) -> None:
        with self._database.writing() as database:
            database.execute(
                owner_pair.delete().where(
                    self._mine(owner_pair), owner_pair.c.hubspot_owner_id == hubspot_owner_id
                )
            )

    def record_pairs(self, kind: RecordKind) -> dict[str, str]:
        """HubSpot id to Salesforce id: companies to accounts, deals to opportunities."""
        with self._database.reading() as database:
            rows = database.execute(_RECORD_PAIRS, self._given(kind=kind.value)).all()
        return {row.hubspot_id: row.salesforce_id for row in rows}

    def set_record_pair(self, kind: RecordKind, hubspot_id: str, salesforce_id: str) -> None:
        row = self._row(kind=kind.value, hubspot_id=hubspot_id, salesforce_id=salesforce_id)
        with self._database.writing() as database:
            self._database.upsert(database, record_pair, [row])

    def remove_record_pair(self, kind: RecordKind, hubspot_id: str) -> None:
        with self._database.writing() as database:
            database.execute(
                record_pair.delete().where(
                    self._mine(record_pair),
                    record_pair.c.kind == kind.value,
                    record_pair.c.hubspot_id == hubspot_id,
                )
            )


def _person_from(row: Row[Any]) -> CachedPerson:
    return CachedPerson(
        contact=contact_from(row.contact),
        person=person_from(row.person),
        reason=row.reason,
        read_at=row.read_at,
    )

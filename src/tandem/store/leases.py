"""One run at a time per connection and per account."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import bindparam, or_, select

from tandem.errors import AlreadyRunning, LeaseLost, SettingsError
from tandem.model import Side
from tandem.store.accounts import account_lease
from tandem.store.connections import connection_lease
from tandem.store.dialect import Dialect
from tandem.store.parts import ConnectionPart
from tandem.store.rows import Lease
from tandem.store.tables import connection, lease
from tandem.store.unit import Unit

__all__ = ["Leases"]

_HELD = (
    select(lease.c.name)
    .where(
        lease.c.name.in_(bindparam("names", expanding=True)), lease.c.token == bindparam("token")
    )
    .order_by(lease.c.name.desc())
)
_HELD_UNTIL_THE_END = _HELD.with_for_update(read=True)
"""The same, and nobody takes the lease over before the transaction has ended (PostgreSQL; SQLite has one writer)."""


class Leases(ConnectionPart):
    """
    The lease of one connection.

    It covers the connection and both of its accounts, so that connections sharing an account never
    run at once. Claims are conditional inserts, counted: of several takers one gets all names.
    """

    def acquire(
        self,
        owner: str,
        now: datetime,
        seconds: float,
        *,
        is_dead: Callable[[str], bool] | None = None,
    ) -> Lease:
        """
        The lease until *now* plus *seconds*; AlreadyRunning says who has it, and since when.

        An expired lease is taken over, and so is one whose owner *is_dead* knows to have ended.
        """
        with self._database.writing() as database:
            names = self._names(database)
            new = Lease(
                connection_id=self.connection_id,
                owner=owner,
                token=secrets.token_hex(16),
                names=names,
                seconds=seconds,
                acquired_at=now,
                expires_at=now + timedelta(seconds=seconds),
            )
            for name in names:
                self._claim(database, new, name, is_dead)
        return new

    def renew(self, held: Lease, now: datetime) -> Lease:
        """The same lease for another period from *now*; LeaseLost if somebody has taken it over."""
        new = replace(held, expires_at=now + timedelta(seconds=held.seconds))
        with self._database.writing() as database:
            _check(database, held, until_the_end=True)
            database.execute(
                lease.update()
                .where(lease.c.name.in_(held.names), lease.c.token == held.token)
                .values(expires_at=new.expires_at)
            )
        return new

    def check(self, held: Lease) -> None:
        """LeaseLost if the lease is somebody else's by now; to be asked before a call is started."""
        with self._database.reading() as database:
            _check(database, held)

    def release(self, held: Lease) -> None:
        """Let others run; does nothing if somebody has taken the lease over."""
        with self._database.writing() as database:
            database.execute(
                lease.delete().where(lease.c.name.in_(held.names), lease.c.token == held.token)
            )

    def holder(self, now: datetime) -> tuple[str, datetime] | None:
        """Who runs this connection, and since when."""
        name = connection_lease(self.connection_id)
        statement = select(lease.c.owner, lease.c.acquired_at).where(
            lease.c.name == name, lease.c.expires_at > now
        )
        with self._database.reading() as database:
            row = database.execute(statement).first()
        return None if row is None else (row.owner, row.acquired_at)

    @contextmanager
    def transaction(self, held: Lease) -> Iterator[Unit]:
        """
        One unit of work: everything written in it is saved together, under the lease, or not at all.

        LeaseLost if the lease is somebody else's by now; nobody can take it over before the end.
        """
        with self._database.writing() as database:
            _check(database, held, until_the_end=True)
            yield Unit(
                self._database, self._keyring, self._clock, self.connection_id, database=database
            )

    def _names(self, database: DatabaseConnection) -> tuple[str, ...]:
        row = database.execute(
            select(connection).where(connection.c.id == self.connection_id)
        ).first()
        if row is None:
            raise SettingsError("The connection was removed.")
        accounts = [row._mapping[f"{side.value}_account_id"] for side in Side]
        names = {account_lease(account_id) for account_id in accounts if account_id is not None}
        # Everybody claims and checks in the same order, so that no two wait for each other: connections come
        # first, which also lets the refusal name what is in use most exactly.
        return (connection_lease(self.connection_id), *sorted(names, reverse=True))

    def _claim(
        self,
        database: DatabaseConnection,
        new: Lease,
        name: str,
        is_dead: Callable[[str], bool] | None,
    ) -> None:
        if self._insert(database, new, name, over=None):
            return
        found = database.execute(select(lease).where(lease.c.name == name)).one()
        is_free = is_dead is not None and is_dead(found.owner)
        if is_free and self._insert(database, new, name, over=found.token):
            return
        what = "The connection" if name.startswith("connection") else "An account of it"
        raise AlreadyRunning(
            f"{what} is in use by {found.owner} since {found.acquired_at:%Y-%m-%d %H:%M:%S} UTC. "
            f"Wait until it ends; if it was killed, it loses its claim at {found.expires_at:%H:%M:%S} UTC."
        )

    def _insert(
        self, database: DatabaseConnection, new: Lease, name: str, *, over: str | None
    ) -> bool:
        claim = {
            "name": name,
            "owner": new.owner,
            "token": new.token,
            "acquired_at": new.acquired_at,
            "expires_at": new.expires_at,
            "over": over or "",
        }
        return database.execute(self._database.prepared(_claiming), claim).first() is not None


def _claiming(dialect: Dialect) -> Any:
    """Insert a lease, or replace one that has expired or whose token is ``over``."""
    claim = dialect.insert(lease)
    return claim.on_conflict_do_update(
        index_elements=["name"],
        set_={
            name: claim.excluded[name] for name in ("owner", "token", "acquired_at", "expires_at")
        },
        where=or_(
            lease.c.expires_at <= claim.excluded.acquired_at, lease.c.token == bindparam("over")
        ),
    ).returning(lease.c.name)


def _check(database: DatabaseConnection, held: Lease, *, until_the_end: bool = False) -> None:
    statement = _HELD_UNTIL_THE_END if until_the_end else _HELD
    found = database.execute(statement, {"names": held.names, "token": held.token}).all()
    if len(found) != len(held.names):
        raise LeaseLost("Another worker has taken the connection over; this one stops.")

"""Connections: which accounts they join, their settings, and what was done to them by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.exc import IntegrityError

from tandem.errors import SettingsError
from tandem.model import Side
from tandem.store.accounts import account_lease
from tandem.store.parts import StorePart
from tandem.store.rows import AuditEntry, Connection, Lease, SettingsVersion
from tandem.store.schedule import begin_turns, wake_turns
from tandem.store.tables import account, audit, connection, lease, link, settings_version

__all__ = ["DEFAULT_CONNECTION", "Connections", "Lease", "connection_lease"]

_CONNECTION_NAMED = select(connection).where(connection.c.name == bindparam("name"))
_NEWEST_SETTINGS = (
    select(settings_version)
    .where(settings_version.c.connection_id == bindparam("connection"))
    .order_by(settings_version.c.version.desc())
    .limit(1)
)

DEFAULT_CONNECTION = "default"
_LONGEST_NAME = 100


def connection_lease(connection_id: int) -> str:
    """The name under which a run holds its connection."""
    return f"connection {connection_id}"


class Connections(StorePart):
    """All connections of this installation."""

    def create_connection(self, name: str = DEFAULT_CONNECTION) -> Connection:
        """A new connection without accounts; SettingsError if the name is taken or no name."""
        _check_name(name)
        values = {
            "name": name,
            "suspended_reason": "",
            "suspended_detail": "",
            "created_at": self._clock(),
        }
        statement = self._database.dialect.insert(connection).values(values)
        statement = statement.on_conflict_do_nothing(index_elements=["name"]).returning(connection)
        with self._database.writing() as database:
            row = database.execute(statement).first()
        if row is None:
            raise SettingsError(f"There is a connection “{name}” already.")
        return _connection_from(row)

    def connection(self, name: str = DEFAULT_CONNECTION) -> Connection:
        """The connection of that name; SettingsError names those there are."""
        with self._database.reading() as database:
            row = database.execute(_CONNECTION_NAMED, {"name": name}).first()
            if row is not None:
                return _connection_from(row)
        there = ", ".join(f"“{other.name}”" for other in self.connections())
        raise SettingsError(
            f"There is no connection “{name}”. "
            + (f"There is: {there}." if there else "Make one with: tandem connect hubspot")
        )

    def connection_by_id(self, connection_id: int) -> Connection:
        with self._database.reading() as database:
            return _connection_from(_locked(database, connection_id, lock=False))

    def connections(self) -> list[Connection]:
        """All connections by name."""
        with self._database.reading() as database:
            rows = database.execute(select(connection).order_by(connection.c.name)).all()
        return [_connection_from(row) for row in rows]

    def attach(self, connection_id: int, side: Side, account_id: int) -> Connection:
        """
        Make an account one side of a connection.

        SettingsError if another connection joins the same two accounts, or if the connection has
        links with records of another account, which would all point nowhere.
        """
        with self._database.writing() as database:
            now = _connection_from(_locked(database, connection_id))
            self._check_attach(database, now, side, account_id)
            statement = (
                connection.update()
                .where(connection.c.id == connection_id)
                .values({f"{side.value}_account_id": account_id})
                .returning(connection)
            )
            begin_turns(self._database, [connection_id], self._clock())
            try:
                return _connection_from(database.execute(statement).one())
            except IntegrityError as error:
                raise SettingsError(
                    "Another connection joins these two accounts already; use that one."
                ) from error

    def suspend(self, connection_id: int, reason: str, detail: str = "") -> None:
        """No run starts until :meth:`resume`; *reason* is a code, *detail* what to tell a person."""
        self._change(
            connection_id,
            suspended_reason=reason,
            suspended_detail=detail,
            suspended_at=self._clock(),
        )

    def resume(self, connection_id: int) -> None:
        self._change(connection_id, suspended_reason="", suspended_detail="", suspended_at=None)
        wake_turns(self._database, [connection_id], self._clock(), is_asked=True)

    def remove_connection(self, connection_id: int) -> None:
        """
        Forget a connection, all it remembers, and accounts that no other connection uses.

        What was noted about it stays. A run under way loses its lease and saves nothing more.
        """
        with self._database.writing() as database:
            row = _connection_from(_locked(database, connection_id))
            names = [connection_lease(row.id)]
            orphans = [
                account_id
                for side in Side
                if (account_id := row.account_id(side)) is not None
                and not _is_used(database, side, account_id, but_for=row.id)
            ]
            names.extend(account_lease(account_id) for account_id in orphans)
            database.execute(lease.delete().where(lease.c.name.in_(names)))
            database.execute(connection.delete().where(connection.c.id == row.id))
            database.execute(account.delete().where(account.c.id.in_(orphans)))

    def _change(self, connection_id: int, **values: Any) -> None:
        with self._database.writing() as database:
            _locked(database, connection_id)
            database.execute(
                connection.update().where(connection.c.id == connection_id).values(**values)
            )

    def _check_attach(
        self, database: DatabaseConnection, now: Connection, side: Side, account_id: int
    ) -> None:
        found = database.scalar(select(account.c.side).where(account.c.id == account_id))
        if found != side:
            raise SettingsError(f"Account {account_id} is not a {side.title} account.")
        if now.account_id(side) in (None, account_id):
            return
        if database.scalar(select(link.c.key).where(link.c.connection_id == now.id).limit(1)):
            raise SettingsError(
                f"Connection “{now.name}” has links with another {side.title} account. "
                "Make a new connection for this one: tandem connect … --connection NAME"
            )


class Settings(StorePart):
    """The settings of each connection, every version of them, and the audit log."""

    def settings(self, connection_id: int, version: int | None = None) -> SettingsVersion:
        """The newest settings, or those of *version*."""
        given = {"connection": connection_id}
        statement = _NEWEST_SETTINGS
        if version is not None:
            statement = statement.where(settings_version.c.version == version)
        with self._database.reading() as database:
            row = database.execute(statement, given).first()
        if row is None:
            return SettingsVersion()
        return SettingsVersion(
            version=row.version, text=row.text, changed_at=row.changed_at, changed_by=row.changed_by
        )

    def save_settings(
        self,
        connection_id: int,
        *,
        text: str,
        expected_version: int,
        changed_by: str,
        difference: str,
        at: datetime,
    ) -> SettingsVersion:
        """
        The new version, with *difference* in the audit log.

        SettingsError if somebody else saved after *expected_version* was read; nothing is saved then.
        """
        new = SettingsVersion(
            version=expected_version + 1, text=text, changed_at=at, changed_by=changed_by
        )
        with self._database.writing() as database:
            _locked(database, connection_id)
            found = self.settings(connection_id)
            if found.version != expected_version:
                raise SettingsError(
                    f"The settings were changed meanwhile by {found.changed_by} "
                    f"({found.changed_at:%Y-%m-%d %H:%M} UTC). Look at them and repeat your change."
                )
            database.execute(
                settings_version.insert().values(
                    connection_id=connection_id,
                    version=new.version,
                    text=text,
                    changed_at=at,
                    changed_by=changed_by,
                )
            )
            self._note(database, connection_id, changed_by, "settings", difference, at)
            wake_turns(self._database, [connection_id], self._clock(), is_asked=True)
        return new

    def note(self, connection_id: int, who: str, action: str, detail: str = "") -> None:
        """Add to the audit log: *who* did *action* (a code)."""
        with self._database.writing() as database:
            self._note(database, connection_id, who, action, detail, self._clock())

    def audit(self, connection_id: int, limit: int = 1_000) -> list[AuditEntry]:
        """The newest entries first."""
        statement = (
            select(audit)
            .where(audit.c.connection_id == connection_id)
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        with self._database.reading() as database:
            rows = database.execute(statement).all()
        return [
            AuditEntry(at=row.at, who=row.who, action=row.action, detail=row.detail) for row in rows
        ]

    def _note(
        self,
        database: DatabaseConnection,
        connection_id: int,
        who: str,
        action: str,
        detail: str,
        at: datetime,
    ) -> None:
        database.execute(
            audit.insert().values(
                connection_id=connection_id, at=at, who=who, action=action, detail=detail
            )
        )


def _check_name(name: str) -> None:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise SettingsError(
            f"A connection's name has 1 to {_LONGEST_NAME} printable characters, without spaces around."
        )


def _locked(database: DatabaseConnection, connection_id: int, *, lock: bool = True) -> Row[Any]:
    """The connection's row; locked, changes of one connection follow each other (PostgreSQL)."""
    statement = select(connection).where(connection.c.id == connection_id)
    row = database.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise SettingsError(f"There is no connection {connection_id} any more.")
    return row


def _is_used(database: DatabaseConnection, side: Side, account_id: int, *, but_for: int) -> bool:
    column = connection.c[f"{side.value}_account_id"]
    users = select(func.count()).where(column == account_id, connection.c.id != but_for)
    return bool(database.scalar(users))


def _connection_from(row: Row[Any]) -> Connection:
    return Connection(
        id=row.id,
        name=row.name,
        hubspot_account_id=row.hubspot_account_id,
        salesforce_account_id=row.salesforce_account_id,
        suspended_reason=row.suspended_reason,
        suspended_detail=row.suspended_detail,
        suspended_at=row.suspended_at,
        created_at=row.created_at,
    )

"""The authorised accounts: how they are reached, who refreshes their tokens, what calls they used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from tandem.errors import SettingsError, StoreError
from tandem.model import Side
from tandem.store.credentials import Credential, credential_from
from tandem.store.dialect import Dialect
from tandem.store.parts import StorePart
from tandem.store.rows import Account
from tandem.store.tables import account, account_calls, lease
from tandem.store.tables import connection as connection_table

__all__ = ["Accounts", "account_lease"]

_ACCOUNT = select(account).where(account.c.id == bindparam("id"))


def account_lease(account_id: int) -> str:
    """The name under which a run holds an account, so that connections sharing it take turns."""
    return f"account {account_id}"


class Accounts(StorePart):
    """Accounts belong to no connection: several may share one, and with it one budget."""

    def save_account(
        self,
        side: Side,
        *,
        external_id: str,
        name: str,
        base_url: str,
        credential: Credential,
    ) -> int:
        """The account's id; one that signed in before keeps its id and gets the new credential."""
        values: dict[str, Any] = {
            "name": name,
            "base_url": base_url,
            "credential": self._sealed(side, external_id, credential),
            "connected_at": self._clock(),
        }
        insert = self._database.dialect.insert(account)
        statement = insert.values(side=side, external_id=external_id, **values)
        statement = statement.on_conflict_do_update(
            index_elements=["side", "external_id"], set_=values
        ).returning(account.c.id)
        with self._database.writing() as connection:
            return int(connection.execute(statement).scalar_one())

    def account(self, account_id: int) -> Account:
        return _account_from(self._account_row(account_id))

    def connections_using(self, side: Side, account_id: int) -> list[int]:
        """The ids of all connections that use the account."""
        column = connection_table.c[f"{side.value}_account_id"]
        with self._database.reading() as connection:
            found = connection.scalars(select(connection_table.c.id).where(column == account_id))
            return list(found)

    def accounts(self) -> list[Account]:
        with self._database.reading() as connection:
            rows = connection.execute(select(account).order_by(account.c.id)).all()
        return [_account_from(row) for row in rows]

    def credential(self, account_id: int) -> Credential:
        """What the account is reached with; SettingsError if it was disconnected."""
        row = self._account_row(account_id)
        if row.credential is None:
            raise SettingsError(
                f"{Side(row.side).title} account {row.external_id} is disconnected. "
                f"Connect it again: tandem connect {row.side}"
            )
        context = _context(Side(row.side), row.external_id)
        return credential_from(self._keyring.decrypt(row.credential, context=context))

    def save_credential(self, account_id: int, credential: Credential) -> None:
        """Committed when this returns: a rotated refresh token is saved before it is used."""
        row = self._account_row(account_id)
        sealed = self._sealed(Side(row.side), row.external_id, credential)
        with self._database.writing() as connection:
            connection.execute(
                account.update().where(account.c.id == account_id).values(credential=sealed)
            )

    def forget_credential(self, account_id: int) -> None:
        """The account stays known; nobody can sign in with what Tandem has."""
        with self._database.writing() as connection:
            connection.execute(
                account.update().where(account.c.id == account_id).values(credential=None)
            )

    def refresh_lock(self, account_id: int, owner: str, seconds: float) -> bool:
        """
        Whether *owner* may refresh the account's token now; nobody else may for *seconds*.

        Who is refused waits a little and reads the credential again: it is probably new by then.
        """
        now = self._clock()
        values = {
            "owner": owner,
            "token": owner,
            "acquired_at": now,
            "expires_at": now + timedelta(seconds=seconds),
        }
        insert = self._database.dialect.insert(lease)
        statement = insert.values(name=_refresh_lease(account_id), **values)
        statement = statement.on_conflict_do_update(
            index_elements=["name"],
            set_=values,
            where=or_(lease.c.expires_at <= now, lease.c.owner == owner),
        ).returning(lease.c.name)
        with self._database.writing() as connection:
            return connection.execute(statement).first() is not None

    def release_refresh_lock(self, account_id: int, owner: str) -> None:
        with self._database.writing() as connection:
            connection.execute(
                lease.delete().where(
                    lease.c.name == _refresh_lease(account_id), lease.c.owner == owner
                )
            )

    def _account_row(self, account_id: int) -> Row[Any]:
        with self._database.reading() as connection:
            row = connection.execute(_ACCOUNT, {"id": account_id}).first()
        if row is None:
            raise StoreError(f"There is no account {account_id} in the database.")
        return row

    def _sealed(self, side: Side, external_id: str, credential: Credential) -> bytes:
        return self._keyring.encrypt(credential.to_bytes(), context=_context(side, external_id))


class Calls(StorePart):
    """How many calls each account made, counted by the hour."""

    def count_calls(self, account_id: int, side: Side, at: datetime, n: int) -> None:
        """Add *n* calls made at *at*; *side* says in the journal of statements whose they were."""
        counted = {"account_id": account_id, "hour": _hour_of(at), "calls": n}
        with self._database.writing() as connection:
            connection.execute(self._database.prepared(_counting), counted)

    def calls_in_24h(self, account_id: int, now: datetime) -> int:
        """Calls in the 24 hours before *now*, rounded up to whole hours: never fewer than were made."""
        since = _hour_of(now - timedelta(hours=24))
        return sum(n for hour, n in self.calls_by_hour(account_id, since) if hour <= now)

    def calls_by_hour(self, account_id: int, since: datetime) -> list[tuple[datetime, int]]:
        """Hours with calls from *since* on, oldest first."""
        statement = (
            select(account_calls.c.hour, func.sum(account_calls.c.calls))
            .where(account_calls.c.account_id == account_id, account_calls.c.hour >= since)
            .group_by(account_calls.c.hour)
            .order_by(account_calls.c.hour)
        )
        with self._database.reading() as connection:
            return [(hour, int(n)) for hour, n in connection.execute(statement)]


def _counting(dialect: Dialect) -> Any:
    counted = dialect.insert(account_calls)
    return counted.on_conflict_do_update(
        index_elements=["account_id", "hour"],
        set_={"calls": account_calls.c.calls + counted.excluded.calls},
    )


def _account_from(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        side=Side(row.side),
        external_id=row.external_id,
        name=row.name,
        base_url=row.base_url,
        has_credential=row.credential is not None,
        connected_at=row.connected_at,
    )


def _context(side: Side, external_id: str) -> str:
    return f"account {side} {external_id}"


def _refresh_lease(account_id: int) -> str:
    return f"refresh {account_id}"


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)

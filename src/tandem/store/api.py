"""What the JSON API keeps: its tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from tandem.errors import SettingsError
from tandem.store.members import Role, digest
from tandem.store.parts import StorePart
from tandem.store.store import Store
from tandem.store.tables_api import api_token

__all__ = ["ApiStore", "ApiToken"]

_PREFIX = "tandem_"
"""So that people, and programs that look for lost secrets, tell what it is."""
_SHOWN = len(_PREFIX) + 4
_SEEN_STEP = timedelta(minutes=1)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A program that may use the API; ``begins`` is how its secret begins, to tell it from others."""

    id: int
    name: str
    role: Role
    begins: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    seen_at: datetime | None = None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class ApiStore(StorePart):
    """The API's own questions to the database."""

    @classmethod
    def of(cls, store: Store) -> ApiStore:
        """In the database of *store*."""
        return cls(store._database, store._keyring, store._clock)

    def make_token(
        self, name: str, role: Role, *, who: str, lives: timedelta | None = None
    ) -> tuple[ApiToken, str]:
        """
        A new token, and its secret, which nobody can ask for again; without *lives* it is good until revoked.

        SettingsError for a name that is none.
        """
        if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name != name.strip():
            raise SettingsError(
                f"A token's name has 1 to {_LONGEST_NAME} printable characters, without spaces around."
            )
        secret, now = _PREFIX + secrets.token_urlsafe(32), self._clock()
        values = {
            "token": digest(secret),
            "begins": secret[:_SHOWN],
            "name": name,
            "role": role.value,
            "created_at": now,
            "created_by": who,
            "expires_at": None if lives is None else now + lives,
        }
        with self._database.writing() as database:
            row = database.execute(api_token.insert().values(values).returning(api_token)).one()
        return _token_from(row), secret

    def tokens(self) -> list[ApiToken]:
        """The newest first, those that have expired too."""
        with self._database.reading() as database:
            rows = database.execute(select(api_token).order_by(api_token.c.id.desc())).all()
        return [_token_from(row) for row in rows]

    def use_token(self, secret: str) -> ApiToken | None:
        """The token of that secret, noted as seen; None where there is none, or it has expired."""
        now = self._clock()
        with self._database.reading() as database:
            row = database.execute(
                select(api_token).where(api_token.c.token == digest(secret))
            ).first()
        if row is None:
            return None
        found = _token_from(row)
        if found.has_expired(now):
            return None
        if found.seen_at is None or now - found.seen_at > _SEEN_STEP:
            with self._database.writing() as database:
                database.execute(
                    api_token.update().where(api_token.c.id == found.id).values(seen_at=now)
                )
        return found

    def revoke_token(self, token_id: int) -> ApiToken:
        """The token that is void from now on; SettingsError where there is none of that number."""
        with self._database.writing() as database:
            row = database.execute(
                api_token.delete().where(api_token.c.id == token_id).returning(api_token)
            ).first()
        if row is None:
            raise SettingsError(
                f"There is no API token {token_id}. Which there are tells: tandem token list"
            )
        return _token_from(row)


def _token_from(row: Row[Any]) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        begins=row.begins,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        seen_at=row.seen_at,
    )

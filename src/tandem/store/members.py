"""Who may sign in to the web app, and the one-time links that make them members."""

from __future__ import annotations

import enum
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row, select

from tandem.errors import SettingsError
from tandem.store.parts import StorePart
from tandem.store.tables_web import member, member_link, member_session

__all__ = ["Invitation", "Member", "OneTimeLinks", "Purpose", "Role", "digest", "member_from"]


class Role(enum.StrEnum):
    """What a member may do: look, or look and change."""

    VIEWER = "viewer"
    ADMIN = "admin"


class Purpose(enum.StrEnum):
    """What a one-time link is for."""

    FIRST = "first"
    INVITE = "invite"
    PASSWORD = "password"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who may sign in; ``email`` is lower case."""

    id: int
    email: str
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime | None = None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a one-time link still allows."""

    purpose: Purpose
    email: str
    role: Role
    expires_at: datetime


def digest(token: str) -> str:
    """Under which a token is kept. Tokens are random, so a plain hash cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()


class _People(StorePart):
    """The members themselves."""

    def members(self) -> list[Member]:
        """By e-mail address."""
        with self._database.reading() as database:
            rows = database.execute(select(member).order_by(member.c.email)).all()
        return [member_from(row) for row in rows]

    def has_members(self) -> bool:
        with self._database.reading() as database:
            return database.scalar(select(member.c.id).limit(1)) is not None

    def member(self, member_id: int) -> Member | None:
        with self._database.reading() as database:
            row = database.execute(select(member).where(member.c.id == member_id)).first()
        return None if row is None else member_from(row)

    def member_and_password(self, email: str) -> tuple[Member, str] | None:
        """The member of that address and the hash of the password."""
        with self._database.reading() as database:
            row = database.execute(select(member).where(member.c.email == email)).first()
        return None if row is None else (member_from(row), str(row.password))

    def set_password(self, member_id: int, password: str) -> None:
        """*password* is a hash already."""
        self._change(member_id, password=password)

    def set_role(self, member_id: int, role: Role) -> None:
        """SettingsError where nobody would be left to administer."""
        with self._database.writing() as database:
            self._set_role(database, member_id, role)

    def _set_role(self, database: DatabaseConnection, member_id: int, role: Role) -> None:
        if role is not Role.ADMIN:
            _keep_an_admin(database, member_id)
        database.execute(member.update().where(member.c.id == member_id).values(role=role.value))

    def remove_member(self, member_id: int) -> None:
        """SettingsError where nobody would be left to administer."""
        with self._database.writing() as database:
            _keep_an_admin(database, member_id)
            # Not left to the foreign key: a session must not outlive its member on any database.
            database.execute(member_session.delete().where(member_session.c.member_id == member_id))
            database.execute(member.delete().where(member.c.id == member_id))

    def _change(self, member_id: int, **values: Any) -> None:
        with self._database.writing() as database:
            database.execute(member.update().where(member.c.id == member_id).values(**values))


class OneTimeLinks(_People):
    """One-time links: the first administrator's, invitations, new passwords."""

    def make_link(self, purpose: Purpose, email: str, role: Role, lives: timedelta) -> str:
        """The token of a new link; earlier ones of the same purpose and address are void."""
        token = secrets.token_urlsafe(32)
        with self._database.writing() as database:
            database.execute(
                member_link.delete().where(
                    (member_link.c.purpose == purpose.value) & (member_link.c.email == email)
                )
            )
            database.execute(
                member_link.insert().values(
                    token=digest(token),
                    purpose=purpose.value,
                    email=email,
                    role=role.value,
                    expires_at=self._clock() + lives,
                )
            )
        return token

    def invitation(self, token: str) -> Invitation | None:
        """What the link allows; None where it was used, replaced or has expired."""
        with self._database.reading() as database:
            return self._invitation(database, token)

    def invitations(self) -> list[Invitation]:
        """Those that are still open."""
        statement = (
            select(member_link)
            .where(
                member_link.c.purpose == Purpose.INVITE.value,
                member_link.c.expires_at > self._clock(),
            )
            .order_by(member_link.c.email)
        )
        with self._database.reading() as database:
            return [_invitation_from(row) for row in database.execute(statement)]

    def withdraw(self, email: str) -> None:
        """Make an open invitation void."""
        with self._database.writing() as database:
            database.execute(member_link.delete().where(member_link.c.email == email))

    def use_link(self, token: str, *, email: str, name: str, password: str) -> Member | None:
        """
        Make the member a link allows, or set the password of the one it is for; the link is void then.

        None where the link allows nothing (any more). SettingsError where somebody has that address.
        """
        with self._database.writing() as database:
            found = self._invitation(database, token)
            if found is None:
                return None
            database.execute(member_link.delete().where(member_link.c.token == digest(token)))
            address = found.email or email
            if found.purpose is Purpose.PASSWORD:
                return self._with_password(database, address, password)
            if found.purpose is Purpose.FIRST and database.scalar(select(member.c.id).limit(1)):
                return None
            return self._insert(database, address, name, found.role, password)

    def _invitation(self, database: DatabaseConnection, token: str) -> Invitation | None:
        row = database.execute(
            select(member_link).where(
                member_link.c.token == digest(token), member_link.c.expires_at > self._clock()
            )
        ).first()
        return None if row is None else _invitation_from(row)

    def _insert(
        self, database: DatabaseConnection, email: str, name: str, role: Role, password: str
    ) -> Member:
        values = {
            "email": email,
            "name": name,
            "role": role.value,
            "password": password,
            "created_at": self._clock(),
        }
        statement = self._database.dialect.insert(member).values(values)
        statement = statement.on_conflict_do_nothing(index_elements=["email"]).returning(member)
        row = database.execute(statement).first()
        if row is None:
            raise SettingsError(f"{email} has an account already.")
        return member_from(row)

    def _with_password(
        self, database: DatabaseConnection, email: str, password: str
    ) -> Member | None:
        statement = (
            member.update()
            .where(member.c.email == email)
            .values(password=password)
            .returning(member)
        )
        row = database.execute(statement).first()
        if row is None:
            return None
        database.execute(member_session.delete().where(member_session.c.member_id == row.id))
        return member_from(row)


def _keep_an_admin(database: DatabaseConnection, member_id: int) -> None:
    others = select(member.c.id).where(member.c.role == Role.ADMIN.value, member.c.id != member_id)
    if database.scalar(others.limit(1)) is None:
        raise SettingsError("The last administrator stays one: make somebody else one first.")


def member_from(row: Row[Any]) -> Member:
    return Member(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        seen_at=row.seen_at,
    )


def _invitation_from(row: Row[Any]) -> Invitation:
    return Invitation(
        purpose=Purpose(row.purpose),
        email=row.email,
        role=Role(row.role),
        expires_at=row.expires_at,
    )

"""People who come in through an identity provider: bound to its word for them, not to their address."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import select

from tandem.errors import SettingsError
from tandem.store.members import (
    Member,
    OneTimeLinks,
    Purpose,
    Role,
    member_from,
)
from tandem.store.store import Store
from tandem.store.tables_alerts import member_identity
from tandem.store.tables_web import member, member_link

__all__ = ["Identities", "Identity", "OtherIdentity"]

_NO_PASSWORD = "-"  # no hash begins so: nobody signs in with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What an identity provider says of somebody; ``email`` is lower case and verified."""

    issuer: str
    subject: str
    email: str
    name: str


class OtherIdentity(Exception):
    """The address belongs to a member who is somebody else to this identity provider."""


class Identities(OneTimeLinks):
    """Members by their identity."""

    @classmethod
    def of(cls, store: Store) -> Identities:
        """In the database of *store*."""
        return cls(store._database, store._keyring, store._clock)

    def member_for(
        self,
        identity: Identity,
        *,
        role: Role | None,
        is_admitted: bool,
        new_role: Role = Role.VIEWER,
    ) -> Member | None:
        """
        The member that *identity* is, bound to it or made now; None where nobody has let them in.

        *role* is what the provider's groups say; None leaves a member's as it is. Somebody new is let in
        where *is_admitted* (as *new_role* then), or by an open invitation for the address, which is used up then. OtherIdentity
        where the address is already another subject's.
        """
        with self._database.writing() as database:
            found = self._bound(database, identity) or self._by_address(database, identity)
            if found is None:
                found = self._admitted(database, identity, role or new_role, is_admitted)
            if found is None:
                return None
            if role is not None and role is not found.role:
                found = self._with_role(database, found, role)
            return found

    def has_identity(self, member_id: int) -> bool:
        """Whether a member has come in through an identity provider."""
        statement = select(member_identity.c.subject).where(
            member_identity.c.member_id == member_id
        )
        with self._database.reading() as database:
            return database.scalar(statement.limit(1)) is not None

    def _bound(self, database: DatabaseConnection, identity: Identity) -> Member | None:
        statement = (
            select(member)
            .join(member_identity, member_identity.c.member_id == member.c.id)
            .where(
                member_identity.c.issuer == identity.issuer,
                member_identity.c.subject == identity.subject,
            )
        )
        row = database.execute(statement).first()
        return None if row is None else member_from(row)

    def _by_address(self, database: DatabaseConnection, identity: Identity) -> Member | None:
        row = database.execute(select(member).where(member.c.email == identity.email)).first()
        if row is None:
            return None
        others = select(member_identity.c.subject).where(
            member_identity.c.member_id == row.id, member_identity.c.issuer == identity.issuer
        )
        if database.scalar(others.limit(1)) is not None:
            raise OtherIdentity
        self._bind(database, identity, row.id)
        return member_from(row)

    def _admitted(
        self, database: DatabaseConnection, identity: Identity, new_role: Role, is_admitted: bool
    ) -> Member | None:
        invited = database.execute(
            select(member_link).where(
                member_link.c.purpose == Purpose.INVITE.value,
                member_link.c.email == identity.email,
                member_link.c.expires_at > self._clock(),
            )
        ).first()
        if invited is None and not is_admitted:
            return None
        if invited is not None:
            database.execute(member_link.delete().where(member_link.c.token == invited.token))
        wanted = new_role if invited is None else Role(invited.role)
        made = self._insert(database, identity.email, identity.name, wanted, _NO_PASSWORD)
        self._bind(database, identity, made.id)
        return made

    def _bind(self, database: DatabaseConnection, identity: Identity, member_id: int) -> None:
        database.execute(
            member_identity.insert().values(
                issuer=identity.issuer,
                subject=identity.subject,
                member_id=member_id,
                created_at=self._clock(),
            )
        )

    def _with_role(self, database: DatabaseConnection, found: Member, role: Role) -> Member:
        try:
            self._set_role(database, found.id, role)
        except SettingsError:
            return found  # the last administrator stays one, whatever the groups say
        row = database.execute(select(member).where(member.c.id == found.id)).one()
        return member_from(row)

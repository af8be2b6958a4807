"""All that the web app keeps for itself: members, their sessions, failed sign-ins, sign-ins under way."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, func, select, type_coerce

from tandem.model import Kind
from tandem.store.encoding import to_json_bytes, value_from
from tandem.store.members import (
    Invitation,
    Member,
    OneTimeLinks,
    Purpose,
    Role,
    digest,
    member_from,
)
from tandem.store.store import Store
from tandem.store.tables import history, link
from tandem.store.tables_web import (
    logout_token,
    member,
    member_session,
    pending_sign_in,
    sign_in_failure,
)

__all__ = [
    "Invitation",
    "Member",
    "MemberSession",
    "Members",
    "Purpose",
    "Role",
    "Vouched",
    "digest",
]

_HOUR = 3_600_000_000  # microseconds
_SEEN_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSession:
    """One browser that is signed in; ``token`` is the hash that names it."""

    token: str
    member: Member
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    browser: str = ""
    flash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Whom an identity provider vouched for; ``sid`` is its own session of theirs, where it tells one."""

    issuer: str
    subject: str | None
    sid: str | None = None


class _Sessions(OneTimeLinks):
    """Browsers that are signed in."""

    def begin_session(
        self, member_id: int, browser: str, lives: timedelta, vouched: Vouched | None = None
    ) -> str:
        """The token of a new session; *vouched* where an identity provider may end it."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.writing() as database:
            database.execute(member_session.delete().where(member_session.c.expires_at <= now))
            database.execute(
                member_session.insert().values(
                    token=digest(token),
                    member_id=member_id,
                    created_at=now,
                    seen_at=now,
                    expires_at=now + lives,
                    browser=browser[:200],
                    flash="",
                    issuer=vouched.issuer if vouched else None,
                    subject=vouched.subject if vouched else None,
                    sid=vouched.sid if vouched else None,
                )
            )
            database.execute(member.update().where(member.c.id == member_id).values(seen_at=now))
        return token

    def session(self, token: str, idle: timedelta) -> MemberSession | None:
        """The live session of a token; one that rested longer than *idle* is none."""
        now = self._clock()
        statement = (
            select(member, *(each.label(f"s_{each.name}") for each in member_session.columns))
            .join(member_session, member_session.c.member_id == member.c.id)
            .where(
                member_session.c.token == digest(token),
                member_session.c.expires_at > now,
                member_session.c.seen_at > now - idle,
            )
        )
        with self._database.reading() as database:
            row = database.execute(statement).first()
        if row is None:
            return None
        found = _session_from(row)
        if now - found.seen_at > _SEEN_STEP:
            self._change_session(found.token, seen_at=now)
        return found

    def sessions(self, member_id: int) -> list[MemberSession]:
        """The newest first."""
        statement = (
            select(member, *(each.label(f"s_{each.name}") for each in member_session.columns))
            .join(member_session, member_session.c.member_id == member.c.id)
            .where(member.c.id == member_id, member_session.c.expires_at > self._clock())
            .order_by(member_session.c.seen_at.desc())
        )
        with self._database.reading() as database:
            return [_session_from(row) for row in database.execute(statement)]

    def end_session(self, token_digest: str) -> None:
        with self._database.writing() as database:
            database.execute(member_session.delete().where(member_session.c.token == token_digest))

    def end_sessions(self, member_id: int, *, but_for: str = "") -> None:
        """Sign a member out everywhere, except in the session *but_for*."""
        with self._database.writing() as database:
            database.execute(
                member_session.delete().where(
                    member_session.c.member_id == member_id, member_session.c.token != but_for
                )
            )

    def end_vouched(self, vouched: Vouched, token: str, lives: timedelta) -> list[str] | None:
        """
        End the sessions that the provider vouched for: that of its ``sid``, else all of the ``subject``.

        The addresses of the members, one for each session; None where the logout token *token* was used before,
        which is known for as long as it *lives*.
        """
        named = [member_session.c.issuer == vouched.issuer]
        if vouched.subject is not None:
            named.append(member_session.c.subject == vouched.subject)
        if vouched.sid is not None:
            named.append(member_session.c.sid == vouched.sid)
        now = self._clock()
        with self._database.writing() as database:
            database.execute(logout_token.delete().where(logout_token.c.expires_at <= now))
            used = self._database.dialect.insert(logout_token).values(
                id=digest(token), expires_at=now + lives
            )
            used = used.on_conflict_do_nothing(index_elements=["id"]).returning(logout_token.c.id)
            if database.scalar(used) is None:
                return None
            ended = member_session.delete().where(*named).returning(member_session.c.member_id)
            members = [member_id for (member_id,) in database.execute(ended)]
            found = database.execute(
                select(member.c.id, member.c.email).where(member.c.id.in_(members))
            )
            emails = {each.id: str(each.email) for each in found}
        return [emails[each] for each in members]

    def set_flash(self, token_digest: str, flash: str) -> None:
        """What the next page of this session says first."""
        self._change_session(token_digest, flash=flash)

    def _change_session(self, token_digest: str, **values: Any) -> None:
        with self._database.writing() as database:
            database.execute(
                member_session.update()
                .where(member_session.c.token == token_digest)
                .values(**values)
            )


class _Doors(_Sessions):
    """What keeps the wrong people out: failures counted, and sign-ins to a CRM that were begun here."""

    def failures(self, names: list[str], within: timedelta) -> Mapping[str, int]:
        """How often each name failed to sign in lately."""
        statement = select(sign_in_failure).where(
            sign_in_failure.c.name.in_(names), sign_in_failure.c.since > self._clock() - within
        )
        with self._database.reading() as database:
            return {row.name: row.failures for row in database.execute(statement)}

    def count_failure(self, names: list[str], within: timedelta) -> None:
        """Count one failure for each name; what lies longer back than *within* is forgotten."""
        now = self._clock()
        with self._database.writing() as database:
            database.execute(
                sign_in_failure.delete().where(sign_in_failure.c.since <= now - within)
            )
            for name in names:
                statement = self._database.dialect.insert(sign_in_failure).values(
                    name=name, failures=1, since=now
                )
                database.execute(
                    statement.on_conflict_do_update(
                        index_elements=["name"],
                        set_={"failures": sign_in_failure.c.failures + 1},
                    )
                )

    def forget_failures(self, name: str) -> None:
        with self._database.writing() as database:
            database.execute(sign_in_failure.delete().where(sign_in_failure.c.name == name))

    def begin_pending(
        self, state: str, session: str, value: Mapping[str, Any], lives: timedelta
    ) -> None:
        """Remember, encrypted, a sign-in to a CRM until the browser comes back with *state*."""
        sealed = self._keyring.encrypt(to_json_bytes(value), context=_pending(state))
        now = self._clock()
        with self._database.writing() as database:
            database.execute(pending_sign_in.delete().where(pending_sign_in.c.expires_at <= now))
            database.execute(
                pending_sign_in.insert().values(
                    state=digest(state), session=session, expires_at=now + lives, value=sealed
                )
            )

    def take_pending(self, state: str, session: str) -> dict[str, Any] | None:
        """What was begun under *state* in this session, once; None where it was not, or too long ago."""
        statement = (
            pending_sign_in.delete()
            .where(
                pending_sign_in.c.state == digest(state),
                pending_sign_in.c.session == session,
                pending_sign_in.c.expires_at > self._clock(),
            )
            .returning(pending_sign_in.c.value)
        )
        with self._database.writing() as database:
            sealed = database.execute(statement).scalar()
        if sealed is None:
            return None
        return value_from(self._keyring.decrypt(bytes(sealed), context=_pending(state)))


class Members(_Doors):
    """All that the web app keeps for itself, and the questions only its pages ask of the rest."""

    @classmethod
    def of(cls, store: Store) -> Members:
        """In the database of *store*."""
        return cls(store._database, store._keyring, store._clock)

    def activity_by_hour(
        self, connection_id: int, since: datetime
    ) -> list[tuple[datetime, str, int]]:
        """What happened to links, counted by the hour and what it was, oldest first."""
        at = type_coerce(history.c.at, BigInteger)
        hour = type_coerce(at - at % _HOUR, history.c.at.type)
        statement = (
            select(hour, history.c.what, func.count())
            .where(history.c.connection_id == connection_id, history.c.at >= since)
            .group_by(hour, history.c.what)
            .order_by(hour)
        )
        with self._database.reading() as database:
            return [(when, str(what), int(n)) for when, what, n in database.execute(statement)]

    def latest_id(self, connection_id: int, kind: Kind) -> str | None:
        """The HubSpot id of the activity of *kind* met last."""
        statement = (
            select(link.c.hubspot_id)
            .where(link.c.connection_id == connection_id, link.c.kind == kind.value)
            .order_by(link.c.created_at.desc())
            .limit(1)
        )
        with self._database.reading() as database:
            found = database.scalar(statement)
        return None if found is None else str(found)

    def keys_of_contact(self, connection_id: int, contact_id: str, limit: int) -> list[str]:
        """Keys of the activities that were decided for a contact, the newest first."""
        statement = (
            select(link.c.key)
            .where(link.c.connection_id == connection_id, link.c.contact_id == contact_id)
            .order_by(link.c.created_at.desc())
            .limit(limit)
        )
        with self._database.reading() as database:
            return [str(key) for (key,) in database.execute(statement)]


def _pending(state: str) -> str:
    return f"pending sign-in {digest(state)}"


def _session_from(row: Row[Any]) -> MemberSession:
    return MemberSession(
        token=row.s_token,
        member=member_from(row),
        created_at=row.s_created_at,
        seen_at=row.s_seen_at,
        expires_at=row.s_expires_at,
        browser=row.s_browser,
        flash=row.s_flash,
    )

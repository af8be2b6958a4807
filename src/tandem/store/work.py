"""Long work that people started: what was asked, how far it came, what became of it; and who carries it out."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Row, or_, select

from tandem.errors import SettingsError
from tandem.store.encoding import to_json_bytes, value_from
from tandem.store.parts import StorePart
from tandem.store.store import Store
from tandem.store.tables_work import long_work, long_work_file

__all__ = ["Claim", "LongWork", "LongWorks", "WorkKind", "WorkState"]


class WorkKind(enum.StrEnum):
    """What long work there is."""

    IMPORT_TASKS = "import_tasks"
    IMPORT_FILE = "import_file"
    IMPORT_ACTIVITIES = "import_activities"
    UNDO = "undo"
    RECREATE = "recreate"


class WorkState(enum.StrEnum):
    """Where a piece of work is."""

    DRAFT = "draft"  # a person is still saying what is meant
    WAITING = "waiting"  # for its turn, or for the time to try again
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_active(self) -> bool:
        """Whether something happens without a person's doing."""
        return self in _ACTIVE


_ACTIVE = frozenset({WorkState.WAITING, WorkState.RUNNING, WorkState.STOPPING})
_CLAIMED = frozenset({WorkState.RUNNING, WorkState.STOPPING})


@dataclass(frozen=True, slots=True, kw_only=True)
class LongWork:
    """
    One piece of work. ``is_look`` while it only says what it would do.

    ``reason`` and ``message`` say why it waits, stopped or failed; ``result`` is what came of it so far.
    """

    id: int
    connection_id: int
    kind: WorkKind
    is_look: bool
    state: WorkState
    who: str
    arguments: Mapping[str, Any]
    created_at: datetime
    changed_at: datetime
    result: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    reason: str = ""
    message: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A piece of work that one process carries out; ``token`` proves it."""

    work: LongWork
    token: str


class _Asked(StorePart):
    """What people ask for and see."""

    @classmethod
    def of(cls, store: Store) -> LongWorks:
        """The long work in the database of *store*."""
        return LongWorks(store._database, store._keyring, store._clock)

    def add(
        self,
        connection_id: int,
        kind: WorkKind,
        arguments: Mapping[str, Any],
        *,
        who: str,
        is_look: bool = False,
        is_draft: bool = False,
        files: Mapping[str, bytes] | None = None,
    ) -> int:
        """New work, to be carried out when its turn comes unless it is a draft; its id."""
        now = self._clock()
        state = WorkState.DRAFT if is_draft else WorkState.WAITING
        with self._database.writing() as database:
            made = database.execute(
                long_work.insert()
                .values(
                    connection_id=connection_id,
                    kind=kind.value,
                    is_look=int(is_look),
                    state=state.value,
                    who=who,
                    arguments=b"",
                    done=0,
                    reason="",
                    message="",
                    created_at=now,
                    changed_at=now,
                    try_at=now,
                    attempts=0,
                    claimed_by="",
                )
                .returning(long_work.c.id)
            ).scalar_one()
            work_id = int(made)
            database.execute(
                long_work.update()
                .where(long_work.c.id == work_id)
                .values(arguments=self._sealed(work_id, "arguments", to_json_bytes(arguments)))
            )
            for name, value in (files or {}).items():
                self._save_file(database, work_id, name, value)
        return work_id

    def work(self, connection_id: int, work_id: int) -> LongWork:
        """SettingsError where the connection has none of that id (any more)."""
        statement = select(long_work).where(
            long_work.c.id == work_id, long_work.c.connection_id == connection_id
        )
        with self._database.reading() as database:
            row = database.execute(statement).first()
        if row is None:
            raise SettingsError(f"There is no work {work_id} here (any more).")
        return self._from(row)

    def works(self, connection_id: int, limit: int) -> list[LongWork]:
        """The newest first."""
        statement = (
            select(long_work)
            .where(long_work.c.connection_id == connection_id)
            .order_by(long_work.c.id.desc())
            .limit(limit)
        )
        with self._database.reading() as database:
            return [self._from(row) for row in database.execute(statement)]

    def prepare(self, work_id: int, arguments: Mapping[str, Any]) -> bool:
        """Say, or say anew, what a draft means, and have it looked at; False if it is none any more."""
        sealed = self._sealed(work_id, "arguments", to_json_bytes(arguments))
        return self._move(
            work_id,
            {WorkState.DRAFT},
            WorkState.WAITING,
            arguments=sealed,
            is_look=1,
            result=None,
        )

    def redraft(self, work_id: int) -> bool:
        """Back to saying what is meant; only what has written nothing yet."""
        return self._move(
            work_id,
            {WorkState.DRAFT, WorkState.DONE, WorkState.STOPPED, WorkState.FAILED},
            WorkState.DRAFT,
            long_work.c.is_look == 1,
        )

    def begin(self, work_id: int) -> bool:
        """Carry out what was looked at; False if it is not there to be begun."""
        return self._move(
            work_id,
            {WorkState.DONE},
            WorkState.WAITING,
            long_work.c.is_look == 1,
            is_look=0,
            done=0,
        )

    def ask_to_stop(self, work_id: int) -> bool:
        """Stop it, at once where nobody carries it out; False if it is at rest already."""
        return self._move(
            work_id, {WorkState.WAITING}, WorkState.STOPPED, reason="asked"
        ) or self._move(work_id, {WorkState.RUNNING}, WorkState.STOPPING, reason="asked")

    def resume(self, work_id: int) -> bool:
        """Go on with what stopped or failed, or try at once what waits; False if there is no need."""
        from_ = {WorkState.STOPPED, WorkState.FAILED, WorkState.WAITING}
        return self._move(work_id, from_, WorkState.WAITING)

    def remove(self, work_id: int) -> bool:
        """Forget it with its files; False while it is carried out."""
        with self._database.writing() as database:
            gone = database.execute(
                long_work.delete()
                .where(
                    long_work.c.id == work_id,
                    long_work.c.state.not_in([each.value for each in _CLAIMED]),
                )
                .returning(long_work.c.id)
            ).first()
        return gone is not None

    def file(self, work_id: int, name: str) -> bytes | None:
        statement = select(long_work_file.c.value).where(
            long_work_file.c.work_id == work_id, long_work_file.c.name == name
        )
        with self._database.reading() as database:
            sealed = database.scalar(statement)
        if sealed is None:
            return None
        return self._keyring.decrypt(bytes(sealed), context=_context(work_id, f"file {name}"))

    def save_file(self, work_id: int, name: str, value: bytes) -> None:
        with self._database.writing() as database:
            self._save_file(database, work_id, name, value)

    def remove_file(self, work_id: int, name: str) -> None:
        with self._database.writing() as database:
            database.execute(
                long_work_file.delete().where(
                    long_work_file.c.work_id == work_id, long_work_file.c.name == name
                )
            )

    def _save_file(
        self, database: DatabaseConnection, work_id: int, name: str, value: bytes
    ) -> None:
        sealed = self._sealed(work_id, f"file {name}", value)
        row = {"work_id": work_id, "name": name, "value": sealed}
        self._database.upsert(database, long_work_file, [row])

    def _move(
        self, work_id: int, from_: set[WorkState], to: WorkState, *only: Any, **values: Any
    ) -> bool:
        now = self._clock()
        changed = {"reason": "", "message": "", "attempts": 0, **values}
        with self._database.writing() as database:
            moved = database.execute(
                long_work.update()
                .where(
                    long_work.c.id == work_id,
                    long_work.c.state.in_([each.value for each in from_]),
                    *only,
                )
                .values(state=to.value, changed_at=now, try_at=now, **changed)
                .returning(long_work.c.id)
            ).first()
        return moved is not None

    def _sealed(self, work_id: int, what: str, value: bytes) -> bytes:
        return self._keyring.encrypt(value, context=_context(work_id, what))

    def _from(self, row: Row[Any]) -> LongWork:
        def opened(what: str, sealed: bytes | None) -> Mapping[str, Any]:
            if sealed is None:
                return {}
            plain = self._keyring.decrypt(bytes(sealed), context=_context(row.id, what))
            return value_from(plain)

        return LongWork(
            id=row.id,
            connection_id=row.connection_id,
            kind=WorkKind(row.kind),
            is_look=bool(row.is_look),
            state=WorkState(row.state),
            who=row.who,
            arguments=opened("arguments", row.arguments),
            result=opened("result", row.result),
            created_at=row.created_at,
            changed_at=row.changed_at,
            done=row.done,
            total=row.total,
            reason=row.reason,
            message=row.message,
            attempts=row.attempts,
        )


class LongWorks(_Asked):
    """
    The long work of all connections.

    Whoever carries a piece of it out holds a claim for a while and renews it; when it ends, another
    process may take the work over. What a claim's holder saves counts only while the claim is its own.
    """

    def claim(
        self,
        owner: str,
        lives: timedelta,
        *,
        is_dead: Callable[[str], bool] = lambda owner: False,
    ) -> Claim | None:
        """The oldest work whose turn it is, of a connection that has no other under way; of several askers one gets it."""
        now = self._clock()
        with self._database.reading() as database:
            rows = database.execute(
                select(long_work)
                .where(long_work.c.state.in_([each.value for each in _ACTIVE]))
                .order_by(long_work.c.id)
            ).all()
        held = {
            row.id
            for row in rows
            if row.claim is not None
            and row.claimed_until is not None
            and row.claimed_until > now
            and not is_dead(row.claimed_by)
        }
        busy = {row.connection_id for row in rows if row.id in held}
        for row in rows:
            if row.id in held or row.connection_id in busy or row.try_at > now:
                continue
            if (token := self._take(row, owner, now + lives)) is not None:
                return Claim(work=self._from(row), token=token)
        return None

    def _take(self, row: Row[Any], owner: str, until: datetime) -> str | None:
        token = secrets.token_hex(16)
        stays = WorkState(row.state) is WorkState.STOPPING
        same = long_work.c.claim.is_(None) if row.claim is None else long_work.c.claim == row.claim
        with self._database.writing() as database:
            taken = database.execute(
                long_work.update()
                .where(long_work.c.id == row.id, long_work.c.state == row.state, same)
                .values(
                    state=(WorkState.STOPPING if stays else WorkState.RUNNING).value,
                    claim=token,
                    claimed_by=owner,
                    claimed_until=until,
                    changed_at=self._clock(),
                )
                .returning(long_work.c.id)
            ).first()
        return token if taken is not None else None

    def beat(
        self, claim: Claim, lives: timedelta, *, done: int = 0, total: int | None = None
    ) -> WorkState | None:
        """Renew a claim and save how far the work came; its state, or None where the claim is lost."""
        values: dict[str, Any] = {"claimed_until": self._clock() + lives, "done": done}
        if total is not None:
            values["total"] = total
        with self._database.writing() as database:
            row = database.execute(
                long_work.update()
                .where(long_work.c.id == claim.work.id, long_work.c.claim == claim.token)
                .values(**values)
                .returning(long_work.c.state)
            ).first()
        return None if row is None else WorkState(row.state)

    def settle(
        self,
        claim: Claim,
        state: WorkState,
        *,
        reason: str = "",
        message: str = "",
        result: Mapping[str, Any] | None = None,
        pause: timedelta = timedelta(),
        attempts: int = 0,
    ) -> bool:
        """
        Give a claim back with what became of the work; False where it was lost meanwhile.

        Work that waits is tried again after *pause*; what a person asked to stop is stopped instead.
        """
        now = self._clock()
        work_id = claim.work.id
        values: dict[str, Any] = {"reason": reason, "message": message, "attempts": attempts}
        if result is not None:
            values["result"] = self._sealed(work_id, "result", to_json_bytes(result))
        with self._database.writing() as database:
            found = database.execute(
                select(long_work.c.state).where(
                    long_work.c.id == work_id, long_work.c.claim == claim.token
                )
            ).first()
            if found is None:
                return False
            if state is WorkState.WAITING and found.state == WorkState.STOPPING.value:
                state, values["reason"], values["message"] = WorkState.STOPPED, "asked", ""
            settled = database.execute(
                long_work.update()
                .where(long_work.c.id == work_id, long_work.c.claim == claim.token)
                .values(
                    state=state.value,
                    changed_at=now,
                    try_at=now + pause,
                    claim=None,
                    claimed_by="",
                    claimed_until=None,
                    **values,
                )
                .returning(long_work.c.id)
            ).first()
        return settled is not None

    def forget(self, before: datetime, unfinished_before: datetime) -> int:
        """Remove work that ended before, and what nobody went on with since; how many pieces went."""
        ended = long_work.c.state.in_([WorkState.DONE.value]) & (long_work.c.is_look == 0)
        rests = long_work.c.state.not_in([each.value for each in _ACTIVE])
        with self._database.writing() as database:
            gone = database.execute(
                long_work.delete().where(
                    rests,
                    or_(
                        ended & (long_work.c.changed_at < before),
                        ~ended & (long_work.c.changed_at < unfinished_before),
                    ),
                )
            ).rowcount
        return int(gone)


def _context(work_id: int, what: str) -> str:
    return f"long work {work_id} {what}"

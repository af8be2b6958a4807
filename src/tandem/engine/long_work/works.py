"""
Long work: begun from a page or by a program, carried out behind it, stopped and gone on with.

It is saved with its arguments and its progress, so that it outlives the page and the process. Whoever
serves claims what waits, one piece of a connection at a time; a process that is killed loses its claim,
and another goes on where the checkpoints stand. Live sync goes first: an import lets it, between two batches.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from tandem.engine.importing import ActivityImport, TaskImport, Wanted
from tandem.engine.long_work.arguments import plain_of
from tandem.engine.long_work.carrying import UPLOAD, Attempt
from tandem.engine.long_work.outcome import Ending, plain
from tandem.engine.running import Runner, is_dead
from tandem.errors import SettingsError, StoreError
from tandem.imports import DateOrder, Survey, open_table, survey_of
from tandem.store.rows import Connection
from tandem.store.store import Store
from tandem.store.work import Claim, LongWork, LongWorks, WorkKind, WorkState

__all__ = ["LARGEST_FILE", "WRONG_ROWS", "Works"]

_log = structlog.get_logger()

LARGEST_FILE = 20 * 1_048_576
"""Bytes of an uploaded file."""

WRONG_ROWS = "wrong"
"""The name under which the wrong rows of an uploaded file are kept, as a CSV of their own."""

_LIVES = timedelta(seconds=30)
_BEAT_SECONDS = 2.0
_PATIENCE = 10  # beats that a stop is waited for in good order
_LOOK_SECONDS = 1.0
_AT_ONCE = 4
_FORGET_EVERY = timedelta(hours=6)
_UNFINISHED_LIVES = timedelta(days=7)
_ACTIONS = {
    WorkKind.IMPORT_TASKS: "import",
    WorkKind.IMPORT_FILE: "import",
    WorkKind.IMPORT_ACTIVITIES: "import",
    WorkKind.UNDO: "undo",
    WorkKind.RECREATE: "recreate",
}


@dataclass(slots=True, kw_only=True)
class _Beating:
    """What the beats of one attempt found out."""

    is_asked: bool = False
    is_lost: bool = False
    beats_since: int = 0


@dataclass(slots=True, kw_only=True)
class Works:
    """
    The long work of all connections: to start, follow and stop it, and to carry it out.

    Everything is noted in the audit log under the name of whoever asked (*who*). Methods raise
    ``SettingsError`` for what cannot be carried out.
    """

    store: Store
    runner: Runner
    retention_days: int = 90
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _forgotten_at: datetime | None = None

    @property
    def kept(self) -> LongWorks:
        """The rows, for whoever only looks."""
        return LongWorks.of(self.store)

    # ------------------------------------------------------------------ starting

    async def import_of(self, connection: Connection, wanted: Wanted, who: str) -> int:
        """Look at what importing *wanted* would do; ``begin`` then does it."""
        wanted.check()
        kind = WorkKind.IMPORT_TASKS
        if isinstance(wanted, ActivityImport):
            kind = WorkKind.IMPORT_ACTIVITIES
        elif wanted.csv is not None:
            raise SettingsError("A file is uploaded first: it is kept until it is imported.")
        return await self._add(connection, kind, plain_of(wanted), who=who, is_look=True)

    async def import_of_file(
        self, connection: Connection, name: str, content: bytes, who: str
    ) -> int:
        """Keep a CSV, encrypted, until a person has said what its columns are (``prepare_file``)."""
        if len(content) > LARGEST_FILE:
            raise SettingsError(
                f"The file is too large: up to {LARGEST_FILE // 1_048_576} MB are taken. Split it."
            )
        if not content:
            raise SettingsError("The file is empty.")
        return await self._add(
            connection,
            WorkKind.IMPORT_FILE,
            {"file": name[:200], "mapping": {}, "dates": None},
            who=who,
            is_look=True,
            is_draft=True,
            files={UPLOAD: content},
        )

    async def survey(
        self,
        work: LongWork,
        mapping: Mapping[str, str],
        dates: DateOrder | None,
        language: str,
        wrong_to: io.StringIO | None = None,
    ) -> Survey:
        """What the rows of an uploaded file are under this mapping; see ``imports.survey_of``."""
        content = await self.upload(work)
        return await asyncio.to_thread(survey_of, content, mapping, dates, language, wrong_to)

    async def upload(self, work: LongWork) -> bytes:
        """The uploaded file of *work*; SettingsError once it is gone."""
        content = await self.store.run(self.kept.file, work.id, UPLOAD)
        if content is None:
            raise SettingsError("The uploaded file is gone: upload it again.")
        return content

    async def prepare_file(
        self,
        work: LongWork,
        mapping: Mapping[str, str],
        dates: DateOrder | None,
        language: str,
    ) -> None:
        """Look at what importing the file would do, its columns read by *mapping*; its wrong rows are kept as a CSV."""
        wrong = io.StringIO()
        survey = await self.survey(work, mapping, dates, language, wrong)
        content = await self.upload(work)
        table = await asyncio.to_thread(open_table, content, mapping, language=language)
        wanted = TaskImport(csv=content, mapping=mapping, dates=dates)
        arguments = {
            **plain_of(wanted),
            "file": work.arguments.get("file", ""),
            "encoding": table.encoding,
            "rows": survey.rows,
            "wrong": survey.wrong,
            "left_out": survey.left_out,
            "problems": [list(each) for each in survey.problems],
        }
        if survey.wrong:
            # With a byte order mark: spreadsheets take a file without one for another encoding.
            as_file = wrong.getvalue().encode("utf-8-sig")
            await self.store.run(self.kept.save_file, work.id, WRONG_ROWS, as_file)
        else:
            await self.store.run(self.kept.remove_file, work.id, WRONG_ROWS)
        await self.store.run(self.kept.redraft, work.id)
        await self.store.run(self.kept.prepare, work.id, arguments)
        self._news.set()

    async def undo(self, connection: Connection, run_id: int, who: str) -> int:
        """Look at what taking a run back would do; ``begin`` then does it."""
        self.store.for_connection(connection.id).run_of(run_id)
        arguments = {"run": run_id}
        return await self._add(connection, WorkKind.UNDO, arguments, who=who, is_look=True)

    async def recreate(self, connection: Connection, key: str, who: str) -> int:
        """Make the counterpart again of the pair that *key* names."""
        return await self._add(connection, WorkKind.RECREATE, {"key": key}, who=who)

    async def _add(
        self,
        connection: Connection,
        kind: WorkKind,
        arguments: Mapping[str, object],
        *,
        who: str,
        is_look: bool = False,
        is_draft: bool = False,
        files: Mapping[str, bytes] | None = None,
    ) -> int:
        work_id = await self.store.run(
            self.kept.add,
            connection.id,
            kind,
            arguments,
            who=who,
            is_look=is_look,
            is_draft=is_draft,
            files=files,
        )
        self._news.set()
        return work_id

    # ------------------------------------------------------------------ following

    async def work(self, connection: Connection, work_id: int) -> LongWork:
        """One piece of work of *connection*."""
        return await self.store.run(self.kept.work, connection.id, work_id)

    async def begin(self, connection: Connection, work_id: int, who: str) -> bool:
        """Do what was looked at; False where there is nothing to begin (any more)."""
        return await self._moved(connection, work_id, self.kept.begin, "begun", who)

    async def stop(self, connection: Connection, work_id: int, who: str) -> bool:
        """End it before its next write; False where it has ended."""
        return await self._moved(connection, work_id, self.kept.ask_to_stop, "stopped", who)

    async def resume(self, connection: Connection, work_id: int, who: str) -> bool:
        """Go on where it stopped or failed, or try at once what waits; False where there is no need."""
        return await self._moved(connection, work_id, self.kept.resume, "resumed", who)

    async def remove(self, connection: Connection, work_id: int, who: str) -> bool:
        """Forget it and its files; False while it is carried out."""
        return await self._moved(connection, work_id, self.kept.remove, "removed", who)

    async def _moved(
        self, connection: Connection, work_id: int, move: object, what: str, who: str
    ) -> bool:
        work = await self.work(connection, work_id)
        assert callable(move)
        is_moved = bool(await self.store.run(move, work_id))
        if is_moved:
            action = f"{_ACTIONS[work.kind]}_{what}"
            await self.store.run(
                self.store.note, connection.id, who, action, f"{work.kind.value} {work_id}"
            )
            self._news.set()
        return is_moved

    # ------------------------------------------------------------------ carrying out

    async def serve(self, stop: asyncio.Event) -> None:
        """
        Carry out what waits until *stop* is set; what is under way then is left to go on later.

        Any number of processes may do so with one database.
        """
        running: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                running = {task for task in running if not task.done()}
                try:
                    await self._forget()
                    while len(running) < _AT_ONCE and (claim := await self._claim()) is not None:
                        running.add(asyncio.create_task(self._carry(claim)))
                except StoreError as error:
                    _log.error("work.store_trouble", message=str(error))
                await self._next_look(stop)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def work_off(self) -> None:
        """Carry out, one after the other, whatever's turn it is; answers when nothing is left."""
        while (claim := await self._claim()) is not None:
            await self._carry(claim)

    async def _next_look(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.create_task(event.wait()) for event in (stop, self._news)]
        await asyncio.wait(waiting, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        self._news.clear()

    async def _claim(self) -> Claim | None:
        return await self.store.run(self.kept.claim, self.runner.owner, _LIVES, is_dead=is_dead)

    async def _carry(self, claim: Claim) -> None:
        """One attempt; a bug ends its work, loudly, and nobody else's."""
        beating = _Beating()
        try:
            connection = await self.store.run(self.store.connection_by_id, claim.work.connection_id)
        except SettingsError:
            return  # its connection was removed, and the work with it
        attempt = Attempt(
            work=claim.work,
            connection=connection,
            store=self.store,
            works=self.kept,
            runner=self.runner,
            is_asked_to_stop=lambda: self._is_asked(claim, attempt, beating),
            done=claim.work.done,
            total=claim.work.total,
        )
        ending = await self._attempted(claim, attempt, beating)
        if not beating.is_lost:
            await self._settle(claim, attempt, ending)

    async def _attempted(self, claim: Claim, attempt: Attempt, beating: _Beating) -> Ending:
        if await self._is_asked(claim, attempt, beating):
            return Ending(state=WorkState.STOPPED, reason="asked")
        carried = asyncio.create_task(attempt.carry_out())
        beats = asyncio.create_task(self._beat(claim, attempt, beating, carried))
        try:
            return await carried
        except asyncio.CancelledError:
            if beating.is_asked or beating.is_lost:
                return Ending(state=WorkState.STOPPED, reason="asked")
            await self._settle(claim, attempt, Ending(state=WorkState.WAITING))
            raise
        except Exception as error:
            _log.error("work.crashed", work=claim.work.id, exc_info=error)
            return Ending(state=WorkState.FAILED, reason="crashed", message=type(error).__name__)
        finally:
            beats.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beats

    async def _beat(
        self,
        claim: Claim,
        attempt: Attempt,
        beating: _Beating,
        carried: asyncio.Task[Ending],
    ) -> None:
        """Renew the claim and save the progress; what does not stop by itself in time is cancelled."""
        while not carried.done():
            await asyncio.sleep(_BEAT_SECONDS)
            try:
                is_asked = await self._is_asked(claim, attempt, beating)
            except StoreError as error:
                _log.error("work.store_trouble", message=str(error))
                continue
            beating.beats_since += is_asked
            # A look writes nothing, so it may end anywhere.
            if beating.is_lost or (
                is_asked and (claim.work.is_look or beating.beats_since > _PATIENCE)
            ):
                carried.cancel()

    async def _is_asked(self, claim: Claim, attempt: Attempt, beating: _Beating) -> bool:
        state = await self.store.run(
            self.kept.beat, claim, _LIVES, done=attempt.done, total=attempt.total
        )
        beating.is_lost = beating.is_lost or state is None
        beating.is_asked = beating.is_asked or state is not WorkState.RUNNING
        return beating.is_asked

    async def _settle(self, claim: Claim, attempt: Attempt, ending: Ending) -> None:
        work = claim.work
        result = None
        if ending.report is not None:
            run_id = ending.report.run.run_id
            earlier = [] if work.is_look else [int(n) for n in work.result.get("runs", ())]
            runs = [*earlier, *([] if run_id is None else [run_id])]
            result = plain(ending.report, runs)
        await self.store.run(self.kept.beat, claim, _LIVES, done=attempt.done, total=attempt.total)
        await self.store.run(
            self.kept.settle,
            claim,
            ending.state,
            reason=ending.reason,
            message=ending.message,
            result=result,
            pause=ending.pause,
            attempts=ending.attempts,
        )
        if ending.state is WorkState.DONE and not work.is_look:
            await self.store.run(self.kept.remove_file, work.id, UPLOAD)

    async def _forget(self) -> None:
        now = self.runner.clock.now()
        if self._forgotten_at is not None and now - self._forgotten_at < _FORGET_EVERY:
            return
        self._forgotten_at = now
        ended = now - timedelta(days=self.retention_days)
        await self.store.run(self.kept.forget, ended, now - _UNFINISHED_LIVES)

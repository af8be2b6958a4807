"""Carrying out one attempt at a piece of long work: which engine does it, how far it came, when it makes way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tandem.engine.importing import Importing, ImportReport
from tandem.engine.long_work.arguments import wanted_of
from tandem.engine.long_work.outcome import Ending, ending_of, joined, report_of_work
from tandem.engine.long_work.pausing import PausingRunner
from tandem.engine.recreating import Recreated, RecreatedHow, Recreating
from tandem.engine.reports import RunReport, Step
from tandem.engine.running import Runner
from tandem.engine.undoing import Undoing
from tandem.engine.undoing_report import UndoReport
from tandem.errors import AlreadyRunning, SettingsError, StoreError
from tandem.store.rows import Connection
from tandem.store.store import Store
from tandem.store.work import LongWork, LongWorks, WorkKind, WorkState

__all__ = ["SHOWN_STEPS", "UPLOAD", "Attempt"]

UPLOAD = "upload"
"""The name under which an uploaded file is kept with its work."""

SHOWN_STEPS = 50
_BUSY = timedelta(seconds=3)
_STORE_TROUBLE = timedelta(seconds=30)


@dataclass(slots=True, kw_only=True)
class Attempt:
    """
    One attempt at *work*; ``done`` of ``total`` never goes back.

    ``is_asked_to_stop`` is asked before every batch that is written.
    """

    work: LongWork
    connection: Connection
    store: Store
    works: LongWorks
    runner: Runner
    is_asked_to_stop: Callable[[], Awaitable[bool]]
    done: int = 0
    total: int | None = None

    async def carry_out(self) -> Ending:
        """Do it, as far as it goes; troubles that pass leave it waiting."""
        attempts = self.work.attempts
        try:
            return await self._carried()
        except AlreadyRunning as error:
            return Ending(
                state=WorkState.WAITING,
                reason="busy",
                message=str(error),
                pause=_BUSY,
                attempts=attempts,
            )
        except SettingsError as error:
            return Ending(state=WorkState.FAILED, reason="settings", message=str(error))
        except StoreError as error:
            return Ending(
                state=WorkState.WAITING,
                reason="store",
                message=str(error),
                pause=_STORE_TROUBLE,
                attempts=attempts,
            )

    async def _carried(self) -> Ending:
        match self.work.kind:
            case WorkKind.UNDO:
                undone = await self._undo()
                return self._ended(undone.run, undone)
            case WorkKind.RECREATE:
                made = await self._recreate()
                if made.how is not RecreatedHow.STOPPED:
                    return Ending(state=WorkState.DONE, report=made)
                return self._ended(made.run, made)
            case _:
                brought = await self._import()
                before = report_of_work(self.work)
                if isinstance(before, ImportReport) and not before.run.dry_run:
                    brought = joined(before, brought)
                return self._ended(brought.run, brought)

    def _ended(self, run: RunReport, report: ImportReport | UndoReport | Recreated) -> Ending:
        ending = ending_of(run, self.work.attempts)
        # A suspended connection is not run at all: what was told before still holds.
        ran = run.run_id is not None or (run.dry_run and ending.state is WorkState.DONE)
        return replace(ending, report=report) if ran else ending

    # ------------------------------------------------------------------ each kind

    async def _import(self) -> ImportReport:
        work = self.work
        file = b""
        if work.kind is WorkKind.IMPORT_FILE:
            file = self.works.file(work.id, UPLOAD) or b""
            if not file:
                raise SettingsError("The uploaded file is gone: upload it again.")
        wanted = wanted_of(work.kind, work.arguments, file)
        importing = Importing(store=self.store, runner=self._pausing())
        return await importing.bring(self.connection, wanted, dry_run=work.is_look, tell=self._tell)

    async def _undo(self) -> UndoReport:
        undoing = Undoing(store=self.store, runner=self._pausing(), who=self.work.who)
        return await undoing.undo(
            self.connection,
            int(self.work.arguments["run"]),
            dry_run=self.work.is_look,
            limit=SHOWN_STEPS,
            tell=self._tell,
        )

    async def _recreate(self) -> Recreated:
        recreating = Recreating(store=self.store, runner=self._pausing(), who=self.work.who)
        return await recreating.recreate(
            self.connection, str(self.work.arguments["key"]), tell=self._tell
        )

    # ------------------------------------------------------------------ progress and stopping

    def _pausing(self) -> PausingRunner:
        return PausingRunner.of(self.runner, self._is_stopped)

    def _tell(self, step: Step) -> None:
        self.done = max(self.done, step.done)
        self.total = step.total if step.total is not None else self.total

    async def _is_stopped(self) -> str:
        return "asked" if await self.is_asked_to_stop() else ""

"""A runner whose runs can be asked to end in good order: because a person says so."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from tandem.engine.context import RunContext
from tandem.engine.job import EVERYTHING, Job
from tandem.engine.reports import PlannedAction, ProgressCallback, RunReport
from tandem.engine.run import StopReason
from tandem.engine.running import Runner
from tandem.store.rows import Connection

__all__ = ["PausingRunner"]


async def _never() -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PausingRunner(Runner):
    """``pause`` is asked before every batch is written, as the runner's own reasons to stop are."""

    pause: StopReason = _never

    @classmethod
    def of(cls, runner: Runner, pause: StopReason) -> PausingRunner:
        own = {each.name: getattr(runner, each.name) for each in fields(runner)}
        return cls(**own, pause=pause)

    async def run(
        self,
        connection: Connection,
        *,
        trigger: str,
        dry_run: bool = False,
        tell: ProgressCallback = lambda step: None,
        job: Job = EVERYTHING,
        turn_seconds: float | None = None,
    ) -> RunReport:
        """See ``Runner.run``."""

        async def work(
            run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
        ) -> tuple[PlannedAction, ...]:
            async def either() -> str:
                return await is_stopped() or await self.pause()

            return await job.work(run, tell=tell, is_stopped=either)

        return await Runner.run(
            self,
            connection,
            trigger=trigger,
            dry_run=dry_run,
            tell=tell,
            job=replace(job, work=work),
            turn_seconds=turn_seconds,
        )

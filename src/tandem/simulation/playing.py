"""Plays a story: act by act, run by run, and then the quiet in which everything has to settle."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from tandem.engine.context import AT_ONCE
from tandem.engine.reports import RunReport, RunState
from tandem.errors import TandemError
from tandem.sandbox.hubspot.acts import ActError as HubSpotActError
from tandem.sandbox.salesforce.conversion import ActError as SalesforceActError
from tandem.simulation.colleagues import Colleagues
from tandem.simulation.hearing import PACE, Hearing
from tandem.simulation.loop import START, VirtualClock, VirtualLoop
from tandem.simulation.people import People
from tandem.simulation.story import Act, Keep, Moment, Pause, PutBack, Setting, Story, Sync, Trouble
from tandem.simulation.world import Killed, Process, Surroundings
from tandem.store.rows import RESTORED_AT

TASK_SYNC = "salesforce_tasks"

__all__ = ["QUIET", "TASK_SYNC", "History", "Switched", "play"]

QUIET = (200.0, 93_600.0, 300.0)
"""
Seconds between the runs of the quiet. The first pause outlasts leases, late commits and stalled indexes,
the second the second looks, the nightly rounds and the daily tries; the last, of which there is no need where
the one before wrote nothing, lets what that wrote come to rest.
"""

_SEARCH_LAG = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """A kind, or ``salesforce_tasks``, was switched on or off at a second of the history."""

    kind: str
    is_on: bool
    at: float


@dataclass(slots=True, kw_only=True)
class History:
    """What became of a story: the world as it is in the end, and what was noticed on the way."""

    story: Story
    around: Surroundings
    people: People
    process: Process
    switched: list[Switched] = field(default_factory=list)
    delete_policies: set[str] = field(default_factory=set)
    acts: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """What must not happen while it goes on: counts that do not add up, an error nobody expected."""
    still_writes: int = 0
    quiet_from: float = 0.0
    was_put_back: bool = False

    @property
    def digest(self) -> str:
        return self.around.digest


def play(story: Story) -> History:
    """Play *story* from its beginning to the end of the quiet."""
    gc.disable()  # a history is short, and collecting in its midst costs a tenth of it
    try:
        clock = VirtualClock(START + timedelta(seconds=story.setting.later))
        loop = VirtualLoop(clock)
        history = loop.live(_Player(story, clock).play())
        history.wrong += [f"nobody heard of {error!r}" for error in loop.unheard if _is_odd(error)]
        return history
    finally:
        gc.enable()


def _is_odd(error: BaseException) -> bool:
    return not isinstance(error, Killed)


class _Player:
    """Goes through the moments of one story."""

    def __init__(self, story: Story, clock: VirtualClock) -> None:
        self._story = story
        self._clock = clock
        self._around = Surroundings(story.seed, clock, language=story.setting.language)
        self._people = People(self._around)
        self._colleagues = Colleagues(self._people)
        self._processes: dict[int, Process] = {0: Process(self._around, "worker 1")}
        self._on = [kind.value for kind in story.setting.kinds]
        if story.setting.task_sync:
            self._on.append(TASK_SYNC)
        self._policy = story.setting.delete_policy
        self._rule = story.setting.conflict_rule
        self._kept: tuple[bytes, list[str], str] | None = None
        self._hearing = Hearing(self._around, story.seed) if story.setting.has_feeds else None
        self._history = History(
            story=story, around=self._around, people=self._people, process=self._processes[0]
        )

    async def play(self) -> History:
        await self._begin(self._story.setting)
        for moment in self._story.moments:
            await self._take(moment)
        await self._quiet()
        return self._history

    async def _begin(self, setting: Setting) -> None:
        around = self._around
        around.sandbox.world.switches.set(dict(setting.switches))
        around.hubspot.account.set_time_zone(setting.zone)
        if not setting.has_key_field:
            around.salesforce.act(
                "set_permission", {"permission": "CustomizeApplication", "on": False}
            )
        if not setting.has_unique_property:
            around.sandbox.world.switches.set({"task_unique_property": "refused"})
        process = self._processes[0]
        await process.connect()
        await self._save_settings(process)
        if self._hearing is not None:
            self._hearing.begin()
            self._history.heard = self._hearing.fates
        self._history.switched = [
            Switched(kind=kind, is_on=True, at=self._clock.seconds) for kind in self._on
        ]
        self._clock.advance(2)

    async def _take(self, moment: Moment) -> None:
        match moment:
            case Act():
                await self._do(moment, is_hasty=False)
                self._clock.advance(1)
            case Trouble(side=side, rule=rule):
                self._around.faults[side].arm(dict(rule))
            case Pause(seconds=seconds):
                self._clock.advance(seconds)
            case Sync():
                await self._sync(moment)
            case Keep():
                self._kept = (self._around.memory.image(), list(self._on), self._policy)
            case PutBack():
                self._put_back()

    def _put_back(self) -> None:
        """Yesterday's database: its settings hold again, and no process remembers anything since."""
        if self._kept is None:
            return
        image, kinds, self._policy = self._kept
        self._on = list(kinds)
        self._around.memory.put_back(image)
        self._processes.clear()
        # As a restore does: nothing from before now is certainly new.
        now = self._clock.now()
        self._process(0).mine.cache(RESTORED_AT, now.isoformat().encode(), now)
        self._history.was_put_back = True

    # ------------------------------------------------------------------ people

    async def _do(self, act: Act, *, is_hasty: bool) -> None:
        try:
            if act.where == "hubspot":
                is_done = self._people.in_hubspot(act, is_hasty=is_hasty)
            elif act.where == "salesforce":
                is_done = self._colleagues.do(act, is_hasty=is_hasty)
            else:
                is_done = await self._in_tandem(act)
        except (HubSpotActError, SalesforceActError):
            return  # it is not there any more, or not for this person to do
        if is_done:
            self._history.acts[f"{act.where} {act.verb}"] += 1

    async def _in_tandem(self, act: Act) -> bool:
        process = self._process(0)
        try:
            match act.verb:
                case "switch_on" | "switch_off":
                    await self._switch(process, act.on, is_on=act.verb == "switch_on")
                case "delete_policy":
                    self._policy = act.on
                    await self._save_settings(process)
                case "conflict_rule":
                    self._rule = act.on
                    await self._save_settings(process)
                case "resume":
                    return process.resume()
                case "retry":
                    return await process.retry() > 0
                case "restart":
                    self._processes.clear()
        except (TandemError, Killed):
            return False  # the CRM did not answer, a run is under way, Tandem was killed: people give up
        return True

    async def _switch(self, process: Process, kind: str, *, is_on: bool) -> None:
        before = list(self._on)
        if is_on and kind not in self._on:
            self._on.append(kind)
        elif not is_on and kind in self._on:
            self._on.remove(kind)
        try:
            await self._save_settings(process)
        except TandemError:
            self._on = before
            raise
        self._history.switched.append(Switched(kind=kind, is_on=is_on, at=self._clock.seconds))

    async def _save_settings(self, process: Process) -> None:
        setting = self._story.setting
        lines = [f'language = "{setting.language}"', f'delete_policy = "{self._policy}"']
        lines.append(f'conflict_rule = "{self._rule}"')
        for kind in self._on:
            table = kind if kind == TASK_SYNC else f"kinds.{kind}"
            lines += [f"[{table}]", "enabled = true"]
        await process.settings("\n".join(lines))
        self._history.delete_policies.add(self._policy)

    # ------------------------------------------------------------------ Tandem

    def _process(self, number: int) -> Process:
        known = self._processes.get(number)
        if known is None or not known.is_alive:
            known = self._processes[number] = Process(self._around, f"worker {number + 1}")
        return known

    async def _sync(self, moment: Sync) -> None:
        self._hear()
        going = []
        for number, crash in enumerate(moment.crashes):
            process = self._process(number)
            process.doom(crash)
            going.append(asyncio.create_task(self._run(process)))
        going += [
            asyncio.create_task(self._meanwhile(seconds, act)) for seconds, act in moment.meanwhile
        ]
        await asyncio.gather(*going)

    async def _meanwhile(self, seconds: float, act: Act) -> None:
        await asyncio.sleep(seconds)
        await self._do(act, is_hasty=True)
        self._hear()

    def _hear(self, *, all_of_it: bool = False) -> None:
        if self._hearing is not None:
            self._hearing.hear(all_of_it=all_of_it)

    async def _run(self, process: Process) -> RunReport | None:
        try:
            report = await process.sync(PACE if self._hearing is not None else AT_ONCE)
        except Killed:
            self._history.runs["killed"] += 1
            return None
        except TandemError as error:
            self._history.runs[type(error).__name__] += 1
            return None
        except Exception as error:
            self._history.runs["crashed by itself"] += 1
            self._history.wrong.append(f"a run crashed: {type(error).__name__}: {error}")
            return None
        self._history.runs[report.reason or report.state.value] += 1
        if not report.adds_up:
            self._history.wrong.append(f"the counts of a run do not add up: {report.kinds}")
        return report

    # ------------------------------------------------------------------ the quiet

    async def _quiet(self) -> None:
        """Faults end, people stop; then so many runs and no more."""
        around, history = self._around, self._history
        around.note_faults()
        self._processes.clear()
        process = history.process = self._process(0)
        history.quiet_from = self._clock.seconds
        written = 1
        for pause in QUIET:
            if pause is QUIET[-1] and not written:
                break  # it is quiet already
            self._clock.advance(pause)
            self._hear(all_of_it=True)
            process.resume()
            await process.retry()
            before = around.writes.total()
            report = await self._run(process)
            written = around.writes.total() - before
            if report is None or report.state is not RunState.DONE:
                told = "it did not end" if report is None else f"{report.reason} {report.message}"
                history.wrong.append(f"a run in the quiet was not done: {told}")
        self._clock.advance(_SEARCH_LAG)
        self._hear(all_of_it=True)
        before = around.writes.total()
        await self._run(process)
        history.still_writes = around.writes.total() - before

"""What is told to whoever watches a run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tandem.model import Side
from tandem.observing import (
    CallSeen,
    RunSeen,
    Several,
    Stage,
    during,
    each_during,
    see_call,
    see_run,
    see_store_trouble,
    watched_by,
)


class Watcher:
    """Writes down what it sees."""

    def __init__(self, name: str = "", notes: list[str] | None = None) -> None:
        self.name = name
        self.notes: list[str] = [] if notes is None else notes

    def run(self, seen: RunSeen) -> AbstractContextManager[object]:
        return self._noted(f"run {seen.connection}")

    def stage(self, stage: Stage) -> AbstractContextManager[object]:
        return self._noted(stage.value)

    def call(self, seen: CallSeen) -> AbstractContextManager[object]:
        return self._noted(f"{seen.side} {seen.operation}")

    def store_trouble(self) -> None:
        self.notes.append(f"{self.name}trouble")

    @contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        self.notes.append(f"{self.name}{what}")
        try:
            yield
        finally:
            self.notes.append(f"{self.name}/{what}")


RUN = RunSeen(connection_id=1, connection="main", cause="schedule", is_dry=False)
CALL = CallSeen(side=Side.HUBSPOT, operation="search calls", method="POST")


@during(Stage.PLAN)
async def _plan(answer: int) -> int:
    return answer


async def _pages() -> AsyncIterator[int]:
    for page in (1, 2):
        await asyncio.sleep(0)
        yield page


async def test_a_run_its_stages_and_its_calls_are_told_in_order() -> None:
    watcher = Watcher()

    with watched_by(watcher), see_run(RUN):
        async for page in each_during(Stage.READ, _pages()):
            await _plan(page)
        with see_call(CALL):
            see_store_trouble()

    assert watcher.notes == [
        *("run main", "read", "/read", "plan", "/plan", "read", "/read", "plan", "/plan"),
        *("read", "/read", "hubspot search calls", "trouble", "/hubspot search calls"),
        "/run main",
    ]


async def test_nobody_watches_by_default() -> None:
    see_store_trouble()
    with see_run(RUN), see_call(CALL):
        pages = [page async for page in each_during(Stage.READ, _pages())]

    assert pages == [1, 2]
    assert await _plan(7) == 7


async def test_who_watches_one_task_does_not_see_another() -> None:
    one, other = Watcher(), Watcher()

    async def work(watcher: Watcher, answer: int) -> None:
        with watched_by(watcher):
            await asyncio.gather(*(asyncio.create_task(_plan(answer)) for _ in range(2)))

    await asyncio.gather(work(one, 1), work(other, 2), _plan(3))

    assert sorted(one.notes) == sorted(other.notes) == ["/plan", "/plan", "plan", "plan"]


async def test_a_thread_is_seen_as_the_task_that_started_it() -> None:
    watcher = Watcher()

    with watched_by(watcher):
        await asyncio.to_thread(see_store_trouble)

    assert watcher.notes == ["trouble"]


def test_several_watch_one_inside_the_other() -> None:
    notes: list[str] = []
    both = Several(Watcher("a ", notes), Watcher("b ", notes))

    with both.run(RUN), both.stage(Stage.WRITE), both.call(CALL):
        both.store_trouble()

    assert notes[:2] == ["a run main", "b run main"]
    assert notes[6:8] == ["a trouble", "b trouble"]
    assert notes[-2:] == ["b /run main", "a /run main"]


async def test_what_goes_wrong_goes_through() -> None:
    watcher = Watcher()

    @during(Stage.SETTLE)
    async def fail() -> None:
        raise ValueError("bug")

    with watched_by(watcher), pytest.raises(ValueError, match="bug"):
        await fail()

    assert watcher.notes == ["settle", "/settle"]

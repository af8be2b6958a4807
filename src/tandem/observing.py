"""
What a run does, told to whoever watches: metrics, traces. Nobody does by default, and that costs next to nothing.

The watcher belongs to the context (`watched_by`), as the permit to call does: whatever is started inside is seen by
it, and two applications in one process have watchers of their own.
"""

from __future__ import annotations

import enum
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from tandem.model import Kind, Side

__all__ = [
    "CallSeen",
    "Observer",
    "Outcome",
    "RunSeen",
    "Several",
    "Stage",
    "during",
    "each_during",
    "see_call",
    "see_run",
    "see_store_trouble",
    "watched_by",
]

P = ParamSpec("P")
T = TypeVar("T")


class Stage(enum.StrEnum):
    """What a run is busy with."""

    RECOVER = "recover"
    READ = "read"
    PLAN = "plan"
    ANNOUNCE = "announce"
    WRITE = "write"
    SETTLE = "settle"


class Outcome(enum.StrEnum):
    """How a call to a CRM ended."""

    ANSWERED = "answered"
    LIMITED = "limited"  # too many calls, by the CRM's word
    UNKNOWN_TOKEN = "unknown_token"
    REFUSED = "refused"
    FAILED = "failed"  # the CRM's own trouble
    LOST = "lost"  # no answer came


@dataclass(slots=True, kw_only=True)
class CallSeen:
    """One call to a CRM, without anything of what was said; the outcome is known once it is over."""

    side: Side
    operation: str
    method: str
    status: int | None = None
    outcome: Outcome = Outcome.LOST


@dataclass(slots=True, kw_only=True)
class RunSeen:
    """
    One run; all but the first four is known once it is over.

    ``cause`` is what began it without the number of anything; ``activities`` counts by kind and outcome,
    ``written`` by side and outcome. A run that ended in an exception has no ``state``.
    """

    connection_id: int
    connection: str
    cause: str
    is_dry: bool
    run_id: int | None = None
    state: str = ""
    reason: str = ""
    activities: Mapping[tuple[Kind, str], int] = field(default_factory=dict)
    written: Mapping[tuple[Side, str], int] = field(default_factory=dict)


class Observer(Protocol):
    """Whoever watches. What is observed goes on inside the context managers, and ends with them."""

    def run(self, seen: RunSeen) -> AbstractContextManager[object]:
        """A run."""

    def stage(self, stage: Stage) -> AbstractContextManager[object]:
        """A stage of the run that is under way; one may lie within another."""

    def call(self, seen: CallSeen) -> AbstractContextManager[object]:
        """A call to a CRM, by a run or by a feed."""

    def store_trouble(self) -> None:
        """Our own database did not do what it was asked to."""


class Several:
    """Several observers as one: the first is told first, and sees the end last."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def run(self, seen: RunSeen) -> AbstractContextManager[object]:
        return _all(each.run(seen) for each in self._observers)

    def stage(self, stage: Stage) -> AbstractContextManager[object]:
        return _all(each.stage(stage) for each in self._observers)

    def call(self, seen: CallSeen) -> AbstractContextManager[object]:
        return _all(each.call(seen) for each in self._observers)

    def store_trouble(self) -> None:
        for each in self._observers:
            each.store_trouble()


@contextmanager
def _all(contexts: Iterator[AbstractContextManager[object]]) -> Iterator[None]:
    with ExitStack() as stack:
        for each in contexts:
            stack.enter_context(each)
        yield


_OBSERVER: ContextVar[Observer | None] = ContextVar("observer", default=None)
_NOBODY = nullcontext()


@contextmanager
def watched_by(observer: Observer) -> Iterator[None]:
    """Everything done inside, by whatever task or thread is started there, is told to *observer*."""
    token = _OBSERVER.set(observer)
    try:
        yield
    finally:
        _OBSERVER.reset(token)


def see_run(seen: RunSeen) -> AbstractContextManager[object]:
    observer = _OBSERVER.get()
    return _NOBODY if observer is None else observer.run(seen)


def see_call(seen: CallSeen) -> AbstractContextManager[object]:
    observer = _OBSERVER.get()
    return _NOBODY if observer is None else observer.call(seen)


def see_store_trouble() -> None:
    observer = _OBSERVER.get()
    if observer is not None:
        observer.store_trouble()


def _see_stage(stage: Stage) -> AbstractContextManager[object]:
    observer = _OBSERVER.get()
    return _NOBODY if observer is None else observer.stage(stage)


def during(
    stage: Stage,
) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """Each call of the coroutine function is that *stage* of a run."""

    def staged(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(work)
        async def seen(*args: P.args, **kwargs: P.kwargs) -> T:
            with _see_stage(stage):
                return await work(*args, **kwargs)

        return seen

    return staged


async def each_during(stage: Stage, items: AsyncIterable[T]) -> AsyncIterator[T]:
    """The *items*; waiting for the next one is that *stage* of a run, what is done with it is not."""
    rest = aiter(items)
    while True:
        with _see_stage(stage):
            try:
                item = await anext(rest)
            except StopAsyncIteration:
                return
        yield item

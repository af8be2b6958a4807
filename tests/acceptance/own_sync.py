"""
One sync by a process of the tests' own, which does something to itself on the way that no command does.

It is forked from a server that has imported everything, because starting a program costs more than most
syncs here. Where it dies, it dies as any other process does.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from tandem.bootstrap import Application
from tandem.crm.http import AiohttpTransport, Request, Response
from tandem.engine.reports import RunState
from tandem.settings import read_environment
from tests.support.processes import PATIENCE

__all__ = [
    "KILLED",
    "impatient",
    "killed_at",
    "killed_with_new_token",
    "own_sync",
    "undisturbed",
]

KILLED = -signal.SIGKILL

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([__name__])


def own_sync(env: Mapping[str, str], way: Callable[..., None], *arguments: object) -> int | None:
    """How the process ended: 0 where all was done, ``KILLED`` where it killed itself."""
    process = _server.Process(target=way, args=(env, *arguments))
    process.start()
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
        raise AssertionError("it did not end")
    return process.exitcode


def killed_at(env: Mapping[str, str], point: str, nth: int) -> None:
    """``kill -9`` when *point* is reached for the *nth* time."""
    reached: list[str] = []

    def at(name: str) -> None:
        reached.append(name)
        if name == point and reached.count(point) == nth:
            _die()

    _sync(env, AiohttpTransport(), at)


def undisturbed(env: Mapping[str, str]) -> None:
    """To the end: all is done, and its counts add up."""
    _sync(env, AiohttpTransport())


def killed_with_new_token(env: Mapping[str, str]) -> None:
    """``kill -9`` when a token that was got on the way is about to be used."""
    _sync(env, _DyingWithNewToken())


def impatient(env: Mapping[str, str], seconds: float) -> None:
    """Answers are waited for so long and no longer."""
    _sync(env, _Impatient(seconds))


class _DyingWithNewToken(AiohttpTransport):
    _has_new_token = False

    async def send(self, request: Request) -> Response:
        if self._has_new_token:
            _die()
        answer = await super().send(request)
        self._has_new_token = request.url.endswith("/token") and answer.status == 200
        return answer


class _Impatient(AiohttpTransport):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def send(self, request: Request) -> Response:
        return await super().send(replace(request, timeout=self._seconds))


def _sync(
    env: Mapping[str, str],
    transport: AiohttpTransport,
    at: Callable[[str], None] = lambda point: None,
) -> None:
    async def syncing() -> bool:
        application = Application(read_environment(env), transport=transport, at=at)
        async with transport, application as tandem:
            report = await tandem.sync("main")
        return report.state is RunState.DONE and report.adds_up

    sys.exit(0 if asyncio.run(syncing()) else 1)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)

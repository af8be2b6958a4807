"""
One sync by a program that does something to itself on the way, as no command of Tandem's does.

    own_sync.py kill-at POINT N         kill -9 when the point is reached for the N-th time
    own_sync.py kill-at-new-token       kill -9 when a token got on the way is about to be used
    own_sync.py impatient SECONDS       give up waiting for an answer that early
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace

from tandem.bootstrap import Application
from tandem.crm.http import AiohttpTransport, Request, Response
from tandem.settings import read_environment


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(point: str, nth: int) -> Callable[[str], None]:
    reached: list[str] = []

    def at(name: str) -> None:
        reached.append(name)
        if name == point and reached.count(point) == nth:
            die()

    return at


class DyingWithNewToken(AiohttpTransport):
    def __init__(self) -> None:
        super().__init__()
        self._has_new_token = False

    async def send(self, request: Request) -> Response:
        if self._has_new_token:
            die()
        answer = await super().send(request)
        self._has_new_token = request.url.endswith("/token") and answer.status == 200
        return answer


class Impatient(AiohttpTransport):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def send(self, request: Request) -> Response:
        return await super().send(replace(request, timeout=self._seconds))


async def sync(transport: AiohttpTransport, at: Callable[[str], None] = lambda point: None) -> None:
    settings = read_environment()
    async with transport, Application(settings, transport=transport, at=at) as tandem:
        report = await tandem.sync("main")
        print(report.state, report.reason, report.message, report.adds_up)


match sys.argv[1:]:
    case ["kill-at", point, nth]:
        asyncio.run(sync(AiohttpTransport(), dying_at(point, int(nth))))
    case ["kill-at-new-token"]:
        asyncio.run(sync(DyingWithNewToken()))
    case ["impatient", seconds]:
        asyncio.run(sync(Impatient(float(seconds))))
    case _:
        sys.exit(__doc__)

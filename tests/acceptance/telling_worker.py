"""
``python -m tests.acceptance.telling_worker SECONDS``: a worker that tells of every call before it is sent.

A line of its own on standard output each, ``call``, the time and the address; answers are waited for *SECONDS*.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tandem.bootstrap import Application
from tandem.cli.logs import configure_logs
from tandem.cli.serve import until_asked_to_end
from tandem.crm.http import AiohttpTransport, Request, Response, TransportSettings
from tandem.settings import read_environment

__all__ = ["COMMAND", "Told", "told_by"]

COMMAND = (sys.executable, "-m", "tests.acceptance.telling_worker")


@dataclass(frozen=True, slots=True)
class Told:
    """A call that was about to be sent: when, by the machine's clock, and to which address."""

    at: float
    netloc: str


def told_by(out: str) -> list[Told]:
    """The calls in what such a worker said."""
    lines = [line.split() for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return [Told(float(each[1]), each[2]) for each in lines if each[:1] == ["call"]]


class _Telling(AiohttpTransport):
    def __init__(self, seconds: float) -> None:
        super().__init__(TransportSettings(connect_seconds=seconds))
        self._seconds = seconds

    async def send(self, request: Request) -> Response:
        print(f"call {time.time():.3f} {urlsplit(request.url).netloc}", flush=True)
        return await super().send(replace(request, timeout=self._seconds))


async def _work(seconds: float) -> None:
    settings = read_environment()
    configure_logs(settings, default="info")
    transport = _Telling(seconds)
    async with transport, Application(settings, transport=transport) as tandem:
        with until_asked_to_end() as stop:
            await tandem.work(stop)


if __name__ == "__main__":
    asyncio.run(_work(float(sys.argv[1])))

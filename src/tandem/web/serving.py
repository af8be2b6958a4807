"""Serving the app over a socket, and the link with which the first administrator comes in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from datetime import timedelta

import uvicorn

from tandem.bootstrap import Application
from tandem.errors import SettingsError
from tandem.store.web import Members, Purpose, Role
from tandem.web.app import create_web
from tandem.web.settings import WebSettings
from tandem.web.started import StartedRuns

__all__ = ["first_link", "web_server"]

_FIRST_LIVES = timedelta(hours=24)
_GRACE_SECONDS = 5
_WAITING = 100


def first_link(application: Application, settings: WebSettings) -> str | None:
    """
    Where the first administrator makes an account, once, within a day; None when there is somebody.

    A new link makes the one before it void, so only the last start's counts.
    """
    members = Members.of(application.store)
    if members.has_members():
        return None
    token = members.make_link(Purpose.FIRST, "", Role.ADMIN, _FIRST_LIVES)
    return f"{settings.url}/start/{token}"


async def web_server(
    application: Application,
    settings: WebSettings,
    stop: asyncio.Event,
    *,
    started: Callable[[int], None] = lambda port: None,
) -> None:
    """
    Serve the app until *stop* is set, then end requests under way in good order.

    *started* is told the port once it listens. SettingsError where the port is taken.
    """
    listening, runs = _listen(settings), StartedRuns()
    config = uvicorn.Config(
        create_web(application, settings, started=runs),
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,  # the app reads them itself, from trusted proxies only
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    ending = asyncio.create_task(stop.wait())
    try:
        started(listening.getsockname()[1])
        await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        ending.cancel()
        listening.close()
        await runs.end()


class _Server(uvicorn.Server):
    """Leaves Ctrl-C and SIGTERM to the program that serves."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


def _listen(settings: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, since asyncio sends at once only on sockets that say so: else the end of each page waits
    # for the browser's delayed acknowledgement, 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        # From now on a browser is let wait, not turned away, and nobody else can have the port.
        listening.listen(_WAITING)
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"The web app cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
            "Choose another port, or end the program that has it."
        ) from error
    return listening

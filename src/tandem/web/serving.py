"""Serving the app over a socket, and the link with which the first administrator comes in."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import timedelta

from tandem.bootstrap import Application
from tandem.errors import SettingsError
from tandem.http_server import App, listen, serve
from tandem.store.web import Members, Purpose, Role
from tandem.web.app import create_web
from tandem.web.settings import WebSettings
from tandem.web.started import StartedRuns

__all__ = ["first_link", "web_server"]

_FIRST_LIVES = timedelta(hours=24)


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
    timed: Callable[[App], App] = lambda app: app,
) -> None:
    """
    Serve the app until *stop* is set, then end requests under way in good order.

    *started* is told the port once it listens, *timed* wraps the routes. SettingsError where the port is taken.
    """
    runs = StartedRuns()
    app = create_web(application, settings, started=runs, timed=timed)
    listening = _listen(settings)
    started(listening.getsockname()[1])
    try:
        await serve(app, listening, stop)
    finally:
        await runs.end()


def _listen(settings: WebSettings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        raise SettingsError(
            f"The web app cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
            "Choose another port, or end the program that has it."
        ) from error

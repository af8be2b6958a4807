"""``tandem serve``: every connection is kept in step until the program is asked to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from tandem.cli.application import Application
from tandem.cli.options import InLanguage
from tandem.cli.session import session_of

__all__ = ["register", "until_asked_to_end"]


@contextmanager
def until_asked_to_end() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C or SIGTERM sets; a second Ctrl-C ends the program at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def end() -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def serve(context: typer.Context, language: InLanguage = None) -> None:
    session = session_of(context)

    async def work(application: Application) -> None:
        names = [each.name for each in await application.connections()]
        with until_asked_to_end() as stop:
            if names:
                session.remark("serve.started", names=session.messages.joined(names))
            else:
                session.remark("serve.waits")
            await application.serve(stop)
        session.remark("serve.ended")

    session.run(work, log_level="info")


def register(app: typer.Typer) -> None:
    app.command("serve", help="help.serve", epilog="tandem serve")(serve)

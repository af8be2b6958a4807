"""``tandem serve``: every connection is kept in step, and the web app served, until asked to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tandem.cli.application import Application
from tandem.cli.options import InLanguage
from tandem.cli.session import Session, session_of
from tandem.cli.watching import MetricsPort, serve_metrics, watched
from tandem.settings import ProcessSettings

if TYPE_CHECKING:
    from tandem.http_server import App
    from tandem.telemetry import Watch
    from tandem.web import WebSettings

__all__ = ["register", "serve_web", "together", "until_asked_to_end", "web_settings"]


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


async def together(stop: asyncio.Event, *parts: Coroutine[Any, Any, None]) -> None:
    """
    Parts of one program until *stop* is set: when one ends, all are asked to.

    What went wrong in one is raised as it is, once the others have ended in good order.
    """
    tasks = [asyncio.create_task(part) for part in parts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


def web_settings(settings: ProcessSettings) -> WebSettings:
    """The environment's word on the web app; CRMs on this machine are let in where it serves nobody else."""
    from tandem.web import WebSettings

    found = WebSettings(
        host=settings.web_host,
        port=settings.web_port,
        public_url=settings.web_url,
        oidc=settings.oidc,
        passwords=settings.passwords,
    )
    if settings.trusted_proxies is not None:
        found = replace(found, trusted_proxies=settings.trusted_proxies)
    return replace(found, allow_loopback=found.is_local)


async def serve_web(
    session: Session,
    application: Application,
    web: WebSettings,
    stop: asyncio.Event,
    watch: Watch | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """
    Serve the web app until *stop* is set, having said where it is and how the first person comes in.

    Its answers are counted by *watch*; *started* is called with its address once it can be reached.
    """
    # Imported here and not above: every other command starts without them.
    from tandem import bootstrap
    from tandem.web import first_link, web_server

    # Its pages ask more than the commands do.
    assert isinstance(application, bootstrap.Application)

    def say(port: int) -> None:
        there = replace(web, port=port)
        session.remark("serve.app", url=there.url)
        link = first_link(application, there)
        if link is not None:
            session.remark("serve.first", link=link)
        if not there.is_local and not there.url.startswith("https:"):
            session.remark("serve.open_to_all")
        if started is not None:
            started(there.url)

    timed = watch.timed if watch is not None else _as_it_is
    await web_server(application, web, stop, started=say, timed=timed)


def _as_it_is(app: App) -> App:
    return app


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option("--host", metavar="HOST", help="option.web_host")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", min=0, max=65_535, help="option.web_port"),
    ] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="option.web_url")] = None,
    no_web: Annotated[bool, typer.Option("--no-web", help="option.no_web")] = False,
    metrics_port: MetricsPort = None,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    web = None if no_web else web_settings(_with(session.settings(), host, port, url))

    async def work(application: Application) -> None:
        names = [each.name for each in await application.connections()]
        with until_asked_to_end() as stop:
            if names:
                session.remark("serve.started", names=session.messages.joined(names))
            else:
                session.remark("serve.waits")
            with watched(session, application, metrics_port) as watch:
                parts = [application.serve(stop)]
                if web is not None:
                    parts.append(serve_web(session, application, web, stop, watch))
                if watch is not None:
                    parts.append(serve_metrics(session, watch, stop))
                await together(stop, *parts)
        session.remark("serve.ended")

    session.run(work, log_level="info")


def _with(
    settings: ProcessSettings, host: str | None, port: int | None, url: str | None
) -> ProcessSettings:
    """The environment's settings, but for what the command line says."""
    return replace(
        settings,
        web_host=settings.web_host if host is None else host,
        web_port=settings.web_port if port is None else port,
        web_url=settings.web_url if url is None else url,
    )


def register(app: typer.Typer) -> None:
    app.command("serve", help="help.serve", epilog="tandem serve --port 8080")(serve)

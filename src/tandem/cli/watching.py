"""What ``serve`` and ``worker`` switch on for those who watch them: metrics, health, readiness, traces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.session import Session

if TYPE_CHECKING:
    from tandem.telemetry import Watch

__all__ = ["MetricsPort", "serve_metrics", "watched"]

MetricsPort = Annotated[
    int | None,
    typer.Option("--metrics-port", metavar="PORT", min=0, max=65_535, help="option.metrics_port"),
]


@contextmanager
def watched(session: Session, application: Application, port: int | None) -> Iterator[Watch | None]:
    """All that is done inside is watched; None where neither *port* nor the environment asks for it."""
    metrics = session.settings().metrics
    if port is not None:
        metrics = replace(metrics, port=port)
    is_traced = any(name.startswith("OTEL_") for name in session.environ)
    if metrics.port is None and not is_traced:
        yield None
        return
    # Imported here and not above: every other command starts without them.
    from tandem import bootstrap

    assert isinstance(application, bootstrap.Application)
    with application.watching(metrics, session.environ) as watch:
        yield watch


async def serve_metrics(session: Session, watch: Watch, stop: asyncio.Event) -> None:
    """Serve what is watched until *stop* is set, having said where."""
    host = watch.settings.host

    def started(port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        session.remark("watch.metrics", url=f"http://{shown}:{port}/metrics")
        if watch.settings.is_open:
            session.remark("watch.open_to_all")

    await watch.serve(stop, started=started)

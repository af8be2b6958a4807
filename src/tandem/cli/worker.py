"""``tandem worker``: one more program that runs connections; ``tandem health`` lists them all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from tandem.cli.application import Application
from tandem.cli.options import InLanguage
from tandem.cli.output import table
from tandem.cli.serve import together, until_asked_to_end
from tandem.cli.session import Session, session_of
from tandem.cli.watching import MetricsPort, serve_metrics, watched
from tandem.store.workers import WorkerRow

__all__ = ["print_workers", "register"]


def worker(
    context: typer.Context,
    at_once: Annotated[
        int, typer.Option("--at-once", metavar="N", min=1, max=64, help="option.at_once")
    ] = 8,
    metrics_port: MetricsPort = None,
    language: InLanguage = None,
) -> None:
    session = session_of(context)

    async def work(application: Application) -> None:
        with until_asked_to_end() as stop:
            session.remark("worker.started", count=at_once)
            with watched(session, application, metrics_port) as watch:
                parts = [application.work(stop, slots=at_once)]
                if watch is not None:
                    parts.append(serve_metrics(session, watch, stop))
                await together(stop, *parts)
        session.remark("worker.ended")

    session.run(work, log_level="info")


def print_workers(session: Session, workers: Sequence[WorkerRow]) -> None:
    """A table of the programs that run connections; nothing where there is only one database and program."""
    if not workers:
        return
    headings = ("name", "role", "version", "seen", "runs")
    rows = table(*(session.messages(f"worker.{heading}") for heading in headings))
    now = datetime.now(UTC)
    for each in workers:
        seconds = max(int((now - each.seen_at).total_seconds()), 0)
        ago = session.messages("worker.ago", seconds=seconds)
        runs = session.messages.joined(list(each.runs)) if each.runs else "–"
        rows.add_row(each.name, each.role, each.version, ago, runs)
    session.out.print()
    session.out.print(rows)


def register(app: typer.Typer) -> None:
    app.command("worker", help="help.worker", epilog="tandem worker --at-once 16")(worker)

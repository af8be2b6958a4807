"""``tandem bench``: calls, CPU and memory per 1,000 activities, beside plain SDK code."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from tandem.cli.options import AsJson, InLanguage
from tandem.cli.output import print_json, table
from tandem.cli.session import session_of

__all__ = ["register"]


def bench(
    context: typer.Context,
    activities: Annotated[
        int,
        typer.Option("--activities", metavar="N", min=100, max=200_000, help="option.activities"),
    ] = 1000,
    latency_ms: Annotated[
        int,
        typer.Option("--latency-ms", metavar="MS", min=0, max=1000, help="option.bench_latency"),
    ] = 50,
    full: Annotated[bool, typer.Option("--full", help="option.bench_full")] = False,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    measuring = importlib.import_module("tandem.bench")
    rows: list[dict[str, str | int | float]] = measuring.run(
        activities=activities,
        latency_ms=latency_ms,
        full=full,
        tell=lambda text: session.err.print(text, markup=False),
    )
    if as_json:
        print_json(session.out, rows)
        return
    columns = list(rows[0]) if rows else []
    figures = table(columns[0], *(f">{column}" for column in columns[1:])) if columns else table()
    for row in rows:
        figures.add_row(
            *(f"{value:,}" if not isinstance(value, str) else value for value in row.values())
        )
    session.out.print(figures)


def register(app: typer.Typer) -> None:
    app.command("bench", help="help.bench", epilog="tandem bench --activities 5000 --full")(bench)

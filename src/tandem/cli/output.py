"""Printing: JSON, tables that fit the terminal, and the progress of long work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn
from rich.table import Table
from rich.text import Text

from tandem.cli.session import Session
from tandem.engine.reports import ProgressCallback, RunReport, Step

__all__ = ["moment", "print_json", "print_rows", "progress_bar", "table"]


def print_json(console: Console, answer: Any) -> None:
    """*answer* as JSON, UTF-8 and indented; a run's report says whether it adds up."""
    text = msgspec.json.format(msgspec.json.encode(_builtins(answer)), indent=2).decode()
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _builtins(answer: Any) -> Any:
    if isinstance(answer, RunReport):
        plain = msgspec.to_builtins(answer, str_keys=True)
        return {**plain, "adds_up": answer.adds_up, "seen": answer.seen}
    if isinstance(answer, list | tuple):
        return [_builtins(each) for each in answer]
    return msgspec.to_builtins(answer, str_keys=True)


def table(*headings: str) -> Table:
    """An empty table in the house style; columns that begin with ``>`` are aligned right."""
    made = Table(box=box.SIMPLE, pad_edge=False, show_edge=False, header_style="bold")
    for heading in headings:
        right = heading.startswith(">")
        made.add_column(
            heading.removeprefix(">"),
            justify="right" if right else "left",
            no_wrap=right,
            overflow="fold",
        )
    return made


def print_rows(console: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; where the terminal is too narrow for it, one paragraph a row instead."""
    made = table(*headings)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    wide = console.options.update(width=1000)
    if console.measure(made, options=wide).maximum <= console.width:
        console.print(made)
        return
    for number, row in enumerate(rows):
        if number:
            console.print()
        for heading, value in zip(headings, row, strict=True):
            console.print(Text(f"{heading}: {value}"), soft_wrap=True)


def moment(at: datetime | None) -> str:
    """A time as all commands print it."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


class _Count(TextColumn):
    """How many are done, and of how many where that is known."""

    def __init__(self) -> None:
        super().__init__("{task.completed}")

    def render(self, task: Task) -> Text:
        said = f"{task.completed:.0f}" if task.completed else ""
        return Text(said if task.total is None else f"{said or 0}/{task.total:.0f}")


@contextmanager
def progress_bar(session: Session, *, shown: bool = True) -> Iterator[ProgressCallback | None]:
    """A progress bar at a terminal, nothing anywhere else."""
    if not shown or not session.err.is_terminal:
        yield None
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        _Count(),
        console=session.err,
        transient=True,
    )
    with bar:
        task = bar.add_task(session.messages("stage.connect"), total=None)

        def show(step: Step) -> None:
            said = session.messages(f"stage.{step.stage.value}")
            bar.update(task, description=said, completed=step.done, total=step.total)

        yield show

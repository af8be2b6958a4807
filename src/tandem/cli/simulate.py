"""``tandem simulate``: histories of edits, faults and crashes, and whether anything was lost or doubled."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer

from tandem.cli.options import AsJson, InLanguage
from tandem.cli.output import print_json, table
from tandem.cli.session import Session, session_of

__all__ = ["register"]

_COUNTED = ("acts", "faults", "crashes", "runs", "writes", "heard")


def simulate(
    context: typer.Context,
    seeds: Annotated[
        int,
        typer.Option("--seeds", metavar="N", min=1, max=10_000_000, help="option.simulate_seeds"),
    ] = 100,
    seed: Annotated[
        int, typer.Option("--seed", metavar="K", min=0, help="option.simulate_seed")
    ] = 1,
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="J", min=1, max=256, help="option.simulate_jobs")
    ] = 1,
    as_json: AsJson = False,
    language: InLanguage = None,
) -> None:
    session = session_of(context)
    proving = importlib.import_module("tandem.simulation.proving")

    def tell(done: int, of: int) -> None:
        if session.err.is_terminal:
            session.err.print(session.messages("simulate.progress", done=done, of=of), end="\r")

    figures = proving.prove(seed, seeds, jobs=jobs, tell=tell)
    if as_json:
        print_json(session.out, figures.to_json())
    else:
        _show(session, figures)
    if figures.failures:
        raise typer.Exit(1)


def _show(session: Session, figures: Any) -> None:
    say = session.messages
    told = figures.to_json()
    shown = table(say("simulate.figure"), ">" + say("simulate.number"))
    shown.add_row(say("simulate.seeds"), f"{figures.seeds:,}")
    shown.add_row(say("simulate.a_minute"), f"{figures.a_minute:,.0f}")
    shown.add_row(say("simulate.requests"), f"{figures.requests:,}")
    for name in _COUNTED:
        shown.add_section()
        shown.add_row(say(f"simulate.{name}"), f"{sum(told[name].values()):,}")
        for what, count in sorted(told[name].items(), key=lambda each: (-each[1], each[0])):
            shown.add_row(f"  {what}", f"{count:,}")
    session.out.print(shown)
    for failure in figures.failures:
        session.out.print(say("simulate.failed", seed=failure.seed), style="bold red", markup=False)
        for broken in failure.broken:
            session.out.print(f"  {broken}", markup=False, soft_wrap=True)
        if failure.story:
            session.out.print(failure.story, markup=False, soft_wrap=True)
        session.out.print(say("simulate.again", command=failure.command), markup=False)
    if not figures.failures:
        session.out.print(say("simulate.all_well", seeds=figures.seeds))


def register(app: typer.Typer) -> None:
    app.command("simulate", help="help.simulate", epilog="tandem simulate --seeds 300 --jobs 2")(
        simulate
    )

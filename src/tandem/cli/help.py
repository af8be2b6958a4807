"""
The commands in the caller's language: help is declared as keys of the catalogue and looked up here.

Drawn by ourselves: Typer's own panels cut Japanese off, since they only break lines at spaces.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tandem.i18n import Messages

__all__ = ["ORDER", "command_in"]

ORDER = (
    "demo",
    "sandbox",
    "connect",
    "disconnect",
    "connections",
    "settings",
    "doctor",
    "owners",
    "plan",
    "sync",
    "import",
    "serve",
    "worker",
    "explain",
    "undo",
    "conflicts",
    "health",
    "errors",
    "feeds",
    "resume",
    "report",
    "token",
    "backup",
    "restore",
    "erase",
    "simulate",
    "bench",
)
"""The commands as ``tandem --help`` lists them: in the order in which a newcomer meets them."""


def command_in(app: typer.Typer, messages: Messages, console: Console) -> Any:
    """*app* as a command whose help is said in the language of *messages*, as wide as *console*."""
    command: Any = typer.main.get_command(app)
    command.commands = {name: command.commands[name] for name in ORDER}
    _localise(command, messages, console)
    return command


def _localise(command: Any, messages: Messages, console: Console) -> None:
    command.help = messages(command.help)
    for parameter in command.params:
        parameter.help = messages(parameter.help)
    command.get_help = lambda context: _help(command, context, messages, console)
    for below in getattr(command, "commands", {}).values():
        _localise(below, messages, console)


def _help(command: Any, context: Any, messages: Messages, console: Console) -> str:
    page = Console(
        file=io.StringIO(),
        width=console.width,
        force_terminal=console.is_terminal,
        no_color=console.no_color,
        highlight=False,
    )
    usage = " ".join(command.collect_usage_pieces(context))
    page.print(Text(messages("help.usage", usage=f"{context.command_path} {usage}")))
    page.print()
    page.print(Text(command.help))
    for title, rows in _sections(command, messages):
        page.print()
        page.print(Text(messages(title), style="bold"))
        page.print(_columns(rows))
    if command.epilog:
        page.print()
        page.print(Text(messages("help.example", example=command.epilog)), soft_wrap=True)
    text: str = page.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def _sections(command: Any, messages: Messages) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    given = [each for each in command.params if not getattr(each, "hidden", False)]
    arguments = [each for each in given if each.param_type_name == "argument"]
    if arguments:
        yield "help.arguments", [(_metavar(each), each.help) for each in arguments]
    below = getattr(command, "commands", {})
    if below:
        yield "help.commands", [(name, each.help) for name, each in below.items()]
    options = [_option(each, messages) for each in given if each not in arguments]
    yield "help.options", [*options, ("--help", messages("help.help"))]


def _option(option: Any, messages: Messages) -> tuple[str, str]:
    names = ", ".join(option.opts)
    if not option.is_flag:
        names += f" {_metavar(option)}"
    said = option.help
    if option.default not in (None, False) and not callable(option.default):
        default = getattr(option.default, "value", option.default)
        said += messages("help.default", default=default)
    return names, said


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _columns(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=False)
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column(overflow="fold")
    for name, said in rows:
        table.add_row(Text(f"  {name}"), Text(said))
    return table

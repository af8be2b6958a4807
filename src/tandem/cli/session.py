"""What every command works with: the language, the two consoles, and the application it opens."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from tandem.cli.application import Application, OpenApplication
from tandem.cli.logs import configure_logs
from tandem.engine.reports import ConnectionSummary
from tandem.errors import SettingsError
from tandem.i18n import Messages
from tandem.settings import ProcessSettings, read_environment

__all__ = ["Session", "print_sentence", "session_of"]

_COPIED = re.compile(r"tandem [a-z]|--[a-z]|://|(^|\s)[/~]\w")
"""Commands, addresses and paths: what people copy is given no line ends that it does not have."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One call of the program. ``out`` is for what was asked, ``err`` for everything said on the way."""

    messages: Messages
    out: Console
    err: Console
    environ: Mapping[str, str]
    open_application: OpenApplication
    ask: Callable[[str], bool]

    def settings(self) -> ProcessSettings:
        """The environment's settings, in the language of this call."""
        return read_environment(self.environ, language=self.messages.language)

    def run(
        self, work: Callable[[Application], Awaitable[Answer]], *, log_level: str = "warning"
    ) -> Answer:
        """What *work* answers, done with the application open."""
        settings = self.settings()
        configure_logs(settings, default=log_level)

        async def inside() -> Answer:
            async with self.open_application(settings) as application:
                return await work(application)

        return asyncio.run(inside())

    def say(self, key: str, /, **values: object) -> None:
        """Print a sentence of the catalogue as an answer."""
        print_sentence(self.out, Text(self.messages(key, **values)))

    def remark(self, key: str, /, **values: object) -> None:
        """Print a sentence of the catalogue beside the answer."""
        print_sentence(self.err, Text(self.messages(key, **values)))

    async def connection(self, application: Application, name: str | None) -> str:
        """*name*, or the only connection there is; SettingsError where that leaves a choice."""
        if name is not None:
            return name
        return self.only([each.name for each in await application.connections()])

    def only(self, names: Sequence[str]) -> str:
        if not names:
            raise SettingsError(self.messages("program.no_connection"))
        if len(names) > 1:
            known = self.messages.joined(list(names))
            raise SettingsError(self.messages("program.which_connection", names=known))
        return names[0]

    def state_name(self, summary: ConnectionSummary) -> str:
        return self.messages(f"connection.state.{summary.state.value}")


def print_sentence(console: Console, text: Text) -> None:
    """
    *text*, broken between words at a terminal.

    What people copy from, and Japanese, which has no spaces to break at, is left to the terminal.
    """
    is_left = _COPIED.search(text.plain) is not None or any(cell_len(c) > 1 for c in text.plain)
    console.print(text, soft_wrap=is_left or not console.is_terminal)


def session_of(context: typer.Context) -> Session:
    """The session of the call that *context* belongs to."""
    session = context.find_root().obj
    assert isinstance(session, Session)
    return session

"""
The program ``tandem``: its commands, its two languages, its exit codes.

0: done, parked records included. 1: failed. 2: wrong usage or settings. A bug is none of these and
shows its traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import typer
from rich.console import Console
from rich.text import Text
from typer.exceptions import TyperException

from tandem.cli import (
    bench,
    conflicts,
    connect,
    demo,
    feeds,
    health,
    importing,
    owners,
    reports,
    sandbox,
    serve,
    settings,
    simulate,
    state,
    sync,
    tokens,
    undo,
    worker,
)
from tandem.cli.application import Application, OpenApplication
from tandem.cli.help import command_in
from tandem.cli.session import Session, print_sentence
from tandem.cli.usage import command_path, is_help, usage_problem
from tandem.errors import (
    AccessLost,
    BudgetSpent,
    OutcomeUnknown,
    RateLimited,
    SettingsError,
    TandemError,
    TryLater,
)
from tandem.i18n import LANGUAGES, Messages, language_of
from tandem.settings import ProcessSettings

__all__ = ["app", "main", "run"]

app = typer.Typer(
    name="tandem",
    help="help.tandem",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)
for _group in (
    demo,
    sandbox,
    connect,
    settings,
    sync,
    importing,
    undo,
    conflicts,
    feeds,
    health,
    owners,
    reports,
    tokens,
    state,
    serve,
    worker,
    simulate,
    bench,
):
    _group.register(app)


_PIPE_WIDTH = 120


def main() -> None:
    """The console command; SIGTERM, which service managers send, ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    sys.exit(run(sys.argv[1:]))


def run(
    arguments: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    open_application: OpenApplication | None = None,
    out: Console | None = None,
    err: Console | None = None,
    ask: Callable[[str], bool] | None = None,
) -> int:
    """Carry out one command line and return its exit code; tests bring their own surroundings."""
    environ = os.environ if environ is None else environ
    messages = Messages(_language(arguments, environ))
    err = err or _console(environ, stderr=True)
    session = Session(
        messages=messages,
        out=out or _console(environ),
        err=err,
        environ=environ,
        open_application=open_application or _real_application,
        ask=ask or _asker(messages),
    )
    try:
        return _invoke(arguments, session)
    except SettingsError as error:
        return _refused(session, messages.told(error))
    except TandemError as error:
        session.remark("program.failed", problem=error)
        remedy = _remedy(error)
        if remedy:
            session.remark(remedy)
        return 1
    except KeyboardInterrupt:
        session.remark("program.interrupted")
        return 1
    except BrokenPipeError:
        # The reader of our output went away: nothing to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        problem = f"{error.strerror or error}"
        path = f" ({error.filename})" if error.filename else ""
        session.remark("program.failed", problem=problem + path)
        return 1


def _invoke(arguments: Sequence[str], session: Session) -> int:
    command = command_in(app, session.messages, session.out)
    try:
        code = command.main(list(arguments), prog_name="tandem", standalone_mode=False, obj=session)
    except TyperException as error:
        if is_help(error):
            session.err.print(Text(error.format_message()), soft_wrap=True)
            return 2
        return _refused(session, usage_problem(error, session.messages), command_path(error))
    except typer.Abort:
        session.remark("program.interrupted")
        return 1
    if code == 130:  # what Typer makes of Ctrl-C
        session.remark("program.interrupted")
        return 1
    return code if isinstance(code, int) else 0


def _refused(session: Session, problem: str, path: str = "") -> int:
    for line in problem.splitlines() or [""]:
        said = session.messages("program.refused", problem=line)
        print_sentence(session.err, Text(said, style="bold red"))
    if path:
        session.remark("program.see_help", path=path)
    return 2


def _remedy(error: TandemError) -> str:
    match error:
        case AccessLost():
            return "remedy.access_lost"
        case RateLimited():
            return "remedy.rate_limited"
        case TryLater():
            return "remedy.try_later"
        case OutcomeUnknown():
            return "remedy.outcome_unknown"
        case BudgetSpent():
            return "remedy.budget_spent"
    return ""


def _language(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """The language of ``--language`` wherever it stands, since help and refusals are said in it too."""
    chosen = language_of(environ)
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        value = argument.partition("=")[2] if argument.startswith("--language=") else ""
        if argument == "--language" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in LANGUAGES:
            chosen = value
    return chosen


def _console(environ: Mapping[str, str], *, stderr: bool = False) -> Console:
    """A console as wide as the terminal; what goes into a file or a pipe is not squeezed into 80 columns."""
    console = Console(stderr=stderr)
    if not console.is_terminal and "COLUMNS" not in environ:
        console.width = _PIPE_WIDTH
    return console


def _real_application(settings: ProcessSettings) -> AbstractAsyncContextManager[Application]:
    # Imported when a command needs it: --help need not wait for the database and the HTTP client.
    from tandem import bootstrap

    return bootstrap.Application(settings)


def _asker(messages: Messages) -> Callable[[str], bool]:
    """Asks at a terminal; elsewhere there is nobody to answer, and ``--yes`` must say it."""

    def ask(question: str) -> bool:
        if not sys.stdin.isatty():
            raise SettingsError(messages("program.say_yes"))
        answer = input(f"{question} {messages('program.yes_or_no')} ")
        return answer.strip().lower() in ("y", "yes", "はい", "j")

    return ask

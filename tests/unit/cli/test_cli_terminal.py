"""What people see at a terminal: whole words, nothing squeezed, no question marks."""

import io

import pytest
from rich.console import Console
from rich.text import Text

from tandem.cli.output import print_rows, progress_bar
from tandem.cli.session import print_sentence
from tandem.engine.reports import Stage, Step
from tandem.i18n import Messages
from tandem.i18n.texts import TEXTS
from tandem.model import ObjectType


def printed(text: str, *, width: int = 30, terminal: bool = True) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    print_sentence(console, Text(text))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_sentence_is_broken_between_words() -> None:
    assert printed("Writing is safe to repeat here, always.") == (
        "Writing is safe to repeat \nhere, always.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Next: tandem doctor --connection try, then more",
        "Visit https://app.hubspot.com/oauth/authorize?state=1 now",
        "The database is /srv/tandem/home/tandem.db here.",
        "割り当て先はアクティビティー担当者に対応するユーザーで、いつもそうです。",
    ],
)
def test_what_people_copy_and_japanese_are_left_to_the_terminal(text: str) -> None:
    assert printed(text) == f"{text}\n"


def test_a_file_gets_whole_sentences() -> None:
    assert printed("Writing is safe to repeat here, always.", terminal=False).count("\n") == 1


def test_a_table_too_wide_for_the_terminal_becomes_paragraphs() -> None:
    console = Console(file=io.StringIO(), width=20)
    print_rows(console, ("name", "state"), [("try", "active"), ("second-connection", "suspended")])

    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert said == "name: try\nstate: active\n\nname: second-connection\nstate: suspended\n"


def test_connections_fit_a_narrow_terminal(tandem) -> None:
    tandem.width = 60

    assert "Salesforce: Acme\n" in tandem("connections").out


def test_progress_shows_no_question_mark_where_the_total_is_unknown(tandem) -> None:
    err = Console(file=io.StringIO(), width=80, force_terminal=True)

    class Said:
        messages = Messages("en")

    Said.err = err  # type: ignore[attr-defined]
    with progress_bar(Said) as tell:  # type: ignore[arg-type]
        assert tell is not None
        tell(Step(stage=Stage.PULL, done=64))
        tell(Step(stage=Stage.APPLY, done=3, total=70))

    drawn = err.file.getvalue()  # type: ignore[attr-defined]
    assert "?" not in drawn.replace("\x1b[?25", "")
    assert "3/70" in drawn


def test_every_source_has_a_name_in_words(tandem) -> None:
    sources = [f"changed/{each}" for each in ObjectType]
    sources += ["submissions", "email_events", "participations", "occurrences", "sweep"]

    assert [name for name in sources if f"source.{name}" not in TEXTS] == []


def test_health_names_sources_in_words(tandem) -> None:
    assert "Calls that changed" in tandem("health").out
    assert "コールの変更" in tandem("health", "--language", "ja").out


def test_an_unknown_command_is_refused_in_the_callers_language(tandem) -> None:
    assert "There is no command snyc; did you mean sync?" in tandem("snyc").err
    assert "snyc というコマンドはありません。sync のことですか?" in (
        tandem("snyc", "--language", "ja").err
    )
    assert "There is no command quux." in tandem("quux").err

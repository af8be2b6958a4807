"""The catalogue: whole in both languages, and neither short of a text nor holding an idle one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tandem
from tandem.engine.conflicts import RestoredHow
from tandem.engine.findings import Check, Level
from tandem.engine.recreating import RecreatedHow
from tandem.engine.reports import ConnectionState, Match, Operation, Outcome, RunState, Stage
from tandem.engine.undoing_report import TakingKind
from tandem.i18n import LANGUAGES, Messages
from tandem.i18n.texts import TEXTS
from tandem.mapping import salesforce_reports as reports
from tandem.model import Field, Kind, LinkState
from tandem.reports import READY
from tandem.reports.sheet import COLUMNS
from tandem.settings.keys import SETTINGS
from tandem.sync.policy import ConflictRule
from tandem.sync.undo import WhyLeft

SOURCE = Path(tandem.__file__).parent
BUILT = {
    *(f"report.ready.{each}" for each in READY),
    *(f"report.column.{each}" for each in COLUMNS),
    *(f"report.about.{each}" for each in reports.About),
    *(f"report.match.{each}" for each in reports.Match),
    *(f"report.show.{each}" for each in reports.Show),
    *(f"report.group.{each}" for each in reports.Grouping),
    *(f"kind.{each}" for each in Kind),
    *(f"field.{each}" for each in Field),
    *(f"outcome.{each}" for each in Outcome),
    *(f"stage.{each}" for each in Stage),
    *(f"operation.{each}" for each in Operation),
    *(f"match.{each}" for each in Match),
    *(f"state.{each}" for each in LinkState),
    *(f"connection.state.{each}" for each in ConnectionState),
    *(f"doctor.{each}" for each in Check),
    *(f"doctor.level.{each}" for each in Level),
    *(f"run.ended_{each}" for each in RunState),
    *(f"undo.{each}" for each in TakingKind),
    *(f"undo.why.{each}" for each in WhyLeft),
    *(f"conflicts.did.{each}" for each in RestoredHow),
    *(f"conflicts.made.{each}" for each in RecreatedHow),
    *(f"conflicts.rule.{each}" for each in ConflictRule),
    *(setting.text for setting in SETTINGS.values()),
}
OPEN = (
    "stop.",
    "rule.",
    "event.",
    "erased.",
    "doctor.",
    "source.",
    "web.",
    "simulate.",
)  # codes that come from outside


def literals() -> Iterator[str]:
    """Every text in the source outside the catalogue that looks like a key of it."""
    for path in SOURCE.rglob("*.py"):
        if "texts" in path.parts or "sandbox" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


WRITTEN = set(literals())
PLACES = re.compile(r"(?<!\{)\{(\w+)(?::[^{}]*)?\}(?!\})")


def test_each_text_says_the_same_things_in_both_languages() -> None:
    for key, texts in TEXTS.items():
        assert len(texts) == len(LANGUAGES), key
        assert all(text.strip() for text in texts), key
        if not key.startswith(("setting.", "settings.template")):
            assert set(PLACES.findall(texts[0])) >= set(PLACES.findall(texts[1])), key


def test_each_choice_has_a_name() -> None:
    assert BUILT - TEXTS.keys() == set()


def test_each_key_that_the_program_asks_for_exists() -> None:
    groups = {key.split(".")[0] for key in TEXTS}
    asked = {
        text
        for text in WRITTEN
        if re.fullmatch(r"[a-z]+(\.[a-z_]+)+", text) and text.split(".")[0] in groups
    }
    own = {text for text in asked if text in SETTINGS or text.startswith(("run.", "settings."))}

    missing = {text for text in asked - own if text not in TEXTS}
    assert not {text for text in missing if text.split(".")[0] in {"option", "help", "program"}}


def test_no_text_is_idle() -> None:
    by_table = re.compile(
        r"(connections|health|errors|owners|plan|explain|usage|undo|conflicts"
        r"|feeds(\.name|\.state)?|worker|alert(\.\w+)?)\.\w+"
    )

    idle = [
        key for key in TEXTS if key not in WRITTEN and key not in BUILT and not key.startswith(OPEN)
    ]

    assert not [key for key in idle if not by_table.fullmatch(key)]


def test_each_way_a_run_may_end_early_has_a_sentence() -> None:
    tree = ast.parse((SOURCE / "engine/running.py").read_text("utf-8"))
    codes = {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_Ending"
        for argument in node.args[1:2]
        if isinstance(argument, ast.Constant)
    }

    assert codes
    assert {f"stop.{code}" for code in codes} - TEXTS.keys() == set()


def test_numbers_choose_their_words() -> None:
    messages = Messages("en")

    assert messages("errors.retried", count=1).startswith("1 activity ")
    assert messages("errors.retried", count=2).startswith("2 activities ")


def test_an_unknown_key_and_an_unknown_language_are_bugs() -> None:
    with pytest.raises(KeyError):
        Messages("en")("no.such.text")
    with pytest.raises(ValueError, match="The languages are en, ja"):
        Messages("fr")


def test_a_code_from_outside_is_said_as_it_is() -> None:
    assert Messages("ja").either("stop.brand_new", "brand_new") == "brand_new"


def test_enumerations_follow_the_language() -> None:
    assert Messages("en").joined(["a", "b"]) == "a, b"
    assert Messages("ja").joined(["a", "b"]) == "a、b"

"""``tandem simulate`` as somebody types it."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from tandem.cli.program import run
from tandem.simulation import proving
from tandem.simulation.laws import Broken
from tandem.simulation.playing import History


def _typed(*arguments: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(
        ["simulate", *arguments],
        environ={},
        out=Console(file=out, width=120),
        err=Console(file=err, width=120),
    )
    return code, out.getvalue()


def test_it_shows_what_happened() -> None:
    code, said = _typed("--seeds", "3", "--seed", "5")

    assert code == 0
    assert "Histories a minute" in said
    assert "Nothing was lost, doubled or overwritten in 3 histories." in said


def test_it_speaks_japanese() -> None:
    code, said = _typed("--seeds", "1", "--language", "ja")

    assert code == 0
    assert "1件の履歴で、欠落・重複・上書きはありませんでした。" in said


def test_it_prints_json() -> None:
    code, said = _typed("--seeds", "2", "--json")

    told = json.loads(said)
    assert (code, told["seeds"], told["failures"]) == (0, 2, [])


def test_several_processes_play_the_same_histories() -> None:
    alone = json.loads(_typed("--seeds", "11", "--json")[1])
    together = json.loads(_typed("--seeds", "11", "--jobs", "2", "--json")[1])

    assert alone["requests"] == together["requests"]
    assert alone["acts"] == together["acts"]


def test_a_broken_law_is_told_as_a_story_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_is_lost(history: History) -> list[Broken]:
        return [Broken("nothing is lost", "all is")]

    monkeypatch.setattr(proving, "broken_laws", all_is_lost)
    code, said = _typed("--seeds", "1", "--seed", "5")

    assert code == 1
    assert "Seed 5 breaks a law:" in said
    assert "nothing is lost: all is" in said
    assert "tandem simulate --seeds 1 --seed 5" in said

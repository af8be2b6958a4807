"""Every broken promise of the engine is noticed, by the very stories that claim to prove it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.engine_mutants import MUTANTS
from tests.mutants.table import PAGE, page

_ROOT = Path(__file__).parents[2]
_TESTS_FAILED = 1


@pytest.mark.parametrize(
    "number", range(len(MUTANTS)), ids=[one.rule.replace(" ", "_") for one in MUTANTS]
)
def test_a_broken_promise_is_noticed(number: int) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    ended = subprocess.run(
        [sys.executable, "-m", "tests.mutants.run", str(number)],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ended.returncode == _TESTS_FAILED, ended.stdout[-4000:] + ended.stderr[-2000:]
    assert "error" not in ended.stdout.splitlines()[-1], ended.stdout[-4000:]


def test_rules_have_names_of_their_own() -> None:
    assert len(MUTANTS) == len({one.rule for one in MUTANTS})


def test_the_page_of_broken_rules_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.mutants.table"

"""Every broken rule is noticed, and by the very tests that claim to prove it."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pure_core import Core, Mutation

from mutants import MUTANTS, Mutant


def _cases(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """The parameter sets of a test, one empty set where it has none."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        yield {}
        return
    names, rows = marks[0].args[:2]
    for row in rows:
        yield dict(zip(names, row, strict=True))


def _notices(name: str, core: Core) -> bool:
    module, _, test_name = name.partition(".")
    test = getattr(importlib.import_module(module), test_name)
    assert "core" in inspect.signature(test).parameters, f"{name} judges no core"
    try:
        for case in _cases(test):
            test(core, **case)
    except Exception:
        return True
    return False


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule.replace(" ", "_"))
def test_a_broken_rule_is_noticed(mutant: Mutant) -> None:
    with Core(mutant.mutation) as core:
        sleeping = [name for name in mutant.noticed_by if not _notices(name, core)]

    assert sleeping == []


def test_an_unbroken_copy_passes_what_notices_the_mutants() -> None:
    """The copies themselves change nothing: only the mutation is what the tests notice."""
    same = Mutation(
        "sync.dates",
        "return instant.astimezone(zone).date()",
        "return instant.astimezone(zone).date()",
    )
    names = sorted({name for mutant in MUTANTS for name in mutant.noticed_by})
    with Core(same) as core:
        alarmed = [name for name in names if _notices(name, core)]

    assert alarmed == []


def test_every_test_of_the_articles_rules_has_a_mutant_that_it_notices() -> None:
    named = {name for mutant in MUTANTS for name in mutant.noticed_by}
    decided = [f"test_decided_{about}" for about in ("rules", "people", "writing")]
    for module in ("test_article_rules", *decided):
        tests = [name for name in dir(importlib.import_module(module)) if name.startswith("test_")]

        assert [name for name in tests if f"{module}.{name}" not in named] == []


def test_rules_have_names_of_their_own() -> None:
    assert len(MUTANTS) == len({mutant.rule for mutant in MUTANTS})

"""The page ``docs/mutants.md``: every rule broken on purpose, and what notices it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.mutants.engine_mutants import MUTANTS as ENGINE

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"
_LAWS = Path(__file__).parents[1] / "laws"

_HEAD = """# Rules broken on purpose

Every rule below is broken once, alone, in memory; the test named beside it must notice, and a rule whose breaking nobody notices fails the suite. Rules of deciding and translating are
judged by laws (`tests/laws`), promises of the engine by stories (`tests/mutants`, which runs the stories of `tests/scenarios` with the broken rule). `python -m tests.mutants.table` writes this page.
"""


def _sentence(test: str) -> str:
    return test.rsplit("test_", 1)[-1].replace("_", " ").removesuffix(".py")


def _rows(rules: Iterable[tuple[str, str, tuple[str, ...]]]) -> str:
    lines = ["| broken: | in | noticed by the test that says |", "| --- | --- | --- |"]
    for rule, module, noticed_by in rules:
        said = "; ".join(dict.fromkeys(map(_sentence, noticed_by)))
        lines.append(f"| {rule} | `{module}` | {said} |")
    return "\n".join(lines)


def page() -> str:
    """The page as it has to be."""
    sys.path.insert(0, str(_LAWS))
    try:
        laws = importlib.import_module("mutants").MUTANTS
    finally:
        sys.path.remove(str(_LAWS))
    promises = [(one.rule, one.module, one.noticed_by) for one in ENGINE]
    rules = [(one.rule, one.mutation.module, one.noticed_by) for one in laws]
    return (
        f"{_HEAD}\n{len(promises)} promises of the engine and {len(rules)} rules of the pure core; all of them are noticed.\n\n"
        f"## Promises of the engine\n\n{_rows(promises)}\n\n## Rules of the pure core\n\n{_rows(rules)}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

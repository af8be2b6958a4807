"""
Runs the tests that must notice one broken rule, with that rule broken: ``python -m tests.mutants.run NUMBER``.

A process of its own, in which one expression of one module of Tandem is replaced as it is loaded; nothing on
disk changes. Ends with pytest's own exit code: 1 where a test failed, as it should.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

import tandem
from tests.mutants.engine_mutants import MUTANTS, EngineMutant

__all__ = ["mutated"]


def mutated(mutant: EngineMutant) -> tuple[Path, str]:
    """The module's file and its broken source; the expression must be there exactly once."""
    path = Path(tandem.__file__).parent / f"{mutant.module.replace('.', '/')}.py"
    source = path.read_text(encoding="utf-8")
    found = source.count(mutant.old)
    assert found == 1, f"{mutant.rule}: the expression occurs {found} times in {mutant.module}"
    return path, source.replace(mutant.old, mutant.new)


class _Breaking(MetaPathFinder, Loader):
    """Loads the one module from its broken source."""

    def __init__(self, mutant: EngineMutant) -> None:
        self._name = f"tandem.{mutant.module}"
        self._path, self._source = mutated(mutant)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self._path))

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


if __name__ == "__main__":
    chosen = MUTANTS[int(sys.argv[1])]
    sys.meta_path.insert(0, _Breaking(chosen))
    sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-n", "0", *chosen.noticed_by]))

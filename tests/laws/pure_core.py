"""
The pure core as a value, so that one test can be run against the real rules and against broken ones.

``Core()`` is ``tandem.sync`` and ``tandem.mapping`` as they are. ``Core(Mutation(...))`` is a copy of both,
built in memory from their sources with one expression of one module replaced; nothing on disk changes and
the real modules are left alone. The nouns (``tandem.model``) and errors are shared by all copies.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any

_PARTS = ("sync", "mapping")
_ROOT = "tandem_mutant"


@dataclass(frozen=True)
class Mutation:
    """Replace the one occurrence of *old* in a module (``sync.dates``) by *new*."""

    module: str
    old: str
    new: str


class Core:
    """
    ``core.subjects`` is the module of that name in ``sync`` or ``mapping``.

    A mutated core is used in a ``with`` block, one at a time.
    """

    def __init__(self, mutation: Mutation | None = None) -> None:
        self._root = "tandem" if mutation is None else _ROOT
        self._finder = _Finder(mutation)

    def __getattr__(self, name: str) -> Any:
        for part in _PARTS:
            if not name.startswith("_") and name in _modules(part):
                module = importlib.import_module(f"{self._root}.{part}.{name}")
                self.__dict__[name] = module
                return module
        raise AttributeError(f"there is no module {name} in sync or mapping")

    def __enter__(self) -> Core:
        sys.meta_path.insert(0, self._finder)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.meta_path.remove(self._finder)
        for name in [name for name in sys.modules if name.split(".")[0] == _ROOT]:
            del sys.modules[name]


class _Finder:
    """Finds and loads the modules of the copy."""

    def __init__(self, mutation: Mutation | None) -> None:
        self._mutation = mutation

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name.split(".")[0] != _ROOT:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name.count(".") < 2)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        place = module.__name__.partition(".")[2]
        if "." not in place:
            return
        mutation = self._mutation
        if mutation is not None and mutation.module == place:
            exec(_compiled(_mutated(mutation), place), module.__dict__)
        else:
            exec(_unchanged(place), module.__dict__)


@functools.cache
def _modules(part: str) -> frozenset[str]:
    return frozenset(path.stem for path in _folder(part).glob("*.py"))


@functools.cache
def _folder(part: str) -> Path:
    package = importlib.import_module(f"tandem.{part}")
    return Path(next(iter(package.__path__)))


@functools.cache
def _source(place: str) -> str:
    part, name = place.split(".")
    return (_folder(part) / f"{name}.py").read_text(encoding="utf-8")


@functools.cache
def _unchanged(place: str) -> CodeType:
    return _compiled(_source(place), place)


def _mutated(mutation: Mutation) -> str:
    source = _source(mutation.module)
    found = source.count(mutation.old)
    if found != 1:
        raise LookupError(f"{mutation.old!r} stands {found} times in {mutation.module}")
    return source.replace(mutation.old, mutation.new)


def _compiled(source: str, place: str) -> CodeType:
    for part in _PARTS:
        source = source.replace(f"from tandem.{part}.", f"from {_ROOT}.{part}.")
    return compile(source, f"{_ROOT}/{place}", "exec", dont_inherit=True)

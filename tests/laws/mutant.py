"""One rule of the pure core, broken on purpose."""

from __future__ import annotations

from dataclasses import dataclass

from pure_core import Mutation

__all__ = ["Mutant", "mutant"]


@dataclass(frozen=True)
class Mutant:
    """*rule* says what is broken, in the words of the rule."""

    rule: str
    mutation: Mutation
    noticed_by: tuple[str, ...]


def mutant(rule: str, module: str, old: str, new: str, *noticed_by: str) -> Mutant:
    """*rule* broken by replacing *old* with *new* in one module, and the tests that must notice."""
    return Mutant(rule, Mutation(module, old, new), noticed_by)

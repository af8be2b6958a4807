"""What an undo does, step by step, for people: values that the command line and the pages print."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.engine.reports import RunReport
from tandem.model import Kind, Side

__all__ = ["Taking", "TakingKind", "UndoReport"]


class TakingKind(enum.StrEnum):
    """What an undo does about one thing that the run wrote."""

    DELETE = "delete"  # the run created it
    RESTORE = "restore"  # the run wrote this field
    RECREATE = "recreate"  # the run deleted it
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """
    One step of an undo. Of a field ``value`` is what it will say again, and ``present`` what it says now.

    ``reason`` is why it is left alone (the code of ``sync.undo.WhyLeft``), ``problem`` the CRM's own words
    where it was tried in vain.
    """

    what: TakingKind
    key: str
    kind: Kind
    side: Side
    record_id: str
    field: str = ""
    value: str | None = None
    present: str | None = None
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """
    One undo of run ``undone``, or what it would do; ``run`` is the run that the undo itself is.

    ``steps`` are the first ones, in the order of keys; ``counts`` counts all of them, ``left`` those that are
    left alone, by reason, and ``in_vain`` those that a CRM refused.
    """

    undone: int
    run: RunReport
    steps: tuple[Taking, ...] = ()
    counts: Mapping[TakingKind, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    in_vain: int = 0

    @property
    def does_something(self) -> bool:
        return any(n for what, n in self.counts.items() if what is not TakingKind.LEAVE)

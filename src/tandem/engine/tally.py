"""Counting what became of every activity of a run, so that the counts can be shown to add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tandem.engine.reports import KindTally, Outcome, ReasonCount
from tandem.model import Kind, Side

__all__ = ["Tally"]


class Tally:
    """Counts activities as they are pulled and, separately, as they are dealt with."""

    def __init__(self) -> None:
        self._seen: Counter[Kind] = Counter()
        self._outcomes: Counter[tuple[Kind, Outcome, str]] = Counter()
        self._written: Counter[tuple[Side, Outcome]] = Counter()

    def pulled(self, kind: Kind) -> None:
        """One activity of *kind* was looked at."""
        self._seen[kind] += 1

    def settled(self, kind: Kind, outcome: Outcome, reason: str = "") -> None:
        """One activity of *kind* was dealt with."""
        self._outcomes[kind, outcome, reason] += 1

    def wrote(self, side: Side, outcome: Outcome) -> None:
        """One record was created, updated or deleted on *side*."""
        self._written[side, outcome] += 1

    def written(self) -> Mapping[Side, Mapping[Outcome, int]]:
        """How many records were created, updated and deleted on each side that was written to."""
        found: dict[Side, dict[Outcome, int]] = {}
        for (side, outcome), count in sorted(self._written.items()):
            found.setdefault(side, {})[outcome] = count
        return found

    def total(self, outcome: Outcome) -> int:
        return sum(n for (_, each, _), n in self._outcomes.items() if each is outcome)

    @property
    def seen(self) -> int:
        return self._seen.total()

    def by_kind(self) -> Mapping[Kind, KindTally]:
        """One row per kind that was looked at, in the order of ``Kind``."""
        kinds = set(self._seen) | {kind for kind, _, _ in self._outcomes}
        return {kind: self._row(kind) for kind in Kind if kind in kinds}

    def as_json(self) -> dict[str, Any]:
        """For the run's row in the store: seen and outcomes by kind, reasons beneath."""
        return {
            kind.value: {
                "seen": row.seen,
                **{outcome.value: n for outcome, n in row.outcomes.items()},
                "reasons": [[r.outcome.value, r.reason, r.count] for r in row.reasons],
            }
            for kind, row in self.by_kind().items()
        }

    def _row(self, kind: Kind) -> KindTally:
        outcomes: Counter[Outcome] = Counter()
        reasons = []
        for (each, outcome, reason), n in sorted(self._outcomes.items()):
            if each is not kind:
                continue
            outcomes[outcome] += n
            if reason:
                reasons.append(ReasonCount(outcome=outcome, reason=reason, count=n))
        return KindTally(seen=self._seen[kind], outcomes=dict(outcomes), reasons=tuple(reasons))

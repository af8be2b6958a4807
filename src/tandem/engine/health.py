"""The state of a connection in figures: what waits, what is parked, what the calls come to (SPEC section 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tandem.engine import salesforce_tasks
from tandem.engine.importing_loop import CHECKPOINTS
from tandem.engine.reports import ErrorCard, Outcome, ReasonCount, SourceHealth
from tandem.model import Kind, LinkState, Side
from tandem.store.connection_store import ConnectionStore
from tandem.store.parked import ParkedGroup

__all__ = ["error_cards", "sources", "states", "waiting"]

_KEYS_SHOWN = 100
_MOST_CODES = 20
_NO_SOURCES = ("heard/", "marketing")
"""Checkpoints of other things: how far notices are relied on, and when marketing was asked last."""
_OF_SALESFORCE = "salesforce_"
_SOURCES = {"salesforce_tasks": salesforce_tasks.SOURCE}
"""The names under which reliance is kept, where those are others than the checkpoint's."""


Counts = Mapping[tuple[Kind, LinkState, str], int]
"""Links by kind, state and reason: counting 100,000 takes a tenth of a second, so it is done once."""


def states(counts: Counts) -> Mapping[LinkState, int]:
    """How many activities are in each state."""
    totals: Counter[LinkState] = Counter()
    for (_, state, _), n in counts.items():
        totals[state] += n
    return {state: totals[state] for state in LinkState}


def waiting(counts: Counts) -> tuple[ReasonCount, ...]:
    """What waits, by reason, the most frequent first."""
    totals: Counter[str] = Counter()
    for (_, state, reason), n in counts.items():
        if state is LinkState.WAITING:
            totals[reason] += n
    return tuple(
        ReasonCount(outcome=Outcome.WAITING, reason=reason, count=n)
        for reason, n in totals.most_common()
    )


def error_cards(store: ConnectionStore, reason: str | None = None) -> tuple[ErrorCard, ...]:
    """
    What is parked, a card for each reason and each of the CRM's error codes; the largest first.

    The database counts: what is parked may be many thousands. Where the details of one reason begin in more
    than ``_MOST_CODES`` ways, the rarest share the card of the most frequent among them.
    """
    by_code: dict[tuple[str, str], list[ParkedGroup]] = {}
    for group in store.parked_groups(reason):
        by_code.setdefault((group.reason, group.code), []).append(group)
    by_reason: dict[str, list[list[ParkedGroup]]] = {}
    for groups in sorted(by_code.values(), key=_count, reverse=True):
        cards_so_far = by_reason.setdefault(groups[0].reason, [])
        if len(cards_so_far) < _MOST_CODES:
            cards_so_far.append(groups)
        else:
            cards_so_far[-1].extend(groups)
    cards = [_card(store, groups) for of_reason in by_reason.values() for groups in of_reason]
    return tuple(sorted(cards, key=lambda card: (-card.count, card.reason, card.message)))


def _count(groups: Iterable[ParkedGroup]) -> int:
    return sum(group.count for group in groups)


def _card(store: ConnectionStore, groups: Sequence[ParkedGroup]) -> ErrorCard:
    """The card of the first group's reason and code; its words are those of the latest run."""
    reason, code = groups[0].reason, groups[0].code
    named = [group for group in groups if group.code == code]
    latest = max((group.run_id for group in named if group.run_id), default=None)
    return ErrorCard(
        reason=reason,
        count=_count(groups),
        kinds=tuple(kind for kind in Kind if any(group.kind is kind for group in groups)),
        message=store.parked_detail(reason, code, latest),
        last_at=max((group.last_at for group in groups if group.last_at), default=None),
        keys=tuple(store.parked_keys(reason, code, _KEYS_SHOWN)),
    )


def sources(
    store: ConnectionStore, now: datetime, heard: frozenset[Side]
) -> tuple[SourceHealth, ...]:
    """How far each source is read, and how long ago that was; *heard* are the sides of which a feed tells."""
    found = []
    kept = store.checkpoints()
    for name, checkpoint in sorted(kept.items()):
        if name.startswith((CHECKPOINTS, *_NO_SOURCES)):
            continue
        side = Side.SALESFORCE if name.startswith(_OF_SALESFORCE) else Side.HUBSPOT
        reliance = kept.get(f"heard/{_SOURCES.get(name, name.removeprefix('changed/'))}")
        is_told = side in heard and reliance is not None and bool(reliance.value.get("is_earned"))
        at = checkpoint.value.get("at")
        watermark = datetime.fromisoformat(at) if at else None
        lag = max((now - watermark).total_seconds(), 0.0) if watermark else None
        found.append(
            SourceHealth(
                name=name, side=side, watermark=watermark, lag_seconds=lag, is_told=is_told
            )
        )
    return tuple(found)

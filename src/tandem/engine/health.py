"""The state of a connection in figures: what waits, what is parked, what the calls come to (SPEC section 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from tandem.engine.importing_loop import CHECKPOINTS
from tandem.engine.reports import ErrorCard, Outcome, ReasonCount, SourceHealth
from tandem.model import Kind, Link, LinkState, Side
from tandem.store.connection_store import ConnectionStore

__all__ = ["error_cards", "sources", "states", "waiting"]

_KEYS_SHOWN = 100


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
    """What is parked, a card for each reason and each of the CRM's error codes; the largest first."""
    groups: dict[tuple[str, str], list[Link]] = {}
    for link in _parked(store, reason):
        code = link.detail.split(":", 1)[0] if ":" in link.detail else ""
        groups.setdefault((link.reason, code), []).append(link)
    cards = [_card(name, links) for (name, _), links in groups.items()]
    return tuple(sorted(cards, key=lambda card: (-card.count, card.reason, card.message)))


def _parked(store: ConnectionStore, reason: str | None) -> Iterable[Link]:
    after = ""
    while links := store.in_state(LinkState.PARKED, reason=reason, after=after):
        yield from links
        after = links[-1].key


def _card(reason: str, links: list[Link]) -> ErrorCard:
    latest = max(links, key=lambda link: link.run_id or 0)
    return ErrorCard(
        reason=reason,
        count=len(links),
        kinds=tuple(kind for kind in Kind if any(link.kind is kind for link in links)),
        message=latest.detail,
        last_at=max((link.first_seen_at for link in links if link.first_seen_at), default=None),
        keys=tuple(link.key for link in links[:_KEYS_SHOWN]),
    )


def sources(store: ConnectionStore, now: datetime) -> tuple[SourceHealth, ...]:
    """How far each of HubSpot's sources is read, and how long ago that was."""
    found = []
    for name, checkpoint in sorted(store.checkpoints().items()):
        if name.startswith(CHECKPOINTS):
            continue
        at = checkpoint.value.get("at")
        watermark = datetime.fromisoformat(at) if at else None
        lag = max((now - watermark).total_seconds(), 0.0) if watermark else None
        found.append(
            SourceHealth(name=name, side=Side.HUBSPOT, watermark=watermark, lag_seconds=lag)
        )
    return tuple(found)

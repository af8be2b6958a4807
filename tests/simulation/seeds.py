"""Plays seeds and says what failed, so that the message alone is enough to play it again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tandem.simulation.invention import story_of
from tandem.simulation.proving import silence
from tandem.simulation.shrinking import shrunk, verdict_on

FIXED = range(1, 301)
_NEW = 100


def new_ones(quarter: int) -> range:
    """A quarter of today's new histories: other ones every day, and the same for everybody who asks again."""
    first = _NEW * datetime.now(UTC).toordinal()
    return range(first, first + _NEW)[25 * quarter : 25 * (quarter + 1)]


_TRIES = 60
"""How long a failing seed is made shorter: a test must end."""


def assert_nothing_is_lost_or_doubled(seeds: Iterable[int]) -> None:
    silence()
    for seed in seeds:
        story = story_of(seed)
        broken = verdict_on(story)
        if broken:
            story, broken = shrunk(story, tries=_TRIES)

        assert not broken, "\n".join(
            (f"tandem simulate --seeds 1 --seed {seed}", story.told(), *map(str, broken))
        )

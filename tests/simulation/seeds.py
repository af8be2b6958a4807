"""Plays seeds and says what failed, so that the message alone is enough to play it again."""

from __future__ import annotations

from collections.abc import Iterable

from tandem.simulation.invention import story_of
from tandem.simulation.laws import broken_laws
from tandem.simulation.playing import play
from tandem.simulation.shrinking import shrunk

FIXED = range(1, 301)


def assert_nothing_is_lost_or_doubled(seeds: Iterable[int]) -> None:
    for seed in seeds:
        story = story_of(seed)
        broken = broken_laws(play(story))

        assert not broken, f"tandem simulate --seeds 1 --seed {seed}\n{story.told()}\n" + "\n".join(
            map(str, broken)
        )

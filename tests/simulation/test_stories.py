"""What stories are made of: every fault and every crash point there is, and how a story gets short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tandem.engine
from tandem.sandbox.server import Sandbox
from tandem.simulation.invention import POINTS, story_of
from tandem.simulation.laws import Broken
from tandem.simulation.proving import Failure, Figures, prove
from tandem.simulation.shrinking import shrunk
from tandem.simulation.story import Act, Pause, Story, Sync, Trouble
from tandem.simulation.troubles import KINDS_OF
from tandem.simulation.world import Crash

_MANY = [story_of(seed) for seed in range(1, 400)]


def _of(story: Story, kind: type[Act] | type[Trouble] | type[Sync]) -> list[Act | Trouble | Sync]:
    return [moment for moment in story.moments if isinstance(moment, kind)]


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_stories_know_every_fault_of_the_sandbox(side: str) -> None:
    """But for those of reports, which no run asks for, and of feeds, which histories trouble themselves."""
    known = Sandbox(data="empty").world.faults[side].kinds
    others = ("report_", "webhook_", "journal_", "event_", "stream_", "pubsub_")

    assert {kind for kind in known if not kind.startswith(others)} == KINDS_OF[side]


def test_stories_know_every_point_that_the_engine_announces() -> None:
    folder = Path(str(tandem.engine.__file__)).parent
    found = {
        point
        for file in folder.rglob("*.py")
        for point in re.findall(r"\.at\(\"(\w+)\"\)", file.read_text("utf-8"))
    }

    assert found == set(POINTS)


def test_a_few_hundred_stories_arm_every_fault_and_crash_everywhere() -> None:
    armed = {(m.side, m.rule["kind"]) for s in _MANY for m in s.moments if isinstance(m, Trouble)}
    crashes = {
        crash.point
        for story in _MANY
        for moment in story.moments
        if isinstance(moment, Sync)
        for crash in moment.crashes
        if crash is not None
    }

    assert {(side, kind) for side, kinds in KINDS_OF.items() for kind in kinds} <= armed
    assert crashes == {"", *POINTS}


def test_a_story_is_shrunk_to_what_it_fails_by() -> None:
    story = next(story for story in _MANY if len(_of(story, Act)) > 20)
    culprit = _of(story, Act)[7]

    def judge(played: Story) -> list[Broken]:
        return [Broken("a law", "broken")] if culprit in played.moments else []

    shortest, found = shrunk(story, judge=judge)

    assert shortest.moments == (culprit,)
    assert found == [Broken("a law", "broken")]


def test_a_run_within_a_shrunk_story_is_as_simple_as_can_be() -> None:
    fatal = Sync(crashes=(Crash(point="written"), None), meanwhile=((1.0, _MANY[0].moments[0]),))  # type: ignore[arg-type]
    story = _MANY[0].of((Pause(seconds=9_000.0), fatal))

    def judge(played: Story) -> list[Broken]:
        runs = [moment for moment in played.moments if isinstance(moment, Sync)]
        is_fatal = any(run.crashes[0] is not None for run in runs)
        return [Broken("a law", "broken")] if is_fatal else []

    shortest, _ = shrunk(story, judge=judge)

    assert shortest.moments == (Sync(crashes=(Crash(point="written"),)),)


def test_shrinking_ends_after_so_many_tries() -> None:
    tries = 0

    def judge(played: Story) -> list[Broken]:
        nonlocal tries
        tries += 1
        return [Broken("a law", "broken")]

    shrunk(_MANY[1], tries=3, judge=judge)

    assert tries == 4


def test_figures_of_many_histories_add_up() -> None:
    figures = prove(1, 2)

    assert figures.seeds == 2
    assert figures.failures == []
    assert figures.runs["done"] >= 2
    assert set(figures.to_json()) >= {
        "seeds",
        "histories_a_minute",
        "faults",
        "crashes",
        "failures",
    }


def test_a_failure_says_how_to_play_it_again() -> None:
    figures = Figures(failures=[Failure(seed=7, broken=("nothing is lost: it is",))])

    [told] = figures.to_json()["failures"]

    assert told["command"] == "tandem simulate --seeds 1 --seed 7"

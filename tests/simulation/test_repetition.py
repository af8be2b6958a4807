"""A seed is worth something only if it repeats."""

from __future__ import annotations

import os
import subprocess
import sys

from tandem.simulation.invention import story_of
from tandem.simulation.playing import play

_SEEDS = (3, 14, 15, 92, 65)
_PLAYED_ELSEWHERE = """
import sys
from tandem.simulation.invention import story_of
from tandem.simulation.playing import play
from tandem.simulation.proving import silence

silence()
for seed in sys.argv[1:]:
    history = play(story_of(int(seed)))
    print(seed, history.around.requests, history.digest)
"""


def _here() -> list[str]:
    told = []
    for seed in _SEEDS:
        history = play(story_of(seed))
        told.append(f"{seed} {history.around.requests} {history.digest}")
    return told


def _elsewhere(hash_seed: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _PLAYED_ELSEWHERE, *map(str, _SEEDS)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_the_same_seed_is_the_same_history_to_the_last_request() -> None:
    once, twice = _here(), _here()

    assert once == twice


def test_another_process_plays_the_same_history_whatever_its_hashes() -> None:
    assert _elsewhere("1") == _elsewhere("2") == _here()


def test_another_seed_is_another_history() -> None:
    assert len({line.split()[2] for line in _here()}) == len(_SEEDS)


def test_a_story_is_told_in_plain_words() -> None:
    told = story_of(14).told()

    assert "HubSpot's account is in" in told
    assert "in HubSpot somebody does: meet Ann" in told
    assert "Tandem runs" in told

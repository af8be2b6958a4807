"""Makes a failing story short: leaves out whatever it fails without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tandem.simulation.laws import Broken, broken_laws
from tandem.simulation.playing import play
from tandem.simulation.story import Moment, Pause, Story, Sync

__all__ = ["TRIES", "shrunk", "verdict_on"]

TRIES = 250
"""How many stories are played at most before the shortest so far is told."""


def verdict_on(story: Story) -> list[Broken]:
    """Play *story* and judge it."""
    return broken_laws(play(story))


def shrunk(
    story: Story, *, tries: int = TRIES, judge: Callable[[Story], list[Broken]] = verdict_on
) -> tuple[Story, list[Broken]]:
    """
    The shortest story found that breaks the same law as *story* does first, and what it breaks.

    Which stories are tried follows from the story alone, so it shrinks the same way every time.
    """
    found = judge(story)
    if not found:
        return story, found
    shrinking = _Shrinking(found[0].law, tries, judge, story, found)
    shrinking.leave_out_moments()
    shrinking.simplify()
    shrinking.leave_out_moments()
    return shrinking.best, shrinking.found


class _Shrinking:
    def __init__(
        self,
        law: str,
        tries: int,
        judge: Callable[[Story], list[Broken]],
        story: Story,
        found: list[Broken],
    ) -> None:
        self._law = law
        self._left = tries
        self._judge = judge
        self.best = story
        self.found = found

    def _is_enough(self, moments: tuple[Moment, ...]) -> bool:
        """Whether these moments break the law as well; then they are the best so far."""
        if self._left <= 0:
            return False
        self._left -= 1
        story = self.best.of(moments)
        found = self._judge(story)
        if not any(broken.law == self._law for broken in found):
            return False
        self.best, self.found = story, found
        return True

    def leave_out_moments(self) -> None:
        """Half of them, quarters, …, single ones, from the end: what comes late hangs on what comes early."""
        size = max(len(self.best.moments) // 2, 1)
        while True:
            start = len(self.best.moments) - size
            while start > -size:
                moments = self.best.moments
                left = moments[: max(start, 0)] + moments[max(start, 0) + size :]
                if len(left) < len(moments):
                    self._is_enough(left)
                start -= size
            if size == 1:
                return
            size //= 2

    def simplify(self) -> None:
        """Fewer workers, crashes and acts within a run, and no pauses longer than they must be."""
        for at in range(len(self.best.moments)):
            while self._is_simpler_enough(at):
                pass

    def _is_simpler_enough(self, at: int) -> bool:
        moments = self.best.moments
        return any(
            self._is_enough((*moments[:at], simpler, *moments[at + 1 :]))
            for simpler in _simpler(moments[at])
        )


def _simpler(moment: Moment) -> list[Moment]:
    if isinstance(moment, Pause) and moment.seconds > 10:
        return [Pause(seconds=10.0)]
    if not isinstance(moment, Sync):
        return []
    found: list[Moment] = []
    if moment != Sync():
        found.append(Sync())
    if moment.meanwhile:
        found.append(replace(moment, meanwhile=()))
    if len(moment.crashes) > 1:
        found += [replace(moment, crashes=(crash,)) for crash in moment.crashes]
    if any(moment.crashes):
        found.append(replace(moment, crashes=(None,) * len(moment.crashes)))
    return found

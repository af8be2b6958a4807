"""Time is the CRM's: what the host's clock says must not decide what is read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tandem.bootstrap import Application
from tandem.engine.reports import Outcome
from tandem.model import Kind
from tandem.sandbox.clock import Clock
from tandem.settings import ProcessSettings
from tests.scenarios.story import Story
from tests.support.installation import _BothCrms


class _Apart:
    """A host's clock that is so far from the CRMs'."""

    def __init__(self, crms: Clock, by: timedelta) -> None:
        self._crms = crms
        self._by = by

    def now(self) -> datetime:
        return self._crms.now() + self._by

    def monotonic(self) -> float:
        return self._crms.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        self._crms.advance(max(seconds, 0.0))


@pytest.mark.parametrize("minutes", [10, -10])
async def test_a_round_without_news_loses_nothing_to_a_host_clock_that_is_wrong(
    story: Story, minutes: int
) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    wrong = _Apart(story.running.clock, timedelta(minutes=minutes))
    async with Application(
        ProcessSettings(home=story.running.home),
        clock=wrong,
        transport=_BothCrms(story.running.sandbox),
    ) as tandem:
        story.running.advance(120)
        await tandem.sync("default")  # nothing new: no record carries a date
        story.running.advance(120)
        story.in_hubspot("log_call", contacts=[contact], title="Call", body="Hello")
        story.running.advance(120)
        report = await tandem.sync("default")
        story.running.advance(120)
        again = await tandem.sync("default")

    assert report.total(Outcome.CREATED) == 1
    assert again.seen == 0
    assert len(await story.tasks()) == 1

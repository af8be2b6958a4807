"""A story in which feeds tell of changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tandem.engine.context import Pace
from tandem.engine.reports import RunReport
from tandem.model import Side
from tandem.store.hints import Change, FeedHealth, FeedName, Hint
from tests.scenarios.story import Story

__all__ = ["Hearing"]

PACE = Pace(polled=timedelta(seconds=50), swept=timedelta(minutes=15))


class Hearing:
    """A story in which feeds tell, and connections have their turns."""

    def __init__(self, story: Story) -> None:
        self.story = story
        application = story.tandem
        self._store = application.store
        self._runner = replace(application.runner, pace=PACE)
        self._connection = self._store.connection("default")
        self.mine = self._store.for_connection(self._connection.id)
        self._feeds = {Side.HUBSPOT: FeedName.WEBHOOKS, Side.SALESFORCE: FeedName.EVENTS}

    def health(self, health: FeedHealth) -> None:
        for side, name in self._feeds.items():
            self._store.hints.save_feed(self._account(side), name, health, self._now())

    def tell(self, side: Side, name: str, *ids: str, change: Change = Change.CHANGED) -> None:
        hints = [Hint(side=side, object=name, record_id=one, change=change) for one in ids]
        self._store.hints.note(self._account(side), hints, self._now())

    def lose_something(self, side: Side) -> None:
        self._store.hints.note(self._account(side), [Hint.everything(side)], self._now())

    async def turn(self, **span: float) -> RunReport:
        """Time passes, and the connection has its turn; what it calls is all that the journal then holds."""
        self.story.running.advance(timedelta(**span).total_seconds())
        self.health(FeedHealth.HEALTHY)
        self.story.forget_journal()
        report = await self._runner.run(self._connection, trigger="schedule")
        assert report.adds_up, report.kinds
        return report

    def calls(self) -> list[str]:
        return self.story.running.calls()

    def _account(self, side: Side) -> int:
        account_id = self._connection.account_id(side)
        assert account_id is not None
        return account_id

    def _now(self) -> datetime:
        return self.story.running.clock.now()

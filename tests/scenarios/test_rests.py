"""A connection that could do nothing is not woken by feeds: it rests until calls are left, or a person acts."""

from __future__ import annotations

from datetime import timedelta

from tandem.engine.runner.turns import Turns
from tandem.model import Kind, Side
from tandem.store.hints import Hint
from tests.scenarios.story import Story


class Service:
    """The turns of the story's connection, as `tandem serve` takes them."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.turns: Turns = story.tandem.turns
        self.store = story.tandem.store
        self.connection = self.store.connection("default")
        self.mine = self.store.for_connection(self.connection.id)

    async def serve(self, **span: float) -> int:
        """Time passes, and turns that are due are taken; how many those were."""
        self.story.running.advance(timedelta(**span).total_seconds())
        due = await self.turns.due(10)
        for turn in due:
            await self.turns.take(turn.connection_id)
        return len(due)

    def tell(self, call: str) -> None:
        """A feed names a call."""
        account_id = self.connection.account_id(Side.HUBSPOT)
        assert account_id is not None
        now = self.story.running.clock.now()
        hint = Hint(side=Side.HUBSPOT, object="calls", record_id=call)
        self.store.hints.note(account_id, [hint], now)

    def runs(self) -> int:
        return len(self.mine.runs(1_000))


def _log(story: Story, title: str) -> str:
    made = story.in_hubspot("log_call", title=title, contacts=[story.first_contact])
    return str(made["id"])


async def test_hints_do_not_wake_a_connection_without_calls_left(story: Story) -> None:
    await story.switch_on(Kind.CALL)
    story.person()
    service = Service(story)
    await service.serve(seconds=5)
    limit = {"kind": "request_limit", "limit": "TotalRequests", "times": -1}
    story.arm("salesforce", limit)
    service.tell(_log(story, "One"))
    await service.serve(seconds=1)
    runs = service.runs()
    for number in range(5):
        service.tell(_log(story, f"Number {number}"))
        assert await service.serve(seconds=30) == 0
    assert service.runs() == runs

    story.arm("salesforce", {"clear": True})
    await service.serve(hours=1)
    assert len(await story.tasks()) == 6
    assert service.mine.hints(10) == []


async def test_hints_do_not_wake_a_suspended_connection_and_a_person_does(story: Story) -> None:
    await story.switch_on(Kind.CALL)
    story.person()
    service = Service(story)
    await service.serve(seconds=5)
    service.store.suspend(service.connection.id, "access_lost", "invalid_grant")
    service.tell(_log(story, "One"))
    await service.serve(seconds=1)
    service.tell(_log(story, "Two"))
    while_suspended = [await service.serve(minutes=5) for _ in range(3)]
    await story.tandem.resume("default")
    resumed = await service.serve(seconds=1)

    assert (while_suspended, resumed) == ([0, 0, 0], 1)
    assert len(await story.tasks()) == 2


async def test_new_settings_end_the_rest(story: Story) -> None:
    """A larger allocation must not have to wait for tomorrow."""
    await story.switch_on(Kind.CALL, first="[daily_calls]\nsalesforce = 1")
    story.person()
    service = Service(story)
    service.tell(_log(story, "One"))
    await service.serve(seconds=5)
    service.tell(_log(story, "Two"))
    rested = await service.serve(minutes=5)
    await story.switch_on(Kind.CALL, first="[daily_calls]\nsalesforce = 1000")
    woken = await service.serve(seconds=1)

    assert (rested, woken) == (0, 1)
    assert len(await story.tasks()) == 2

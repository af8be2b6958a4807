"""
What every feed promises, whatever happens on the way: a record that changed is looked at afterwards.

People edit records; notices come late, twice, in another order or only as "something happened"; streams break, the
listener is killed, the database fails, the CRM forgets old positions, runs look at what was hinted. In the end each
record that nobody has looked at since its last edit is hinted, or there is a hint to look at everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import pytest
from hubspot.utils.signature import (  # type: ignore[import-untyped]
    Signature as VendorSignature,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.stores import KEYRING, NOW

from tandem.clock import ManualClock
from tandem.crm.hubspot.journal import OffsetLost, Wanted
from tandem.crm.hubspot.journal_events import JournalFile
from tandem.crm.hubspot.notices import Happening, Notice
from tandem.crm.hubspot.webhooks import Posted
from tandem.crm.salesforce.events import Batch, EventChange, PositionLost, RecordChange
from tandem.errors import StoreError, TryLater
from tandem.feeds import Noting, Webhooks
from tandem.feeds.journal import JournalFeed
from tandem.feeds.salesforce_events import SalesforceEvents
from tandem.model import Side
from tandem.store import Credential, Store
from tandem.store.hints import Heard

SECRET = "secret"
ADDRESS = "https://tandem.example/hubspot/webhooks"
_numbers = count(1_000)


@dataclass(frozen=True, slots=True)
class News:
    """One notice: the records it names, or nothing where the CRM only says that something happened."""

    records: tuple[int, ...]


class Doubtful(Noting):
    """Cannot save the next *failures* times."""

    failures = 0

    async def note_all(self, heard: Iterable[Heard]) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("The disk is full.")
        await super().note_all(heard)


@dataclass
class Crm:
    """
    What a CRM has to tell: a log, of which the newest part is kept, and what has not come into it yet.

    Something has always happened before: how long a journal may be empty is a matter of the clock, which stands still.
    """

    log: list[News] = field(default_factory=lambda: [News((0,))])
    late: list[News] = field(default_factory=list)
    first_kept: int = 0
    breaks: int = 0
    calls: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, news: News) -> None:
        self.log.append(news)
        self.wake()

    def wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()


class Feed(Protocol):
    """One feed of a CRM, which can be killed and started again."""

    async def start(self) -> None: ...

    async def kill(self) -> None: ...

    async def finish(self) -> None:
        """Nothing goes wrong any more: until all that the CRM tells has been heard."""


class Events:
    """Salesforce's events: a stream of batches, each with the position behind it."""

    side = Side.SALESFORCE

    def __init__(self, crm: Crm, account_id: int, store: Store, noting: Doubtful) -> None:
        self._crm, self._account_id, self._store, self._noting = crm, account_id, store, noting
        self._task: asyncio.Task[None] | None = None
        self._heard_up_to = -1

    async def start(self) -> None:
        if self._task is None:
            feed = SalesforceEvents(
                account_id=self._account_id,
                bus=self,
                noting=self._noting,
                store=self._store,
                clock=ManualClock(NOW),
                entities=("Task",),
                jitter=random.Random(1),
            )
            self._task = asyncio.create_task(feed.listen(asyncio.Event()))

    async def kill(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def finish(self) -> None:
        await self.start()
        for _ in range(400):
            await asyncio.sleep(0)
        assert self._heard_up_to == len(self._crm.log)

    async def close(self) -> None: ...

    async def changes(
        self, topic: str, position: bytes | None = None
    ) -> AsyncGenerator[Batch, None]:
        crm = self._crm
        at = len(crm.log) if position is None else int.from_bytes(position, "big") - 1
        if at < crm.first_kept and position is not None:
            raise PositionLost("gone", side=self.side, operation="subscribe")
        breaks = crm.breaks
        yield Batch(position=self._position(at))
        while True:
            self._heard_up_to = at
            if crm.breaks != breaks:
                raise TryLater("broken", side=self.side, operation="subscribe")
            found = crm.log[at : at + 2]
            if found:
                at += len(found)
                changes = tuple(map(self._change, found))
                yield Batch(position=self._position(at), changes=changes, events=len(found))
            else:
                await crm.news.wait()

    def _position(self, at: int) -> bytes:
        return (at + 1).to_bytes(4, "big")

    def _change(self, news: News) -> RecordChange:
        return RecordChange(
            entity="Task",
            change=EventChange.CHANGED,
            record_ids=tuple(map(str, news.records)),
            is_everything=not news.records,
        )


class JournalOf:
    """HubSpot's journal: files, read one after the other."""

    side = Side.HUBSPOT

    def __init__(self, crm: Crm, account_id: int, store: Store, noting: Doubtful) -> None:
        self._crm, self._account_id, self._store, self._noting = crm, account_id, store, noting
        self._portal = store.account(account_id).external_id
        self._task: asyncio.Task[None] | None = None
        self._breaks = 0

    async def start(self) -> None:
        if self._task is None:
            feed = self._feed()
            self._task = asyncio.create_task(feed.listen(asyncio.Event()))

    def _feed(self) -> JournalFeed:
        return JournalFeed(
            journal=self,
            accounts={self._portal: self._account_id},
            wanted={},
            noting=self._noting,
            store=self._store,
            clock=ManualClock(NOW),
            jitter=random.Random(1),
        )

    async def kill(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def finish(self) -> None:
        await self.kill()
        self._breaks = self._crm.breaks
        await self._feed().catch_up()

    async def subscribe(self, wanted: Mapping[str, Sequence[Wanted]]) -> int:
        return 0

    async def latest(self) -> JournalFile | None:
        return self._file(len(self._crm.log) - 1)

    async def earliest(self) -> JournalFile | None:
        return self._file(self._crm.first_kept)

    async def after(self, offset: str) -> JournalFile | None:
        if int(offset) < self._crm.first_kept:
            raise OffsetLost
        return self._file(int(offset) + 1)

    def _file(self, at: int) -> JournalFile | None:
        crm = self._crm
        if crm.breaks != self._breaks:
            self._breaks = crm.breaks
            raise TryLater("broken", side=self.side, operation="journal")
        if not crm.first_kept <= at < len(crm.log):
            return None
        news = crm.log[at]
        notices = tuple(
            Notice(
                portal_id=self._portal,
                object="tasks",
                record_id=str(each),
                happening=Happening.CHANGED,
            )
            for each in news.records
        )
        unnamed = frozenset() if notices else frozenset({self._portal})
        return JournalFile(offset=str(at), events=1, notices=notices, unnamed=unnamed)


class Posts:
    """HubSpot's webhooks: posted, and posted again until somebody has said that they are noted."""

    side = Side.HUBSPOT

    def __init__(self, crm: Crm, account_id: int, store: Store, noting: Doubtful) -> None:
        self._crm, self._store, self._noting = crm, store, noting
        self._portal = store.account(account_id).external_id
        self._clock = ManualClock(NOW)
        self._begun = len(crm.log)
        self._waiting: list[News] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._task is None:
            webhooks = Webhooks(self._store, self._clock, self._noting)
            self._task = asyncio.create_task(self._deliver(webhooks))

    async def kill(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def finish(self) -> None:
        await self.kill()
        self._take_up()
        webhooks = Webhooks(self._store, self._clock, self._noting)
        while self._waiting:
            await self._post(webhooks, self._waiting[0])

    def _take_up(self) -> None:
        self._waiting += self._crm.log[self._begun :]
        self._begun = len(self._crm.log)

    async def _deliver(self, webhooks: Webhooks) -> None:
        while True:
            self._take_up()
            if not self._waiting:
                await self._crm.news.wait()
                continue
            # The newest first: notices come in any order.
            with contextlib.suppress(StoreError):
                await self._post(webhooks, self._waiting[-1])
            await asyncio.sleep(0)

    async def _post(self, webhooks: Webhooks, news: News) -> None:
        body = json.dumps(
            [
                {
                    "portalId": int(self._portal),
                    "subscriptionType": "object.propertyChange",
                    "objectTypeId": "0-27",
                    "objectId": each,
                    "occurredAt": int(NOW.timestamp() * 1000),
                }
                for each in news.records
            ]
        ).encode()
        stamp = str(int(NOW.timestamp() * 1000))
        made = VendorSignature.get_signature(SECRET, body.decode(), "v3", ADDRESS, "POST", stamp)
        headers = {"x-hubspot-request-timestamp": stamp, "x-hubspot-signature-v3": made}
        answer = await webhooks.receive(Posted(addresses=(ADDRESS,), headers=headers, body=body))
        if 200 <= answer < 300:
            self._waiting.remove(news)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store("sqlite://", KEYRING, clock=lambda: NOW) as opened:
        yield opened


class World:
    """A CRM, a feed of it and a run that looks at hints; ``unseen`` are edits that nobody has looked at."""

    def __init__(self, store: Store, kind: Any) -> None:
        number = next(_numbers)
        account_id = store.save_account(
            kind.side,
            external_id=str(number),
            name="An account",
            base_url="https://crm.example",
            credential=Credential(kind="oauth", access_token="t", client_secret=SECRET),
        )
        connection = store.create_connection(f"c{number}")
        store.attach(connection.id, kind.side, account_id)
        self.mine = store.for_connection(connection.id)
        self.crm = Crm()
        self.noting = Doubtful(store, ManualClock(NOW))
        self.feed: Feed = kind(self.crm, account_id, store, self.noting)
        self.says_vaguely = kind is not Posts
        self.unseen: set[int] = set()

    def edit(self, *records: int) -> None:
        self.unseen.update(records)
        self.crm.tell(News(records))

    def edit_told_late(self, record: int) -> None:
        self.unseen.add(record)
        self.crm.late.append(News((record,)))

    def edit_told_vaguely(self, record: int) -> None:
        self.unseen.add(record)
        self.crm.tell(News(() if self.says_vaguely else (record,)))

    def tell_late_ones(self) -> None:
        while self.crm.late:
            self.crm.tell(self.crm.late.pop())

    def double(self) -> None:
        if self.crm.log:
            self.crm.tell(self.crm.log[-1])

    def break_off(self) -> None:
        self.crm.breaks += 1
        self.crm.wake()

    def forget_the_past(self) -> None:
        if self.says_vaguely:
            self.crm.first_kept = len(self.crm.log) - 1

    async def be_away_too_long(self, record: int) -> None:
        await self.feed.kill()
        self.edit(record)
        self.edit(0)
        self.forget_the_past()
        await self.feed.start()

    def fail_to_save(self, times: int) -> None:
        self.noting.failures = times

    def look(self) -> None:
        held = self.mine.hints(1_000)
        if any(each.hint.is_everything for each in held):
            self.unseen.clear()
        self.unseen -= {int(each.hint.record_id) for each in held if not each.hint.is_everything}
        self.mine.forget_hints(held)

    def promised(self) -> bool:
        hints = [each.hint for each in self.mine.hints(1_000)]
        named = {each.record_id for each in hints}
        return any(each.is_everything for each in hints) or {*map(str, self.unseen)} <= named


async def _pass(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


_RECORD = st.integers(1, 6)
Step = Callable[[World], Awaitable[None] | None]


def _steps(name: str, *arguments: Any) -> Step:
    return lambda world: getattr(world, name)(*arguments)


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda some: _steps("edit", *some), st.lists(_RECORD, min_size=1, max_size=3)),
    st.builds(lambda one: _steps("edit_told_late", one), _RECORD),
    st.builds(lambda one: _steps("edit_told_vaguely", one), _RECORD),
    st.just(_steps("tell_late_ones")),
    st.just(_steps("double")),
    st.just(_steps("break_off")),
    st.just(_steps("forget_the_past")),
    st.builds(lambda one: _steps("be_away_too_long", one), _RECORD),
    st.builds(lambda times: _steps("fail_to_save", times), st.integers(1, 3)),
    st.just(_steps("look")),
    st.just(lambda world: world.feed.start()),
    st.just(lambda world: world.feed.kill()),
    st.builds(lambda one: _steps("edit", one), _RECORD),
)
STORIES = st.lists(st.tuples(STEPS, st.sampled_from([0, 1, 3, 30])), max_size=25)
"""What happens, and for how many turns everybody goes on before the next."""


@pytest.mark.parametrize("kind", [Events, JournalOf, Posts])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=STORIES)
def test_whatever_changed_is_looked_at_afterwards(
    store: Store, kind: Any, story: list[tuple[Step, int]]
) -> None:
    asyncio.run(_told(store, kind, story))


async def _told(store: Store, kind: Any, story: list[tuple[Step, int]]) -> None:
    world = World(store, kind)
    await world.feed.start()
    # Who begins to listen is not told of the past; webhooks tell of nothing that was before them.
    await _pass(60)
    world.look()
    try:
        for step, turns in story:
            done = step(world)
            if done is not None:
                await done
            await _pass(turns)
        world.tell_late_ones()
        world.noting.failures = 0
        await world.feed.finish()
    finally:
        await world.feed.kill()

    assert world.promised()

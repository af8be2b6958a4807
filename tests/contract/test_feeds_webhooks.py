"""What HubSpot posts becomes hints: verified per app, saved before the answer, bounded, on both databases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hubspot.utils.signature import (  # type: ignore[import-untyped]
    Signature as VendorSignature,
)
from tests.support import stores
from tests.support.stores import NOW

from tandem.clock import ManualClock
from tandem.crm.hubspot.webhooks import Posted, Signature
from tandem.errors import StoreError
from tandem.feeds import Answer, Noting, Webhooks
from tandem.model import Side
from tandem.store import (
    Change,
    ConnectionStore,
    Credential,
    FeedHealth,
    FeedName,
    FeedState,
    Hint,
    Store,
)

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store

ADDRESS = "https://tandem.example/hubspot/webhooks"
SECRET = "the secret of app one"
OTHER = "the secret of app two"


class Feed:
    """Webhooks on a store, with what HubSpot would post."""

    def __init__(self, store: Store, *, accepted: Sequence[Signature] = tuple(Signature)) -> None:
        self.store = store
        self.clock = ManualClock(NOW)
        self.woken: list[int] = []
        noting = Noting(store, self.clock, self.woken.append)
        self.webhooks = Webhooks(store, self.clock, noting, accepted=accepted)

    async def post(self, *events: dict[str, object], **how: str) -> Answer:
        return await self.webhooks.receive(self.posted(json.dumps(events).encode(), **how))

    def posted(self, body: bytes, *, secret: str = SECRET, version: str = "v3") -> Posted:
        stamp = str(int(self.clock.now().timestamp() * 1000))
        made = VendorSignature.get_signature(
            secret, body.decode("latin-1"), version, ADDRESS, "POST", stamp
        )
        headers = {
            "x-hubspot-request-timestamp": stamp,
            "x-hubspot-signature-v3": made,
        }
        if version != "v3":
            headers = {"x-hubspot-signature": made, "x-hubspot-signature-version": version}
        return Posted(addresses=(ADDRESS,), headers=headers, body=body)

    def state(self, account_id: int) -> FeedState:
        (found,) = self.store.hints.feed_states(account_id)
        return found


def portal(store: Store, number: str, secret: str | None = SECRET) -> ConnectionStore:
    account = store.save_account(
        Side.HUBSPOT,
        external_id=number,
        name=f"Portal {number}",
        base_url="https://api.hubapi.com",
        credential=Credential(kind="oauth", access_token="t", client_secret=secret),
    )
    connection = store.create_connection(f"of {number}")
    store.attach(connection.id, Side.HUBSPOT, account)
    return store.for_connection(connection.id)


def account(store: Store, mine: ConnectionStore) -> int:
    found = store.connection_by_id(mine.connection_id).hubspot_account_id
    assert found is not None
    return found


def event(portal_id: int = 1, record: int = 7, **changes: object) -> dict[str, object]:
    return {
        "portalId": portal_id,
        "appId": 5,
        "subscriptionType": "object.propertyChange",
        "objectTypeId": "0-27",
        "objectId": record,
        "occurredAt": int(NOW.timestamp() * 1000),
    } | changes


async def test_a_genuine_notice_is_noted_before_it_is_answered(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)

    assert await feed.post(event()) is Answer.NOTED
    assert [each.hint for each in mine.hints(10)] == [
        Hint(
            side=Side.HUBSPOT,
            object="tasks",
            record_id="7",
            change=Change.CHANGED,
            occurred_at=NOW,
        )
    ]
    assert feed.woken == [mine.connection_id]


async def test_a_notice_twice_in_any_order_is_one_hint(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)
    old = event(subscriptionType="object.creation", occurredAt=0)
    for said in ([event()], [old, event()], [event(), old], [old]):
        assert await feed.post(*said) is Answer.NOTED

    (held,) = mine.hints(10)
    assert held.hint.change is Change.CHANGED


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
async def test_every_version_is_taken_unless_switched_off(store: Store, version: str) -> None:
    portal(store, "1")
    strict = Feed(store, accepted=[Signature.V3])

    assert await Feed(store).post(event(), version=version) is Answer.NOTED
    expected = Answer.NOTED if version == "v3" else Answer.REFUSED
    assert await strict.post(event(), version=version) is expected


async def test_a_forged_notice_is_refused_and_told(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)

    assert await feed.post(event(), secret="guessed") is Answer.REFUSED
    assert mine.hints(10) == []
    state = feed.state(account(store, mine))
    assert (state.state, state.message) == (FeedHealth.BROKEN, "webhooks_refused")


async def test_forged_notices_do_not_make_a_feed_that_works_look_broken(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)
    await feed.post(event())
    for _ in range(3):
        await feed.post(event(), secret="guessed")

    assert feed.state(account(store, mine)).state is FeedHealth.HEALTHY


async def test_a_feed_that_works_again_says_so(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)
    await feed.post(event(), secret="guessed")
    await feed.post(event())

    state = feed.state(account(store, mine))
    assert (state.state, state.message) == (FeedHealth.HEALTHY, "")


async def test_an_old_request_cannot_be_sent_again_after_five_minutes(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)
    request = feed.posted(json.dumps([event()]).encode())
    feed.clock.advance(300)
    assert await feed.webhooks.receive(request) is Answer.NOTED
    mine.forget_hints(mine.hints(10))
    feed.clock.advance(1)

    assert await feed.webhooks.receive(request) is Answer.REFUSED
    assert mine.hints(10) == []


async def test_one_apps_secret_says_nothing_about_anothers_portal(store: Store) -> None:
    """Else a tenant could make another tenant's connection look at what it likes."""
    mine, other = portal(store, "1"), portal(store, "2", OTHER)
    feed = Feed(store)

    assert await feed.post(event(2), secret=SECRET) is Answer.REFUSED
    assert await feed.post(event(1), event(2), secret=SECRET) is Answer.NOTED
    assert len(mine.hints(10)) == 1
    assert other.hints(10) == []
    assert feed.webhooks.counts["unknown_portals"] == 1


async def test_one_request_may_be_about_several_portals_of_an_app(store: Store) -> None:
    one, two = portal(store, "1"), portal(store, "2")

    assert await Feed(store).post(event(1), event(2)) is Answer.NOTED
    assert (len(one.hints(10)), len(two.hints(10))) == (1, 1)


async def test_a_portal_that_nobody_connected_is_answered_and_counted(store: Store) -> None:
    """Refused, it would be sent again ten times; it is ours by its signature."""
    portal(store, "1")
    feed = Feed(store)

    assert await feed.post(event(99)) is Answer.NOTED
    assert feed.webhooks.counts["unknown_portals"] == 1
    assert store.hints.waiting() == {}
    assert await feed.post(event(99), secret="guessed") is Answer.REFUSED


async def test_an_account_without_a_secret_says_what_is_missing(store: Store) -> None:
    mine = portal(store, "1", None)
    feed = Feed(store)

    assert await feed.post(event()) is Answer.REFUSED
    assert feed.state(account(store, mine)).message == "webhooks_no_secret"


async def test_a_new_secret_is_known_within_a_second(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)
    await feed.post(event())
    store.save_credential(
        account(store, mine), Credential(kind="oauth", access_token="t", client_secret=OTHER)
    )
    feed.clock.advance(1)

    assert await feed.post(event(), secret=OTHER) is Answer.NOTED


@pytest.mark.parametrize("body", [b"", b"{}", b"[{}]", b"\xff"])
async def test_what_is_no_notice_is_malformed(store: Store, body: bytes) -> None:
    portal(store, "1")
    feed = Feed(store)

    assert await feed.webhooks.receive(feed.posted(body)) is Answer.MALFORMED


async def test_unsigned_bodies_are_not_even_read(store: Store) -> None:
    request = Posted(addresses=(ADDRESS,), headers={}, body=b"[" * 10_000)
    feed = Feed(store)

    assert await feed.webhooks.receive(request) is Answer.REFUSED
    assert feed.webhooks.counts["signatures_unsigned"] == 1


async def test_late_notices_tell_that_the_feed_is_behind(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)
    feed.clock.advance(121)
    await feed.post(event())
    state = feed.state(account(store, mine))
    assert (state.state, state.lag_seconds) == (FeedHealth.BEHIND, 121)

    await feed.post(event(occurredAt=int((NOW + timedelta(seconds=120)).timestamp() * 1000)))
    state = feed.state(account(store, mine))
    assert (state.state, state.name, state.lag_seconds) == (
        FeedHealth.HEALTHY,
        FeedName.WEBHOOKS,
        1,
    )


async def test_a_flood_is_noted_whole(store: Store) -> None:
    mine = portal(store, "1")
    feed = Feed(store)
    batches = [[event(record=n * 100 + m) for m in range(100)] for n in range(20)]
    answers = await asyncio.gather(*[feed.post(*batch) for batch in batches])

    assert set(answers) == {Answer.NOTED}
    assert len(mine.hints(5_000)) == 2_000
    assert feed.webhooks.counts["hints"] == 2_000


class _FullDisk:
    """A store that cannot save for once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_full = True
        self.hints = store.hints

    async def run(self, work: object, *args: object) -> object:
        if self.is_full:
            raise StoreError("The disk is full.")
        return await self._store.run(work, *args)  # type: ignore[arg-type]


async def test_what_cannot_be_saved_is_not_taken_for_noted(store: Store) -> None:
    mine = portal(store, "1")
    disk = _FullDisk(store)
    noting = Noting(disk, ManualClock(NOW))  # type: ignore[arg-type]
    said = [Hint(side=Side.HUBSPOT, object="tasks", record_id="7")]
    with pytest.raises(StoreError):
        await noting.note(account(store, mine), said)
    disk.is_full = False
    await noting.note(account(store, mine), said)

    assert len(mine.hints(10)) == 1

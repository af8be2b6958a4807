"""HubSpot's journal, as the simulated CRM keeps it, becomes hints: nothing lost, whatever is not documented."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contract.joined_crms import Joined
from tests.support import stores
from tests.support.stores import KEYRING

from tandem.crm.hubspot.journal import JOURNAL_SCOPES, Journal, OffsetLost
from tandem.crm.hubspot.journal_events import file_from
from tandem.errors import AccessLost, TryLater
from tandem.feeds.journal import JournalFeed
from tandem.feeds.noting import Noting
from tandem.feeds.wanted import journal_subscriptions, subjects_for
from tandem.model import Kind, Side
from tandem.settings.activities import parse
from tandem.store import (
    Change,
    ConnectionStore,
    Credential,
    FeedHealth,
    FeedState,
    Store,
)

postgres_server = stores.postgres_server
PORTAL = "147000000"
SETTINGS = "[kinds.task]\nenabled = true\n[kinds.call]\nenabled = true\n"


class Following:
    """One app's journal followed for one portal."""

    def __init__(self, crms: Joined, store: Store, **client: Any) -> None:
        self.crms = crms
        self.store = store
        self.mine = _connection(store)
        self.subjects = subjects_for([parse(SETTINGS)])
        self.client: dict[str, Any] = {
            "client_id": "sandbox-client-id",
            "client_secret": "sandbox-client-secret",
        } | client
        self.feed = self.another()

    def journal(self, **options: Any) -> Journal:
        return Journal(
            self.crms.hubspot_transport,
            clock=self.crms.time,
            base_url="http://127.0.0.1:8801",
            **self.client,
            **options,
        )

    def another(self) -> JournalFeed:
        """The feed after a restart."""
        return JournalFeed(
            journal=self.journal(),
            accounts={PORTAL: self.account_id},
            wanted={PORTAL: journal_subscriptions(self.subjects)},
            noting=Noting(self.store, self.crms.time),
            store=self.store,
            clock=self.crms.time,
            jitter=random.Random(1),
        )

    @property
    def account_id(self) -> int:
        found = self.store.connection_by_id(self.mine.connection_id).hubspot_account_id
        assert found is not None
        return found

    async def begin(self) -> None:
        """Followed from now on; what was there before is looked at already."""
        await self.feed.catch_up()
        self.looked()

    async def hear(self) -> list[tuple[str, str]]:
        """What is hinted once the journal has told of everything."""
        return [(name, record_id) for name, record_id, _ in await self.hear_what()]

    async def hear_what(self) -> list[tuple[str, str, Change]]:
        self.crms.sandbox.world.clock.advance(2)
        await self.feed.catch_up()
        return self.looked()

    def looked(self) -> list[tuple[str, str, Change]]:
        held = self.mine.hints(1_000)
        self.mine.forget_hints(held)
        return [(each.hint.object, each.hint.record_id, each.hint.change) for each in held]

    def state(self) -> FeedState:
        (found,) = self.store.hints.feed_states(self.account_id)
        return found

    def task(self, subject: str = "Call Ann") -> str:
        made = self.crms.in_hubspot(
            "create",
            object="tasks",
            properties={"hs_task_subject": subject, "hs_timestamp": "2026-11-24T09:00:00Z"},
        )
        return str(made["id"])


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to be")


def _connection(store: Store) -> ConnectionStore:
    account = store.save_account(
        Side.HUBSPOT,
        external_id=PORTAL,
        name="The portal",
        base_url="http://127.0.0.1:8801",
        credential=Credential(kind="token", access_token="t"),
    )
    made = store.create_connection("main")
    store.attach(made.id, Side.HUBSPOT, account)
    return store.for_connection(made.id)


@pytest.fixture
def crms() -> Joined:
    return Joined(data="empty")


@pytest.fixture
def followed(crms: Joined) -> Iterator[Following]:
    with Store("sqlite://", KEYRING, clock=crms.time.now) as store:
        yield Following(crms, store)


async def test_the_first_look_is_at_everything_and_starts_with_the_newest(
    followed: Following,
) -> None:
    await followed.feed.catch_up()

    assert followed.looked() == [("*", "*", Change.MISSED)]
    assert followed.state().state is FeedHealth.HEALTHY


async def test_a_new_record_is_hinted_once(followed: Following) -> None:
    await followed.begin()
    task = followed.task()

    assert await followed.hear() == [("tasks", task)]
    assert await followed.hear() == []


async def test_changes_deletions_and_restored_records_are_hinted(followed: Following) -> None:
    await followed.begin()
    task = followed.task()
    await followed.hear()
    followed.crms.in_hubspot(
        "edit", object="tasks", id=task, properties={"hs_task_status": "COMPLETED"}
    )
    assert await followed.hear_what() == [("tasks", task, Change.CHANGED)]
    followed.crms.in_hubspot("delete", object="tasks", id=task)
    assert await followed.hear_what() == [("tasks", task, Change.DELETED)]


@pytest.mark.parametrize("shape", ["associated", "from_to"])
@pytest.mark.parametrize("event_type", ["OBJECT", "absent"])
async def test_new_associations_of_an_activity_are_hinted_whatever_their_shape(
    followed: Following, shape: str, event_type: str
) -> None:
    followed.crms.switch(journal_association_shape=shape, journal_event_type=event_type)
    await followed.begin()
    task = followed.task()
    contact = followed.crms.in_hubspot(
        "create", object="contacts", properties={"email": "ann@example.com"}
    )
    await followed.hear()
    followed.crms.in_hubspot(
        "associate", object="tasks", id=task, to_object="contacts", to_id=contact["id"]
    )

    assert await followed.hear_what() == [("tasks", task, Change.ASSOCIATED)]


async def test_a_restart_goes_on_where_it_was_left(followed: Following) -> None:
    await followed.begin()
    followed.task("one")
    await followed.hear()
    second = followed.task("two")
    followed.feed = followed.another()

    assert await followed.hear() == [("tasks", second)]


async def test_a_journal_that_was_empty_is_read_from_its_first_file(followed: Following) -> None:
    await followed.begin()
    first = followed.task()
    followed.feed = followed.another()

    assert await followed.hear() == [("tasks", first)]


async def test_an_offset_that_is_too_old_leads_to_a_look_at_everything(
    followed: Following,
) -> None:
    await followed.begin()
    followed.task("one")
    await followed.hear()
    followed.crms.sandbox.world.clock.advance(4 * 86_400)
    late = followed.task("two")

    assert await followed.hear_what() == [("*", "*", Change.MISSED)]
    later = followed.task("three")
    assert await followed.hear() == [("tasks", later)]
    assert late != later


async def test_the_beginning_of_an_empty_journal_grows_too_old_as_well(
    followed: Following,
) -> None:
    await followed.begin()
    followed.task()
    followed.crms.sandbox.world.clock.advance(4 * 86_400)
    followed.feed = followed.another()

    assert await followed.hear_what() == [("*", "*", Change.MISSED)]


async def test_subscriptions_are_made_once(followed: Following) -> None:
    await followed.begin()
    before = await followed.journal().subscriptions()
    await followed.another().catch_up()

    after = await followed.journal().subscriptions()
    assert len(before) == len(journal_subscriptions(followed.subjects))
    assert before == after


async def test_another_property_to_hear_of_is_subscribed_to(followed: Following) -> None:
    journal = followed.journal()
    first, *rest = journal_subscriptions(followed.subjects)
    fewer = type(first)(type_id=first.type_id, properties=first.properties[:1])

    assert await journal.subscribe({PORTAL: [fewer]}) == 1
    assert await journal.subscribe({PORTAL: [fewer]}) == 0
    assert await journal.subscribe({PORTAL: [first, *rest]}) == 1 + len(rest)
    assert await journal.subscribe({PORTAL: [first, *rest]}) == 0


@pytest.mark.parametrize("whose", ["app", "token"])
async def test_whosever_scopes_count_activities_can_be_subscribed_to(
    followed: Following, whose: str
) -> None:
    followed.crms.switch(journal_object_scopes=whose)
    await followed.begin()

    assert followed.state().state is FeedHealth.HEALTHY


async def test_an_app_without_some_object_scope_signs_in_with_the_journals_own(
    followed: Following,
) -> None:
    journal = followed.journal(object_scopes=("crm.objects.unheard_of.read",))

    assert await journal.subscriptions() == []
    assert len(JOURNAL_SCOPES) == 3


async def test_an_unknown_offset_is_told_apart(followed: Following) -> None:
    with pytest.raises(OffsetLost):
        await followed.journal().after("5d0f6c7e-0000-4000-8000-000000000000")


async def test_an_app_that_may_not_read_its_journal_is_off_with_hubspots_words(
    crms: Joined,
) -> None:
    with Store("sqlite://", KEYRING, clock=crms.time.now) as store:
        refused = Following(crms, store, client_secret="wrong")
        stop = asyncio.Event()
        listening = asyncio.create_task(refused.feed.listen(stop))
        await until(lambda: bool(store.hints.feed_states(refused.account_id)))
        stop.set()
        await listening

        state = refused.state()
        assert (state.state, state.message) == (FeedHealth.OFF, "journal_refused")
        assert "BAD_CLIENT" in state.detail
        assert store.hints.waiting() == {}


async def test_without_access_the_journal_says_so(followed: Following) -> None:
    followed.client["client_secret"] = "wrong"

    with pytest.raises(AccessLost):
        await followed.journal().latest()


async def test_listening_goes_on_through_an_outage(followed: Following) -> None:
    stop = asyncio.Event()
    await followed.begin()
    task = followed.task()
    followed.crms.sandbox.world.clock.advance(2)
    for _ in range(6):
        followed.crms.fault(Side.HUBSPOT, kind="status", status=503, path="*journal*")
    listening = asyncio.create_task(followed.feed.listen(stop))
    await until(lambda: bool(followed.store.hints.waiting()))
    stop.set()
    await listening

    assert [record for _, record, _ in followed.looked()] == [task]


async def test_a_doubled_event_is_one_hint(followed: Following) -> None:
    await followed.begin()
    followed.crms.fault(Side.HUBSPOT, kind="journal_doubled", times=-1)
    task = followed.task()

    assert await followed.hear() == [("tasks", task)]


async def test_an_event_that_comes_late_tells_that_the_feed_is_behind(
    followed: Following,
) -> None:
    await followed.begin()
    followed.crms.fault(Side.HUBSPOT, kind="journal_late", seconds=600, times=-1)
    task = followed.task()
    assert await followed.hear() == []
    followed.crms.sandbox.world.clock.advance(600)

    assert await followed.hear() == [("tasks", task)]
    assert followed.state().message == "journal_late"
    followed.crms.sandbox.world.clock.advance(300)
    assert await followed.hear() == []
    assert followed.state().state is FeedHealth.HEALTHY


# --------------------------------------------------------------------------- files


def a_file(*events: str) -> bytes:
    return ('{"journalEvents":[' + ",".join(events) + "]}").encode()


def test_an_event_that_does_not_say_what_it_is_about_is_not_passed_over() -> None:
    """The shape of association events is not published: one we cannot read may be any."""
    found = file_from(
        a_file('{"portalId":1,"action":"ASSOCIATION_ADDED","what":"a shape of its own"}'), "a"
    )

    assert found.unnamed == {"1"}
    assert found.notices == ()


def test_events_of_the_app_itself_name_nothing() -> None:
    found = file_from(a_file('{"portalId":1,"action":"APP_UNINSTALL"}', "{}"), "a")

    assert (found.unnamed, found.notices, found.events) == (frozenset(), (), 2)


def test_a_merge_names_all_who_were_in_it() -> None:
    merge = '{"portalId":1,"action":"MERGE","objectTypeId":"0-1","objectId":1,"mergedObjectIds":[2,"3"]}'

    assert [each.record_id for each in file_from(a_file(merge), "a").notices] == ["1", "2", "3"]


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"journalEvents":{}}', b"\xff"])
def test_a_file_that_is_none_is_asked_for_again(content: bytes) -> None:
    with pytest.raises(TryLater):
        file_from(content, "a")


# --------------------------------------------------------------------------- what is wanted


def test_nothing_is_wanted_where_nothing_is_synced() -> None:
    assert subjects_for([parse("")]) == ()


def test_people_and_what_is_synced_is_wanted_and_no_more() -> None:
    objects = [each.object for each in subjects_for([parse(SETTINGS)])]

    assert sorted(objects) == ["calls", "companies", "contacts", "deals", "tasks"]


def test_no_property_is_asked_for_that_hubspot_refuses_to_tell_of() -> None:
    every = "".join(f"[kinds.{kind}]\nenabled = true\n" for kind in Kind)
    told = {name for each in subjects_for([parse(every)]) for name in each.properties}

    assert not told & {"hs_lastmodifieddate", "hs_email_html", "hs_email_subject"}

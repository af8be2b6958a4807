"""What the web app remembers, on each kind of database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support import stores
from tests.support.stores import NOW, Clock, a_connection, a_link, save

from tandem.errors import SettingsError
from tandem.model import Kind
from tandem.store import History, Store
from tandem.store.web import Member, Members, Purpose, Role

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store

DAY = timedelta(days=1)


@pytest.fixture
def members(store: Store) -> Members:
    return Members.of(store)


def _member(members: Members, email: str = "ann@example.com", role: Role = Role.ADMIN) -> Member:
    token = members.make_link(Purpose.INVITE, email, role, DAY)
    made = members.use_link(token, email="", name="Ann", password="hash")
    assert made is not None
    return made


def test_a_link_is_good_once_and_names_its_own_address(members: Members) -> None:
    token = members.make_link(Purpose.INVITE, "ann@example.com", Role.VIEWER, DAY)
    ann = members.use_link(token, email="eve@example.com", name="Ann", password="hash")

    assert ann is not None
    assert (ann.email, ann.role) == ("ann@example.com", Role.VIEWER)
    assert members.use_link(token, email="", name="Eve", password="hash") is None


def test_a_link_ends_with_its_time(members: Members, clock: Clock) -> None:
    token = members.make_link(Purpose.FIRST, "", Role.ADMIN, DAY)
    clock.now += DAY

    assert members.invitation(token) is None
    assert members.use_link(token, email="ann@example.com", name="", password="") is None


def test_the_first_link_is_void_once_there_is_somebody(members: Members) -> None:
    token = members.make_link(Purpose.FIRST, "", Role.ADMIN, DAY)
    _member(members)

    assert members.use_link(token, email="eve@example.com", name="", password="") is None
    assert len(members.members()) == 1


def test_two_members_do_not_have_one_address(members: Members) -> None:
    _member(members)

    with pytest.raises(SettingsError, match="has an account already"):
        _member(members)


def test_a_session_is_found_by_its_token_until_it_rests_or_ends(
    members: Members, clock: Clock
) -> None:
    token = members.begin_session(_member(members).id, "a browser", timedelta(days=10))
    clock.now += DAY
    assert members.session(token, DAY * 2) is not None
    clock.now += DAY * 1.5
    assert members.session(token, DAY * 2) is not None
    clock.now += DAY * 2
    assert members.session(token, DAY * 2) is None
    assert members.session("another", DAY * 2) is None


def test_removing_a_member_ends_the_sessions_and_the_last_administrator_stays(
    members: Members,
) -> None:
    ann, bob = _member(members), _member(members, "bob@example.com", Role.VIEWER)
    token = members.begin_session(bob.id, "", DAY)
    members.remove_member(bob.id)

    assert members.session(token, DAY) is None
    with pytest.raises(SettingsError):
        members.remove_member(ann.id)
    with pytest.raises(SettingsError):
        members.set_role(ann.id, Role.VIEWER)


def test_failures_are_counted_and_forgotten(members: Members, clock: Clock) -> None:
    for _ in range(3):
        members.count_failure(["person a", "address b"], DAY)
    members.forget_failures("person a")
    assert members.failures(["person a", "address b"], DAY) == {"address b": 3}
    clock.now += DAY
    assert members.failures(["address b"], DAY) == {}


def test_a_sign_in_under_way_is_taken_once_in_its_session(members: Members, clock: Clock) -> None:
    members.begin_pending("state", "mine", {"side": "hubspot"}, DAY)

    assert members.take_pending("state", "another") is None
    assert members.take_pending("other", "mine") is None
    assert members.take_pending("state", "mine") == {"side": "hubspot"}
    assert members.take_pending("state", "mine") is None

    members.begin_pending("late", "mine", {}, DAY)
    clock.now += DAY
    assert members.take_pending("late", "mine") is None


def test_what_happened_is_counted_by_the_hour(store: Store, members: Members) -> None:
    view = a_connection(store)
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    save(view, a_link("1-call-1", contact_id="7", created_at=NOW))
    lease = view.acquire("a test", NOW, 60)
    with view.transaction(lease) as unit:
        unit.append_history(
            [
                History(key="1-call-1", at=hour + timedelta(minutes=minutes), what=what)
                for minutes, what in ((0, "created"), (59, "created"), (60, "parked"))
            ]
        )
    view.release(lease)

    assert members.activity_by_hour(view.connection_id, hour) == [
        (hour, "created", 2),
        (hour + timedelta(hours=1), "parked", 1),
    ]
    assert members.activity_by_hour(view.connection_id + 1, hour) == []
    assert members.latest_id(view.connection_id, Kind.CALL) is not None
    assert members.latest_id(view.connection_id, Kind.NOTE) is None
    assert members.keys_of_contact(view.connection_id, "7", 10) == ["1-call-1"]

"""What alerts and identity providers leave in the database, on each kind of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support import stores
from tests.support.stores import NOW, Clock, a_connection

from tandem.store import Store
from tandem.store.alerts import AlertRow, AlertStore, NewLetter
from tandem.store.identities import Identities, Identity, OtherIdentity
from tandem.store.members import Purpose, Role
from tandem.store.web import Members

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store

DAY = timedelta(days=1)
LETTER = NewLetter(channel="email", event="began", cause="lag", facts={"minutes": 40})
ANN = Identity(issuer="https://id.example", subject="a", email="ann@example.com", name="Ann")


@pytest.fixture
def alerts(store: Store) -> AlertStore:
    return AlertStore.of(store)


def test_settings_are_kept_encrypted(alerts: AlertStore, store: Store) -> None:
    assert alerts.settings() is None
    alerts.save_settings({"secret": "tell nobody"})
    alerts.save_settings({"secret": "tell nobody either"})

    assert alerts.settings() == {"secret": "tell nobody either"}


def test_of_two_processes_one_tells(alerts: AlertStore, store: Store) -> None:
    a_connection(store)
    began = AlertRow(connection_id=1, cause="lag", began_at=NOW, facts={"minutes": 40})

    assert alerts.change(None, began, [LETTER])
    assert not alerts.change(None, began, [LETTER])
    [known] = alerts.alerts()
    assert (known.began_at, known.facts) == (NOW, {"minutes": 40})
    ended = replace(known, began_at=None)
    assert alerts.change(known, ended, [LETTER])
    assert not alerts.change(known, ended, [LETTER])
    assert len(alerts.letters()) == 2


def test_a_letter_is_claimed_by_one_and_again_when_that_one_died(
    alerts: AlertStore, clock: Clock
) -> None:
    alerts.add([LETTER])

    [mine] = alerts.claim(NOW, timedelta(minutes=5))
    assert (mine.attempts, mine.facts) == (1, {"minutes": 40})
    assert alerts.claim(NOW, timedelta(minutes=5)) == []
    [again] = alerts.claim(NOW + timedelta(minutes=5), timedelta(minutes=5))
    assert again.attempts == 2
    alerts.settle(again.id, sent_at=NOW, due_at=None, outcome="sent")
    assert alerts.claim(NOW + DAY, timedelta(minutes=5)) == []
    [done] = alerts.letters()
    assert (done.sent_at, done.outcome) == (NOW, "sent")
    alerts.forget_letters(NOW + DAY)
    assert alerts.letters() == []


def test_alerts_go_with_their_connection(alerts: AlertStore, store: Store) -> None:
    a_connection(store)
    alerts.change(None, AlertRow(connection_id=1, cause="lag", facts={}), [])
    store.remove_connection(1)

    assert alerts.alerts() == []


@pytest.fixture
def identities(store: Store) -> Identities:
    return Identities.of(store)


def test_nobody_comes_in_unless_somebody_lets_them(identities: Identities) -> None:
    assert identities.member_for(ANN, role=None, is_admitted=False) is None
    made = identities.member_for(ANN, role=None, is_admitted=True)

    assert made is not None
    assert made.role is Role.VIEWER
    assert identities.has_identity(made.id)
    moved = replace(ANN, email="ann@elsewhere.example")
    assert identities.member_for(moved, role=None, is_admitted=False) == made


def test_an_invitation_lets_in_once_with_its_role(identities: Identities) -> None:
    identities.make_link(Purpose.INVITE, ANN.email, Role.ADMIN, DAY)
    made = identities.member_for(ANN, role=None, is_admitted=False)

    assert made is not None
    assert made.is_admin
    assert identities.invitations() == []


def test_a_member_of_that_address_is_bound_and_nobody_else_gets_the_address(
    identities: Identities, store: Store
) -> None:
    token = identities.make_link(Purpose.FIRST, "", Role.ADMIN, DAY)
    first = Members.of(store).use_link(token, email=ANN.email, name="Ann", password="hash")
    bound = identities.member_for(ANN, role=None, is_admitted=False)

    assert first is not None
    assert bound == first
    with pytest.raises(OtherIdentity):
        identities.member_for(replace(ANN, subject="b"), role=None, is_admitted=True)


def test_groups_decide_the_role_at_each_sign_in_but_the_last_administrator_stays(
    identities: Identities,
) -> None:
    ann = identities.member_for(ANN, role=Role.ADMIN, is_admitted=True)
    bob = replace(ANN, subject="b", email="bob@example.com")
    assert ann is not None
    assert identities.member_for(ANN, role=Role.VIEWER, is_admitted=True) == ann

    made = identities.member_for(bob, role=Role.ADMIN, is_admitted=True)
    assert made is not None
    lowered = identities.member_for(bob, role=Role.VIEWER, is_admitted=True)
    assert lowered is not None
    assert lowered.role is Role.VIEWER
    identities.remove_member(made.id)
    assert not identities.has_identity(made.id)

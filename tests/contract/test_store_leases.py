"""One run at a time per connection and per account, on every database."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from tests.support import stores
from tests.support.stores import KEYRING, NOW, Clock, a_connection, a_link

from tandem.errors import AlreadyRunning, LeaseLost
from tandem.store import ConnectionStore, Store

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url, shared_url = stores.new_url, stores.database_url, stores.shared_url
clock, store, mine = stores.clock, stores.store, stores.mine

LATER = NOW + timedelta(seconds=61)


def test_a_second_run_is_told_who_runs_since_when(mine: ConnectionStore) -> None:
    mine.acquire("pid 17 on crm-1", NOW, 60)

    with pytest.raises(AlreadyRunning, match=r"pid 17 on crm-1 since 2026-03-02 09:30:00 UTC"):
        mine.acquire("another", NOW + timedelta(seconds=59), 60)
    assert mine.holder(NOW) == ("pid 17 on crm-1", NOW)


def test_a_released_lease_is_free_at_once(mine: ConnectionStore) -> None:
    mine.release(mine.acquire("one", NOW, 60))

    assert mine.holder(NOW) is None
    assert mine.acquire("two", NOW, 60).owner == "two"


def test_connections_that_share_an_account_never_run_at_once(store: Store) -> None:
    first = a_connection(store, "a", hubspot="shared", salesforce="1")
    second = a_connection(store, "b", hubspot="shared", salesforce="2")
    apart = a_connection(store, "c", hubspot="own", salesforce="3")
    lease = first.acquire("one", NOW, 60)

    with pytest.raises(AlreadyRunning, match="An account of it is in use by one"):
        second.acquire("two", NOW, 60)
    assert second.holder(NOW) is None, "nothing of the refused lease is left behind"
    apart.acquire("three", NOW, 60)

    first.release(lease)
    second.acquire("two", NOW, 60)


def test_an_expired_lease_is_taken_over_and_its_owner_saves_nothing_more(
    mine: ConnectionStore,
) -> None:
    old = mine.acquire("slow", NOW, 60)
    new = mine.acquire("next", LATER, 60)

    with pytest.raises(LeaseLost), mine.transaction(old) as unit:
        unit.save_links([a_link()])
    with pytest.raises(LeaseLost):
        mine.renew(old, LATER)
    with pytest.raises(LeaseLost):
        mine.check(old)
    mine.release(old)
    assert mine.links(["1-call-1"]) == {}
    mine.check(new)
    assert mine.holder(LATER) == ("next", LATER)


def test_an_expired_lease_that_nobody_took_still_saves(mine: ConnectionStore) -> None:
    """What was done is better remembered late than never."""
    lease = mine.acquire("slow", NOW, 60)

    with mine.transaction(lease) as unit:
        unit.save_links([a_link()])
    assert mine.renew(lease, LATER).expires_at == LATER + timedelta(seconds=60)
    assert list(mine.links(["1-call-1"])) == ["1-call-1"]


def test_a_renewed_lease_lasts_longer(mine: ConnectionStore) -> None:
    lease = mine.renew(mine.acquire("one", NOW, 60), NOW + timedelta(seconds=50))

    with pytest.raises(AlreadyRunning):
        mine.acquire("two", LATER, 60)
    assert lease.expires_at == NOW + timedelta(seconds=110)
    mine.check(lease)


def test_the_lease_of_an_owner_known_to_be_dead_is_taken_over_at_once(
    mine: ConnectionStore,
) -> None:
    mine.acquire("pid 17", NOW, 60)

    with pytest.raises(AlreadyRunning):
        mine.acquire("pid 18", NOW, 60, is_dead=lambda owner: owner == "pid 99")
    assert mine.acquire("pid 18", NOW, 60, is_dead=lambda owner: owner == "pid 17")


def test_a_connection_without_accounts_can_be_leased(store: Store) -> None:
    view = store.for_connection(store.create_connection().id)

    assert len(view.acquire("one", NOW, 60).names) == 1


RACE = """
import sys
import threading
from datetime import datetime
from tandem.errors import AlreadyRunning
from tandem.store import Keyring, Store

NOW = datetime.fromisoformat(sys.argv[4])
with Store(sys.argv[1], Keyring.of(b"\\1" * 32)) as store:
    view = store.for_connection(int(sys.argv[2]))
    print("ready", flush=True)
    sys.stdin.readline()
    won = 0
    for round in range(20):
        try:
            lease = view.acquire(sys.argv[3] + str(round), NOW, 60)
            won += 1
            view.release(lease)
        except AlreadyRunning:
            pass
        try:
            view.acquire("of " + sys.argv[3], NOW, 60)
            print("kept", won, flush=True)
            break
        except AlreadyRunning:
            pass
    else:
        print("refused", won, flush=True)
"""


def test_of_two_programs_racing_for_a_lease_one_gets_it(shared_url: str, clock: Clock) -> None:
    with Store(shared_url, KEYRING, clock=clock) as store:
        view = a_connection(store)
        racers = [
            subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    RACE,
                    shared_url,
                    str(view.connection_id),
                    name,
                    NOW.isoformat(),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("one", "two")
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        answers = [racer.communicate("go\n", timeout=30)[0].split()[0] for racer in racers]
        holder = view.holder(NOW)

    assert [racer.returncode for racer in racers] == [0, 0]
    assert sorted(answers) == ["kept", "refused"]
    assert holder is not None
    assert holder[0] == ("of one" if answers[0] == "kept" else "of two")


def test_nobody_takes_a_lease_over_in_the_middle_of_a_save(shared_url: str) -> None:
    """The taker waits for the save to end; so what is saved is saved before anybody else begins."""
    with Store(shared_url, KEYRING) as one, Store(shared_url, KEYRING) as other:
        mine = a_connection(one)
        held = mine.acquire("slow", NOW, 60)
        order: list[str] = []

        def take() -> None:
            other.for_connection(mine.connection_id).acquire("next", LATER, 60)
            order.append("taken over")

        taker = threading.Thread(target=take)
        with mine.transaction(held) as unit:
            taker.start()
            taker.join(0.2)
            unit.save_links([a_link()])
            order.append("saved")
        taker.join(30)

        assert order == ["saved", "taken over"]
        with pytest.raises(LeaseLost):
            mine.renew(held, LATER)

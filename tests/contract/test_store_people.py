"""People, caches, pairs made by hand, runs, and forgetting, on every database."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from tests.support import stores
from tests.support.stores import ANN, NOW, Clock, a_link, save

from tandem.errors import AlreadyRunning, StoreError
from tandem.model import Contact, Field, LinkState
from tandem.store import CachedPerson, ConnectionStore, Erased, History, RecordKind, Run

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store, mine = stores.clock, stores.store, stores.mine

EVER = NOW - timedelta(days=9_999)
BOB = CachedPerson(
    contact=Contact(id="502", created_at=NOW, emails=("bob@example.com",)),
    reason="no_counterpart",
    read_at=NOW,
)


def test_people_are_known_by_id_and_by_any_address(mine: ConnectionStore) -> None:
    mine.save_people([ANN, BOB])

    assert mine.people(["501", "502", "503"], EVER) == {"501": ANN, "502": BOB}
    addresses = ["ann@old.example", "ann@example.com", "x@example.com"]
    assert mine.people_by_email(addresses, EVER) == {
        "ann@old.example": ANN,
        "ann@example.com": ANN,
    }


def test_people_read_too_long_ago_are_not_known(mine: ConnectionStore) -> None:
    mine.save_people([ANN])

    assert mine.people(["501"], NOW) == {}
    assert mine.people_by_email(["ann@example.com"], NOW) == {}
    assert mine.people(["501"], NOW - timedelta(microseconds=1)) == {"501": ANN}


def test_an_address_belongs_to_who_had_it_when_last_read(mine: ConnectionStore) -> None:
    mine.save_people([ANN, BOB])
    changed = dataclasses.replace(
        BOB, contact=dataclasses.replace(BOB.contact, emails=("ann@old.example",))
    )

    mine.save_people([changed])

    assert mine.people_by_email(["bob@example.com"], EVER) == {}
    assert mine.people_by_email(["ann@old.example"], EVER) == {"ann@old.example": changed}


def test_forgotten_people_are_read_again(mine: ConnectionStore) -> None:
    mine.save_people([ANN, BOB])
    mine.forget_people(["501"])

    assert mine.people(["501", "502"], EVER) == {"502": BOB}
    assert mine.people_by_email(["ann@example.com"], EVER) == {}


def test_a_cached_value_is_given_while_it_is_new_enough(mine: ConnectionStore) -> None:
    mine.cache("portal", b"\x00old", NOW - timedelta(hours=1))
    mine.cache("portal", b"\x00new", NOW)

    assert mine.cached("portal", NOW - timedelta(minutes=15)) == b"\x00new"
    assert mine.cached("portal", NOW) is None
    assert mine.cached("org", EVER) is None
    mine.forget_cached("portal")
    assert mine.cached("portal", EVER) is None


def test_owner_pairs_made_by_hand_may_also_say_nobody(mine: ConnectionStore) -> None:
    mine.set_owner_pair("1", "005000000000001AAA")
    mine.set_owner_pair("1", "005000000000002AAA")
    mine.set_owner_pair("2", None)
    mine.set_owner_pair("3", "005000000000003AAA")
    mine.remove_owner_pair("3")

    assert mine.owner_pairs() == {"1": "005000000000002AAA", "2": None}


def test_companies_and_deals_are_paired_apart(mine: ConnectionStore) -> None:
    mine.set_record_pair(RecordKind.COMPANY, "1", "001000000000001AAA")
    mine.set_record_pair(RecordKind.DEAL, "1", "006000000000001AAA")
    mine.set_record_pair(RecordKind.DEAL, "2", "006000000000002AAA")
    mine.remove_record_pair(RecordKind.DEAL, "2")

    assert mine.record_pairs(RecordKind.COMPANY) == {"1": "001000000000001AAA"}
    assert mine.record_pairs(RecordKind.DEAL) == {"1": "006000000000001AAA"}


def test_a_run_leaves_a_row_from_its_beginning(mine: ConnectionStore) -> None:
    run_id = mine.start_run(3, "schedule", NOW)
    begun = Run(id=run_id, settings_version=3, trigger="schedule", started_at=NOW)
    assert mine.runs() == [begun]

    end = NOW + timedelta(minutes=1)
    mine.finish_run(run_id, {"call": {"created": 2}}, {"hubspot": 5}, "done", end, "fine")

    assert mine.run_of(run_id) == dataclasses.replace(
        begun,
        finished_at=end,
        state="done",
        counts={"call": {"created": 2}},
        calls={"hubspot": 5},
        message="fine",
    )
    later = mine.start_run(3, "person", NOW)
    assert [later] == [run.id for run in mine.runs(1)]
    with pytest.raises(StoreError, match="no run 99"):
        mine.run_of(99)


def _tell(mine: ConnectionStore, *history: History) -> None:
    lease = mine.acquire("a test", NOW, 60)
    with mine.transaction(lease) as unit:
        unit.append_history(history)
    mine.release(lease)


def test_history_is_kept_for_a_stated_time_only(mine: ConnectionStore) -> None:
    mine.save_people([ANN, dataclasses.replace(BOB, read_at=NOW - timedelta(days=90))])
    old = History(key="k", at=NOW - timedelta(days=90), what="old")
    new = History(key="k", at=NOW - timedelta(days=30), what="new")
    _tell(mine, old, new)

    assert mine.forget_history(NOW - timedelta(days=30)) == 1
    assert mine.history("k") == [new]
    assert list(mine.people(["501", "502"], EVER)) == ["501"]
    assert mine.people_by_email(["bob@example.com"], EVER) == {}


def test_runs_are_kept_for_a_stated_time_and_idle_ones_for_less(mine: ConnectionStore) -> None:
    days = {
        "old": (90, {"call": {"seen": 1}}, "done"),
        "idle": (3, {}, "done"),
        "busy": (3, {"call": {"seen": 1}}, "done"),
        "stopped": (3, {}, "stopped"),
        "new": (1, {}, "done"),
    }
    ids = {}
    for name, (age, counts, state) in days.items():
        at = NOW - timedelta(days=age)
        ids[name] = mine.start_run(1, "schedule", at)
        mine.finish_run(ids[name], counts, {}, state, at)
    ids["running"] = mine.start_run(1, "schedule", NOW - timedelta(days=90))

    before, idle_before = NOW - timedelta(days=30), NOW - timedelta(days=2)
    went = [mine.forget_runs(before, idle_before=idle_before, limit=1) for _ in range(3)]

    assert went == [1, 1, 0]
    kept = {each.id for each in mine.runs(limit=100)}
    assert kept == {ids[name] for name in ("busy", "stopped", "new", "running")}


def test_a_person_is_erased_by_any_address(mine: ConnectionStore) -> None:
    """The key stays as a tombstone: nothing of theirs is written twice, and nothing is told of them."""
    subject = {Field.SUBJECT: "Lunch with Ann"}
    hers = a_link("1-call-1", contact_id="501", hubspot=subject, salesforce=subject, detail="Ann")
    merged = a_link("1-call-2", contact_id="499", due_at=NOW)
    event = a_link(
        "1-form-3", state=LinkState.WAITING, payload=b'{"email":"Ann@old.example"}', due_at=NOW
    )
    named = b'{"email":"joann@old.example","x":"ann@old.example.org"}'
    his = a_link("1-form-4", state=LinkState.WAITING, payload=named, contact_id="502")
    mine.save_people([ANN, BOB])
    save(mine, hers, merged, event, his)
    _tell(
        mine,
        History(key=hers.key, at=NOW, what="lost", detail={"subject": "Ann"}),
        History(key=his.key, at=NOW, what="lost"),
    )

    gone = mine.erase(email=" ANN@Old.example ")

    assert gone == Erased(people=1, payloads=1, links=3, history=1)
    tombstone = a_link("1-call-1", state=LinkState.ENDED, reason="erased")
    assert mine.links([hers.key])[hers.key] == tombstone
    assert mine.links([event.key])[event.key].payload is None
    assert mine.links([his.key])[his.key] == his
    assert list(mine.people(["501", "502"], EVER)) == ["502"]
    assert mine.people_by_email(["ann@example.com"], EVER) == {}
    assert mine.history(hers.key) == []
    assert len(mine.history(his.key)) == 1
    assert mine.links([merged.key])[merged.key].reason == "erased"
    assert mine.due(NOW, 9) == []


def test_a_person_is_erased_by_contact_id(mine: ConnectionStore) -> None:
    save(mine, a_link(contact_id="777"))

    assert mine.erase(contact_ids=["777"]) == Erased(links=1)
    assert mine.erase(contact_ids=["777"]) == Erased()
    assert mine.holder(NOW) is None


def test_nobody_is_erased_while_a_run_might_write_them_anew(
    mine: ConnectionStore, clock: Clock
) -> None:
    mine.acquire("worker", NOW, 60)

    with pytest.raises(AlreadyRunning):
        mine.erase(email="ann@example.com")
    clock.advance(seconds=60)
    mine.erase(email="ann@example.com")

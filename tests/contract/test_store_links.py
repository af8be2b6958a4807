"""Links, their history and the checkpoints, on every database."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.support import stores
from tests.support.stores import NOW, a_connection, a_link, save

from tandem.model import Field, Intent, Kind, Link, LinkState, TextMark
from tandem.store import ConnectionStore, History, Store, tables

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store, mine = stores.clock, stores.store, stores.mine

BASE = {
    Field.SUBJECT: "通話 \N{WHITE HEAVY CHECK MARK} \0 \t",
    Field.COMMENTS: TextMark("stored", "canonical"),
    Field.DUE: None,
}
FULL = Link(
    key="1-meeting-77",
    kind=Kind.MEETING,
    hubspot_id="77",
    state=LinkState.WAITING,
    reason="no_counterpart",
    detail="They said: “no”",
    salesforce_id="00T000000000001AAA",
    hubspot=BASE,
    salesforce={Field.STATUS: ""},
    intent=Intent(
        operation="update", hubspot=BASE, salesforce={}, announced_at=NOW, run_id=2_147_483_648
    ),
    contact_id="501",
    created_at=NOW - timedelta(days=1, microseconds=1),
    modified_at=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    salesforce_modified_at=NOW - timedelta(microseconds=1),
    first_seen_at=NOW,
    due_at=NOW + timedelta(minutes=1),
    attempts=3,
    looks=2,
    payload=b"\x00\xff{}",
    run_id=2_147_483_648,
    settings_version=4,
)


def test_a_task_that_is_not_in_hubspot_yet_is_found_by_its_own_id(mine: ConnectionStore) -> None:
    task_id = "00T000000000002AAA"
    waiting = a_link("00D-2", kind=Kind.TASK, hubspot_id=None, salesforce_id=task_id)
    save(mine, waiting, a_link())

    paired = dataclasses.replace(waiting, hubspot_id="900")
    found_waiting = mine.links_of_tasks([task_id, "00T000000000003AAA"])
    save(mine, paired)

    assert found_waiting == {task_id: waiting}
    assert mine.links_of(Kind.TASK, ["900"]) == [paired]


def test_a_link_is_read_as_it_was_saved(mine: ConnectionStore) -> None:
    save(mine, FULL, a_link())

    assert mine.links(["1-meeting-77", "never seen", "1-call-1"]) == {
        "1-meeting-77": FULL,
        "1-call-1": a_link(),
    }


def test_every_member_of_a_link_has_a_column_and_the_other_way_round() -> None:
    members = {member.name for member in dataclasses.fields(Link)}

    assert members == set(tables.link.columns.keys()) - {"connection_id"}


def test_saving_a_key_again_replaces_its_link(mine: ConnectionStore) -> None:
    save(mine, FULL)
    bare = a_link("1-meeting-77", kind=Kind.MEETING)

    save(mine, bare, bare)

    assert mine.links([bare.key]) == {bare.key: bare}


def test_thousands_of_links_are_saved_and_read_at_once(mine: ConnectionStore) -> None:
    links = [a_link(f"1-call-{n:05}") for n in range(2_500)]
    save(mine, *links)

    assert mine.links([link.key for link in links]) == {link.key: link for link in links}
    assert mine.counts() == {(Kind.CALL, LinkState.PAIRED, ""): 2_500}


def test_a_unit_of_work_is_saved_whole_or_not_at_all(mine: ConnectionStore) -> None:
    save(mine, a_link())
    lease = mine.acquire("one", NOW, 60)

    def work() -> None:
        with mine.transaction(lease) as unit:
            unit.save_links([a_link(reason="changed"), a_link("1-call-2")])
            unit.append_history([History(key="1-call-1", at=NOW, what="changed")])
            unit.set_checkpoint("calls", {"at": "later"})
            raise RuntimeError("killed here")

    with pytest.raises(RuntimeError, match="killed here"):
        work()

    assert mine.links(["1-call-1", "1-call-2"]) == {"1-call-1": a_link()}
    assert mine.history("1-call-1") == []
    assert mine.checkpoint("calls") is None


def test_a_unit_of_work_sees_what_it_wrote(mine: ConnectionStore) -> None:
    lease = mine.acquire("one", NOW, 60)

    with mine.transaction(lease) as unit:
        unit.save_links([a_link()])
        unit.save_links([])
        unit.append_history([])
        assert mine.links(["1-call-1"]) == {"1-call-1": a_link()}
        mine.cache("portal", b"{}", NOW)
    assert mine.cached("portal", NOW - timedelta(1)) == b"{}"


def test_no_connection_sees_anything_of_another(store: Store) -> None:
    one = a_connection(store, "one", hubspot="1", salesforce="2")
    two = a_connection(store, "two", hubspot="3", salesforce="4")
    save(one, FULL)
    save(two, dataclasses.replace(FULL, detail="of two"))
    lease = one.acquire("x", NOW, 60)
    with one.transaction(lease) as unit:
        unit.append_history([History(key=FULL.key, at=NOW, what="created")])
        unit.set_checkpoint("calls", {"at": 1})

    assert two.links([FULL.key])[FULL.key].detail == "of two"
    assert one.links([FULL.key])[FULL.key] == FULL
    assert len(two.intents()) == len(two.due(NOW + timedelta(1), 9)) == len(two.find("77")) == 1
    assert two.history(FULL.key) == []
    assert two.checkpoint("calls") is None
    assert two.checkpoints() == {}
    assert sum(two.counts().values()) == 1


def test_the_links_of_a_record_are_found_by_its_kind_and_id(mine: ConnectionStore) -> None:
    call, note = a_link("1-call-5"), a_link("1-note-5", kind=Kind.NOTE)
    opens = [a_link(f"1-open-5-{n}", kind=Kind.SALES_EMAIL_OPENED, hubspot_id="5") for n in (1, 2)]
    save(mine, call, note, *opens)

    assert mine.links_of(Kind.CALL, ["5", "6"]) == [call]
    assert mine.links_of(Kind.SALES_EMAIL_OPENED, ["5"]) == opens
    assert mine.links_of(Kind.TASK, ["5"]) == []


def test_a_link_is_found_by_key_or_by_either_id(mine: ConnectionStore) -> None:
    other = a_link("1-call-2", salesforce_id="00T000000000002AAA")
    save(mine, FULL, other)

    for given in (FULL.key, "77", "00T000000000001AAA", "00T000000000001"):
        assert mine.find(given) == [FULL]
    assert mine.find("00t000000000001") == [], "Salesforce ids of 15 characters tell cases apart"
    assert mine.find("nothing") == []
    assert mine.link_by_salesforce_id("00T000000000002") == other
    assert mine.link_by_salesforce_id("00T000000000003AAA") is None


def test_what_is_due_comes_longest_due_first(mine: ConnectionStore) -> None:
    late = a_link("1-call-1", due_at=NOW - timedelta(hours=1))
    now = a_link("1-call-2", due_at=NOW)
    note = a_link("1-note-3", kind=Kind.NOTE, due_at=NOW - timedelta(hours=2))
    save(mine, now, late, note, a_link("1-call-4", due_at=NOW + timedelta(seconds=1)), a_link("5"))

    assert mine.due(NOW, 10) == [note, late, now]
    assert mine.due(NOW, 1, [Kind.CALL]) == [late]
    assert mine.due(NOW, 10, []) == []


def test_what_has_no_record_to_look_at_is_never_due(mine: ConnectionStore) -> None:
    """A row of a file has no Salesforce task; while nothing goes to HubSpot a Salesforce task has none there."""
    row = a_link("1", kind=Kind.TASK, hubspot_id=None, salesforce_id=None, due_at=NOW)
    task = a_link("2", kind=Kind.TASK, hubspot_id=None, salesforce_id="00T1", due_at=NOW)
    call = a_link("3", due_at=NOW)
    save(mine, row, task, call)

    assert mine.due(NOW, 10) == [task, call]
    assert mine.due(NOW, 10, only_in_hubspot=True) == [call]


def test_open_intents_are_all_listed(mine: ConnectionStore) -> None:
    save(mine, FULL, a_link())

    assert mine.intents() == [FULL]


def test_pairs_are_paged_by_key(mine: ConnectionStore) -> None:
    """Upper case before lower case on every database, so that no page skips one."""
    keys = ["1-B", "1-Z", "1-_", "1-a", "1-b"]
    save(mine, *(a_link(key) for key in reversed(keys)), a_link("1-c", state=LinkState.SKIPPED))

    pages: list[str] = []
    after = ""
    while page := mine.pairs_after(after, 2):
        pages += [link.key for link in page]
        after = page[-1].key
    assert pages == keys


def test_links_are_counted_by_kind_state_and_reason(mine: ConnectionStore) -> None:
    skipped = [a_link(f"1-call-{n}", state=LinkState.SKIPPED, reason="bot") for n in (1, 2)]
    save(mine, *skipped, a_link("1-call-3", state=LinkState.SKIPPED, reason="failed"), FULL)

    assert mine.counts() == {
        (Kind.CALL, LinkState.SKIPPED, "bot"): 2,
        (Kind.CALL, LinkState.SKIPPED, "failed"): 1,
        (Kind.MEETING, LinkState.WAITING, "no_counterpart"): 1,
    }


def test_parked_links_are_listed_by_reason(mine: ConnectionStore) -> None:
    links = [
        a_link(f"1-call-{n}", state=LinkState.PARKED, reason=reason)
        for n, reason in enumerate(("rejected", "too_long", "rejected"))
    ]
    note = a_link("1-note-9", kind=Kind.NOTE, state=LinkState.PARKED, reason="rejected")
    save(mine, *links, note, a_link("1-call-8"))

    assert mine.parked() == [*links, note]
    assert mine.parked("rejected") == [links[0], links[2], note]
    assert mine.parked("rejected", limit=1) == [links[0]]
    rest = mine.in_state(LinkState.PARKED, reason="rejected", after=links[0].key)
    assert rest == [links[2], note]
    assert mine.in_state(LinkState.PARKED, kind=Kind.NOTE) == [note]


def test_what_waits_for_a_contact_is_found_by_the_contact(mine: ConnectionStore) -> None:
    save(mine, FULL, a_link("1-call-2", contact_id="501"), a_link("1-call-3", contact_id="502"))

    assert mine.waiting_for(["501", "502"]) == [FULL]
    assert mine.waiting_for([]) == []


def test_the_links_of_a_run_are_listed(mine: ConnectionStore) -> None:
    links = [a_link(f"1-call-{n}", run_id=7) for n in (1, 2)]
    save(mine, *links, a_link("1-call-3", run_id=8))

    assert mine.of_run(7) == links
    assert mine.of_run(7, after="1-call-1") == links[1:]


def test_history_is_told_in_order_with_lost_values_in_full(mine: ConnectionStore) -> None:
    told = [
        History(key="1-call-1", at=NOW, what="created", run_id=1),
        History(
            key="1-call-1",
            at=NOW,
            what="conflict",
            run_id=2,
            detail={"field": "subject", "lost": "件名 \0", "rules": ["newest", None, 3]},
        ),
    ]
    lease = mine.acquire("one", NOW, 60)
    with mine.transaction(lease) as unit:
        unit.append_history([*told, History(key="1-call-2", at=NOW, what="created")])

    assert mine.history("1-call-1") == told
    assert mine.history("never seen") == []


def test_what_a_run_did_is_told_by_pages_of_whole_links(mine: ConnectionStore) -> None:
    lease = mine.acquire("one", NOW, 60)
    with mine.transaction(lease) as unit:
        unit.append_history(
            [
                History(key=key, at=NOW, run_id=run_id, what=what)
                for run_id in (1, 2)
                for what in ("created", "updated")
                for key in ("b", "a", "c")
            ]
        )

    pages, after = [], ""
    while page := mine.history_of_run(2, after=after, limit=5):
        pages.append([(entry.key, entry.what, entry.run_id) for entry in page])
        after = page[-1].key

    assert pages == [
        [(key, what, 2) for key in "ab" for what in ("created", "updated")],
        [("c", what, 2) for what in ("created", "updated")],
    ]
    assert [entry.key for entry in mine.history_of_run(2, limit=1)] == ["a", "a"]


def test_lost_values_and_payloads_are_not_readable_in_the_database(store: Store) -> None:
    view = a_connection(store)
    save(view, a_link(payload=b"private payload"))
    lease = view.acquire("one", NOW, 60)
    with view.transaction(lease) as unit:
        unit.append_history([History(key="1", at=NOW, what="lost", detail={"x": "private value"})])

    with store._database.reading() as connection:
        payload = bytes(connection.scalar(sa.select(tables.link.c.payload)) or b"")
        detail = bytes(connection.scalar(sa.select(tables.history.c.detail)) or b"")
    assert payload
    assert detail
    assert b"private" not in payload + detail


def test_words_no_database_can_store_do_not_stop_a_run(mine: ConnectionStore) -> None:
    save(mine, a_link(detail="a\0b\ud83dc\N{PILE OF POO}"))

    assert mine.links(["1-call-1"])["1-call-1"].detail == "a�b�c\N{PILE OF POO}"


def test_a_checkpoint_is_what_was_saved_last_with_its_time(mine: ConnectionStore) -> None:
    lease = mine.acquire("one", NOW, 60)
    for n in (1, 2):
        with mine.transaction(lease) as unit:
            unit.set_checkpoint("calls", {"at": NOW.isoformat(), "n": n, "counts": {"5": 1}})
            unit.set_checkpoint("notes", {}, NOW + timedelta(hours=n))

    assert mine.checkpoint("calls") == {"at": NOW.isoformat(), "n": 2, "counts": {"5": 1}}
    assert mine.checkpoint("notes") == {}
    assert {name: each.saved_at for name, each in mine.checkpoints().items()} == {
        "calls": NOW,
        "notes": NOW + timedelta(hours=2),
    }


def test_marks_differ_between_connections_and_stay_the_same_between_runs(store: Store) -> None:
    one = a_connection(store, "one", hubspot="1", salesforce="2")
    two = a_connection(store, "two", hubspot="3", salesforce="4")

    assert one.marker()("text") == one.marker()(b"text")
    assert one.marker()("text") != two.marker()("text")
    assert one.marker()("text") != one.marker()("text ")
    assert one.marker()("\ud83d")


def test_the_pair_counts_where_its_task_was_met_alone_before(mine: ConnectionStore) -> None:
    """After a restore Salesforce may show the task of a pair before HubSpot shows its origin."""
    task_id = "00T000000000001AAA"
    alone = a_link("00D-00T", kind=Kind.TASK, hubspot_id=None, salesforce_id=task_id)
    pair = a_link("1-task-9", kind=Kind.TASK, hubspot_id="9", salesforce_id=task_id)
    for first, second in ((alone, pair), (pair, alone)):
        save(mine, first, second)

        assert mine.links_of_tasks([task_id]) == {task_id: pair}
        assert mine.link_by_salesforce_id(task_id) == pair

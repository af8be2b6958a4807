"""What pages ask of the store, on every database: counted or by pages, whatever there is of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.support import stores
from tests.support.stores import NOW, a_link, save

from tandem.engine.health import error_cards
from tandem.model import Kind, Link, LinkState
from tandem.store import ConnectionStore
from tandem.store.parked import ParkedGroup

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store, mine = stores.clock, stores.store, stores.mine


def parked(number: int, detail: str, reason: str = "refused", **more: object) -> Link:
    made = a_link(f"1-call-{number:03}", kind=Kind.CALL, hubspot_id=f"{number}")
    parked = replace(made, state=LinkState.PARKED, reason=reason, detail=detail, run_id=1)
    return replace(parked, **{"first_seen_at": NOW, **more})  # type: ignore[arg-type]


def test_what_is_parked_is_counted_by_reason_code_and_kind(mine: ConnectionStore) -> None:
    later = NOW + timedelta(hours=1)
    save(
        mine,
        parked(1, "TOO_LONG: Subject: 1"),
        parked(2, "TOO_LONG: Subject: 2", run_id=3, first_seen_at=later),
        parked(3, "TOO_LONG: Subject: 3", kind=Kind.NOTE),
        parked(4, "no code", run_id=None),
        parked(5, "", reason="unreadable"),
        replace(parked(6, "TOO_LONG: Subject: 6"), state=LinkState.PAIRED),
    )

    found = sorted(mine.parked_groups(), key=lambda group: (group.reason, group.code, group.kind))
    assert found == [
        ParkedGroup(reason="refused", code="", kind=Kind.CALL, count=1, last_at=NOW, run_id=None),
        ParkedGroup(
            reason="refused", code="TOO_LONG", kind=Kind.CALL, count=2, last_at=later, run_id=3
        ),
        ParkedGroup(
            reason="refused", code="TOO_LONG", kind=Kind.NOTE, count=1, last_at=NOW, run_id=1
        ),
        ParkedGroup(reason="unreadable", code="", kind=Kind.CALL, count=1, last_at=NOW, run_id=1),
    ]
    assert [group.reason for group in mine.parked_groups("unreadable")] == ["unreadable"]


def test_a_card_shows_the_latest_words_and_the_first_keys(mine: ConnectionStore) -> None:
    save(
        mine,
        parked(1, "TOO_LONG: old"),
        parked(2, "TOO_LONG: new, and first of its run", run_id=3),
        parked(3, "TOO_LONG: new", run_id=3, kind=Kind.NOTE),
        parked(4, "no code", run_id=None),
    )

    one, other = error_cards(mine)
    assert (one.count, one.message) == (3, "TOO_LONG: new, and first of its run")
    assert one.keys == ("1-call-001", "1-call-002", "1-call-003")
    assert set(one.kinds) == {Kind.CALL, Kind.NOTE}
    assert (other.count, other.message, other.keys) == (1, "no code", ("1-call-004",))


def test_details_that_all_begin_otherwise_share_a_card_and_are_all_counted(
    mine: ConnectionStore,
) -> None:
    save(mine, *(parked(number, f"Record {number}: locked") for number in range(50)))

    cards = error_cards(mine)
    assert len(cards) == 20
    assert sum(card.count for card in cards) == 50


def test_links_that_are_not_paired_are_paged_by_key_with_and_without_a_reason(
    mine: ConnectionStore,
) -> None:
    reasons = ["refused", "unreadable"]
    save(mine, *(parked(number, "x", reasons[number % 2]) for number in range(7)))
    save(mine, replace(parked(8, "x"), state=LinkState.WAITING))

    def numbers(after: int = -1, limit: int = 3, reason: str | None = None) -> list[int]:
        found = mine.in_state(
            LinkState.PARKED, after=f"1-call-{after:03}", limit=limit, reason=reason
        )
        return [int(str(link.hubspot_id)) for link in found]

    assert numbers() == [0, 1, 2]
    assert numbers(after=2) == [3, 4, 5]
    assert numbers(after=5) == [6]
    assert numbers(reason="unreadable", limit=2) == [1, 3]
    assert numbers(reason="unreadable", after=3) == [5]

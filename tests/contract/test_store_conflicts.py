"""Kept conflicts, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.support import stores
from tests.support.stores import NOW, a_connection

from tandem.errors import SettingsError
from tandem.model import Field, Side
from tandem.store import ConnectionStore, KeptConflict, Store

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store, mine = stores.clock, stores.store, stores.mine

LOST = KeptConflict(
    key="1-task-1",
    field=Field.SUBJECT,
    winner=Side.SALESFORCE,
    at=NOW,
    run_id=7,
    lost={"hs_task_subject": "午後の会議 \0"},
    kept={"Subject": None},
)


def _keep(view: ConnectionStore, *rows: KeptConflict) -> None:
    lease = view.acquire("a test", NOW, 60)
    with view.transaction(lease) as unit:
        unit.keep_conflicts(rows)
    view.release(lease)


def test_a_conflict_is_kept_in_full_and_the_newest_is_told_first(mine: ConnectionStore) -> None:
    later = replace(LOST, key="1-task-2", at=NOW + timedelta(minutes=1))
    _keep(mine, LOST, later)

    told = mine.conflicts()

    assert [replace(each, id=0) for each in told] == [later, LOST]
    assert mine.conflicts(key="1-task-1") == [told[1]]
    assert mine.conflict(told[0].id) == told[0]


def test_what_was_put_back_is_no_open_conflict(mine: ConnectionStore) -> None:
    _keep(mine, LOST, LOST)
    first = mine.conflicts()[-1]

    mine.mark_restored(first.id, NOW, "ann")

    assert first.id not in {each.id for each in mine.conflicts(open_only=True)}
    assert mine.conflict(first.id) == replace(first, restored_at=NOW, restored_by="ann")


def test_nobody_else_sees_a_conflict_and_an_unknown_number_is_told(
    store: Store, mine: ConnectionStore
) -> None:
    _keep(mine, LOST)
    other = a_connection(store, "other", hubspot="9", salesforce="8")

    assert other.conflicts() == []
    with pytest.raises(SettingsError, match="There is no conflict"):
        other.conflict(mine.conflicts()[0].id)


def test_lost_values_are_not_readable_in_the_database(store: Store, mine: ConnectionStore) -> None:
    _keep(mine, replace(LOST, lost={"hs_task_subject": "readable"}))
    with store._database.reading() as database:
        stored = database.execute(sa.text("SELECT detail FROM conflict")).scalar_one()

    assert b"readable" not in bytes(stored)


def test_old_conflicts_are_forgotten_with_the_history(mine: ConnectionStore) -> None:
    _keep(mine, LOST, replace(LOST, at=NOW - timedelta(days=400)))

    mine.forget_history(NOW - timedelta(days=365))

    assert len(mine.conflicts()) == 1

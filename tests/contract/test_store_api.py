"""The API's tokens and pages of the audit log, on each kind of database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support import stores
from tests.support.stores import NOW, Clock, a_connection

from tandem.errors import SettingsError
from tandem.store import Store
from tandem.store.api import ApiStore
from tandem.store.audit_log import AuditLog
from tandem.store.members import Role
from tandem.store.tables_api import api_token

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store

DAY = timedelta(days=1)


@pytest.fixture
def api(store: Store) -> ApiStore:
    return ApiStore.of(store)


def test_a_token_is_found_by_its_secret_and_by_nothing_else(api: ApiStore) -> None:
    made, secret = api.make_token("nightly", Role.VIEWER, who="ann@example.com")
    found = api.use_token(secret)

    assert found is not None
    assert (found.id, found.name, found.role) == (made.id, "nightly", Role.VIEWER)
    assert (found.created_by, found.expires_at) == ("ann@example.com", None)
    assert api.use_token(secret[:-1]) is None
    assert api.use_token(made.begins) is None


def test_the_secret_is_nowhere_in_the_database(api: ApiStore) -> None:
    _, secret = api.make_token("nightly", Role.ADMIN, who="ann")
    with api._database.reading() as database:
        [row] = database.execute(select(api_token)).all()

    assert all(secret not in str(value) for value in row)
    assert secret.startswith(row.begins)
    assert len(row.begins) < len(secret) / 3


def test_a_token_ends_with_its_time_and_stays_listed(api: ApiStore, clock: Clock) -> None:
    _, secret = api.make_token("nightly", Role.VIEWER, who="ann", lives=DAY)
    clock.now += DAY

    assert api.use_token(secret) is None
    assert [each.has_expired(clock.now) for each in api.tokens()] == [True]


def test_the_last_use_is_noted_to_the_minute(api: ApiStore, clock: Clock) -> None:
    _, secret = api.make_token("nightly", Role.VIEWER, who="ann")
    seen = []
    for seconds in (0, 30, 31):
        clock.advance(seconds=seconds)
        api.use_token(secret)
        seen.append(api.tokens()[0].seen_at)

    assert seen == [NOW, NOW, NOW + timedelta(seconds=61)]


def test_a_revoked_token_is_void_and_its_number_is_not_given_again(api: ApiStore) -> None:
    first, secret = api.make_token("one", Role.VIEWER, who="ann")
    api.revoke_token(first.id)
    second, _ = api.make_token("two", Role.VIEWER, who="ann")

    assert api.use_token(secret) is None
    assert second.id > first.id
    assert [each.name for each in api.tokens()] == ["two"]
    with pytest.raises(SettingsError, match=f"no API token {first.id}"):
        api.revoke_token(first.id)


@pytest.mark.parametrize("name", ["", " a", "a\n", "a" * 101])
def test_a_token_has_a_name_that_people_can_read(api: ApiStore, name: str) -> None:
    with pytest.raises(SettingsError, match="printable characters"):
        api.make_token(name, Role.VIEWER, who="ann")


def test_a_backup_lets_nobody_in(store: Store, api: ApiStore, tmp_path: Path) -> None:
    """A token revoked after the backup must not come back with it."""
    api.make_token("nightly", Role.ADMIN, who="ann")
    store.backup(tmp_path / "backup.db")
    store.restore(tmp_path / "backup.db")

    assert api.tokens() == []


def test_the_audit_log_is_read_page_by_page(store: Store) -> None:
    here = a_connection(store)
    for number in range(5):
        store.note(here.connection_id, "ann", "retry", str(number))
        store.note(0, "ann", "invited", str(number))
    log = AuditLog.of(store)
    first = log.page(here.connection_id, limit=3)
    rest = log.page(here.connection_id, before=first[-1][0], limit=3)

    assert [entry.detail for _, entry in first + rest] == ["4", "3", "2", "1", "0"]


def test_runs_are_read_page_by_page(store: Store) -> None:
    here = a_connection(store)
    made = [here.start_run(1, "command", NOW) for _ in range(3)]

    assert [run.id for run in here.runs(2)] == made[:0:-1]
    assert [run.id for run in here.runs(2, before=made[1])] == made[:1]

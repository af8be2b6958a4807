"""A backup holds everything but the key, and goes back into either kind of database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.support import stores
from tests.support.stores import ANN, KEYRING, NOW, Clock, a_connection, a_link, save

from tandem.errors import AlreadyRunning, SettingsError, StoreError
from tandem.model import Field, Side, TextMark
from tandem.store import (
    EVERYTHING,
    FeedName,
    FeedPosition,
    Hint,
    History,
    KeptConflict,
    Keyring,
    RecordKind,
    Store,
)
from tandem.store.alerts import AlertRow, AlertStore, NewLetter
from tandem.store.api import ApiStore
from tandem.store.identities import Identities, Identity
from tandem.store.rows import RESTORED_AT
from tandem.store.tables import METADATA
from tandem.store.web import Members, Purpose, Role, Vouched
from tandem.store.work import LongWorks, WorkKind
from tandem.store.workers import WorkerRow

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url = stores.new_url, stores.database_url
clock, store = stores.clock, stores.store

KINDS = ["file", "memory", "postgres"]
OF_THE_MOMENT = frozenset(
    {
        *("lease", "member_session", "member_link", "sign_in_failure", "pending_sign_in"),
        *("logout_token", "long_work", "long_work_file"),
        *("worker", "account_budget"),
        *("alert", "alert_letter"),
        "api_token",
    }
)
"""A backup opens no door: whoever was signed in, invited or locked out is not part of it."""


@pytest.fixture
def opened(new_url: Callable[[str], str], clock: Clock) -> Iterator[Callable[[str], Store]]:
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(Store(new_url(kind), KEYRING, clock=clock))


def _fill(store: Store) -> None:
    view = a_connection(store)
    comments = {Field.COMMENTS: TextMark("a", "b")}
    save(
        view,
        *(a_link(f"1-call-{n:04}", payload=b"private", hubspot=comments) for n in range(1_001)),
    )
    lease = view.acquire("a test", NOW, 60)
    with view.transaction(lease) as unit:
        unit.append_history([History(key="1-call-0001", at=NOW, what="x", detail={"a": "private"})])
        unit.set_checkpoint("calls", {"n": 1})
        unit.keep_conflicts(
            [KeptConflict(key="1-call-0001", field=Field.SUBJECT, winner=Side.HUBSPOT, at=NOW)]
        )
    view.release(lease)
    view.save_people([ANN])
    view.cache("portal", b"\x00", NOW)
    view.set_owner_pair("1", None)
    view.set_record_pair(RecordKind.DEAL, "1", "006")
    view.start_run(1, "person", NOW)
    store.save_settings(1, text="a", expected_version=0, changed_by="ann", difference="d", at=NOW)
    store.count_calls(1, store.account(1).side, NOW, 5)
    _sign_in(store)
    _work(store)
    _workers(store)
    _alerts(store)
    _feeds(store)
    ApiStore.of(store).make_token("export", Role.VIEWER, who="ann", lives=timedelta(days=1))


def _feeds(store: Store) -> None:
    store.enrol(NOW)
    _note(store, "1")


def _note(store: Store, record_id: str) -> None:
    hint = Hint(side=Side.HUBSPOT, object="calls", record_id=record_id)
    position = FeedPosition(name=FeedName.JOURNAL, position=record_id)
    store.hints.note(1, [hint], NOW, position=position)


def _sign_in(store: Store) -> None:
    members, day = Members.of(store), timedelta(days=1)
    first = members.make_link(Purpose.FIRST, "", Role.ADMIN, day)
    ann = members.use_link(first, email="ann@example.com", name="Ann", password="hash")
    assert ann is not None
    members.begin_session(ann.id, "a browser", day)
    members.make_link(Purpose.INVITE, "bob@example.com", Role.VIEWER, day)
    members.count_failure(["person bob@example.com"], day)
    members.end_vouched(Vouched(issuer="https://id.example", subject="8"), "token", day)
    members.begin_pending("state", "session", {"side": "hubspot"}, day)


def _work(store: Store) -> None:
    LongWorks.of(store).add(1, WorkKind.UNDO, {"run": 1}, who="ann", files={"upload": b"a"})


def _alerts(store: Store) -> None:
    known = Identity(issuer="https://id.example", subject="7", email="ann@example.com", name="Ann")
    assert Identities.of(store).member_for(known, role=None, is_admitted=False) is not None
    alerts = AlertStore.of(store)
    alerts.save_settings({"to": ["ann@example.com"]})
    letter = NewLetter(channel="email", event="began", cause="lag", facts={})
    alerts.change(None, AlertRow(connection_id=1, cause="lag", facts={}), [letter])


def _workers(store: Store) -> None:
    store.take_chore("tidy", NOW, 60)
    store.report_worker(
        WorkerRow(
            name="host:1",
            host="host",
            version="1",
            role="serve",
            slots=8,
            started_at=NOW,
            seen_at=NOW,
        )
    )
    store.save_budget(1, {}, NOW)


def _rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything but what a restore adds: see the tests of that."""
    with store._database.reading() as connection:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in connection.execute(sa.select(table))
                    if not {RESTORED_AT, EVERYTHING} & set(row)
                ),
                key=repr,
            )
            for table in METADATA.sorted_tables
            if table.name != "hint_counter"
        }


def test_every_connection_knows_when_it_was_restored(
    opened: Callable[[str], Store], tmp_path: Path
) -> None:
    store = opened("file")
    _fill(store)
    mine = store.for_connection(1)
    before = mine.restored_at()

    store.backup(tmp_path / "state.backup")
    store.restore(tmp_path / "state.backup")

    assert (before, mine.restored_at()) == (None, NOW)


def test_after_a_restore_both_sides_of_every_connection_are_looked_at(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    """What feeds said since the backup is lost, and webhooks are not sent twice."""
    _fill(store)
    store.create_connection("incomplete")
    a_connection(store, "other", hubspot="1", salesforce="00D2")
    store.backup(tmp_path / "b")
    clock.advance(hours=5)
    _note(store, "2")

    store.restore(tmp_path / "b")

    everything = {Hint.everything(side) for side in Side}
    waiting = {
        each.name: {held.hint for held in store.for_connection(each.id).hints(10)}
        for each in store.connections()
    }
    assert waiting == {
        "default": {*everything, Hint(side=Side.HUBSPOT, object="calls", record_id="1")},
        "incomplete": set(),
        "other": everything,
    }
    turns = [store.turn(each.id) for each in store.connections() if waiting[each.name]]
    assert [turn is not None and turn.is_woken for turn in turns] == [True, True]


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_what_was_backed_up_comes_back_whole(
    opened: Callable[[str], Store], source: str, target: str, tmp_path: Path
) -> None:
    """Also into the other kind of database: so an installation outgrows SQLite."""
    old, new = opened(source), opened(target)
    _fill(old)
    a_connection(new, "will be gone", hubspot="x", salesforce="y")
    old.backup(tmp_path / "state.backup")

    new.restore(tmp_path / "state.backup")

    restored, expected = _rows(new), _rows(old)
    assert {name for name in OF_THE_MOMENT if expected[name]} == OF_THE_MOMENT - {"lease"}
    assert expected | {name: [] for name in OF_THE_MOMENT} == restored
    assert {name for name, rows in restored.items() if not rows} == OF_THE_MOMENT
    assert new.credential(1) == old.credential(1)
    assert new.for_connection(1).marker()("x") == old.for_connection(1).marker()("x")
    assert new.create_connection("next").id == 2, "ids go on where they were"
    assert [path.name for path in tmp_path.glob("*state*")] == ["state.backup"]


def test_a_backup_is_one_private_file_without_key_or_readable_secret(
    store: Store, tmp_path: Path
) -> None:
    _fill(store)
    path = tmp_path / "state.backup"
    path.write_text("what was there before")
    store.backup(path)

    content = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEYRING.keys[KEYRING.current] not in content
    assert KEYRING.marks not in content
    assert b"private" not in content
    assert b"secret of" not in content


def test_a_backup_can_be_made_during_a_run_and_carries_no_lease(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    view = a_connection(store)
    lease = view.acquire("worker", NOW, 60)
    store.backup(tmp_path / "b")

    with pytest.raises(AlreadyRunning, match="worker is working"):
        store.restore(tmp_path / "b")
    view.release(lease)
    store.restore(tmp_path / "b")
    assert view.holder(NOW) is None


def test_a_backup_of_another_key_changes_nothing(store: Store, tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/other.db", Keyring.of(b"\x09" * 32)) as other:
        other.create_connection("of the other")
        other.backup(tmp_path / "b")
    store.create_connection("mine")

    with pytest.raises(StoreError, match="another encryption key"):
        store.restore(tmp_path / "b")
    assert [each.name for each in store.connections()] == ["mine"]


def test_what_is_no_backup_is_refused_in_a_sentence(store: Store, tmp_path: Path) -> None:
    store.create_connection("mine")
    (tmp_path / "text").write_text("not a backup")
    (tmp_path / "broken").write_bytes(b"SQLite format 3\0" + b"\x00" * 2_000)
    sqlite3.connect(tmp_path / "empty").execute("CREATE TABLE x (y)").connection.close()

    for name, error, words in (
        ("text", SettingsError, "not a backup"),
        ("empty", SettingsError, "never in use"),
        ("broken", StoreError, "broken"),
        ("absent", StoreError, "cannot be read: No such file"),
    ):
        with pytest.raises(error, match=words):
            store.restore(tmp_path / name)
    assert [each.name for each in store.connections()] == ["mine"]


def test_a_backup_of_a_newer_version_is_refused(store: Store, tmp_path: Path) -> None:
    store.backup(tmp_path / "b")
    with sqlite3.connect(tmp_path / "b") as connection:
        connection.execute("UPDATE tandem_revision SET version_num = '9999'")
    connection.close()

    with pytest.raises(StoreError, match=r"/b was last used by a newer Tandem"):
        store.restore(tmp_path / "b")


def test_a_backup_that_cannot_be_written_is_a_sentence(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        store.backup(tmp_path / "absent" / "b")


def test_a_database_without_accounts_is_bound_to_no_key(
    new_url: Callable[[str], str], clock: Clock
) -> None:
    """Any command makes a database; a look around in a new home must not keep the right key out."""
    url = new_url("file")
    with Store(url, Keyring.of(b"o" * 32), clock=clock):
        pass
    with Store(url, KEYRING, clock=clock) as store:
        _fill(store)
    with (
        pytest.raises(StoreError, match=r"The database .* belongs to another encryption key"),
        Store(url, Keyring.of(b"o" * 32), clock=clock),
    ):
        pass

"""What goes wrong with databases: a sentence each, and nothing half saved."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.support import stores
from tests.support.stores import KEYRING, NOW, a_connection, a_link, save

import tandem.store.migrations
from tandem.errors import SettingsError, StoreError
from tandem.store import History, Keyring, Store
from tandem.store.migrate import VERSION_TABLE
from tandem.store.migrations import HEAD
from tandem.store.tables import METADATA

postgres_server = stores.postgres_server
_template = stores._template
new_url, database_url, shared_url = stores.new_url, stores.database_url, stores.shared_url
clock, store = stores.clock, stores.store


# --------------------------------------------------------------------------- migrations


def test_migrations_lead_to_exactly_the_tables(store: Store) -> None:
    with store._database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_the_head_known_without_loading_migrations_is_the_head() -> None:
    config = Config()
    folder = Path(tandem.store.migrations.__file__).parent
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_opening_again_keeps_everything(shared_url: str) -> None:
    with Store(shared_url, KEYRING) as store:
        made = store.create_connection("a")
    with Store(shared_url, KEYRING) as store:
        assert store.connections() == [made]


def test_a_database_of_a_newer_version_is_left_alone(shared_url: str) -> None:
    with Store(shared_url, KEYRING) as store, store._database.writing() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"newer Tandem .*9999"):
        Store(shared_url, KEYRING).open()


OPEN = """
import sys
from tandem.store import Keyring, Store
sys.stdin.readline()
with Store(sys.argv[1], Keyring.of(b"\\1" * 32)) as store:
    store.create_connection(sys.argv[2])
"""


def test_of_programs_that_start_at_once_one_migrates(shared_url: str) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, shared_url, name], stdin=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        program.communicate(timeout=30)

    assert [program.returncode for program in programs] == [0, 0]
    with Store(shared_url, KEYRING) as store:
        assert [each.name for each in store.connections()] == ["one", "two"]


# --------------------------------------------------------------------------- the key


def test_a_wrong_key_is_told_at_the_start(shared_url: str) -> None:
    with Store(shared_url, KEYRING) as store:
        a_connection(store)

    with pytest.raises(
        StoreError, match=rf"another encryption key \({KEYRING.current}\).*TANDEM_KEY"
    ):
        Store(shared_url, Keyring.of(b"\x02" * 32)).open()


# --------------------------------------------------------------------------- disks and servers


def test_a_full_disk_is_a_sentence_and_nothing_is_half_saved(
    new_url: Callable[[str], str], tmp_path: Path
) -> None:
    with Store(new_url("file"), KEYRING) as store:
        view = a_connection(store)
        save(view, a_link(detail="before"))
        lease = view.acquire("one", NOW, 60)
        engine = store._database.engine
        engine.dispose()
        sa.event.listen(engine, "connect", _make_full)
        many = [a_link(f"1-call-{n}", detail="x" * 2_000) for n in range(1, 500)]

        def work() -> None:
            with view.transaction(lease) as unit:
                unit.append_history([History(key="1-call-1", at=NOW, what="changed")])
                unit.save_links(many)

        with pytest.raises(StoreError, match=r"disk of the database .*tandem-1.db is full"):
            work()

        assert view.history("1-call-1") == []
        assert view.links([link.key for link in many]) == {"1-call-1": a_link(detail="before")}
        sa.event.remove(engine, "connect", _make_full)
        engine.dispose()
        work()
        assert len(view.links([link.key for link in many])) == 499


def _make_full(connection: sqlite3.Connection, record: object) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 10}")


def test_a_locked_database_is_a_sentence(new_url: Callable[[str], str]) -> None:
    with Store(new_url("file"), KEYRING) as store:
        sa.event.listen(
            store._database.engine,
            "connect",
            lambda connection, record: connection.execute("PRAGMA busy_timeout = 1"),
        )
        store._database.engine.dispose()
        other = sqlite3.connect(store.where, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="is locked by another program"):
            store.create_connection()
        assert store.connections() == [], "reading goes on"
        other.execute("ROLLBACK")
        other.close()
        store.create_connection()


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann, " * 200)

    with pytest.raises(StoreError, match=r"letter.txt is not a database"):
        Store(f"sqlite:///{path}", KEYRING).open()
    assert path.read_text().startswith("Dear Ann")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="cannot be opened"):
        Store(f"sqlite:///{tmp_path}/file/tandem.db", KEYRING)


def test_a_new_database_is_private(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/new/tandem.db", KEYRING) as store:
        store.create_connection()
        modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "new").iterdir()}
        assert modes == {0}
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_a_server_that_is_not_there_is_a_sentence_without_the_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as raised:
        Store("postgresql://ann:geheim@127.0.0.1:9/tandem", KEYRING).open()
    assert "geheim" not in str(raised.value)


def test_a_server_without_the_database_is_a_sentence(postgres_server: str) -> None:
    url = sa.make_url(postgres_server).set(database="nobody_made_it")

    with pytest.raises(StoreError, match=r"nobody_made_it.* does not exist"):
        Store(url.render_as_string(hide_password=False), KEYRING).open()


@pytest.mark.parametrize(
    ("state", "words"),
    [("53100", "disk .* is full"), ("25006", "only be read"), ("40P01", "locked")],
)
def test_troubles_of_the_server_are_sentences(
    new_url: Callable[[str], str], state: str, words: str
) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"
    with Store(new_url("postgres"), KEYRING) as store:

        def work() -> None:
            with store._database.writing() as connection:
                store.create_connection("undone")
                connection.execute(sa.text(raising))

        with pytest.raises(StoreError, match=words):
            work()
        assert store.connections() == []


def test_a_bug_is_not_dressed_up_as_trouble(store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError), store._database.reading() as connection:
        connection.execute(sa.text("SELECT nonsense"))


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:geheim@h/d", ""])
def test_an_address_of_no_database_we_know_is_a_setting_to_correct(url: str) -> None:
    with pytest.raises(SettingsError, match="TANDEM_DATABASE_URL") as raised:
        Store(url, KEYRING)
    assert "geheim" not in str(raised.value)


# --------------------------------------------------------------------------- kill -9


KILLED = """
import os, signal, sys
from datetime import datetime
from tandem.model import Kind, Link, LinkState
from tandem.store import Keyring, Store
store = Store(sys.argv[1], Keyring.of(b"\\1" * 32)).open()
view = store.for_connection(int(sys.argv[2]))
lease = view.acquire("killed", datetime.fromisoformat(sys.argv[3]), 60)
one, two = (
    Link(key=f"1-call-{n}", kind=Kind.CALL, hubspot_id=str(n), state=LinkState.PAIRED) for n in (1, 2)
)
with view.transaction(lease) as unit:
    unit.save_links([one])
    unit.set_checkpoint("calls", {"n": 1})
with view.transaction(lease) as unit:
    unit.save_links([two])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_settled_survives_a_kill_and_what_was_not_leaves_no_trace(
    shared_url: str,
) -> None:
    with Store(shared_url, KEYRING) as store:
        view = a_connection(store)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, shared_url, str(view.connection_id), NOW.isoformat()],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL

    with Store(shared_url, KEYRING) as store:
        view = store.for_connection(view.connection_id)
        assert view.links(["1-call-1", "1-call-2"]) == {"1-call-1": a_link("1-call-1")}
        assert view.checkpoint("calls") == {"n": 1}
        view.acquire("next", NOW, 60, is_dead=lambda owner: owner == "killed")

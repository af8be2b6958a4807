"""Backups made in the middle of a run, restored in a new place: nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.conftest import Install
from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.support import postgres, postgres_tools
from tests.support.processes import Crms, until


@pytest.fixture
def new_database(postgres_server: str) -> Iterator[Callable[[], str]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(postgres.fresh_database(postgres_server))


@pytest.mark.parametrize("way", ["tandem backup", "pg_dump"])
def test_what_was_backed_up_during_a_run_goes_on_elsewhere_and_writes_nothing_twice(
    way: str,
    install: Install,
    crms: Crms,
    new_database: Callable[[], str],
    tmp_path: Path,
) -> None:
    url = new_database() if way == "pg_dump" else ""
    tandem = install(**({"TANDEM_DATABASE_URL": url} if url else {}))
    tandem.connect()
    tandem.switch_on()
    expected = busy_day(crms, people=1)
    file = tmp_path / "backup"
    _back_up_in_the_middle(tandem, crms, lambda: _back_up(way, tandem, url, file))
    until(lambda: len(tasks(crms)) == expected.total(), "every task")
    gone = tasks(crms)[-1]["Id"]
    crms.act("salesforce", "delete_task", id=gone)

    there = new_database() if url else ""
    elsewhere = install(
        "elsewhere",
        TANDEM_KEY_FILE=str(tandem.home / "key"),
        **({"TANDEM_DATABASE_URL": there} if there else {}),
    )
    if way == "pg_dump":
        postgres_tools.restore(file, there)
    else:
        elsewhere.run("restore", str(file), "--yes")
    report = elsewhere.run("sync", "--json").json()[0]

    found = tasks(crms)
    assert subjects(found) == expected
    assert [task["Id"] for task in found if task["IsDeleted"]] == [gone], "it stays deleted"
    assert sum(tally["outcomes"].get("created", 0) for tally in report["kinds"].values()) == 0


def _back_up(way: str, tandem: Installed, url: str, file: Path) -> None:
    if way == "pg_dump":
        postgres_tools.dump(url, file)
    else:
        tandem.run("backup", str(file))


def _back_up_in_the_middle(tandem: Installed, crms: Crms, back_up: Callable[[], None]) -> None:
    """While the first writes are under way; the run then ends as if nothing had been."""
    crms.forget_journal()
    crms.switch(latency_ms=150)
    serving = tandem.start("serve", "--no-web")
    serving.waits_for(lambda: bool(crms.writes()), "the first write")
    back_up()
    crms.switch(latency_ms=0)
    serving.waits_for(lambda: "run.finished" in serving.said, "the end of the run")
    assert serving.terminate().code == 0

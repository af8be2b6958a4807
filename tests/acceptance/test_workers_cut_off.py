"""
Workers whose database is really restarted, and who lose everything on a host of their own.

One server, one pair of CRMs and one installation for all; each story has people of its own, and both CRMs and
the database are compared at its end with all that has happened so far.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
import requests

from tests.acceptance.hosts import Host, host
from tests.acceptance.installed import Installed, busy_day, subjects, tasks
from tests.acceptance.telling_worker import COMMAND, told_by
from tests.support.own_postgres import OwnServer, own_server
from tests.support.processes import Crms, Program, until

POLL = 5
SOON = {"TANDEM_POLL_SECONDS": str(POLL), "TANDEM_TAKEOVER_SECONDS": "6"}
OBJECTS = ("calls", "notes", "meetings", "emails", "tasks", "communications")

# What is not as it has to be once nothing is to be done: one row each, in words.
_GIVEN_AWAY = 'Job was not found or not in "doing"'
_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)"  # as moments are stored
_STUCK = f"""
SELECT 'announced ' || key FROM link WHERE intent IS NOT NULL
UNION ALL SELECT 'job ' || id || ' ' || status FROM procrastinate_jobs
UNION ALL SELECT 'lease ' || name FROM lease WHERE expires_at > {_NOW}
UNION ALL SELECT 'turn ' || connection_id FROM turn
  WHERE taken_at IS NOT NULL OR rests_until IS NOT NULL OR due_at > {_NOW} + {POLL + 1} * 1000000
UNION ALL SELECT 'no turn ' || id FROM connection WHERE id NOT IN (SELECT connection_id FROM turn)
"""


@dataclass(slots=True)
class Company:
    """The installation, and all that has happened to it."""

    installed: Installed
    crms: Crms
    database: OwnServer
    expected: Counter[str] = field(default_factory=Counter)
    workers: list[Program] = field(default_factory=list)

    def day(self, name: str, people: int = 1) -> None:
        self.expected += busy_day(self.crms, people=people, name=name)

    def worker(self, at: Host | None = None, seconds: float = 20, **variables: str) -> Program:
        """One that tells of its calls; on the host *at*, if there is one."""
        there = () if at is None else tuple(at.before)
        given = {**({} if at is None else at.variables), **variables}
        made = self.installed.start(str(seconds), command=(*there, *COMMAND), **given)
        self.workers.append(made)
        return made

    def in_the_midst(self, worker: Program) -> None:
        """Waits until *worker*'s run has written something, with more to come."""
        self.crms.forget_journal()
        self.crms.switch(latency_ms=150)
        self.day(f"Early{len(self.expected)}n", people=6)
        worker.waits_for(self.crms.writes, "the first write")

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.url) as connection:
            return connection.execute(statement).fetchall()

    def all_there(self) -> None:
        self.crms.switch(latency_ms=0)
        until(lambda: subjects(tasks(self.crms)) == self.expected, f"the tasks {self.expected}")

    def ends_in_order(self) -> None:
        """Every activity is there once on each side, nothing is announced, held, queued or never due again."""
        ended = [each.terminate() for each in self.workers if each.is_running]
        self.workers.clear()
        assert [each.code for each in ended] == [0] * len(ended), [each.said for each in ended]
        for each in ended:
            # The queue's library says it so when a job of a worker that was cut off is no longer its own.
            said = each.said if _GIVEN_AWAY not in each.said else ""
            assert "Traceback" not in said, said[said.index("Traceback") :]
        until(lambda: not self.rows(_STUCK), "an end of everything begun")
        assert subjects(tasks(self.crms)) == self.expected
        assert sum(map(self._in_hubspot, OBJECTS)) == self._made_in_hubspot()

    def _in_hubspot(self, object_name: str) -> int:
        session = requests.Session()
        session.trust_env = False
        answer = session.post(
            f"{self.crms.urls['hubspot']}/crm/v3/objects/{object_name}/search",
            json={"limit": 1},
            headers={"Authorization": f"Bearer {self.crms.tokens['hubspot']}"},
            timeout=30,
        )
        answer.raise_for_status()
        return int(answer.json()["total"])

    def _made_in_hubspot(self) -> int:
        """Of all activities but submissions and opens, which are no records there."""
        return sum(
            count
            for name, count in self.expected.items()
            if not name.startswith(("Submitted: ", "Opened: "))
        )


@pytest.fixture(scope="module")
def _company(_running_crms: Crms, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    _running_crms.reset()
    with own_server() as database:
        home = tmp_path_factory.mktemp("home")
        variables = {"TANDEM_DATABASE_URL": database.url, **SOON}
        installed = Installed(home, _running_crms, **variables)
        installed.connect()
        installed.switch_on()
        with contextlib.closing(_Ending(installed)):
            yield Company(installed, _running_crms, database)


@dataclass(slots=True)
class _Ending:
    installed: Installed

    def close(self) -> None:
        self.installed.end()


@pytest.fixture
def company(_company: Company) -> Iterator[Company]:
    yield _company
    for each in _company.workers:
        each.end()


@pytest.fixture
def away(company: Company) -> Iterator[Host]:
    with host(company.database.url) as made:
        yield made


def test_workers_come_back_by_themselves_when_the_database_is_restarted(company: Company) -> None:
    """The server is stopped as by a loss of power, in the midst of a run."""
    first, second = company.worker(), company.worker()
    company.in_the_midst(first)
    company.database.stop()
    for each in (first, second):
        each.waits_for(lambda w=each: "trouble" in w.said, "the outage to be noticed")
    company.database.start()
    company.day("Afterwards")

    company.all_there()
    assert (first.is_running, second.is_running) == (True, True)
    company.ends_in_order()


def test_a_host_that_is_cut_off_saves_nothing_and_calls_nobody_after_its_lease(
    company: Company, away: Host
) -> None:
    """Its worker lives on without database and CRMs, and comes back when its host does."""
    first = company.worker(away)
    company.in_the_midst(first)
    away.cut()
    cut_at = time.time()
    lost_at = company.rows("SELECT max(expires_at) / 1000000.0 FROM lease")[0][0]
    second = company.worker()
    company.all_there()
    before = company.rows("SELECT connection_id, key, link::text FROM link ORDER BY 1, 2")
    first.waits_for(lambda: "lease.unsure" in first.said, "the lease to be unsure")
    heard = [each.at for each in told_by(first.out)]
    away.mend()
    mended_at = time.time()
    first.waits_for(
        lambda: company.rows(
            f"SELECT 1 FROM worker WHERE name LIKE '%:{first.pid}' "
            f"AND seen_at > {mended_at * 1_000_000:.0f}"
        ),
        "its return",
    )

    assert company.rows("SELECT connection_id, key, link::text FROM link ORDER BY 1, 2") == before
    assert max(heard) < float(str(lost_at)), (heard, cut_at, lost_at)
    assert told_by(second.out)
    company.day("Later")
    company.all_there()
    company.ends_in_order()

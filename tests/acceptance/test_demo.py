"""``tandem demo``, asked by an unmodified client while it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.installed import tasks_of
from tests.support.processes import Program, environment, until


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """Nothing of Tandem's is there before, and nothing is left in the usual places."""
    return environment(HOME=str(tmp_path), TMPDIR=str(tmp_path))


@pytest.fixture
def demo(outside: dict[str, str]) -> Iterator[Program]:
    program = Program("demo", "--language", "ja", env=outside)
    yield program
    program.end()


def feeds_heard(env: dict[str, str]) -> set[str]:
    """The feeds that have told something, as a command beside the demonstration says."""
    told = json.loads(Program("feeds", "list", "--json", env=env).wait().out)
    return {each["name"] for each in told["feeds"] if each["heard_at"]}


def test_the_demonstration_fills_salesforce_with_closed_japanese_tasks(
    demo: Program, outside: dict[str, str], tmp_path: Path
) -> None:
    demo.waits_for(lambda: "Ctrl-Cで終了します" in demo.said, "the summary")
    found = re.search(r"Salesforce +http://(\S+) +\S+ (\S+)", demo.out)
    authority = re.search(r"(/\S+ca\.pem)", demo.out)
    assert found is not None
    assert authority is not None
    listed = tasks_of(found[1], found[2], Path(authority[1]))
    opened = [task for task in listed if task["Subject"].startswith("開封済み")]
    submitted = [task for task in listed if task["Subject"].startswith("送信済み:")]

    assert opened
    assert submitted
    assert all(task["IsClosed"] for task in opened + submitted)
    assert all(task["Tandem_Key__c"] for task in opened + submitted)

    demo.waits_for(lambda: "Salesforceに到着" in demo.said, "something new that crossed over")
    demo.waits_for(lambda: "HubSpotに到着" in demo.said, "a task that crossed over the other way")
    home = re.search(r"TANDEM_HOME=(\S+)", demo.said)
    assert home is not None
    heard = {**outside, "TANDEM_HOME": home[1]}
    until(lambda: feeds_heard(heard) == {"webhooks", "events"}, "both feeds")
    ended = demo.interrupt()

    assert ended.code == 0, ended.said
    assert "Traceback" not in ended.said
    assert [each.name for each in tmp_path.iterdir()] == []


def test_the_demonstration_ends_after_the_summary_where_asked_to(outside: dict[str, str]) -> None:
    ended = Program("demo", "--once", "--language", "ja", env=outside).wait()

    assert ended.code == 0, ended.said
    assert ended.out.count("件数はすべて合っています") == 2
    assert "Salesforce → HubSpot" in ended.out
    assert "Traceback" not in ended.said

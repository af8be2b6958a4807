"""``tandem report`` against the simulated org, as somebody types it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.support.installation import START, Installation

from tandem.bootstrap import Application
from tandem.cli import run
from tandem.sandbox.clock import Clock
from tandem.sandbox.server import Sandbox
from tandem.settings import ProcessSettings

Said = tuple[int, str, str]


@pytest.fixture
def report(tmp_path: Path) -> Callable[..., Said]:
    """``tandem report …`` in an org with three tasks of one contact: exit code, answer, remarks."""
    sandbox = Sandbox(data="empty", clock=Clock(start=START, running=False))
    act = sandbox.salesforce.act
    ann = act("create_record", {"object": "Contact", "fields": {"LastName": "Ann"}})
    for subject in ("Opened: spring", "Opened: autumn", "見積: 1"):
        fields = {"Subject": subject, "ActivityDate": "2026-11-20", "WhoId": ann["id"]}
        act("create_record", {"object": "Task", "fields": fields})

    @asynccontextmanager
    async def opened(settings: ProcessSettings) -> AsyncIterator[Application]:
        running = Installation(sandbox, tmp_path, lambda point: None)
        async with running.tandem as tandem:
            yield tandem

    async def connect() -> None:
        running = Installation(sandbox, tmp_path, lambda point: None)
        async with running.tandem:
            await running.connect()

    asyncio.run(connect())

    def call(*arguments: str) -> Said:
        out, err = (Console(file=io.StringIO(), width=120) for _ in range(2))
        code = run(["report", *arguments], environ={}, out=out, err=err, open_application=opened)
        texts: list[Any] = [out.file, err.file]
        return code, texts[0].getvalue(), texts[1].getvalue()

    return call


def test_a_report_is_run_with_its_figures(report: Callable[..., Said]) -> None:
    code, out, _ = report("run", "opens", "--all", "--days", "30", "--group", "status")

    assert code == 0
    assert "Opened by week: 2 tasks" in out
    assert re.search(r"Not Started +2\n", out)
    assert re.search(r"Total +2\n", out)


def test_a_report_is_built_and_written_as_csv(report: Callable[..., Said], tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"

    code, out, err = report(
        "run", "--contains", "見積", "--contains", "autumn", "--all", "--csv", str(path)
    )
    lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))

    assert code == 0, err
    assert "2 tasks written to" in err
    assert lines[0][:2] == ["Task", "Subject"]
    assert {line[1] for line in lines[1:]} == {"見積: 1", "Opened: autumn"}
    assert "見積: 2 tasks" in out


def test_a_saved_report_is_listed_run_by_its_id_and_changed(report: Callable[..., Said]) -> None:
    code, out, _ = report("save", "opens", "--all", "--name", "Opens", "--json")
    made = json.loads(out)

    listed = json.loads(report("list", "--json")[1])
    ran = json.loads(report("run", made["report_id"], "--json")[1])

    assert code == 0
    assert [each["code"] for each in listed if each["url"]] == ["opens"]
    assert listed[0]["report_id"] == made["report_id"]
    assert ran["total"] == 2
    assert "“Opens” changed in Salesforce: http://" in report("save", "opens", "--name", "Opens")[1]
    assert "opens-by-owner" in report("list", "--about", "leads")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run",), "Name a report, or build one"),
        (("run", "open"), "There is no report open; there are: opens, "),
        (("run", "opens", "--starts-with", "a", "--contains", "b"), "not both"),
        (("run", "opens", "--group", "day", "--group", "week"), "Group by at most three"),
        (("run", "opens", "--group", "colour"), "'colour' is not one of"),
        (("run", "00OrW0000100001UAA", "--csv", "x.csv"), "not for one named by its id"),
        (("save", "opens", "--folder", "Nowhere"), "no report folder 'Nowhere'"),
    ],
)
def test_wrong_usage_is_a_sentence(
    report: Callable[..., Said], arguments: tuple[str, ...], sentence: str
) -> None:
    code, _, err = report(*arguments)

    assert code == 2
    assert sentence in " ".join(err.split())

"""``tandem import tasks`` and ``tandem import activities``."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tandem.engine.importing import (
    ActivityImport,
    ImportReport,
    LikelyDouble,
    TaskImport,
    Unfinished,
)
from tandem.engine.reports import KindTally, Outcome, RunReport, RunState, Stage, Step
from tandem.imports import DateOrder
from tandem.model import Kind, Side

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUN = RunReport(
    connection="main",
    run_id=9,
    started=NOON,
    finished=NOON + timedelta(seconds=2),
    kinds={Kind.TASK: KindTally(seen=3, outcomes={Outcome.CREATED: 2, Outcome.UNCHANGED: 1})},
    calls={Side.HUBSPOT: 4, Side.SALESFORCE: 2},
)
DOUBLE = LikelyDouble(
    key="00D-00T",
    hubspot_id="77",
    salesforce_id="00T1",
    day="2026-02-03",
    subject="Call [back]",
)


@pytest.fixture
def application(tandem: Any) -> Any:
    """The hand-written application, with imports."""

    class Importing(type(tandem.application)):  # type: ignore[misc]
        brought = RUN
        stopped: Unfinished | None = None
        interrupts = False

        async def bring(
            self, name: str, wanted: Any, *, dry_run: bool = False, progress: Any = None
        ) -> ImportReport:
            self._ask("bring", name, wanted, dry_run)
            if self.interrupts and not dry_run:
                raise KeyboardInterrupt
            if progress:
                progress(Step(stage=Stage.APPLY, done=2, total=3))
            return ImportReport(
                run=replace(self.brought, dry_run=dry_run),
                adopted=1,
                doubles=(DOUBLE,),
                total=3,
                calls_ahead={Side.HUBSPOT: 1204, Side.SALESFORCE: 2} if dry_run else {},
            )

        async def unfinished_import(self, name: str, wanted: Any) -> Unfinished | None:
            return self.stopped

    tandem.application = Importing()
    return tandem.application


def wanted(application: Any) -> Any:
    return application.asked[-1][2]


def is_dry(application: Any) -> list[bool]:
    return [asked[3] for asked in application.asked if asked[0] == "bring"]


def test_a_dry_run_comes_first_then_the_question_then_the_import(
    tandem: Any, application: Any
) -> None:
    said = tandem("import", "tasks")

    assert said.code == 0
    assert is_dry(application) == [True, False]
    assert tandem.questions == ["Import these now?"]
    assert "Dry run of main" in said.out
    assert "takes about so many API calls: HubSpot 1,204, Salesforce 2." in said.out
    assert "1 is likely there already" in said.out
    assert "Call [back]" in said.out
    assert "Run 9 of main done" in said.out
    assert "1 was likely there already" in said.out


def test_whoever_says_no_has_nothing_imported(tandem: Any, application: Any) -> None:
    tandem.agrees = False

    said = tandem("import", "tasks")

    assert (said.code, is_dry(application)) == (1, [True])


def test_a_dry_run_alone_asks_nothing(tandem: Any, application: Any) -> None:
    said = tandem("import", "tasks", "--dry-run")

    assert (said.code, is_dry(application), tandem.questions) == (0, [True], [])


def test_yes_agrees_beforehand_and_json_needs_no_dry_run_then(
    tandem: Any, application: Any
) -> None:
    assert tandem("import", "tasks", "--yes").code == 0
    assert (is_dry(application), tandem.questions) == ([True, False], [])
    application.asked.clear()

    said = tandem("import", "tasks", "--yes", "--json")

    told = json.loads(said.out)
    assert is_dry(application) == [False]
    assert (told["run"]["adds_up"], told["run"]["seen"], told["adopted"]) == (True, 3, 1)
    assert told["doubles"][0]["hubspot_id"] == "77"


def test_where_there_is_nothing_to_import_nothing_is_asked(tandem: Any, application: Any) -> None:
    kinds = {Kind.TASK: KindTally(seen=1, outcomes={Outcome.UNCHANGED: 1})}
    application.brought = replace(RUN, kinds=kinds)

    async def bring(name: str, wanted: Any, *, dry_run: bool = False, progress: Any = None) -> Any:
        return ImportReport(run=replace(application.brought, dry_run=dry_run))

    application.bring = bring

    said = tandem("import", "tasks")

    assert (said.code, tandem.questions) == (0, [])
    assert "There is nothing to import." in said.out


def test_the_choices_reach_the_import(tandem: Any, application: Any) -> None:
    tandem(
        *("import", "tasks", "--yes", "--created-since", "2026-01-01"),
        *("--created-until", "2026-02-01T10:00:00+09:00", "--updated-since", "2026-01-15"),
        *("--open-only", "--owner", "ann@acme.example", "--owner", "005A", "--where", "Id != null"),
    )

    assert wanted(application) == TaskImport(
        created_since=date(2026, 1, 1),
        created_until=datetime.fromisoformat("2026-02-01T10:00:00+09:00"),
        updated_since=date(2026, 1, 15),
        open_only=True,
        owners=("ann@acme.example", "005A"),
        where="Id != null",
    )


def test_activities_are_chosen_by_kind_and_period(tandem: Any, application: Any) -> None:
    said = tandem(
        *("import", "activities", "--yes", "--kind", "call", "--kind", "note"),
        *("--since", "2026-01-01", "--until", "2026-01-31"),
    )

    assert said.code == 0
    assert wanted(application) == ActivityImport(
        kinds=(Kind.CALL, Kind.NOTE), since=date(2026, 1, 1), until=date(2026, 1, 31)
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("activities",),
        ("activities", "--kind", "call"),
        ("activities", "--kind", "ad_click", "--since", "2026-01-01"),
        ("activities", "--kind", "call", "--since", "yesterday"),
        ("activities", "--kind", "call", "--since", "2026-01-01T10:00:00"),
        ("activities", "--kind", "call", "--since", "2026-02-01", "--until", "2026-01-01"),
        ("tasks", "--csv", "tasks.csv", "--open-only"),
        ("tasks", "--csv", "no such file.csv"),
        ("tasks", "--map", "A=Email"),
        ("tasks", "--dates", "dmy"),
        ("tasks", "--resume"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_wrong_usage_is_said_and_nothing_is_done(
    tandem: Any, application: Any, arguments: tuple[str, ...], language: str
) -> None:
    said = tandem("import", *arguments, "--language", language)

    assert said.code == 2
    assert said.err.strip()
    assert is_dry(application) == []


def test_a_stopped_import_is_named_and_resumed_without_a_question(
    tandem: Any, application: Any
) -> None:
    application.stopped = Unfinished(done=41_000, total=100_000, started_at=NOON)

    again = tandem("import", "tasks", "--yes")
    resumed = tandem("import", "tasks", "--resume")

    assert "of 2026-03-01 12:00 UTC was stopped after 41,000 of 100,000" in again.err
    assert resumed.code == 0
    assert is_dry(application) == [True, False, False]
    assert tandem.questions == []


def test_ctrl_c_says_how_to_go_on(tandem: Any, application: Any) -> None:
    application.interrupts = True

    said = tandem("import", "tasks", "--yes")

    assert said.code == 1
    assert "--resume" in said.err


def test_an_import_that_stops_early_says_how_to_go_on(tandem: Any, application: Any) -> None:
    application.stopped = Unfinished(done=1, total=None, started_at=NOON)
    application.brought = replace(RUN, state=RunState.STOPPED, reason="no_calls_left")

    said = tandem("import", "tasks", "--resume")

    assert said.code == 1
    assert "--resume" in said.err


# --------------------------------------------------------------------------- a file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.csv"
    rows = [
        ["Mail", "Subject", "Due Date", "Shoe size"],
        ["ann@acme.example", "Fine", "2026-01-02", "38"],
        ["nobody", "No address", "2026-01-02", "39"],
        *([f"bad{n}", "=SUM(A1)", "", ""] for n in range(24)),
        ["", "", "", ""],
    ]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


def test_wrong_rows_are_named_by_line_and_the_rest_is_imported(
    tandem: Any, application: Any, file: Path
) -> None:
    said = tandem("import", "tasks", "--csv", str(file), "--map", "Mail=Email", "--yes")

    assert said.code == 0
    assert "1 row to import, 25 wrong, 1 left out" in said.out
    assert "Shoe size" in said.out
    assert "Line 3: Mail: nobody is not an e-mail address." in said.out
    assert "… and 5 more rows that cannot be imported." in said.out
    assert "--wrong FILE" in said.out
    assert wanted(application) == TaskImport(csv=file, mapping={"Mail": "Email"})


def test_wrong_rows_are_written_where_asked(
    tandem: Any, application: Any, file: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"

    tandem(
        *("import", "tasks", "--csv", str(file), "--map", "Mail=Email", "--dates", "dmy"),
        *("--wrong", str(wrong), "--yes"),
    )

    rows = list(csv.reader(wrong.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 26
    assert rows[0] == ["Line", "Problem", "Mail", "Subject", "Due Date", "Shoe size"]
    assert rows[1][0] == "3"
    assert rows[1][2:] == ["nobody", "No address", "2026-01-02", "39"]
    assert wanted(application).dates is DateOrder.DMY


def test_wrong_rows_count_only_when_strict(tandem: Any, application: Any, file: Path) -> None:
    given = ("import", "tasks", "--csv", str(file), "--map", "Mail=Email", "--yes")

    assert tandem(*given).code == 0
    assert tandem(*given, "--strict").code == 1
    told = json.loads(tandem(*given, "--json").out)
    assert (told["file"]["wrong"], told["file"]["problems"][0][0]) == (25, 3)


def test_wrong_rows_are_said_in_japanese(tandem: Any, application: Any, file: Path) -> None:
    said = tandem(
        *("import", "tasks", "--csv", str(file), "--map", "Mail=Email", "--yes"),
        *("--language", "ja"),
    )

    assert "取り込む行1件、誤りのある行25件" in said.out
    assert "3行目: Mail: nobody はメールアドレスではありません。" in said.out

"""``tandem undo`` and ``tandem conflicts``: what they ask of the application, and what they say."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tandem.engine.conflicts import ConflictList, ConflictRow, EndedPair, Restored, RestoredHow
from tandem.engine.recreating import Recreated, RecreatedHow
from tandem.engine.reports import RunReport, RunState
from tandem.engine.undoing_report import Taking, TakingKind, UndoReport
from tandem.i18n import Messages
from tandem.model import Field, Kind, Side
from tandem.sync.undo import WhyLeft

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUN = RunReport(connection="main", run_id=8, started=NOON, finished=NOON)
STEPS = (
    Taking(
        what=TakingKind.DELETE, key="k1", kind=Kind.CALL, side=Side.SALESFORCE, record_id="00T1"
    ),
    Taking(
        what=TakingKind.RESTORE,
        key="k2",
        kind=Kind.TASK,
        side=Side.HUBSPOT,
        record_id="12",
        field="hs_task_subject",
        value="Old [1]",
        present="New",
    ),
    Taking(
        what=TakingKind.LEAVE,
        key="k3",
        kind=Kind.TASK,
        side=Side.HUBSPOT,
        record_id="13",
        field="hs_task_body",
        reason="edited_since",
    ),
)
UNDONE = UndoReport(
    undone=7,
    run=RUN,
    steps=STEPS,
    counts={TakingKind.DELETE: 3, TakingKind.RESTORE: 1, TakingKind.LEAVE: 1},
    left={"edited_since": 1},
)
ROW = ConflictRow(
    id=3,
    at=NOON,
    key="k2",
    kind=Kind.TASK,
    field=Field.SUBJECT,
    winner=Side.HUBSPOT,
    rule="newest",
    lost={"Subject": "Salesforce's"},
    kept={"hs_task_subject": "HubSpot's"},
    hubspot_id="12",
    salesforce_url="https://acme.example/00T2",
)
ENDED = EndedPair(key="k4", kind=Kind.TASK, reason="edited_after_delete", at=NOON, hubspot_id="14")


def test_an_undo_says_all_and_asks_before_it_does_anything(tandem) -> None:
    tandem.application.undone = UNDONE
    tandem.agrees = False

    said = tandem("undo", "7")

    assert (said.code, said.err) == (1, "Nothing was changed.\n")
    assert tandem.application.asked == [("undo", "main", 7, True)]
    assert "Salesforce 00T1" in said.out
    assert "hs_task_subject: New → Old [1]" in said.out
    assert "hs_task_body: somebody has edited it since" in said.out
    assert "… and 2 more" in said.out
    assert "would delete 3, restore 1 values, make 0 again and leave 1 alone" in said.out


def test_an_undo_that_is_wanted_is_done(tandem) -> None:
    tandem.application.undone = UNDONE

    said = tandem("undo", "7", "--yes")

    assert said.code == 0
    assert [dry for *_, dry in tandem.application.asked] == [True, False]
    assert "This was run 8, and can be undone itself." in said.out
    assert "tandem undo --release 7" in said.out


def test_a_dry_run_of_an_undo_does_nothing(tandem) -> None:
    tandem.application.undone = UNDONE

    assert tandem("undo", "7", "--dry-run").code == 0
    assert tandem.application.asked == [("undo", "main", 7, True)]


def test_an_undo_as_json_is_the_report(tandem) -> None:
    tandem.application.undone = UNDONE

    told = json.loads(tandem("undo", "7", "--json", "--yes").out)

    assert told["counts"] == {"delete": 3, "restore": 1, "leave": 1}
    assert told["steps"][1]["present"] == "New"
    assert tandem.application.asked == [("undo", "main", 7, False)]


def test_an_undo_of_nothing_asks_nothing(tandem) -> None:
    said = tandem("undo", "7")

    assert (said.code, said.out) == (0, "There is nothing of run 7 to take back.\n")


def test_a_step_that_was_refused_is_told_with_the_crms_words(tandem) -> None:
    refused = replace(STEPS[0], problem="ENTITY_IS_LOCKED: in approval")
    tandem.application.undone = replace(UNDONE, steps=(refused,), in_vain=1)

    said = tandem("undo", "7", "--yes")

    assert said.code == 1
    assert "Salesforce 00T1: ENTITY_IS_LOCKED: in approval" in said.out
    assert "1 of these steps was refused; the same command tries it again." in said.out


def test_an_undo_that_stops_says_how_to_go_on(tandem) -> None:
    stopped = replace(RUN, state=RunState.STOPPED, reason="no_calls_left")
    tandem.application.undone = replace(UNDONE, run=stopped)

    said = tandem("undo", "7", "--dry-run")

    assert said.code == 1


def test_releasing_says_how_many(tandem) -> None:
    said = tandem("undo", "--release", "7")

    assert said.out == "Released 1 activity; the next run sees to it.\n"
    assert tandem.application.asked == [("release", "main", 7)]


def test_conflicts_are_listed_with_both_values_and_the_rule(tandem) -> None:
    tandem.application.listed = ConflictList(conflicts=(ROW,), ended=(ENDED,))

    said = tandem("conflicts", "list", "--all")

    assert said.code == 0
    assert "HubSpot: HubSpot's" in said.out
    assert "Salesforce: Salesforce's" in said.out
    assert "newest edit" in said.out
    assert "k4" in said.out
    assert tandem.application.asked == [("conflicts", "main", True, 100)]


def test_no_conflicts_is_said(tandem) -> None:
    assert tandem("conflicts", "list").out == "There are no conflicts.\n"


def test_conflicts_as_json(tandem) -> None:
    tandem.application.listed = ConflictList(conflicts=(ROW,), ended=(ENDED,))

    told = json.loads(tandem("conflicts", "list", "--json").out)

    assert told["conflicts"][0]["lost"] == {"Subject": "Salesforce's"}
    assert told["ended"][0]["key"] == "k4"


@pytest.mark.parametrize("how", list(RestoredHow))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_end_of_a_restoration_has_its_sentence(tandem, how, language) -> None:
    tandem.application.restored = Restored(
        conflict=ROW, how=how, present={"Subject": "Newer"}, problem="No.", run=RUN
    )

    said = tandem("conflicts", "restore", "3", "--force", "--language", language)

    is_back = how in (RestoredHow.RESTORED, RestoredHow.BEFORE, RestoredHow.AS_IT_IS)
    assert said.code == (0 if is_back else 1)
    assert said.out.strip()
    assert "{" not in said.out
    assert tandem.application.asked == [("restore_conflict", "main", 3, True)]


@pytest.mark.parametrize("how", list(RecreatedHow))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_end_of_a_recreation_has_its_sentence(tandem, how, language) -> None:
    tandem.application.recreated = Recreated(
        how=how,
        key="k4--r2",
        kind=Kind.TASK,
        run=RUN,
        side=Side.SALESFORCE,
        record_id="00T9",
        reason="no_contact",
    )

    said = tandem("conflicts", "recreate", "k4", "--language", language)

    assert said.code == (0 if how is RecreatedHow.CREATED else 1)
    assert said.out.strip()
    assert "{" not in said.out
    assert tandem.application.asked == [("recreate", "main", "k4")]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_reason_to_leave_something_alone_is_said_in_words(language: str) -> None:
    messages = Messages(language)

    assert all(f"undo.why.{why.value}" in messages for why in WhyLeft)

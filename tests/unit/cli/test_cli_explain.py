"""What ``tandem explain`` prints of what was agreed, of conflicts, and of records never met."""

import json
from datetime import UTC, datetime

import pytest

from tandem.engine.reports import (
    Agreed,
    Decision,
    Dispute,
    Explanation,
    Operation,
    Verdict,
)
from tandem.model import Field, Kind, LinkState, Side

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PAIR = Explanation(
    connection="main",
    asked="12",
    kind=Kind.TASK,
    key="k",
    state=LinkState.PAIRED,
    agreed=(Agreed(field=Field.SUBJECT, hubspot="One [1]", salesforce="One"),),
    conflicts=(
        Dispute(
            id=3,
            at=NOON,
            field=Field.STATUS,
            winner=Side.HUBSPOT,
            kept={"hs_task_status": "COMPLETED"},
            lost={"Status": "Deferred"},
        ),
    ),
)


def never_met(verdict: Verdict | None, **more) -> Explanation:
    return Explanation(connection="main", asked="12", verdict=verdict, **more)


def test_what_both_sides_agreed_on_and_its_conflicts_are_told(tandem) -> None:
    tandem.application.explanation = PAIR

    said = tandem("explain", "12")

    assert said.code == 0
    assert "One [1]" in said.out
    assert "status was edited on both sides, and HubSpot won" in said.out
    assert "tandem conflicts restore 3" in said.out


def test_a_tombstone_names_the_key_that_followed(tandem) -> None:
    tandem.application.explanation = Explanation(
        connection="main",
        asked="12",
        kind=Kind.CALL,
        key="k",
        state=LinkState.ENDED,
        reason="undone",
        followed_by="k--r2",
    )

    assert "goes by k--r2" in tandem("explain", "12").out


def test_what_would_become_of_a_record_never_met_is_told_with_its_rules(tandem) -> None:
    verdict = Verdict(side=Side.HUBSPOT, record_id="12", would=Operation.CREATE)
    rule = Decision(about="status", rule="closed")
    tandem.application.explanation = never_met(verdict, kind=Kind.CALL, decisions=(rule,))

    said = tandem("explain", "12")

    assert said.code == 1
    assert "Call in HubSpot. A run would now: create" in said.out
    assert "- " in said.out


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("reason", ["not_found", "not_an_activity"])
def test_what_is_no_activity_is_told(tandem, reason: str, language: str) -> None:
    verdict = Verdict(side=Side.SALESFORCE, record_id="003A", reason=reason, detail="Contact")
    tandem.application.explanation = never_met(verdict)

    said = tandem("explain", "003A", "--language", language)

    assert said.code == 1
    assert "Salesforce" in said.out
    assert "{" not in said.out


def test_why_and_when_a_record_never_met_would_wait(tandem) -> None:
    verdict = Verdict(
        side=Side.HUBSPOT,
        record_id="12",
        would=Operation.WAIT,
        reason="not_finished",
        until=NOON,
    )
    tandem.application.explanation = never_met(verdict, kind=Kind.CALL)

    said = tandem("explain", "12")

    assert "It is not finished in HubSpot yet." in said.out
    assert "2026-03-01 12:00:00 UTC" in said.out


def test_as_json_it_is_all_there(tandem) -> None:
    tandem.application.explanation = PAIR

    told = json.loads(tandem("explain", "12", "--json").out)

    assert told["agreed"][0]["hubspot"] == "One [1]"
    assert told["conflicts"][0]["lost"] == {"Status": "Deferred"}

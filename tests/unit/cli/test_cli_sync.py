"""``tandem sync``, ``plan`` and ``explain``."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from tandem.engine.reports import KindTally, Outcome, ReasonCount, RunState
from tandem.errors import AccessLost, AlreadyRunning
from tandem.model import Kind, Side


def test_a_run_is_told_as_a_table_with_its_reasons_and_calls(tandem) -> None:
    said = tandem("sync")

    assert said.code == 0
    assert said.out.splitlines()[2].split() == [
        "Call", "70", "66", "0", "0", "0", "1", "3", "0",
    ]  # fmt: skip
    assert "waiting" in said.out
    assert "It is not finished in HubSpot yet." in said.out
    assert "API calls: HubSpot 9, Salesforce 1" in said.out
    assert "Run 7 of main done in 1.2 s." in said.out
    assert "Every count adds up: 72 activities seen, 72 accounted for." in said.out


def test_the_table_is_japanese_when_asked_for(tandem) -> None:
    said = tandem("sync", "--language", "ja")

    assert "コール" in said.out
    assert "HubSpotでまだ完了していません。" in said.out
    assert "件数はすべて合っています" in said.out


def test_the_environment_chooses_the_language_too(tandem) -> None:
    tandem.environ["LANG"] = "ja_JP.UTF-8"

    assert "合計" in tandem("sync").out


def test_columns_that_count_nothing_go_first_on_a_smaller_terminal(tandem) -> None:
    tandem.width = 72

    heading = tandem("sync").out.splitlines()[0].split()

    assert heading == ["kind", "seen", "created", "unchanged", "waiting", "skipped"]


def test_a_narrow_terminal_gets_a_list_that_says_the_same(tandem) -> None:
    tandem.width = 40

    out = tandem("sync").out

    assert "Call: 70 seen; created 66, waiting 1," in out
    assert max(len(line) for line in out.splitlines()) <= 40


def test_json_holds_everything_and_whether_it_adds_up(tandem) -> None:
    [report] = json.loads(tandem("sync", "--json").out)

    assert (report["seen"], report["adds_up"]) == (72, True)
    assert report["kinds"]["call"]["outcomes"] == {"created": 66, "waiting": 1, "skipped": 3}
    assert report["calls"] == {"hubspot": 9, "salesforce": 1}
    assert report["started"] == "2026-03-01T12:00:00Z"


def test_counts_that_do_not_add_up_are_a_failure(tandem) -> None:
    tandem.application.report = replace(
        tandem.application.report,
        kinds={Kind.CALL: KindTally(seen=3, outcomes={Outcome.CREATED: 2})},
    )

    said = tandem("sync")

    assert said.code == 1
    assert "The counts of Call do not add up: 3 seen, 2 accounted for." in said.out


def test_a_waiting_activity_without_a_reason_does_not_add_up() -> None:
    bare = KindTally(seen=1, outcomes={Outcome.WAITING: 1})
    told = replace(
        bare, reasons=(ReasonCount(outcome=Outcome.WAITING, reason="not_finished", count=1),)
    )

    assert not bare.adds_up
    assert told.adds_up


def test_parked_activities_are_no_failure_unless_strict(tandem) -> None:
    parked = KindTally(
        seen=1,
        outcomes={Outcome.PARKED: 1},
        reasons=(ReasonCount(outcome=Outcome.PARKED, reason="refused", count=1),),
    )
    tandem.application.report = replace(tandem.application.report, kinds={Kind.CALL: parked})

    assert tandem("sync").code == 0
    assert tandem("sync", "--strict").code == 1


def test_a_run_that_stopped_says_why_and_fails(tandem) -> None:
    tandem.application.report = replace(
        tandem.application.report, state=RunState.SUSPENDED, reason="access_lost", message="401"
    )

    said = tandem("sync")

    assert said.code == 1
    assert "the connection is suspended" in said.out
    assert "sign in again with `tandem connect`" in said.out
    assert "401" in said.out


def test_without_a_name_every_connection_is_run(two_connections) -> None:
    said = two_connections("sync")

    assert [each for each in two_connections.application.asked if each[0] == "sync"] == [
        ("sync", "main", False),
        ("sync", "other", False),
    ]
    assert "Run 7 of other done" in said.out


def test_trouble_of_one_connection_does_not_stop_the_others(two_connections) -> None:
    two_connections.application.trouble = {"sync": AlreadyRunning("It is being run right now.")}

    said = two_connections("sync")

    assert said.code == 1
    assert said.err.splitlines() == [
        "Failed: main: It is being run right now.",
        "Failed: other: It is being run right now.",
    ]


def test_a_dry_run_says_that_nothing_was_written(tandem) -> None:
    assert "nothing was written" in tandem("sync", "--dry-run").out
    assert ("sync", "main", True) in tandem.application.asked


def test_lost_access_names_the_remedy(tandem) -> None:
    tandem.application.trouble = {
        "plan": AccessLost("The token has expired.", side=Side.HUBSPOT, operation="search")
    }

    said = tandem("plan")

    assert said.code == 1
    assert said.err.splitlines()[0] == "Failed: The token has expired."
    assert "tandem connect" in said.err


def test_without_any_connection_it_says_how_to_make_one(tandem) -> None:
    tandem.application.summaries.clear()

    said = tandem("sync")

    assert said.code == 2
    assert "tandem connect hubspot" in said.err


def test_a_choice_between_connections_is_not_made_for_you(two_connections) -> None:
    said = two_connections("plan")

    assert said.code == 2
    assert "There are several connections (main, other): name one with --connection." in said.err


def test_an_unknown_connection_is_wrong_usage(unknown_connection) -> None:
    said = unknown_connection("sync", "-c", "x")

    assert (said.code, said.err) == (2, "Error: There is no connection 'x'.\n")


def test_a_plan_names_each_action_and_the_rules_that_led_there(tandem) -> None:
    said = tandem("plan")

    assert said.code == 0
    assert "Call [urgent]" in said.out
    assert "Assigned to 005A: the contact's owner" in said.out
    assert "person: quite_new person 003A" in said.out
    assert "Dry run of main" in said.out


def test_a_long_plan_says_how_much_it_leaves_out(tandem) -> None:
    assert "… and 1 more" in tandem("plan", "--limit", "1").out


def test_explain_says_where_it_stands_and_why(tandem) -> None:
    said = tandem("explain", "11")

    assert said.code == 0
    assert said.out.splitlines()[:3] == [
        "Call: parked",
        "Reason: Salesforce refused it: Say why",
        "HubSpot: https://app.hubspot.com/contacts/41/record/0-48/11",
    ]
    assert "- Arrives completed." in said.out
    assert "created in Salesforce" in said.out


def test_explain_looks_in_every_connection_and_says_when_none_knows_it(two_connections) -> None:
    said = two_connections("explain", "99")

    assert said.code == 1
    assert "Tandem has never met 99 in connection main" in said.out
    assert ("explain", "other", "99") in two_connections.application.asked


def test_times_are_told_in_utc(tandem) -> None:
    assert datetime(2026, 3, 1, 12, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S UTC") in (
        tandem("connections").out
    )

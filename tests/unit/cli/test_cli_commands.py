"""The other commands: what they ask of the application, and what they say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tandem.engine.findings import Check, Finding, Level
from tandem.engine.reports import ConnectionState


def test_connecting_hubspot_says_what_comes_next(tandem) -> None:
    said = tandem("connect", "hubspot", "-c", "new", "--token", "pat-1")

    assert said.code == 0
    assert tandem.application.asked == [("connect_hubspot", "new", {"token": "pat-1"})]
    assert said.out == "Connection new: HubSpot account 41.\n"
    assert said.err == "Next: tandem connect salesforce --connection new\n"


def test_signing_in_by_browser_prints_the_address(tandem) -> None:
    said = tandem("connect", "hubspot", "--client-id", "abc")

    assert "Sign in with your browser: https://app.hubspot.com/oauth/authorize?state=1" in said.err


def test_connecting_without_credentials_is_wrong_usage(tandem) -> None:
    assert "Give a token with --token" in tandem("connect", "salesforce").err
    assert tandem("connect", "salesforce").code == 2
    assert tandem("connect", "hubspot", "--token", "a", "--client-id", "b").code == 2


def test_jwt_bearer_reads_the_key_of_a_file(tandem, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----")

    tandem(
        "connect", "salesforce", "--client-id", "3MVG", "--username", "sync@acme.example",
        "--private-key", str(tmp_path / "key.pem"),
    )  # fmt: skip

    [(_, _, given)] = tandem.application.asked
    assert given == {
        "client_id": "3MVG",
        "username": "sync@acme.example",
        "private_key": "-----BEGIN PRIVATE KEY-----",
    }


def test_jwt_bearer_needs_both_user_and_key(tandem) -> None:
    said = tandem("connect", "salesforce", "--client-id", "x", "--username", "u")

    assert (said.code, "--private-key" in said.err) == (2, True)


def test_disconnecting_asks_first(tandem) -> None:
    tandem.agrees = False
    said = tandem("disconnect")

    assert (said.code, said.err) == (1, "Nothing was changed.\n")
    assert tandem.application.asked == []
    assert tandem("disconnect", "--yes").code == 0


def test_connections_are_listed_and_a_suspended_one_says_why(tandem) -> None:
    [summary] = tandem.application.summaries
    tandem.application.summaries = [
        replace(summary, state=ConnectionState.SUSPENDED, reason="other_org", message="")
    ]

    out = " ".join(tandem("connections").out.split())

    assert "suspended" in out
    assert "main" in out
    [told] = json.loads(tandem("connections", "--json").out)
    assert told["reason"] == "other_org"


# --------------------------------------------------------------------------- settings


def test_settings_are_shown_as_they_are_applied(tandem, tmp_path: Path) -> None:
    file = tmp_path / "activities.toml"
    file.write_text(tandem("settings", "show").out, "utf-8")

    assert tandem("settings", "apply", str(file)).out == "Nothing changes.\n"


def test_applying_prints_the_difference_and_asks(tandem, tmp_path: Path) -> None:
    file = tmp_path / "activities.toml"
    file.write_text("[kinds.call]\nenabled = true\n")

    said = tandem("settings", "apply", str(file))

    assert said.out.splitlines() == [
        "- kinds.call.enabled = false",
        "+ kinds.call.enabled = true",
        "Call: what is created in HubSpot from 2026-03-01 12:00:00 UTC on will sync; nothing older is sent.",
        "Saved as version 4 of connection main.",
    ]
    assert tandem.questions == ["Save these settings?"]


def test_applying_without_agreement_changes_nothing(tandem, tmp_path: Path) -> None:
    file = tmp_path / "activities.toml"
    file.write_text("[kinds.call]\nenabled = true\n")
    tandem.agrees = False

    assert tandem("settings", "apply", str(file)).code == 1
    assert tandem.application.asked == []


def test_a_wrong_settings_file_is_refused_with_every_line(tandem, tmp_path: Path) -> None:
    file = tmp_path / "activities.toml"
    file.write_text("languag = 'en'\ndue_time = 8\n")

    said = tandem("settings", "apply", str(file), "--yes")

    assert said.code == 2
    assert said.err.splitlines() == [
        "Error: line 1: languag: there is no such setting; did you mean language?",
        'Error: line 2: due_time: must be a time of day, such as "08:00", not 8',
    ]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tandem, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "activities.toml"
    if content is not None:
        file.write_bytes(content)

    said = tandem("settings", "apply", str(file), "--yes")

    assert said.code == 2
    assert f"The file {file} cannot be read" in said.err


def test_one_setting_is_set_without_asking(tandem) -> None:
    said = tandem("settings", "set", "kinds.call.salesforce_task_type", "Call")

    assert said.code == 0
    assert '+ kinds.call.salesforce_task_type = "Call"' in said.out
    assert tandem.questions == []


def test_the_past_is_let_in_by_since_alone(tandem) -> None:
    said = tandem("settings", "set", "kinds.call.enabled", "true", "--since", "2025-03-01")

    assert "call = 2025-03-01T00:00:00Z" in tandem.application.text
    assert "the past included" in said.out


@pytest.mark.parametrize("given", ["yesterday", "2025-03-01T10:00"])
def test_a_since_without_a_zone_or_date_is_refused(tandem, given: str) -> None:
    said = tandem("settings", "set", "kinds.call.enabled", "true", "--since", given)

    assert said.code == 2
    assert "--since: must be a date or a time with its zone" in said.err


def test_settings_as_json_are_values_by_key(tandem) -> None:
    told = json.loads(tandem("settings", "show", "--json").out)

    assert told["kinds.call.enabled"] is False
    assert told["due_time"] == "08:00:00"


# --------------------------------------------------------------------------- health


def test_health_names_calls_lag_waiting_and_errors(tandem) -> None:
    out = tandem("health").out

    for part in (
        "Connection main: active", "15,000", "90 s", "1 waiting: It is not finished",
        "Salesforce refused it: FIELD_CUSTOM_VALIDATION_EXCEPTION: Say why", "41-call-1",
    ):  # fmt: skip
        assert part in out


def test_a_suspended_connection_is_unhealthy(tandem) -> None:
    [summary] = tandem.application.summaries
    tandem.application.summaries = [
        replace(summary, state=ConnectionState.SUSPENDED, reason="access_lost")
    ]

    said = tandem("health")

    assert said.code == 1
    assert "tandem resume --connection main" in said.out


def test_errors_are_listed_and_retried(tandem) -> None:
    assert "refused" in tandem("errors", "list").out
    assert tandem("errors", "list", "--reason", "held").out == "Nothing is parked.\n"
    assert tandem("errors", "list", "--strict").code == 1
    assert tandem("errors", "retry", "--reason", "refused").out.startswith("2 activities will be")
    assert tandem("errors", "retry", "41-call-1").out.startswith("1 activity will be")
    assert tandem("errors", "retry", "--all").code == 0
    assert tandem("errors", "retry").code == 2
    assert tandem("errors", "retry", "k", "--all").code == 2


def test_resuming_says_so(tandem) -> None:
    assert tandem("resume").out == "Connection main runs again.\n"


def test_doctor_says_what_is_missing_and_what_to_do(tandem) -> None:
    said = tandem("doctor")

    assert said.code == 0
    assert "Signed in to HubSpot, account 41." in said.out
    assert "→ Make Task.Type visible" in said.out
    assert tandem("doctor", "--strict").code == 1


def test_doctor_fails_on_an_error_and_names_kinds_in_words(tandem) -> None:
    tandem.application.findings = [
        Finding(
            level=Level.ERROR,
            code=Check.SCOPE_MISSING,
            values={"scope": "forms", "kinds": "form_submission, call"},
        )
    ]

    said = tandem("doctor", "--language", "ja")

    assert said.code == 1
    assert "forms がありません(必要とするもの: フォーム送信、コール)" in said.out


def test_doctor_as_json_has_sentences_too(tandem) -> None:
    told = json.loads(tandem("doctor", "--json").out)

    assert told[1]["code"] == "type_field_hidden"
    assert told[1]["remedy"].startswith("Make Task.Type visible")


# --------------------------------------------------------------------------- owners and state


def test_owners_are_listed_with_how_they_were_matched(tandem) -> None:
    out = tandem("owners", "list").out

    assert "Ann A." in out
    assert "Bob (deactivated)" in out


def test_owners_are_mapped_by_hand_to_a_user_to_nobody_or_back(tandem) -> None:
    tandem("owners", "map", "1", "005A")
    tandem("owners", "map", "1", "--nobody")
    tandem("owners", "map", "1", "--automatic")

    assert tandem.application.asked == [
        ("map_owner", "main", "1", "005A"),
        ("map_owner", "main", "1", None),
        ("unmap_owner", "main", "1"),
    ]
    assert tandem("owners", "map", "1").code == 2


def test_a_backup_never_overwrites(tandem, tmp_path: Path) -> None:
    file = tmp_path / "b"
    assert tandem("backup", str(file)).code == 0
    file.write_text("")

    assert tandem("backup", str(file)).code == 2
    assert tandem("restore", str(tmp_path / "nowhere")).code == 2
    assert tandem("restore", str(file)).code == 0
    assert tandem.application.asked == [("backup", "b"), ("restore", "b")]


def test_erasing_asks_and_counts(tandem) -> None:
    said = tandem("erase", "ann@acme.example")

    assert "links emptied: 3 erased" in said.out
    assert tandem.questions
    assert tandem("erase", "ann").code == 2
    assert json.loads(tandem("erase", "a@b", "--yes", "--json").out) == {"links": 3, "people": 0}


def test_serve_runs_until_it_is_asked_to_end(tandem) -> None:
    said = tandem("serve", "--no-web")

    assert said.code == 0
    assert said.err.splitlines() == ["Keeping in step: main. Ctrl-C ends.", "Ended in good order."]

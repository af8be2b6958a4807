"""The commands of SPEC section 14 as a person types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.installed import (
    CLIENT,
    SECRET,
    Installed,
    busy_day,
    subjects,
    tasks,
)
from tests.support.processes import Crms

Install = Callable[..., Installed]


def test_a_newcomer_gets_a_task_across_with_the_commands_of_the_readme(
    install: Install, crms: Crms
) -> None:
    tandem = install()
    hubspot, salesforce = crms.urls["hubspot"], crms.urls["salesforce"]
    login = ("--client-id", CLIENT, "--client-secret", SECRET)

    tandem.run("connect", "hubspot", "--url", hubspot, "--token", crms.tokens["hubspot"])
    tandem.run("connect", "salesforce", "--url", salesforce, *login)
    tandem.run("settings", "set", "kinds.call.enabled", "true")
    expected = {
        subject: n for subject, n in busy_day(crms, people=1).items() if "called" in subject
    }
    ended = tandem.run("sync")

    assert subjects(tasks(crms)) == expected
    assert "All 2 activities are accounted for" in ended.out or "2" in ended.out


def test_a_second_sync_writes_nothing(on_either: Installed, crms: Crms) -> None:
    on_either.switch_on()
    expected = busy_day(crms)
    on_either.run("sync")
    crms.forget_journal()

    report = on_either.run("sync", "--json").json()[0]

    assert crms.writes() == []
    assert crms.journal("salesforce") == []
    assert report["calls"]["salesforce"] == 0
    assert subjects(tasks(crms)) == expected


def test_a_plan_and_a_dry_run_print_and_write_nothing(tandem: Installed, crms: Crms) -> None:
    tandem.switch_on()
    expected = busy_day(crms)
    crms.forget_journal()

    printed = tandem.run("plan").out
    planned = tandem.run("plan", "--json").json()
    dry = tandem.run("sync", "--dry-run", "--json").json()[0]

    assert crms.writes() == []
    assert "Person 0 called again" in printed
    assert sorted(action["subject"] for action in planned["planned"]) == sorted(expected.elements())
    assert dry["dry_run"]
    assert tasks(crms) == []
    assert tandem.run("sync", "--json").json()[0]["kinds"]["call"]["outcomes"] == {"created": 6}
    assert subjects(tasks(crms)) == expected


def test_a_backup_of_sqlite_is_restored_on_postgresql_and_writes_nothing_twice(
    tandem: Installed, install: Install, crms: Crms, postgres_url: str, tmp_path: Path
) -> None:
    tandem.switch_on()
    expected = busy_day(crms)
    tandem.run("sync")
    backup = tmp_path / "tandem.backup"
    tandem.run("backup", str(backup))
    elsewhere = install(
        "elsewhere",
        TANDEM_DATABASE_URL=postgres_url,
        TANDEM_KEY_FILE=str(tandem.home / "key"),
    )

    elsewhere.run("restore", str(backup), "--yes")
    crms.forget_journal()
    elsewhere.run("sync")
    later = busy_day(crms, people=1, name="Later")
    elsewhere.run("sync")

    assert subjects(tasks(crms)) == expected + later


def test_a_backup_from_before_a_sync_adopts_what_was_written_since(
    on_either: Installed, crms: Crms, tmp_path: Path
) -> None:
    on_either.switch_on()
    backup = tmp_path / "yesterday.backup"
    on_either.run("backup", str(backup))
    expected = busy_day(crms)
    on_either.run("sync")

    on_either.run("restore", str(backup), "--yes")
    report = on_either.run("sync", "--json").json()[0]

    assert subjects(tasks(crms)) == expected
    assert sum(tally["outcomes"].get("created", 0) for tally in report["kinds"].values()) == 0


def test_a_backup_does_not_open_with_another_key(
    tandem: Installed, install: Install, tmp_path: Path
) -> None:
    backup = tmp_path / "tandem.backup"
    tandem.run("backup", str(backup))

    ended = install("elsewhere").run("restore", str(backup), "--yes", code=1)

    assert "key" in ended.err


def test_erasing_a_person_leaves_nothing_of_theirs_in_the_files(
    tandem: Installed, crms: Crms
) -> None:
    tandem.switch_on()
    busy_day(crms, people=2)
    tandem.run("sync")

    erased = tandem.run("erase", "person0@example.com", "--yes", "--json").json()
    again = tandem.run("erase", "person0@example.com", "--yes")

    assert sum(erased.values()) > 0
    assert "keeps nothing about person0@example.com" in again.out
    for file in tandem.home.iterdir():
        assert b"person0@example.com" not in file.read_bytes(), file.name


@pytest.mark.parametrize(
    "command",
    [
        "connections",
        "settings show",
        "sync",
        "sync --dry-run",
        "plan",
        "health",
        "errors list",
        "owners list",
        "doctor",
        "explain {call}",
        "erase nobody@example.com --yes",
    ],
)
def test_json_is_json_whatever_the_language(command: str, prepared: Installed, call: str) -> None:
    arguments = [*command.format(call=call).split(), "--json", "--language", "ja"]
    ended = prepared.start(*arguments).wait()

    assert ended.code in (0, 1), ended.said
    assert ended.json() is not None


@pytest.fixture
def prepared(tandem: Installed, crms: Crms) -> Installed:
    tandem.switch_on()
    busy_day(crms, people=1, name="Yamada")
    return tandem


@pytest.fixture
def call(crms: Crms) -> str:
    return str(crms.act("hubspot", "log_call", title="A call")["id"])


def test_exit_codes_tell_done_failed_and_wrong_usage(
    tandem: Installed, install: Install, crms: Crms, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('[kinds.call]\nenabeld = true\nsubject = "{nothing}"\n')
    tandem.switch_on()
    busy_day(crms, people=1)

    tandem.run("sync", "--strict")
    tandem.run("nonsense", code=2)
    tandem.run("sync", "--connection", "nobody", code=2)
    wrong = tandem.run("settings", "apply", str(broken), "--yes", code=2)
    tandem.run("sync", code=2, TANDEM_POLL_SECOND="5")
    token = ("--token", "pat-na1-wrong")
    tandem.run("connect", "hubspot", "--url", crms.urls["hubspot"], *token, code=1)
    install("empty").run("sync", code=2)

    assert "enabeld" in wrong.err


def test_parked_records_are_an_exit_code_only_where_asked_for(
    tandem: Installed, crms: Crms
) -> None:
    tandem.switch_on()
    expected = busy_day(crms, people=1)
    refusal = {"kind": "validation_rule", "object": "Task", "message": "Ask the office first"}
    crms.arm("salesforce", refusal)

    tandem.run("sync")
    [card] = tandem.run("errors", "list", "--json").json()
    listed = tandem.run("errors", "list")
    tandem.run("errors", "retry", "--all")
    crms.arm("salesforce", refusal)
    tandem.run("sync", "--strict", code=1)
    tandem.run("errors", "retry", "--all")
    tandem.run("sync", "--strict")

    assert card["count"] == 1
    assert "Ask the office first" in listed.out
    assert subjects(tasks(crms)) == expected

"""tap-salesforce 2.8, the Singer tap: signs in at login.salesforce.com, reads by REST or Bulk 1.0."""

import json
from pathlib import Path
from typing import Any

import pytest

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import act, arm, switch
from tests.clients.taps import Tap

Catalogs = dict[str, dict[str, Any]]

APIS = ("REST", "BULK")
OBJECTS = {"Account", "Contact", "Lead", "Task", "User"}


def tap(sandbox: SandboxThread, folder: Path, api: str = "REST", **more: Any) -> Tap:
    state = sandbox.sandbox.salesforce
    config = {
        "client_id": state.client_id,
        "client_secret": state.client_secret,
        "refresh_token": state.sessions.first_refresh_token,
        "start_date": "2015-01-01T00:00:00Z",
        "api_type": api,
        "select_fields_by_default": True,
        **more,
    }
    return Tap("tap-salesforce", folder, sandbox, config)


def with_replication(catalog: dict[str, Any]) -> dict[str, Any]:
    """What a Singer user interface adds to a catalog: how each stream is to be read."""
    for stream in catalog["streams"]:
        own = next(each["metadata"] for each in stream["metadata"] if not each["breadcrumb"])
        keys = own.get("valid-replication-keys")
        if keys:
            own |= {"replication-method": "INCREMENTAL", "replication-key": keys[0]}
        else:
            own["replication-method"] = "FULL_TABLE"
    return catalog


@pytest.fixture(scope="module")
def catalogs(started: SandboxThread, tmp_path_factory: pytest.TempPathFactory) -> Catalogs:
    """What discovery finds by either API; every org here has the same objects."""
    started.run(lambda each: each.control.reset(data="empty"))
    folder = tmp_path_factory.mktemp("catalogs")
    return {api: with_replication(tap(started, folder, api).discover()) for api in APIS}


def rows(sandbox: SandboxThread) -> dict[str, int]:
    """How many records of each object the org holds, with deleted and archived ones."""
    return sandbox.run(
        lambda each: {name: len(each.salesforce.store.table(name).raw) for name in OBJECTS}
    )


@pytest.mark.parametrize("api", APIS)
def test_it_discovers_and_syncs_every_object(
    sandbox: SandboxThread, tmp_path: Path, api: str
) -> None:
    program = tap(sandbox, tmp_path, api)

    catalog = with_replication(program.discover())
    synced = program.sync(catalog)

    names = {each["tap_stream_id"] for each in catalog["streams"]}
    counts = synced.counts()
    assert names >= OBJECTS
    assert ("TaskStatus" in names) is (api == "REST")
    assert {name: counts[name] for name in OBJECTS} == rows(sandbox)
    tasks = {each["Id"]: each for each in synced.records("Task")}
    first = sandbox.run(lambda each: next(iter(each.salesforce.store.table("Task").raw.values())))
    assert tasks[first["Id"]]["Subject"] == first["Subject"]
    assert {each["IsClosed"] for each in tasks.values()} == {True, False}


@pytest.mark.parametrize("api", APIS)
def test_an_empty_org_is_read_to_the_end(
    empty_sandbox: SandboxThread, tmp_path: Path, catalogs: Catalogs, api: str
) -> None:
    program = tap(empty_sandbox, tmp_path, api)

    counts = program.sync(catalogs[api], OBJECTS).counts()

    assert not {"Task", "Contact", "Lead", "Account"} & set(counts)
    assert counts["User"] >= 1


@pytest.mark.parametrize("api", APIS)
def test_texts_arrive_as_they_were_written(
    empty_sandbox: SandboxThread, tmp_path: Path, catalogs: Catalogs, api: str
) -> None:
    text = 'Zeile 1\nZeile 2, "quoted"; 東京 🎉'
    made = act(
        empty_sandbox, "salesforce", "create_task", fields={"Subject": "Text", "Description": text}
    )
    gone = act(empty_sandbox, "salesforce", "create_task", fields={"Subject": "Gone"})
    act(empty_sandbox, "salesforce", "delete_task", id=gone["id"])
    program = tap(empty_sandbox, tmp_path, api)

    synced = program.sync(catalogs[api], ["Task"])

    read = {each["Id"]: each for each in synced.records("Task")}
    assert read[made["id"]]["Description"] == text
    assert read[gone["id"]]["IsDeleted"] is True


def test_a_result_without_a_charset_is_garbled_by_the_tap(
    empty_sandbox: SandboxThread, tmp_path: Path, catalogs: Catalogs
) -> None:
    """Why the sandbox names it: the tap reads such a result as Latin-1, in every org there is."""
    switch(empty_sandbox, bulk_v1_csv_charset="absent")
    act(empty_sandbox, "salesforce", "create_task", fields={"Subject": "Köln"})
    program = tap(empty_sandbox, tmp_path, "BULK")

    synced = program.sync(catalogs["BULK"], ["Task"])

    assert synced.records("Task")[0]["Subject"] == "Köln".encode().decode("latin-1")


def test_the_next_sync_reads_what_is_new(
    sandbox: SandboxThread, tmp_path: Path, catalogs: Catalogs
) -> None:
    program = tap(sandbox, tmp_path)
    first = program.sync(catalogs["REST"], ["Task"])
    sandbox.run(lambda each: each.world.clock.advance(60))
    made = act(sandbox, "salesforce", "create_task", fields={"Subject": "New"})

    second = program.sync(catalogs["REST"], ["Task"], first.state)

    assert made["id"] in {each["Id"] for each in second.records("Task")}
    assert len(second.records("Task")) < len(first.records("Task"))


def test_a_refresh_token_that_changes_is_kept(sandbox: SandboxThread, tmp_path: Path) -> None:
    switch(sandbox, refresh_token_rotation=True)
    program = tap(sandbox, tmp_path)
    before = json.loads((tmp_path / "config.json").read_text())["refresh_token"]

    catalog = with_replication(program.discover())

    assert json.loads((tmp_path / "config.json").read_text())["refresh_token"] != before
    assert program.sync(catalog, ["User"]).records("User")


def test_a_query_that_takes_too_long_is_asked_in_halves(
    sandbox: SandboxThread, tmp_path: Path, catalogs: Catalogs
) -> None:
    program = tap(sandbox, tmp_path)
    arm(sandbox, "salesforce", {"kind": "query_timeout"})

    synced = program.sync(catalogs["REST"], ["Contact"])

    assert "QUERY_TIMEOUT" in synced.log
    assert len({each["Id"] for each in synced.records("Contact")}) == rows(sandbox)["Contact"]


def test_a_bulk_query_that_takes_too_long_is_asked_in_chunks(
    sandbox: SandboxThread, tmp_path: Path, catalogs: Catalogs
) -> None:
    program = tap(sandbox, tmp_path, "BULK")
    arm(sandbox, "salesforce", {"kind": "query_timeout"})

    synced = program.sync(catalogs["BULK"], ["Contact"])

    assert "ADDING PK CHUNKING HEADER" in synced.log
    assert len({each["Id"] for each in synced.records("Contact")}) == rows(sandbox)["Contact"]


def test_a_bulk_job_that_is_gone_is_started_over(
    sandbox: SandboxThread, tmp_path: Path, catalogs: Catalogs
) -> None:
    """The tap knows it by the exact content type and code of the answer."""
    program = tap(sandbox, tmp_path, "BULK")
    state = {
        "current_stream": "Contact",
        "bookmarks": {
            "Contact": {
                "JobID": "7505h00000ABCDEAA4",
                "BatchIDs": ["7515h00000ABCDEAA4"],
                "JobHighestBookmarkSeen": "2020-01-01T00:00:00.000000Z",
                "SystemModstamp": "2020-01-01T00:00:00.000000Z",
            }
        },
    }

    synced = program.sync(catalogs["BULK"], ["Contact"], state)

    assert "no longer exists" in synced.log
    assert "JobID" not in synced.state["bookmarks"]["Contact"]


def test_a_refusal_ends_the_sync_with_the_orgs_own_words(
    sandbox: SandboxThread, tmp_path: Path
) -> None:
    act(sandbox, "salesforce", "revoke_refresh_tokens")
    program = tap(sandbox, tmp_path)

    with pytest.raises(AssertionError, match="expired access/refresh token"):
        program.discover()

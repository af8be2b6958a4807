"""What the API's operations answer, and how they refuse: the same as the pages and commands."""

from __future__ import annotations

import csv
import io

import pytest
from tests.scenarios.story import Story
from tests.scenarios.test_conflicts import a_conflict
from tests.support.api import ONE, Program
from tests.support.web import Web

from tandem.model import Kind, Side


@pytest.fixture
def robot(connected: Web) -> Program:
    return Program(connected)


@pytest.fixture
async def troubled(connected: Web) -> Web:
    """Two calls are refused by a rule of the org, one is written."""
    story = Story(connected.running)
    await story.switch_on(Kind.CALL)
    contact, _ = story.person("ann@customer.example")
    for title in ("one", "two", "fine"):
        story.in_hubspot("log_call", title=title, contacts=[contact])
    story.in_salesforce(
        "add_validation_rule",
        condition={"field": "Subject", "operator": "not_equals", "value": "fine"},
        message="Say why.",
        field="Subject",
    )
    await story.sync()
    return connected


# --------------------------------------------------------------------------- connections


async def test_a_connection_tells_its_state_and_is_resumed_in_the_tokens_name(
    connected: Web, robot: Program
) -> None:
    connected.tandem.store.suspend(1, "brake_deletes", "12 of 20")
    [there] = (await robot.get("/api/v1/connections"))["items"]
    assert (there["id"], there["state"], there["reason"]) == (1, "suspended", "brake_deletes")
    assert there["said"]
    resumed = await robot.post(f"{ONE}/resume")

    assert (resumed["state"], resumed["reason"]) == ("active", "")
    [entry] = [each for each in await robot.every(f"{ONE}/audit") if each["action"] == "resumed"]
    assert (entry["who"], entry["said"]) == ("robot (API)", "Resumed")


async def test_a_released_brake_lets_the_next_run_through(connected: Web, robot: Program) -> None:
    connected.tandem.store.suspend(1, "brake_deletes", "12 of 20")
    await robot.post(f"{ONE}/resume")

    remembered = connected.tandem.store.for_connection(1).cached(
        "brake_released", connected.running.tandem.asking.clock.now().replace(year=2000)
    )
    assert remembered == b"brake_deletes"


async def test_the_set_up_check_comes_with_remedies(connected: Web, robot: Program) -> None:
    found = (await robot.get(f"{ONE}/check"))["items"]
    warned = [each for each in found if each["code"] == "nothing_enabled"]

    assert [each["remedy"] != "" for each in warned] == [True]


async def test_the_audit_log_is_read_page_by_page(connected: Web, robot: Program) -> None:
    for number in range(5):
        connected.tandem.store.note(0, "ann", "invited", str(number))
    found = await robot.every("/api/v1/audit", limit=2)

    assert [each["detail"] for each in found] == ["4", "3", "2", "1", "0"]
    assert found[0]["said"] == "Invited somebody"


@pytest.mark.parametrize("number", ["2", "0", "-1", "one", "9" * 30, "1.0"])
async def test_a_connection_that_is_not_there_is_a_404(robot: Program, number: str) -> None:
    problem = await robot.get(f"/api/v1/connections/{number}", status=404)

    assert problem["type"] == "urn:tandem:problem:not-found"


# --------------------------------------------------------------------------- settings


async def test_a_difference_is_told_before_it_is_saved(connected: Web, robot: Program) -> None:
    wanted = {"set": {"kinds.call.enabled": "true", "language": "ja"}}
    told = await robot.post(f"{ONE}/settings/difference", wanted)
    assert [(each["key"], each["before"], each["after"]) for each in told["difference"]] == [
        ("language", '"en"', '"ja"'),
        ("kinds.call.enabled", "false", "true"),
    ]
    assert (await robot.get(f"{ONE}/settings"))["version"] == 0
    saved = await robot.put(f"{ONE}/settings", {**wanted, "version": 0})

    assert saved["version"] == 1
    now = await robot.get(f"{ONE}/settings")
    assert (now["version"], now["changed_by"]) == (1, "robot (API)")
    assert now["values"]["kinds.call.enabled"] == "true"


async def test_a_whole_file_is_saved_as_it_was_read(robot: Program) -> None:
    text = (await robot.get(f"{ONE}/settings"))["text"]
    unchanged = await robot.put(f"{ONE}/settings", {"text": text, "version": 0})
    assert (unchanged["version"], unchanged["difference"]) == (0, [])
    [line] = [line for line in text.splitlines() if line.startswith("delete_policy =")]
    changed = text.replace(line, 'delete_policy = "delete"')
    saved = await robot.put(f"{ONE}/settings", {"text": changed, "version": 0})

    assert [each["key"] for each in saved["difference"]] == ["delete_policy"]


async def test_whoever_looked_at_an_older_version_is_told_and_saves_nothing(
    robot: Program,
) -> None:
    first = {"set": {"language": "ja"}, "version": 0}
    await robot.put(f"{ONE}/settings", first)
    late = {"set": {"kinds.call.enabled": "true"}, "version": 0}
    problem = await robot.put(f"{ONE}/settings", late, status=409)

    assert problem["type"] == "urn:tandem:problem:changed-meanwhile"
    assert "Version 1 is the newest, saved by robot (API)" in problem["detail"]
    assert (await robot.get(f"{ONE}/settings"))["version"] == 1


async def test_settings_that_cannot_be_taken_are_told_key_by_key(robot: Program) -> None:
    text = 'language = "fr"\n[kinds.call]\nenabled = 3\n'
    problem = await robot.post(f"{ONE}/settings/difference", {"text": text}, status=422)

    assert [(each["key"], each["line"]) for each in problem["problems"]] == [
        ("language", 1),
        ("kinds.call.enabled", 3),
    ]
    for body in ({}, {"text": "", "set": {}}):
        problem = await robot.post(f"{ONE}/settings/difference", body, status=422)
        assert problem["detail"] == "Give either “text” or “set”."


async def test_what_is_switched_on_may_begin_in_the_past_but_not_beyond_time(
    connected: Web, robot: Program
) -> None:
    body = {"set": {"kinds.call.enabled": "true"}, "since": "2026-01-02T03:04:05+09:00"}
    await robot.put(f"{ONE}/settings", {**body, "version": 0})
    assert "2026-01-01T18:04:05" in (await robot.get(f"{ONE}/settings"))["text"]
    body["since"] = "0001-01-01T00:00:00+14:00"

    problem = await robot.post(f"{ONE}/settings/difference", body, status=422)
    assert "beyond the times" in problem["detail"]


async def test_every_key_and_kind_is_in_the_catalogue(robot: Program) -> None:
    kinds = {each["kind"] for each in (await robot.get("/api/v1/kinds"))["items"]}
    keys = {each["key"]: each for each in (await robot.get("/api/v1/settings-keys"))["items"]}
    values = (await robot.get(f"{ONE}/settings"))["values"]

    assert kinds == {kind.value for kind in Kind}
    assert list(keys) == list(values)
    assert keys["conflict_rule"]["choices"]
    assert (keys["kinds.call.enabled"]["kind"], keys["kinds.call.enabled"]["default"]) == (
        "call",
        "false",
    )


# --------------------------------------------------------------------------- health and records


async def test_what_is_set_aside_is_listed_exported_and_tried_again(troubled: Web) -> None:
    robot = Program(troubled)
    health = await robot.get(f"{ONE}/health")
    assert (health["states"]["paired"], health["states"]["parked"]) == (1, 2)
    [card] = (await robot.get(f"{ONE}/errors"))["items"]
    assert card["count"] == 2
    assert "Say why." in card["message"]
    assert (await robot.get(f"{ONE}/errors", reason="other"))["items"] == []
    parked = await robot.every(f"{ONE}/records", limit=1, kind="call")
    assert [each["key"] for each in parked] == sorted(card["keys"])
    assert "Say why." in parked[0]["said"]
    exported = await robot.client.get(f"{ONE}/errors/export", params={"state": "parked"})
    rows = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"))))
    assert [row["key"] for row in rows] == [each["key"] for each in parked]

    one = await robot.post(f"{ONE}/errors/retry", {"keys": [parked[0]["key"]]})
    rest = await robot.post(f"{ONE}/errors/retry", {"reason": card["reason"]})
    assert (one["count"], rest["count"]) == (1, 1)
    unknown = await robot.post(f"{ONE}/errors/retry", {"keys": ["nothing"]}, status=422)
    assert "nothing" in unknown["detail"]
    both = {"keys": ["a"], "reason": "b"}
    assert "neither" in (await robot.post(f"{ONE}/errors/retry", both, status=422))["detail"]


async def test_a_record_is_found_by_its_id_and_its_person_and_explained(troubled: Web) -> None:
    robot = Program(troubled)
    [pair] = await robot.every(f"{ONE}/records", state="paired")
    for asked in (pair["key"], pair["salesforce_id"], pair["hubspot_id"]):
        found = (await robot.get(f"{ONE}/records/search", q=asked))["items"]
        assert [each["key"] for each in found] == [pair["key"]]
    of_person = (await robot.get(f"{ONE}/records/search", q="Ann@Customer.example"))["items"]
    assert [each["key"] for each in of_person] == [pair["key"]]
    assert (await robot.get(f"{ONE}/records/search", q="x@y.example"))["items"] == []
    told = await robot.get(f"{ONE}/explain", q=pair["key"])

    assert (told["state"], told["salesforce_id"]) == ("paired", pair["salesforce_id"])
    assert told["decisions"]
    assert "neither an id" in (await robot.get(f"{ONE}/explain", q="?", status=422))["detail"]


# --------------------------------------------------------------------------- runs


async def test_a_run_is_started_listed_and_undone(connected: Web, robot: Program) -> None:
    story = Story(connected.running)
    await story.switch_on(Kind.CALL)
    contact, _ = story.person()
    story.in_hubspot("log_call", title="Pricing", contacts=[contact])
    connected.running.advance(60)
    would = await robot.post(f"{ONE}/runs", {"dry_run": True})
    assert [each["operation"] for each in would["planned"]] == ["create"]
    assert (would["run_id"], await robot.every(f"{ONE}/runs")) == (None, [])
    done = await robot.post(f"{ONE}/runs")
    assert (done["run_id"], done["state"]) == (1, "done")
    run = await robot.get(f"{ONE}/runs/1")
    assert (run["trigger"], run["seen"], run["state"]) == ("api", 1, "done")
    [record] = await robot.every(f"{ONE}/runs/1/records")
    assert record["state"] == "paired"

    assert (await robot.get(f"{ONE}/runs/1/undo"))["counts"] == {"delete": 1}
    assert len(await story.tasks()) == 1
    undone = await robot.post(f"{ONE}/runs/1/undo")
    assert (undone["undone"], undone["counts"]) == (1, {"delete": 1})
    assert await story.tasks() == []
    assert await robot.post(f"{ONE}/runs/1/release") == {"count": 1}
    assert [each["id"] for each in await robot.every(f"{ONE}/runs", limit=1)] == [2, 1]


async def test_a_run_that_never_was_is_a_404(robot: Program) -> None:
    for path in ("runs/9", "runs/9/records", "runs/9/undo"):
        await robot.get(f"{ONE}/{path}", status=404)
    for path in ("runs/9/undo", "runs/9/release"):
        await robot.post(f"{ONE}/{path}", status=404)


async def test_while_another_run_is_under_way_none_is_started(
    connected: Web, robot: Program
) -> None:
    mine = connected.tandem.store.for_connection(1)
    mine.acquire("another host:1", connected.tandem.asking.clock.now(), 600)
    answer = await robot.client.post(f"{ONE}/runs", json={})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:problem:busy")
    assert int(answer.headers["retry-after"]) > 0


# --------------------------------------------------------------------------- conflicts and owners


async def test_a_value_that_lost_is_put_back(connected: Web, robot: Program) -> None:
    await a_conflict(Story(connected.running), Side.SALESFORCE)
    found = await robot.every(f"{ONE}/conflicts", limit=1)
    assert {each["winner"] for each in found} == {"salesforce"}
    done = await robot.post(f"{ONE}/conflicts/{found[0]['id']}/restore")
    assert done["how"] == "restored"
    open_still = [each["id"] for each in await robot.every(f"{ONE}/conflicts")]
    everything = await robot.every(f"{ONE}/conflicts", everything="true", limit=1)

    assert found[0]["id"] not in open_still
    assert [each["restored_by"] for each in everything if each["restored_at"]] == ["robot (API)"]
    await robot.post(f"{ONE}/conflicts/99/restore", status=404)


async def test_only_a_pair_that_has_ended_is_made_again(connected: Web, robot: Program) -> None:
    assert await robot.every(f"{ONE}/ended-pairs", limit=1) == []
    problem = await robot.post(f"{ONE}/recreate", {"record": "12345"}, status=422)

    assert "12345" in problem["detail"]


async def test_an_owner_is_set_by_hand_and_back(connected: Web, robot: Program) -> None:
    ann, _ = Story(connected.running).owner("Ann")
    _, carl = Story(connected.running).owner("Carl")
    mine = connected.tandem.store.for_connection(1)
    set_ = await robot.put(f"{ONE}/owners/{ann}", {"salesforce_user": carl})
    assert (set_["match"], mine.owner_pairs()) == ("manual", {ann: carl})
    nobody = await robot.put(f"{ONE}/owners/{ann}", {"salesforce_user": None})
    assert (nobody["match"], mine.owner_pairs()) == ("nobody", {ann: None})
    again = await robot.asks("DELETE", f"{ONE}/owners/{ann}")

    assert (again["match"], mine.owner_pairs()) == ("email", {})
    assert [each["name"] for each in await robot.every(f"{ONE}/owners")] == [
        "Ann Owner",
        "Carl Owner",
    ]
    await robot.put(f"{ONE}/owners/99", {"salesforce_user": carl}, status=404)
    await robot.put(f"{ONE}/owners/{ann}", {"salesforce_user": "nobody known"}, status=422)


async def test_before_both_accounts_are_connected_operations_say_so(web: Web) -> None:
    web.tandem.store.create_connection("main")
    robot = Program(web)
    assert (await robot.get(ONE))["state"] == "incomplete"

    for path in ("owners", "reports", "report-folders"):
        assert "account" in (await robot.get(f"{ONE}/{path}", status=422))["detail"]


# --------------------------------------------------------------------------- reports


async def test_a_report_is_run_and_saved_once(connected: Web, robot: Program) -> None:
    act = connected.running.salesforce.act
    ann = act("create_record", {"object": "Contact", "fields": {"LastName": "Ann"}})
    fields = {"Subject": "Opened: Spring", "ActivityDate": "2026-11-10", "WhoId": ann["id"]}
    act("create_record", {"object": "Task", "fields": fields})
    wanted = {"code": "opens", "only_tandem": False, "groupings": ["subject"]}
    shown = await robot.post(f"{ONE}/reports/run", wanted)
    assert shown["total"] == 1
    assert shown["groups"][0]["cells"][0]["label"] == "Opened: Spring"
    first = await robot.post(f"{ONE}/reports/save", wanted)
    again = await robot.post(f"{ONE}/reports/save", {**wanted, "name": "Opens"})

    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["report_id"] == again["report_id"]
    ready = {each["code"]: each for each in (await robot.get(f"{ONE}/reports"))["items"]}
    assert ready["opens"]["report_id"] == first["report_id"]
    assert (await robot.get(f"{ONE}/report-folders"))["items"][0]["name"] == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"code": "nothing"}, "no ready-made report nothing"),
        ({"first": "2026-01-02", "last": "2026-01-01"}, ""),
        ({"first": "2026-01-02"}, ""),
        ({"groupings": ["week", "day", "month"]}, ""),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(
    robot: Program, body: dict[str, object], said: str
) -> None:
    problem = await robot.post(f"{ONE}/reports/run", body, status=422)

    assert said in problem["detail"]
    assert problem["remedy"]

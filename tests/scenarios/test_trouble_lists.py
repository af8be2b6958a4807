"""Lists, fields and the key field that changed since they were read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.engine.findings import Check
from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind
from tests.scenarios.refusals import (
    STATUSES,
    calls_for,
    decisions,
    log,
    subjects,
)
from tests.scenarios.story import Story, reasons
from tests.support.installation import installation

# --------------------------------------------------------------------------- lists and fields


async def test_a_type_hidden_since_it_was_read_is_left_out_and_reported(story: Story) -> None:
    first, *_ = await calls_for(
        story, "First", options={Kind.CALL: 'salesforce_task_type = "Call"'}
    )
    await story.sync()
    story.in_salesforce("hide_field", object="Task", field="Type")
    [second] = log(story, story.first_contact, "Second")

    report = await story.sync()
    findings = {finding.code for finding in await story.tandem.doctor("default")}

    assert report.total(Outcome.CREATED) == 1
    assert "left_out" in await decisions(story, second)
    assert Check.TYPE_FIELD_HIDDEN in findings
    assert "chosen" in await decisions(story, first)


async def test_an_edit_is_written_without_the_field_that_was_hidden_meanwhile(
    story: Story,
) -> None:
    [call] = await calls_for(story, "Call")
    await story.sync()
    story.in_salesforce("hide_field", object="Task", field="Description")
    changed = {"hs_call_title": "Renamed", "hs_call_body": "Nobody may read this"}
    story.in_hubspot("edit", object="calls", id=call, properties=changed)
    report = await story.sync()
    await story.later(minutes=2)
    findings = await story.tandem.doctor("default")

    assert reasons(report) == {"org_changed": 1}
    rows = await story.running.soql("SELECT Subject FROM Task")
    assert [row["Subject"] for row in rows] == ["Renamed"]
    hidden = [f.values["field"] for f in findings if f.code is Check.FIELD_NOT_WRITABLE]
    assert hidden == ["Description"]


async def test_a_type_that_vanished_since_it_was_read_is_left_out(story: Story) -> None:
    story.in_salesforce("set_type_values", values=["Call", "Meeting"], restricted=True)
    await calls_for(story, "First", options={Kind.CALL: 'salesforce_task_type = "Call"'})
    await story.sync()
    story.in_salesforce("set_type_values", values=["Meeting"], restricted=True)
    log(story, story.first_contact, "Second")

    report = await story.sync()

    assert report.total(Outcome.CREATED) == 1
    assert {t["Subject"]: t["Type"] for t in await story.tasks()}["Second"] is None


async def test_a_status_refused_since_its_list_was_read_waits_a_minute_for_the_new_list(
    story: Story,
) -> None:
    await calls_for(story, "First")
    await story.sync()
    story.in_salesforce(
        "set_status_values",
        values=[
            {"value": "Offen", "closed": False, "default": True},
            {"value": "Erledigt", "closed": True},
        ],
    )
    refusal = {
        "kind": "record_error",
        "code": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "field": "Status",
        "message": "bad value for restricted picklist field: Completed",
    }
    story.arm("salesforce", refusal)
    log(story, story.first_contact, "Second")

    report = await story.sync()
    await story.later(minutes=2)

    assert reasons(report) == {"org_changed": 1}
    assert {t["Subject"]: t["Status"] for t in await story.tasks()}["Second"] == "Erledigt"
    assert await story.tandem.errors("default") == ()


async def test_a_value_refused_although_the_list_is_the_same_is_parked(story: Story) -> None:
    await calls_for(story, "Call")
    refusal = {
        "kind": "record_error",
        "code": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "field": "Status",
        "message": "bad value for restricted picklist field: Completed",
    }
    story.arm("salesforce", refusal)

    assert reasons(await story.sync()) == {"refused": 1}


async def test_a_chosen_status_that_is_gone_falls_back_and_doctor_says_so(story: Story) -> None:
    story.in_salesforce(
        "set_status_values", values=[*STATUSES, {"value": "Called", "closed": True}]
    )
    await calls_for(story, "First", first='completed_status = "Called"')
    await story.sync()
    assert (await story.task())["Status"] == "Called"

    story.in_salesforce("set_status_values", values=STATUSES)
    log(story, story.first_contact, "Second")
    await story.later(minutes=20)
    findings = {finding.code for finding in await story.tandem.doctor("default")}

    assert {t["Subject"]: t["Status"] for t in await story.tasks()}["Second"] == "Completed"
    assert Check.COMPLETED_STATUS_GONE in findings


async def test_an_org_without_a_closed_status_parks_what_needs_one(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL, Kind.TASK)
    story.in_salesforce(
        "set_status_values", values=[{"value": "Open", "closed": False, "default": True}]
    )
    log(story, contact, "Call")
    story.in_hubspot("create_task", contacts=[contact], subject="Open task")

    report = await story.later(minutes=20)
    [card] = await story.tandem.errors("default")

    assert report.state is RunState.DONE
    assert await subjects(story) == ["Open task"]
    assert (card.reason, card.count) == ("unmappable", 1)
    assert "no closed task status" in card.message
    assert Check.NO_CLOSED_STATUS in {f.code for f in await story.tandem.doctor("default")}


async def test_a_record_type_that_is_gone_is_left_out_and_doctor_says_so(story: Story) -> None:
    story.in_salesforce("create_record_type", object="Task", name="Activity")
    await calls_for(story, "First", options={Kind.CALL: 'record_type = "Gone"'})

    report = await story.sync()

    assert report.total(Outcome.CREATED) == 1
    assert Check.RECORD_TYPE_GONE in {f.code for f in await story.tandem.doctor("default")}


async def test_an_org_in_its_own_words_is_written_in_them(story: Story) -> None:
    """An org of one's own: no Completed, no Normal, nothing in English."""
    story.in_salesforce(
        "set_status_values",
        values=[
            {"value": "未着手", "closed": False, "default": True},
            {"value": "進行中", "closed": False},
            {"value": "保留", "closed": False},
            {"value": "完了", "closed": True},
        ],
    )
    contact, _ = story.person()
    await story.switch_on(
        Kind.CALL, Kind.TASK, first='language = "ja"\n[status_map]\nWAITING = "保留"'
    )
    story.in_hubspot("log_call", contacts=[contact])
    for subject, status in (
        ("待ち", "WAITING"),
        ("済み", "COMPLETED"),
        ("これから", "NOT_STARTED"),
    ):
        story.in_hubspot(
            "create_task",
            contacts=[contact],
            subject=subject,
            properties={"hs_task_status": status},
        )

    await story.later(minutes=20)

    assert {task["Subject"]: task["Status"] for task in await story.tasks()} == {
        "コール": "完了",
        "待ち": "保留",
        "済み": "完了",
        "これから": "未着手",
    }


@pytest.mark.parametrize("added", ["id", "label", "closest"])
async def test_a_stage_that_hubspots_admin_added_goes_by_open_or_done(
    added: str, story: Story
) -> None:
    story.running.sandbox.world.switches.set({"added_stage_status": added})
    stage = story.in_hubspot("add_stage", label="Blocked by legal")["stage"]
    contact, _ = story.person()
    await story.switch_on(Kind.TASK)
    story.in_hubspot(
        "create_task",
        contacts=[contact],
        subject="Contract",
        properties={"hs_pipeline_stage": stage},
    )

    report = await story.sync()

    assert report.total(Outcome.CREATED) == 1
    assert not (await story.task())["IsClosed"]


# --------------------------------------------------------------------------- the key field


async def test_the_key_field_is_used_once_an_admin_has_made_it(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect(key_field=False)
        await calls_for(story, "Without")
        await story.sync()
        assert Check.KEY_FIELD_MISSING in {f.code for f in await story.tandem.doctor("default")}

        story.in_salesforce(
            "create_custom_field",
            object="Activity",
            name="Tandem_Key__c",
            length=80,
            external_id=True,
            unique=True,
            case_sensitive=True,
        )
        log(story, story.first_contact, "With")
        await story.later(minutes=20)

        keyed = await running.tasks("Tandem_Key__c != null")
        assert [task["Subject"] for task in keyed] == ["With"]
        assert await subjects(story) == ["With", "Without"]
        assert Check.KEY_FIELD_READY in {f.code for f in await story.tandem.doctor("default")}


async def test_a_write_lost_before_the_key_field_came_is_found_without_it(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect(key_field=False)
        await calls_for(story, "Once")
        await fail_all_reads_after_the_write(story)
        story.in_salesforce(
            "create_custom_field",
            object="Activity",
            name="Tandem_Key__c",
            length=80,
            external_id=True,
            unique=True,
            case_sensitive=True,
        )

        await story.later(minutes=20)
        await story.later(hours=1)

        assert await subjects(story) == ["Once"]


async def fail_all_reads_after_the_write(story: Story) -> None:
    """A run whose create lands, whose answer is lost, and that cannot look afterwards."""
    path = "/services/data/*/composite/sobjects*"
    look = {"kind": "status", "status": 503, "path": "*/queryAll", "skip": 1, "times": -1}
    story.arm("salesforce", {"kind": "drop_after", "path": path, "method": "POST"}, look)
    await story.sync()
    story.arm("salesforce", {"clear": True})
    assert len(await story.tasks()) == 1

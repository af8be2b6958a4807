"""Records that Salesforce refuses, and lists, users and people that changed since they were read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.engine.reports import Check, Outcome, RunState
from tandem.model import Kind, LinkState
from tests.scenarios.story import Story, reasons
from tests.support.installation import installation

RULE = "Calls need a quote number. Ask the sales desk."
STATUSES = [
    {"value": "Not Started", "closed": False, "default": True},
    {"value": "In Progress", "closed": False},
    {"value": "Completed", "closed": True},
]


async def calls_for(story: Story, *titles: str, **options: Any) -> list[str]:
    """Calls on one person with *titles*, the kind switched on; their ids."""
    contact, _ = story.person()
    await story.switch_on(Kind.CALL, **options)
    return log(story, contact, *titles)


def log(story: Story, contact: str, *titles: str) -> list[str]:
    return [
        str(story.in_hubspot("log_call", contacts=[contact], title=title)["id"]) for title in titles
    ]


async def subjects(story: Story) -> list[str]:
    return sorted(task["Subject"] for task in await story.tasks())


async def decisions(story: Story, asked: object) -> set[str]:
    """The rules that ``tandem explain`` names for a record."""
    explanation = await story.tandem.explain("default", str(asked))
    return {decision.rule for decision in explanation.decisions}


def parks(story: Story, condition: dict[str, Any]) -> None:
    story.in_salesforce(
        "add_validation_rule", name="quote", condition=condition, message=RULE, field="Subject"
    )


# --------------------------------------------------------------------------- refused for good


async def test_a_refused_record_is_parked_with_the_admins_words_and_retry_writes_it(
    story: Story,
) -> None:
    parks(story, {"field": "Subject", "operator": "contains", "value": "no quote"})
    _, refused, _ = await calls_for(story, "First", "Second (no quote)", "Third")
    report = await story.sync()
    [card] = await story.tandem.errors("default")
    told = await story.tandem.explain("default", refused)

    assert report.state is RunState.DONE
    assert (report.total(Outcome.CREATED), reasons(report)) == (2, {"refused": 1})
    assert (card.reason, card.count, card.kinds) == ("refused", 1, (Kind.CALL,))
    assert RULE in card.message
    assert (told.state, told.reason) == (LinkState.PARKED, "refused")
    assert RULE in told.detail
    assert (await story.later(days=2)).total(Outcome.CREATED) == 0

    story.in_salesforce("remove_validation_rule", name="quote")
    assert await story.tandem.retry("default", keys=card.keys) == 1
    await story.sync()
    assert await subjects(story) == ["First", "Second (no quote)", "Third"]
    assert await story.tandem.errors("default") == ()


async def test_a_parked_record_is_tried_again_once_somebody_edits_it(story: Story) -> None:
    parks(story, {"field": "Subject", "operator": "contains", "value": "no quote"})
    [refused] = await calls_for(story, "no quote")
    await story.sync()

    story.in_hubspot("edit", object="calls", id=refused, properties={"hs_call_title": "Quote 7"})
    await story.later(minutes=5)

    assert await subjects(story) == ["Quote 7"]


async def test_a_refused_form_submission_is_not_lost_though_its_feed_moves_on(
    story: Story,
) -> None:
    parks(story, {"field": "Subject", "operator": "starts_with", "value": "Submitted"})
    story.person("tanaka@example.com")
    form = story.in_hubspot("create_form", name="Contact us")["form"]
    await story.switch_on(Kind.FORM_SUBMISSION)
    story.in_hubspot("submit_form", form=form, email="tanaka@example.com")
    report = await story.later(minutes=1)
    assert reasons(report) == {"refused": 1}
    await story.later(days=10)

    story.in_salesforce("remove_validation_rule", name="quote")
    await story.tandem.retry("default")
    await story.sync()

    assert await subjects(story) == ["Submitted: Contact us"]


async def test_a_refused_update_keeps_the_pair_and_makes_no_second_task(story: Story) -> None:
    [call] = await calls_for(story, "Call")
    await story.sync()
    parks(story, {"field": "Subject", "operator": "contains", "value": "Renamed"})
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})
    report = await story.later(minutes=5)
    assert reasons(report) == {"refused": 1}

    story.in_salesforce("remove_validation_rule", name="quote")
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_body": "Said so"})
    await story.later(minutes=5)

    task = await story.task()
    assert (task["Subject"], task["Description"]) == ("Renamed", "Said so")
    assert await story.tandem.errors("default") == ()


async def test_a_trigger_that_fails_parks_its_record_only(story: Story) -> None:
    story.in_salesforce(
        "add_trigger",
        name="broken",
        condition={"field": "Subject", "operator": "equals", "value": "Second"},
        error="System.NullPointerException",
    )
    await calls_for(story, "First", "Second")

    report = await story.sync()
    [card] = await story.tandem.errors("default")

    assert (report.total(Outcome.CREATED), report.total(Outcome.PARKED)) == (1, 1)
    assert "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" in card.message
    assert "NullPointerException" in card.message


async def test_a_refusal_of_every_sort_has_its_card(story: Story) -> None:
    await calls_for(story, "First", "Second", "Third")
    codes = ("REQUIRED_FIELD_MISSING", "INSUFFICIENT_ACCESS_OR_READONLY", "A_CODE_OF_TOMORROW")
    story.arm(
        "salesforce", *({"kind": "record_error", "code": code, "message": "no"} for code in codes)
    )

    report = await story.sync()
    cards = await story.tandem.errors("default")

    assert report.total(Outcome.PARKED) == 3
    assert sorted(card.message.split(":")[0] for card in cards) == sorted(codes)


# --------------------------------------------------------------------------- locks


async def test_a_locked_record_is_written_in_the_same_run_where_the_lock_is_short(
    story: Story,
) -> None:
    await calls_for(story, "First", "Second", "Third")
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": 2})

    report = await story.sync()

    assert report.total(Outcome.CREATED) == 3


async def test_a_record_locked_for_long_waits_with_its_reason_and_is_written_later(
    story: Story,
) -> None:
    ids = await calls_for(story, "First", "Second")
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": -1})
    report = await story.sync()
    health = await story.tandem.health("default")
    told = await story.tandem.explain("default", ids[0])

    assert reasons(report) == {"locked": 2}
    assert [(each.reason, each.count) for each in health.waiting] == [("locked", 2)]
    assert told.due_at is not None

    story.arm("salesforce", {"clear": True})
    await story.later(minutes=20)
    assert await subjects(story) == ["First", "Second"]


async def test_an_update_of_an_old_pair_waits_for_a_lock_as_long_as_a_new_one(
    story: Story,
) -> None:
    [call] = await calls_for(story, "Call")
    await story.sync()
    await story.later(days=60)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": -1})
    assert reasons(await story.sync()) == {"locked": 1}

    story.arm("salesforce", {"clear": True})
    await story.later(hours=1)

    assert await subjects(story) == ["Renamed"]


async def test_a_lock_that_never_ends_is_parked_with_salesforces_words(story: Story) -> None:
    await calls_for(story, "Call")
    story.arm("salesforce", {"kind": "lock_row", "object": "Task", "times": -1})
    for days in (1, 10, 18, 3):
        await story.later(days=days)

    [card] = await story.tandem.errors("default")

    assert card.reason == "refused"
    assert "UNABLE_TO_LOCK_ROW" in card.message


# --------------------------------------------------------------------------- people


async def test_a_person_deleted_since_it_was_read_waits_and_is_resolved_anew(
    story: Story,
) -> None:
    contact, person = story.person("sato@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "First")
    await story.sync()
    story.in_salesforce("delete_record", id=person)
    log(story, contact, "Second")
    report = await story.sync()
    assert reasons(report) == {"person_gone": 1}

    another = story.salesforce_contact("sato@example.com")
    await story.later(minutes=2)

    assert {t["Subject"]: t["WhoId"] for t in await story.tasks()}["Second"] == another


async def test_a_person_merged_away_since_it_was_read_leads_to_the_winner(story: Story) -> None:
    contact, person = story.person("sato@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "First")
    await story.sync()
    winner = story.salesforce_contact("winner@example.com")
    story.in_salesforce("merge", master=winner, losers=[person])
    log(story, contact, "Second")
    await story.sync()
    await story.later(minutes=2)

    assert {t["Subject"]: t["WhoId"] for t in await story.tasks()} == {
        "First": winner,
        "Second": winner,
    }


async def test_a_lead_converted_since_it_was_read_leads_to_its_contact(story: Story) -> None:
    contact = story.contact("sato@example.com")
    lead = story.lead("sato@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "First")
    await story.sync()
    converted = story.in_salesforce("convert_lead", id=lead)["contact"]
    log(story, contact, "Second")
    await story.sync()
    await story.later(minutes=2)

    assert {task["WhoId"] for task in await story.tasks()} == {converted}


async def test_news_of_a_person_lets_what_waits_for_it_go_at_once(story: Story) -> None:
    contact = story.contact("late@example.com")
    await story.switch_on(Kind.CALL)
    log(story, contact, "Waits for hours")
    for _ in range(3):
        report = await story.later(minutes=20)
    assert reasons(report) in ({}, {"no_salesforce_record": 1})
    story.salesforce_contact("late@example.com")
    log(story, contact, "Brings the news")

    await story.later(minutes=16)

    assert await subjects(story) == ["Brings the news", "Waits for hours"]


async def test_an_update_that_names_a_vanished_record_does_not_end_the_pair(story: Story) -> None:
    account = story.in_salesforce(
        "create_record", object="Account", fields={"Name": "A", "Website": "a.example.com"}
    )["id"]
    company = story.in_hubspot(
        "create", object="companies", properties={"name": "A", "domain": "a.example.com"}
    )["id"]
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    [warm] = log(story, contact, "Warm the cache")
    story.in_hubspot("associate", object="calls", id=warm, to_object="companies", to_id=company)
    [call] = log(story, contact, "Call")
    await story.sync()
    story.in_salesforce("delete_record", id=account)
    story.in_hubspot("associate", object="calls", id=call, to_object="companies", to_id=company)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    await story.later(minutes=2)

    tasks = {task["Subject"]: task["WhatId"] for task in await story.tasks()}
    assert tasks["Renamed"] is None


# --------------------------------------------------------------------------- users


@pytest.mark.parametrize("minutes", [1, 20], ids=["read before", "read after"])
async def test_a_user_deactivated_in_salesforce_is_followed_by_the_next_of_the_chain(
    minutes: int, story: Story
) -> None:
    hana, user_hana = story.owner("Hana")
    kenji, user_kenji = story.owner("Kenji")
    contact, _ = story.person(hubspot_owner_id=kenji)
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="First", owner=hana)
    await story.sync()
    story.in_salesforce("deactivate_user", user=user_hana)
    second = story.in_hubspot("log_call", contacts=[contact], title="Second", owner=hana)["id"]

    await story.later(minutes=minutes)

    owners = {task["Subject"]: task["OwnerId"] for task in await story.tasks()}
    assert owners == {"First": user_hana, "Second": user_kenji}
    assert await decisions(story, second) & {"user_inactive", "contact_owner"}


async def test_when_all_of_the_chain_are_inactive_the_integration_user_has_it(
    story: Story,
) -> None:
    hana, user_hana = story.owner("Hana")
    kenji, user_kenji = story.owner("Kenji")
    contact, _ = story.person(hubspot_owner_id=kenji)
    await story.switch_on(Kind.CALL)
    await story.sync()
    for user in (user_hana, user_kenji):
        story.in_salesforce("deactivate_user", user=user)
    story.in_hubspot("log_call", contacts=[contact], title="Call", owner=hana)

    await story.sync()

    assert (await story.task())["OwnerId"] == await story.user_id()


async def test_a_new_owner_who_is_inactive_falls_to_the_next_on_an_edit_too(story: Story) -> None:
    hana, user_hana = story.owner("Hana")
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    [call] = log(story, contact, "Call")
    await story.sync()
    story.in_salesforce("deactivate_user", user=user_hana)
    story.in_hubspot("change_owner", object="calls", id=call, owner=hana)

    report = await story.later(minutes=2)

    assert report.total(Outcome.PARKED) == 0
    assert (await story.task())["OwnerId"] == await story.user_id()


async def test_an_owner_deactivated_in_hubspot_keeps_its_match(story: Story) -> None:
    hana, user_hana = story.owner("Hana")
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Call", owner=hana)
    story.in_hubspot("deactivate_owner", owner=hana)

    await story.later(minutes=20)

    assert (await story.task())["OwnerId"] == user_hana


async def test_an_edit_of_a_task_whose_owner_left_is_parked_in_plain_words(story: Story) -> None:
    story.running.sandbox.world.switches.set({"inactive_owner_edit": "refuse"})
    hana, user_hana = story.owner("Hana")
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="Call", owner=hana)["id"]
    await story.sync()
    story.in_salesforce("deactivate_user", user=user_hana)
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    report = await story.later(minutes=2)
    [card] = await story.tandem.errors("default")

    assert reasons(report) == {"refused": 1}
    assert "INACTIVE_OWNER_OR_USER" in card.message

    story.in_salesforce("activate_user", user=user_hana)
    await story.tandem.retry("default")
    await story.sync()
    assert await subjects(story) == ["Renamed"]


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

"""Reading that goes wrong: lagging search, shifting pages, doubled rows, properties and lists that are gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.engine.findings import Check
from tandem.engine.reports import Outcome, RunState
from tandem.errors import SettingsError
from tandem.model import Kind
from tests.scenarios.story import Story, reasons
from tests.scenarios.test_hostile import distorted
from tests.support.installation import installation


async def subjects(story: Story) -> list[str]:
    return sorted(task["Subject"] for task in await story.tasks())


def log(story: Story, title: str) -> str:
    return str(story.in_hubspot("log_call", contacts=[story.first_contact], title=title)["id"])


async def ready(story: Story, **options: Any) -> None:
    story.person()
    await story.switch_on(Kind.CALL, **options)


# --------------------------------------------------------------------------- search


@pytest.mark.parametrize("minutes", [3, 600])
async def test_what_the_search_took_in_late_is_still_found_and_counted_once(
    minutes: int, story: Story
) -> None:
    await ready(story)
    log(story, "In time")
    await story.sync()
    story.arm("hubspot", {"kind": "search_stall", "seconds": minutes * 60})
    log(story, "Late")
    reports = [await story.later(minutes=minutes / 2) for _ in range(3)]
    reports += [await story.later(hours=hours) for hours in (1, 24, 1)]

    assert await subjects(story) == ["In time", "Late"]
    assert sum(report.total(Outcome.CREATED) for report in reports) == 1


async def test_reading_further_back_counts_and_writes_nothing_twice(story: Story) -> None:
    await ready(story)
    for number in range(5):
        log(story, f"Call {number}")
    await story.sync()
    for _ in range(2):
        await story.later(minutes=20)  # the second looks
    story.forget_journal()

    report = await story.later(hours=1)

    assert report.total(Outcome.CREATED) + report.total(Outcome.UPDATED) == 0
    assert report.seen <= 2  # the daily round's share of this hour
    assert not [call for call in story.running.calls() if "sobjects" in call]


async def test_edits_while_pages_are_read_lose_and_double_nothing(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        between = distorted(running)
        await running.connect()
        await ready(story)
        ids = [log(story, f"Call {number}") for number in range(450)]
        edits = iter(ids[::7])

        def edit_now(record: dict[str, Any]) -> None:
            """Whenever a page passes by, somebody edits: its records move to the end of the order."""
            if "hs_call_title" in record.get("properties", {}) and (call := next(edits, None)):
                story.in_hubspot(
                    "edit", object="calls", id=call, properties={"hs_call_body": "edited"}
                )

        between.distort = edit_now
        await story.sync()
        between.distort = lambda record: None
        await story.later(minutes=2)

        titles = await subjects(story)
        assert len(titles) == len(set(titles)) == 450


async def test_rows_that_come_twice_in_a_page_are_one_activity(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        between = distorted(running)
        await running.connect()
        await ready(story)
        log(story, "Once")

        between.double = True
        report = await story.sync()

        assert report.seen == 1
        assert await subjects(story) == ["Once"]


# --------------------------------------------------------------------------- properties, lists, zones


async def test_properties_that_are_gone_from_hubspot_are_read_as_empty(story: Story) -> None:
    """HubSpot's own connector was removed, its properties deleted: the address finds the person."""
    story.running.sandbox.world.switches.set({"salesforce_properties": "absent"})
    await ready(story)
    log(story, "Call")

    report = await story.sync()

    assert report.state is RunState.DONE
    assert await subjects(story) == ["Call"]


async def test_a_deleted_inclusion_list_stops_with_a_sentence_and_skips_nobody(
    story: Story,
) -> None:
    inside, _ = story.person()
    made = story.in_hubspot("create_list", name="Synced")
    list_id = made.get("list") or made["listId"]
    story.in_hubspot("add_to_list", list=list_id, records=[inside])
    await story.switch_on(Kind.CALL, first=f'inclusion_list = "{list_id}"')
    log(story, "Call")
    path = f"/crm/v3/lists/{list_id}/*"
    story.arm("hubspot", {"kind": "status", "status": 404, "path": path, "times": -1})

    report = await story.sync()
    findings = {f.code: f.values for f in await story.tandem.doctor("default")}

    assert (report.state, report.reason) == (RunState.FAILED, "settings")
    assert f"list {list_id}" in report.message
    assert findings[Check.INCLUSION_LIST_GONE] == {"list": str(list_id)}
    assert await story.tasks() == []

    change = await story.tandem.plan_settings("default", "[kinds.call]\nenabled = true\n")
    await story.tandem.save_settings("default", change, "test")
    await story.sync()
    assert await subjects(story) == ["Call"]


async def test_a_time_zone_that_nobody_knows_stops_with_a_sentence(story: Story) -> None:
    await ready(story)
    log(story, "Call")
    details = story.running.hubspot.account.details(0)
    body = {**details, "timeZone": "Mars/Olympus_Mons"}
    path = "/account-info/v3/details"
    story.arm("hubspot", {"kind": "status", "status": 200, "path": path, "body": body, "times": -1})
    report = await story.sync()
    assert (report.state, report.reason) == (RunState.FAILED, "refused")
    assert "Mars/Olympus_Mons" in report.message

    story.arm("hubspot", {"clear": True})
    await story.sync()
    assert await subjects(story) == ["Call"]


# --------------------------------------------------------------------------- settings by hand


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[kinds.call\nenabled = true", "line 1"),
        ("[kinds.cal]\nenabled = true", "kinds.call"),
        ("time_zone = 'Mars/Olympus_Mons'", "time_zone"),
        ("due_time = '25:00'", "due_time"),
        ("[kinds.call]\nenabled = 'perhaps'", "kinds.call.enabled"),
        ("[kinds.call]\nsubject_template = '{nobody}'", "nobody"),
        ("[daily_calls]\nsalesforce = -1", "daily_calls.salesforce"),
        ("delete_policy = 'burn'", "burn"),
        ("\x00\ufffe", "line 1"),
    ],
)
async def test_settings_that_cannot_be_taken_change_nothing(
    text: str, said: str, story: Story
) -> None:
    await ready(story)
    before = await story.tandem.settings_text("default")

    with pytest.raises(SettingsError) as wrong:
        await story.tandem.plan_settings("default", text)

    assert said in str(wrong.value)
    assert await story.tandem.settings_text("default") == before


async def test_settings_spoiled_in_the_database_say_so_and_harm_no_other(story: Story) -> None:
    """A hand-edited database, or one written by a newer version."""
    await ready(story)
    connection = story.tandem.store.connection("default")
    saved = story.tandem.store.settings(connection.id)
    story.tandem.store.save_settings(
        connection.id,
        text=saved.text + "\ntime_zone = 'Mars/Olympus_Mons'\n",
        expected_version=saved.version,
        changed_by="somebody",
        difference="",
        at=story.running.clock.now(),
    )

    with pytest.raises(SettingsError, match="time_zone"):
        await story.sync()


async def test_what_waits_when_its_kind_is_switched_off_waits_until_it_is_on_again(
    story: Story,
) -> None:
    contact = story.contact("late@example.com")
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="Waits")
    await story.sync()
    await story.running.settings("")
    person = story.salesforce_contact("late@example.com")
    await story.later(days=1)
    assert await story.tasks() == []
    waiting = [(each.reason, each.count) for each in (await story.tandem.health("default")).waiting]
    assert waiting == [("no_salesforce_record", 1)]

    await story.switch_on(Kind.CALL)
    await story.later(days=1)

    assert (await story.task())["WhoId"] == person


async def test_a_task_in_the_recycle_bin_is_not_changed_or_made_again(story: Story) -> None:
    await ready(story)
    call = log(story, "Call")
    await story.sync()
    story.in_salesforce("delete_record", id=(await story.task())["Id"])
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    report = await story.later(minutes=5)
    told = await story.tandem.explain("default", call)

    assert reasons(report) == {"edited_after_delete": 1}
    assert told.reason == "edited_after_delete"
    assert await story.tasks() == []


async def test_an_edit_of_an_archived_task_is_still_written(story: Story) -> None:
    await ready(story)
    call = log(story, "Call")
    await story.sync()
    story.in_salesforce("archive_now", id=(await story.task())["Id"])
    story.in_hubspot("edit", object="calls", id=call, properties={"hs_call_title": "Renamed"})

    report = await story.later(minutes=5)

    assert report.total(Outcome.UPDATED) + report.total(Outcome.PARKED) == 1
    assert len(await story.tasks()) == 1

"""Bodies, texts and records made to hurt: bounded cost, a sentence each, and all others are written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tandem.crm.http import Request, Response, Transport
from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind, LinkState
from tests.scenarios.story import Story, reasons
from tests.support.installation import Installation, installation

FAMILY = "👩‍👩‍👧‍👦"  # eleven UTF-16 units that are one character to people


async def subjects(story: Story) -> list[str]:
    return sorted(task["Subject"] for task in await story.tasks())


def units(text: str) -> int:
    """How long Salesforce finds a text."""
    return len(text.encode("utf-16-le")) // 2


# --------------------------------------------------------------------------- long texts


@pytest.mark.parametrize("counted", ["utf16", "code_points"])
async def test_a_subject_of_emoji_is_cut_between_characters_that_people_see(
    counted: str, story: Story
) -> None:
    story.running.sandbox.world.switches.set({"length_unit": counted})
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title=FAMILY * 255)

    report = await story.sync()
    subject = (await story.task())["Subject"]

    assert report.total(Outcome.CREATED) == 1
    assert units(subject) <= 255
    assert set(subject.rstrip("…").split(FAMILY)) == {""}


async def test_a_body_of_surrogate_pairs_fits_and_ends_with_the_way_to_the_original(
    story: Story,
) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.NOTE)
    note = story.in_hubspot("write_note", contacts=[contact], body="")
    stored(story, "notes", note["id"], hs_note_body=f"<p>{'𠮷野家で🍜 ' * 9_000}</p>")

    report = await story.sync()
    description = (await story.task())["Description"]

    assert report.total(Outcome.CREATED) == 1
    assert 31_000 < units(description) <= 32_000
    assert str(note["id"]) in description.splitlines()[-1]
    description.encode("utf-8")  # no half of a pair is left over


async def test_control_characters_and_lone_parts_do_not_stop_a_record(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    story.in_hubspot("log_call", contacts=[contact], title="a\x00b\u202ec\u0301\ufffd\r\nd")

    assert (await story.sync()).total(Outcome.CREATED) == 1


# --------------------------------------------------------------------------- hostile bodies


def stored(story: Story, kind: str, record_id: object, **values: str) -> None:
    """Put values straight into HubSpot's table, past what its own API would refuse."""
    table = story.running.hubspot.crm.tables[kind]
    record = table.live[int(str(record_id))]
    changed = replace(record, values={**record.values, **values})
    table.put(changed, story.running.hubspot.crm.now())


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 1_000_000 + "x" + "</div>" * 1_000_000 + "y" * 9_000_000,
        "<blockquote><table><tr><td>" * 400_000,
        "<p>" + "&nbsp;<!-- >" * 1_500_000,
        "On Monday you wrote:\n> " * 900_000,
    ],
    ids=["nested", "tables", "comments", "quotes"],
)
async def test_a_hostile_body_of_20_megabytes_costs_little_and_its_neighbours_nothing(
    body: str, tmp_path: Path
) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        between = distorted(running)
        await running.connect()
        contact, _ = story.person()
        await story.switch_on(Kind.NOTE)
        story.in_hubspot("write_note", contacts=[contact], body="<p>Hostile</p>")
        story.in_hubspot("write_note", contacts=[contact], body="<p>Beside it</p>")

        def distort(record: dict[str, Any]) -> None:
            if "Hostile" in str(record.get("properties", {}).get("hs_note_body")):
                record["properties"]["hs_note_body"] = body

        between.distort = distort

        report = await story.sync()
        tasks = await story.tasks()

        assert (report.state, report.total(Outcome.CREATED)) == (RunState.DONE, 2)
        assert "Note: Beside it" in [task["Subject"] for task in tasks]
        assert all(units(task["Description"] or "") <= 32_000 for task in tasks)


# --------------------------------------------------------------------------- records nobody can read


class Distorting:
    """Changes what HubSpot answers on its way, as a broken import or a bug of HubSpot's would."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.distort: Callable[[dict[str, Any]], None] = lambda record: None
        self.double = False

    async def send(self, request: Request) -> Response:
        answer = await self._transport.send(request)
        if b'"results"' not in answer.body:
            return answer
        body = json.loads(answer.body)
        if "results" not in body:
            return answer
        for record in body["results"]:
            self.distort(record)
        if self.double:
            body["results"] *= 2
        return Response(
            status=answer.status, headers=answer.headers, body=json.dumps(body).encode()
        )


def distorted(running: Installation) -> Distorting:
    transport = Distorting(running.tandem._given_transport)  # type: ignore[arg-type]
    running.tandem.connectors._transport = transport
    return transport


def call_named(title: str, **properties: Any) -> Callable[[dict[str, Any]], None]:
    """Distorts the call called *title*."""

    def distort(record: dict[str, Any]) -> None:
        if record.get("properties", {}).get("hs_call_title") == title:
            record["properties"].update(properties)

    return distort


@pytest.mark.parametrize(
    "nonsense",
    [
        {"hs_timestamp": "yesterday"},
        {"hs_timestamp": "9" * 40},
        {"hs_timestamp": "99999-01-01T00:00:00Z"},
        {"hs_timestamp": 17},
        {"hs_call_title": {"a": "b"}},
    ],
    ids=str,
)
async def test_a_record_nobody_can_read_is_parked_and_the_others_go_on(
    nonsense: dict[str, Any], tmp_path: Path
) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        between = distorted(running)
        await running.connect()
        contact, _ = story.person()
        await story.switch_on(Kind.CALL)
        ids = [
            story.in_hubspot("log_call", contacts=[contact], title=title)["id"]
            for title in ("First", "Second", "Third")
        ]
        between.distort = call_named("Second", **nonsense)

        report = await story.sync()
        [card] = await story.tandem.errors("default")
        told = await story.tandem.explain("default", str(ids[1]))

        assert report.state is RunState.DONE
        assert reasons(report) == {"unreadable": 1}
        assert await subjects(story) == ["First", "Third"]
        assert (card.reason, card.kinds) == ("unreadable", (Kind.CALL,))
        assert (told.state, bool(told.detail)) == (LinkState.PARKED, True)

        between.distort = lambda record: None
        await story.tandem.retry("default")
        await story.sync()
        assert await subjects(story) == ["First", "Second", "Third"]


async def test_an_unreadable_modified_date_does_not_stop_the_reading(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        between = distorted(running)
        await running.connect()
        contact, _ = story.person()
        await story.switch_on(Kind.CALL)
        for number in range(201):
            story.in_hubspot("log_call", contacts=[contact], title=f"Call {number}")

        def distort(record: dict[str, Any]) -> None:
            if record.get("properties", {}).get("hs_call_title") == "Call 199":
                record["updatedAt"] = "never"
                record["properties"]["hs_lastmodifieddate"] = "never"

        between.distort = distort

        report = await story.sync()

        assert report.total(Outcome.CREATED) == 201


async def test_huge_numbers_park_their_record_only(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    call = story.in_hubspot("log_call", contacts=[contact], title="Endless")
    stored(story, "calls", call["id"], hs_call_duration="1" + "0" * 30)
    story.in_hubspot("log_call", contacts=[contact], title="Short")

    report = await story.sync()

    assert report.state is RunState.DONE
    assert "Short" in await subjects(story)
    assert report.total(Outcome.CREATED) + report.total(Outcome.PARKED) == 2


async def test_a_submission_of_no_moment_is_parked_and_the_others_go_on(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        between = distorted(running)
        await running.connect()
        for name in ("tanaka", "sato"):
            story.person(f"{name}@example.com")
        form = story.in_hubspot("create_form", name="Contact us")["form"]
        await story.switch_on(Kind.FORM_SUBMISSION)
        for name in ("tanaka", "sato"):
            story.in_hubspot("submit_form", form=form, email=f"{name}@example.com")

        def distort(record: dict[str, Any]) -> None:
            if "tanaka" in str(record.get("values")):
                record["submittedAt"] = 10**18

        between.distort = distort

        report = await story.later(minutes=1)

        assert (report.state, reasons(report)) == (RunState.DONE, {"unreadable": 1})
        assert len(await story.tasks()) == 1


async def test_a_contact_of_no_age_loses_the_choice_and_stops_nobody(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        between = distorted(running)
        await running.connect()
        sound, person = story.person()
        broken, _ = story.person("broken@example.com")
        await story.switch_on(Kind.CALL)
        story.in_hubspot("log_call", contacts=[sound, broken], title="Call")

        def distort(record: dict[str, Any]) -> None:
            if record.get("properties", {}).get("email") == "broken@example.com":
                record["createdAt"] = record["properties"]["createdate"] = "long ago"

        between.distort = distort
        await story.sync()

        assert (await story.task())["WhoId"] == person


async def test_an_answer_that_is_no_json_stops_the_run_in_good_order(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect()
        contact, _ = story.person()
        await story.switch_on(Kind.CALL)
        story.in_hubspot("log_call", contacts=[contact], title="Call")
        story.arm(
            "hubspot",
            {
                "kind": "status",
                "status": 200,
                "body": "<html>Proxy login</html>",
                "path": "*/search",
            },
        )
        report = await story.sync()
        assert (report.state, report.reason) == (RunState.STOPPED, "crm_unavailable")
        assert "proxy" in report.message

        await story.sync()
        assert await subjects(story) == ["Call"]

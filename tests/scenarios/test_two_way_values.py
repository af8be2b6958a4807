"""Values that the other side cannot express, bodies that it cannot show, and Tandem's own words (SPEC section 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.story import Story, reasons

STATUSES = [
    {"value": "Not Started", "closed": False, "default": True},
    {"value": "In Progress", "closed": False},
    {"value": "With legal", "closed": False},
    {"value": "Completed", "closed": True},
    {"value": "Called off", "closed": True},
]


@pytest.fixture
async def both(story: Story) -> Story:
    story.in_salesforce("set_status_values", values=STATUSES)
    await story.both_ways()
    return story


async def _pair(story: Story, **fields: Any) -> tuple[str, str]:
    _, person = story.person()
    task_id = story.new_task(person, **fields)
    await story.sync()
    return (await story.hubspot_task())["id"], task_id


async def _made_in_hubspot(story: Story, **arguments: Any) -> tuple[str, str]:
    contact, _ = story.person()
    made = story.in_hubspot("create_task", contacts=[contact], **{"subject": "One", **arguments})
    await story.sync()
    return str(made["id"]), (await story.task())["Id"]


async def _is_quiet(story: Story) -> None:
    """One more run, then some that write nothing, at night too."""
    await story.sync()
    story.forget_journal()
    await story.sync()
    await story.later(days=1, hours=1)

    assert story.writes() == []


# --------------------------------------------------------------------------- status and priority


@pytest.mark.parametrize(
    ("status", "in_hubspot"), [("With legal", "NOT_STARTED"), ("Called off", "COMPLETED")]
)
async def test_a_status_that_only_salesforce_has_comes_back_unchanged(
    status: str, in_hubspot: str, both: Story
) -> None:
    hubspot_id, _ = await _pair(both, Status=status)
    there = (await both.hubspot_task())["hs_task_status"]

    both.edit_in_hubspot(hubspot_id, hs_task_subject="Two", hs_task_priority="HIGH")
    await both.sync()

    task = await both.task()
    assert there == in_hubspot
    assert (task["Subject"], task["Status"]) == ("Two", status)
    await _is_quiet(both)


@pytest.mark.parametrize("rule", ["id", "label", "closest"])
async def test_a_stage_that_only_hubspot_has_comes_back_unchanged(rule: str, story: Story) -> None:
    story.running.sandbox.world.switches.set({"added_stage_status": rule})
    stage = story.in_hubspot("add_stage", label="In review")["stage"]
    await story.both_ways()
    hubspot_id, task_id = await _made_in_hubspot(story)
    story.edit_in_hubspot(hubspot_id, hs_pipeline_stage=stage)
    await story.sync()
    before = (await story.hubspot_task())["hs_task_status"]

    story.edit_task(task_id, Subject="Two", Priority="High")
    await story.sync()

    theirs = await story.hubspot_task()
    assert (theirs["hs_task_subject"], theirs["hs_task_status"]) == ("Two", before)
    await _is_quiet(story)


async def test_completing_a_task_of_a_status_of_ones_own_and_reopening_it_travels(
    both: Story,
) -> None:
    hubspot_id, task_id = await _pair(both, Status="With legal")

    both.in_hubspot("complete_task", id=hubspot_id)
    await both.sync()
    done = (await both.task())["Status"]
    both.edit_task(task_id, Status="With legal")
    await both.sync()

    assert done == "Completed"
    assert (await both.hubspot_task())["hs_task_status"] == "NOT_STARTED"
    assert (await both.task())["Status"] == "With legal"
    await _is_quiet(both)


async def test_a_priority_that_only_hubspot_has_comes_back_unchanged(both: Story) -> None:
    """Salesforce has no word for no priority."""
    _, task_id = await _made_in_hubspot(both, priority="NONE")

    both.edit_task(task_id, Subject="Two")
    await both.sync()

    theirs = await both.hubspot_task()
    assert (theirs["hs_task_subject"], theirs["hs_task_priority"]) == ("Two", "NONE")
    assert (await both.task())["Priority"] == "Normal"
    await _is_quiet(both)


# --------------------------------------------------------------------------- bodies

RICH = '<p><strong>Bold</strong> words</p><p><img src="https://example.com/a.png"></p>'


async def test_a_body_that_holds_more_is_not_covered_by_its_own_echo(both: Story) -> None:
    hubspot_id, task_id = await _made_in_hubspot(both, body=RICH)
    before = (await both.hubspot_task())["hs_task_body"]

    both.edit_task(task_id, Subject="Two")
    await both.sync()
    both.edit_in_hubspot(hubspot_id, hs_task_priority="HIGH")
    await both.sync()

    theirs = await both.hubspot_task()
    assert (theirs["hs_task_subject"], theirs["hs_task_body"]) == ("Two", before)
    assert both.conflicts() == []
    await _is_quiet(both)


async def test_an_edit_of_comments_of_a_body_that_holds_more_is_a_conflict_that_keeps_it(
    both: Story,
) -> None:
    _, task_id = await _made_in_hubspot(both, body=RICH)
    before = (await both.hubspot_task())["hs_task_body"]

    both.edit_task(task_id, Description="Plain words")
    await both.sync()

    [kept] = both.conflicts()
    assert (await both.hubspot_task())["hs_task_body"] == "<p>Plain words</p>"
    assert list(kept.lost.values()) == [before]
    await _is_quiet(both)


async def test_markup_that_says_the_same_is_no_edit_of_comments(both: Story) -> None:
    hubspot_id, _ = await _pair(both, Description="Some words")

    both.edit_in_hubspot(hubspot_id, hs_task_body="<div><b>Some</b> words</div>")
    await both.sync()

    assert (await both.task())["Description"] == "Some words"
    assert "<b>" in (await both.hubspot_task())["hs_task_body"]
    await _is_quiet(both)


async def test_a_body_too_long_for_comments_is_not_shortened_in_hubspot(both: Story) -> None:
    body = "".join(f"<p>Line {number} of many words</p>" for number in range(2_000))
    _, task_id = await _made_in_hubspot(both, body=body)
    before = (await both.hubspot_task())["hs_task_body"]

    both.edit_task(task_id, Subject="Two")
    await both.sync()

    assert len((await both.task())["Description"]) <= 32_000
    assert (await both.hubspot_task())["hs_task_body"] == before
    await _is_quiet(both)


async def test_tandems_own_lines_never_travel_back(both: Story) -> None:
    """The link below shortened Comments is Tandem's, not a person's, though a person edits above it."""
    body = "".join(f"<p>Line {number} of many words</p>" for number in range(2_000))
    _, task_id = await _made_in_hubspot(both, body=body)
    [*_, own] = (await both.task())["Description"].splitlines()

    both.edit_task(task_id, Description=f"A person's words\n\n{own}")
    await both.sync()

    theirs = (await both.hubspot_task())["hs_task_body"]
    assert "/task/" in own
    assert "A person" in theirs
    assert "/task/" not in theirs
    await _is_quiet(both)


HOSTILE = {
    "script": "<p>Hello</p><script>alert(1)</script>",
    "looks like markup": "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2, &lt;b&gt;not bold&lt;/b&gt;</p>",
    "unclosed": "<p>Hello <b>there <i>you <table><tr><td>all",
    "deep": "<div>" * 3_000 + "deep" + "</div>" * 3_000,
    "zero width": "<p>\u200b\u200e\u202eabc\u202c</p>",
    "astral": "<p>" + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 300 + "</p>",
    "only spaces": "<p>&nbsp;</p><p> </p>",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_body_comes_to_rest_and_stays_as_it_is(body: str, both: Story) -> None:
    _, task_id = await _made_in_hubspot(both, body=body)
    before = (await both.hubspot_task())["hs_task_body"]

    both.edit_task(task_id, Subject="Two")
    await both.sync()

    theirs = await both.hubspot_task()
    assert (theirs["hs_task_subject"], theirs["hs_task_body"]) == ("Two", before)
    assert "<script" not in ((await both.task())["Description"] or "")
    await _is_quiet(both)


COMMENTS = {
    "markup": "<b>not bold</b> <script>alert(1)</script> & 1 < 2",
    "line ends": "one\r\ntwo\rthree\n\n\nfour",
    "spaces": "  indented\n\ttab  \n ",
    "control": "before\x0bafter",
    "astral": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 300,
    "long": "word " * 6_000,
    "address": "see https://example.com/?a=1&b=<c>",
}


@pytest.mark.parametrize("text", COMMENTS.values(), ids=COMMENTS.keys())
async def test_hostile_comments_come_to_rest_and_stay_as_they_are(text: str, both: Story) -> None:
    hubspot_id, _ = await _pair(both, Description=text)
    before = (await both.task())["Description"]

    both.edit_in_hubspot(hubspot_id, hs_task_subject="Two")
    await both.sync()

    task = await both.task()
    assert (task["Subject"], task["Description"]) == ("Two", before)
    assert "<script" not in (await both.hubspot_task())["hs_task_body"]
    await _is_quiet(both)


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
async def test_a_copy_of_a_task_with_tandems_mark_is_not_taken_for_a_new_one(
    side: str, both: Story
) -> None:
    """Whoever copies a task of an org without the key field copies the mark in its last line."""
    contact, person = both.person()
    if side == "salesforce":
        both.new_task(person, Description="Hello\n[tandem:1-task-2]")
    else:
        body = "<p>Hello</p><p>[tandem:1-task-2]</p>"
        both.in_hubspot("create_task", contacts=[contact], subject="Copy", body=body)

    report = await both.sync()

    assert reasons(report) == {"written_by_tandem": 1}
    assert len(await both.tasks()) + len(await both.hubspot_tasks()) == 1
    await _is_quiet(both)

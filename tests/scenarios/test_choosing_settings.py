"""Names in the settings are compared with what both accounts have, when they are chosen."""

from __future__ import annotations

import pytest

from tandem.settings import InvalidSettings
from tests.scenarios.story import Story
from tests.support.installation import HUBSPOT_URL

FILTER = "[salesforce_tasks.filter]\n"


async def planned(story: Story, text: str) -> tuple[str, ...]:
    """The warnings of a change to *text*."""
    return (await story.tandem.plan_settings("default", text)).warnings


async def refusal(story: Story, text: str) -> str:
    with pytest.raises(InvalidSettings) as caught:
        await planned(story, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            FILTER + 'subtypes = ["Task", "Cal"]',
            "salesforce_tasks.filter.subtypes: Cal is not among Salesforce's task subtypes; did you mean Call?",
        ),
        (
            FILTER + 'types = ["Webinar"]',
            "salesforce_tasks.filter.types: Webinar is not among Salesforce's values of Type; there are Call, ",
        ),
        (
            FILTER + 'record_types = ["Visits"]',
            "salesforce_tasks.filter.record_types: Visits is not among Salesforce's record types of tasks",
        ),
        (
            FILTER + 'owners = ["005000000000001"]',
            "005000000000001AAA is not among Salesforce's users and queues; `tandem owners list`",
        ),
        (
            'completed_status = "In Progress"',
            "completed_status: In Progress is not among Salesforce's closed values of Status; there are Completed",
        ),
        (
            '[status_map]\nWAITING = "Waitin on someone else"',
            "Waitin on someone else is not among Salesforce's values of Status; did you mean Waiting on someone else?",
        ),
        (
            '[status_map]\nWAITIN = "Deferred"',
            "status_map: WAITIN is not among HubSpot's task statuses; did you mean WAITING?",
        ),
        (
            '[priority_map]\nHIGH = "Urgent"',
            "priority_map.HIGH: Urgent is not among Salesforce's values of Priority; there are High, Normal, Low",
        ),
        (
            '[priority_map]\nURGENT = "High"',
            "priority_map: URGENT is not among HubSpot's task priorities",
        ),
        (
            FILTER + "condition = \"Regio__c = 'x'\"",
            "salesforce_tasks.filter.condition: Salesforce does not accept the condition: ",
        ),
        (
            FILTER + 'condition = "Priority = High)"',
            "salesforce_tasks.filter.condition: Salesforce does not accept the condition: ",
        ),
    ],
)
async def test_what_neither_account_has_is_refused_by_name(
    story: Story, text: str, sentence: str
) -> None:
    assert sentence in await refusal(story, text)


async def test_everything_unknown_is_said_at_once(story: Story) -> None:
    said = await refusal(
        story, 'completed_status = "Gone"\n' + FILTER + 'types = ["Webinar"]\ncondition = "x"'
    )

    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "salesforce_tasks.filter.types",
        "completed_status",
        "salesforce_tasks.filter.condition",
    ]


async def test_what_both_accounts_have_is_taken_and_asked_once(story: Story) -> None:
    story.in_salesforce("create_record_type", object="Task", name="Visits")
    _, user = story.owner("Ann")
    stage = story.in_hubspot("add_stage", label="In review")["stage"]
    text = (
        f'completed_status = "Completed"\n[status_map]\n{stage} = "Deferred"\n[priority_map]\nNONE = "Low"\n'
        + FILTER
        + f'subtypes = ["Call"]\ntypes = ["Call"]\nrecord_types = ["Visits"]\nowners = ["{user}"]\n'
        "condition = \"Priority = 'High' OR Subject LIKE '%;%'\""
    )

    await story.running.settings(text)
    story.forget_journal()
    await planned(story, text + '\n[kinds.call.filter]\nsubject_contains = ["offer"]')

    assert not [call for call in story.running.calls() if "Task" in call or "tasks" in call]


async def test_what_was_added_a_minute_ago_is_known(story: Story) -> None:
    await story.switch_on_tasks()
    await story.sync()
    story.in_salesforce(
        "set_status_values",
        values=[
            {"value": "Open", "closed": False, "default": True},
            {"value": "On Hold", "closed": False},
            {"value": "Completed", "closed": True},
        ],
    )

    change = await story.tandem.plan_settings("default", '[status_map]\nWAITING = "On Hold"')

    assert change.difference


async def test_what_has_vanished_since_blocks_no_other_change(story: Story) -> None:
    stage = story.in_hubspot("add_stage", label="In review")["stage"]
    mapped = f'[status_map]\n{stage} = "Deferred"\n'
    await story.running.settings(mapped)
    story.in_hubspot("remove_stage", stage=stage)

    await story.running.settings(f'language = "ja"\n{mapped}')

    assert 'language = "ja"' in await story.tandem.settings_text("default")


async def test_an_account_that_cannot_be_asked_is_said_and_the_change_is_taken(
    story: Story,
) -> None:
    busy = {"method": "GET", "path": "/services/data/*/query*", "kind": "status"}
    text = FILTER + "condition = \"Priority = 'High'\""
    story.arm("salesforce", {**busy, "status": 503, "times": 20})

    [warning] = await planned(story, text)

    assert warning.startswith(
        "Salesforce could not be asked whether it knows what salesforce_tasks.filter.condition name"
    )


async def test_a_connection_that_is_not_complete_can_be_prepared(story: Story) -> None:
    await story.tandem.connect_hubspot(
        "second",
        url=HUBSPOT_URL,
        token=story.running.sandbox.tokens["hubspot"],
        open_browser=lambda address: None,
    )

    change = await story.tandem.plan_settings("second", '[status_map]\nX = "Y"')

    assert change.difference

"""What ``tandem doctor`` finds in the organisation itself (SPEC section 2)."""

from __future__ import annotations

from typing import Any

import pytest

from tandem.engine.doctor import scope_findings
from tandem.engine.doctor_tasks import task_findings
from tandem.engine.findings import Check, Finding, Level
from tandem.engine.prepare import Accounts
from tandem.i18n import Messages
from tandem.model import KeyProperty, Kind, Org, Portal, TaskSchema, TaskStage, TaskStatus
from tandem.sync.policy import KindPolicy, Policy
from tests.scenarios.story import Story


async def test_a_field_the_org_requires_is_named_until_it_has_a_value(story: Story) -> None:
    story.in_salesforce(
        "create_custom_field",
        object="Task",
        name="Region__c",
        type="text",
        length=20,
        required=True,
    )
    await story.switch_on(Kind.CALL)
    missing = [
        finding.values["field"]
        for finding in await story.tandem.doctor("default")
        if finding.code is Check.REQUIRED_FIELD and finding.level is Level.ERROR
    ]
    await story.switch_on(Kind.CALL, options={Kind.CALL: 'fixed_fields = { Region__c = "Kanto" }'})
    after = [finding.code for finding in await story.tandem.doctor("default")]

    assert missing == ["Region__c"]
    assert Check.REQUIRED_FIELD not in after


async def test_a_plain_organisation_requires_nothing_that_tandem_does_not_write(
    story: Story,
) -> None:
    await story.switch_on(Kind.CALL)
    codes = [finding.code for finding in await story.tandem.doctor("default")]

    assert Check.REQUIRED_FIELD not in codes
    assert Check.KEY_FIELD_READY in codes


async def test_hubspots_own_connector_is_warned_of_where_it_left_its_traces(story: Story) -> None:
    with_traces = [finding.code for finding in await story.tandem.doctor("default")]
    story.running.sandbox.world.switches.set({"salesforce_properties": "absent"})
    without = [finding.code for finding in await story.tandem.doctor("default")]

    assert Check.OTHER_CONNECTOR in with_traces
    assert Check.OTHER_CONNECTOR not in without


# --------------------------------------------------------------------------- Salesforce task sync


async def found(story: Story) -> dict[Check, Finding]:
    """What the set-up check finds."""
    return {finding.code: finding for finding in await story.tandem.doctor("default")}


OF_TASKS = {
    code
    for code in Check
    if code.value.startswith(("hubspot_key", "task_scope", "series", "no_closed_st", "no_open_st"))
} - {Check.NO_CLOSED_STATUS}


async def test_what_tasks_need_in_hubspot_is_asked_only_where_they_go_there(story: Story) -> None:
    await story.switch_on(Kind.CALL)
    story.forget_journal()
    codes = await found(story)

    assert OF_TASKS.isdisjoint(codes)
    assert not [call for call in story.running.calls() if "pipelines" in call]


async def test_a_plain_pair_of_accounts_is_well_once_the_key_property_is_there(
    story: Story,
) -> None:
    await story.switch_on_tasks()
    before = await found(story)
    await story.sync()
    after = await found(story)

    assert before[Check.HUBSPOT_KEY_MISSING].level is Level.WARNING
    assert after[Check.HUBSPOT_KEY_READY].level is Level.OK
    assert {code for code, each in after.items() if each.level is not Level.OK} == {
        Check.OTHER_CONNECTOR_TASKS
    }


async def test_a_property_that_cannot_be_unique_is_told(story: Story) -> None:
    story.running.sandbox.world.switches.set({"task_unique_property": "refused"})
    await story.switch_on_tasks()
    await story.sync()

    assert (await found(story))[Check.HUBSPOT_KEY_PLAIN].level is Level.WARNING


async def test_only_salesforce_task_sync_on_is_something_switched_on(story: Story) -> None:
    nothing = await found(story)
    await story.switch_on_tasks()

    assert Check.NOTHING_ENABLED in nothing
    assert Check.NOTHING_ENABLED not in await found(story)


async def test_what_is_only_read_in_salesforce_need_not_be_writable(story: Story) -> None:
    story.in_salesforce(
        "create_custom_field",
        object="Task",
        name="Region__c",
        type="text",
        length=20,
        required=True,
    )
    await story.switch_on_tasks()
    one_way = await found(story)
    await story.both_ways()

    assert Check.REQUIRED_FIELD not in one_way
    assert Check.REQUIRED_FIELD in await found(story)


async def test_a_field_hidden_from_the_integration_user_is_named(story: Story) -> None:
    story.in_salesforce("hide_field", field="Description")
    await story.switch_on_tasks()
    codes = await found(story)

    assert codes[Check.TASK_FIELD_HIDDEN].values["field"] == "Description"
    assert Check.FIELD_NOT_WRITABLE not in codes


async def test_statuses_that_the_other_side_cannot_express_are_named_until_they_are_mapped(
    story: Story,
) -> None:
    review = story.in_hubspot("add_stage", label="In review")["stage"]
    story.in_salesforce(
        "set_status_values",
        values=[
            {"value": "Not Started", "closed": False, "default": True},
            {"value": "In Progress", "closed": False},
            {"value": "Waiting on someone else", "closed": False},
            {"value": "Deferred", "closed": False},
            {"value": "On Hold", "closed": False},
            {"value": "Completed", "closed": True},
        ],
    )
    await story.switch_on_tasks()
    plain = await found(story)
    await story.switch_on_tasks(first=f'[status_map]\n{review} = "On Hold"')
    mapped = await found(story)

    assert plain[Check.STAGES_BY_PROGRESS].values == {"statuses": "In review"}
    assert plain[Check.STATUSES_BY_PROGRESS].values == {"statuses": "On Hold"}
    assert Check.STAGES_BY_PROGRESS not in mapped
    assert Check.STATUSES_BY_PROGRESS not in mapped


async def test_what_the_settings_name_and_an_account_has_no_more_is_named(story: Story) -> None:
    review = story.in_hubspot("add_stage", label="In review")["stage"]
    story.in_salesforce("create_record_type", object="Task", name="Visits")
    await story.switch_on_tasks(
        first=f'[status_map]\n{review} = "Deferred"',
        options='filter.record_types = ["Visits"]\nfilter.types = ["Call"]',
    )
    before = await found(story)
    story.in_hubspot("remove_stage", stage=review)
    after = await found(story)

    assert Check.SETTING_GONE not in before
    assert after[Check.SETTING_GONE].values == {
        "key": "status_map",
        "value": review,
        "side": "HubSpot",
    }


async def test_a_condition_that_salesforce_no_longer_accepts_is_told(story: Story) -> None:
    story.in_salesforce(
        "create_custom_field", object="Task", name="Region__c", type="text", length=20
    )
    story.in_salesforce("show_field", field="Region__c")
    await story.switch_on_tasks(options="filter.condition = \"Region__c = 'Kanto'\"")
    before = await found(story)
    story.in_salesforce("hide_field", field="Region__c")
    after = await found(story)

    assert Check.CONDITION_REFUSED not in before
    assert "Region__c" in after[Check.CONDITION_REFUSED].values["problem"]


def accounts(**more: Any) -> Accounts:
    """A plain pair of accounts, and what a test says of HubSpot's tasks and Salesforce's fields."""
    org: dict[str, Any] = {
        "statuses": (
            TaskStatus(value="Open", label="Open", closed=False, default=True, sort_order=1),
            TaskStatus(value="Completed", label="Done", closed=True, default=False, sort_order=2),
        ),
        "priorities": ("High", "Normal", "Low"),
        "task_fields": ALL_FIELDS,
    }
    schema: dict[str, Any] = {"key": KeyProperty.UNIQUE, "statuses": (OPEN, DONE)}
    for name, value in more.items():
        (org if name in org else schema)[name] = value
    return Accounts(
        portal=Portal(id="1", zone="UTC"),
        org=Org(
            id="00D",
            name="Org",
            is_sandbox=False,
            user_id="005",
            user_name="integration",
            task_types=(),
            writable_fields=frozenset(),
            has_key_field=True,
            default_priority="Normal",
            **org,
        ),
        owners=(),
        users=(),
        schema=TaskSchema(**schema),
    )


OPEN = TaskStage(value="NOT_STARTED", label="Not started", closed=False, order=0)
DONE = TaskStage(value="COMPLETED", label="Completed", closed=True, order=1)
ALL_FIELDS = frozenset(
    [
        "Subject",
        "Status",
        "Priority",
        "ActivityDate",
        "Description",
        "OwnerId",
        "WhoId",
        "WhatId",
        "IsRecurrence",
    ]
)
NO_CLOSED = TaskStatus(value="Open", label="Open", closed=False, default=True, sort_order=1)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, []),
        ({"types": ("TODO", "CALL", "EMAIL")}, []),
        ({"types": ("TODO", "CALL")}, [Check.HUBSPOT_TYPES_MISSING]),
        ({"statuses": (NO_CLOSED,)}, []),  # the org's own finding
        ({"priorities": ("High", "Urgent", "Normal")}, [Check.PRIORITIES_BY_RULE]),
        ({"task_fields": ALL_FIELDS - {"IsRecurrence"}}, [Check.SERIES_HIDDEN]),
        ({"task_fields": ALL_FIELDS - {"WhoId"}}, [Check.TASK_FIELD_HIDDEN]),
    ],
)
def test_what_is_missing_for_tasks_is_said_with_its_remedy(
    given: dict[str, Any], codes: list[Check]
) -> None:
    found = [
        each.code
        for each in task_findings(accounts(**given), Policy(salesforce_task_sync=True))
        if each.level is not Level.OK
    ]

    assert found == codes


@pytest.mark.parametrize(
    ("stages", "code"), [((OPEN,), Check.NO_CLOSED_STAGE), ((DONE,), Check.NO_OPEN_STAGE)]
)
def test_a_task_pipeline_needs_an_open_and_a_closed_stage(
    stages: tuple[TaskStage, ...], code: Check
) -> None:
    plain = accounts()
    schema = TaskSchema(key=KeyProperty.UNIQUE, statuses=stages)
    given = Accounts(portal=plain.portal, org=plain.org, owners=(), users=(), schema=schema)

    assert code in {each.code for each in task_findings(given, Policy(salesforce_task_sync=True))}


def test_a_field_that_is_left_out_may_be_hidden_and_have_no_counterpart() -> None:
    policy = Policy(salesforce_task_sync=True, task_fields=frozenset())
    given = accounts(
        task_fields=ALL_FIELDS - {"Subject", "Status", "Priority"},
        priorities=("Urgent", "Normal"),
        types=("TODO",),
    )

    assert [each.code for each in task_findings(given, policy)] == [Check.HUBSPOT_KEY_READY]


def test_scopes_for_writing_tasks_are_missed_only_where_tasks_are_written() -> None:
    reading = frozenset(
        {"crm.objects.contacts.read", "crm.objects.owners.read", "crm.objects.companies.read"}
    )
    writing = reading | {"crm.objects.contacts.write", "crm.objects.deals.read"}
    boxes = Policy(kinds={Kind.TASK: KindPolicy(enabled=True)})
    tasks = Policy(salesforce_task_sync=True)

    assert [each.code for each in scope_findings(reading, boxes)] == [Check.SCOPES_COMPLETE]
    assert [each.values for each in scope_findings(reading, tasks)] == [
        {"scope": "crm.objects.contacts.write"},
        {"scope": "crm.objects.deals.read"},
    ]
    assert [each.code for each in scope_findings(writing, tasks)] == [Check.SCOPES_COMPLETE]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_finding_has_its_sentence_and_what_is_wrong_a_remedy(language: str) -> None:
    messages = Messages(language)
    fine = {Check.ENCRYPTION_KEY, Check.DATABASE, Check.SIGNED_IN, Check.SCOPES_COMPLETE}
    fine |= {Check.KEY_FIELD_READY, Check.OWNERS_MAPPED, Check.HUBSPOT_KEY_READY}
    fine |= {Check.FEEDS_UNHEARD, Check.WORKERS_ALIVE}
    fine |= {code for code in Check if code.endswith(("_heard", "_starting", "_off"))}

    without = [code for code in Check if not messages.either(f"doctor.{code}.remedy", "", **VALUES)]
    assert set(without) == fine


VALUES = dict.fromkeys(
    [
        "field",
        "user",
        "kinds",
        "kind",
        "type",
        "status",
        "record_type",
        "property",
        "side",
        "limit",
        "key",
        "value",
        "problem",
        "list",
        "scope",
        "statuses",
        "priorities",
        "types",
        "message",
        "reason",
    ],
    "x",
)

"""What ``tandem doctor`` finds in the organisation itself (SPEC section 2)."""

from __future__ import annotations

from tandem.engine.reports import Check, Level
from tandem.model import Kind
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

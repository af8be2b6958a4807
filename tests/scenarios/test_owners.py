"""Mapping an owner by hand names users as the automatic match compares them (SPEC section 10)."""

from __future__ import annotations

import pytest

from tandem.errors import SettingsError
from tests.scenarios.story import Story


async def test_a_user_is_named_by_address_with_or_without_a_sandboxs_suffix(story: Story) -> None:
    owner, _ = story.owner("Hana", is_user=False)
    user = story.in_salesforce(
        "create_user", username="theo@example.com", last_name="S", email="Theo@example.com.invalid"
    )["id"]
    await story.tandem.map_owner("default", "hana@example.com", "theo@EXAMPLE.com")
    rows = {row.hubspot_id: row for row in await story.tandem.owners("default")}

    assert rows[owner].salesforce_id == user
    with pytest.raises(SettingsError, match="No active Salesforce user"):
        await story.tandem.map_owner("default", "hana@example.com", "nobody@example.com")

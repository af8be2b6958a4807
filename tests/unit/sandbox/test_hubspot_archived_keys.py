"""What a unique value of a task in the recycle bin means for reads and creates, by switch."""

from typing import Any

import pytest
from hubspot_account import Account

READ = "/crm/v3/objects/tasks/batch/read"
KEY = {"properties": ["our_key"], "idProperty": "our_key", "inputs": [{"id": "k1"}]}


async def _archived(account: Any) -> str:
    await account.post(
        "/crm/v3/properties/tasks",
        {
            "name": "our_key",
            "label": "Key",
            "groupName": "task_information",
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": True,
        },
    )
    made = await account.task(our_key="k1")
    await account.call("DELETE", f"/crm/v3/objects/tasks/{made['id']}")
    return str(made["id"])


@pytest.mark.parametrize("rule", ["readable", "hidden", "held"])
async def test_an_archived_record_is_read_by_its_unique_value_unless_hidden(rule: str) -> None:
    account = Account()
    account.state.world.switches.set({"archived_unique_value": rule})
    made = await _archived(account)

    live = await account.post(READ, KEY)
    archived = await account.post(f"{READ}?archived=true", KEY)

    assert live.body["results"] == []
    assert ([] if rule == "hidden" else [made]) == [one["id"] for one in archived.body["results"]]


async def test_a_read_of_archived_records_by_a_unique_value_may_be_refused() -> None:
    account = Account()
    account.state.world.switches.set({"archived_unique_value": "refused"})
    await _archived(account)

    assert (await account.post(f"{READ}?archived=true", KEY)).status == 400


@pytest.mark.parametrize(("rule", "status"), [("readable", 201), ("hidden", 201), ("held", 409)])
async def test_an_archived_record_holds_its_unique_value_only_by_switch(
    rule: str, status: int
) -> None:
    account = Account()
    account.state.world.switches.set({"archived_unique_value": rule})
    made = await _archived(account)

    again = await account.post(
        "/crm/v3/objects/tasks",
        {"properties": {"hs_timestamp": "2026-12-01T00:00:00Z", "our_key": "k1"}},
    )

    assert status == again.status
    assert (made in str(again.body["message"])) if status == 409 else again.body["id"] != made

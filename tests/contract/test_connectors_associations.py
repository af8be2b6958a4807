"""What a HubSpot activity hangs on, by whichever of two ways costs fewer calls, against the simulated account."""

from __future__ import annotations

import pytest
from joined_crms import Joined

from tandem.model import ObjectType, Side

EVERYTHING = ("contacts", "companies", "deals")


def _hanging(joined: Joined) -> tuple[str, dict[str, list[str]]]:
    """A task on two contacts, a company and a deal."""
    made = {
        "contacts": [
            joined.in_hubspot("create", object="contacts", properties={"email": email})["id"]
            for email in ("a@example.jp", "b@example.jp")
        ],
        "companies": [
            joined.in_hubspot("create", object="companies", properties={"name": "A"})["id"]
        ],
        "deals": [joined.in_hubspot("create", object="deals", properties={"dealname": "D"})["id"]],
    }
    task = joined.in_hubspot("create_task", subject="Call", **made)["id"]
    return task, made


@pytest.mark.parametrize("others", [0, 1, 2, 3], ids=lambda n: f"{n + 1} asked for")
async def test_both_ways_tell_the_same(others: int) -> None:
    joined = Joined(data="empty")
    task, made = _hanging(joined)
    bare = [joined.in_hubspot("create_task", subject="Bare")["id"] for _ in range(others)]
    before = joined.requests(Side.HUBSPOT)

    found = await joined.hubspot.associations(ObjectType.TASKS, [task, *bare], to=EVERYTHING)

    assert sorted(found[task].contact_ids) == sorted(made["contacts"])
    assert list(found[task].company_ids) == made["companies"]
    assert list(found[task].deal_ids) == made["deals"]
    assert {found[one].contact_ids for one in bare} <= {()}
    assert joined.requests(Side.HUBSPOT) - before == min(len(bare) + 1, len(EVERYTHING))


async def test_more_than_a_single_read_tells_are_all_found() -> None:
    joined = Joined(data="empty")
    contacts = [
        joined.in_hubspot("create", object="contacts", properties={"email": f"p{n}@example.jp"})[
            "id"
        ]
        for n in range(520)
    ]
    task = joined.in_hubspot("create_task", subject="All of them", contacts=contacts)["id"]

    found = await joined.hubspot.associations(ObjectType.TASKS, [task], to=EVERYTHING)

    assert sorted(found[task].contact_ids) == sorted(contacts)


async def test_an_archived_record_hangs_on_nothing() -> None:
    joined = Joined(data="empty")
    task, _ = _hanging(joined)
    joined.in_hubspot("delete", object="tasks", id=task)

    found = await joined.hubspot.associations(ObjectType.TASKS, [task], to=EVERYTHING)

    assert found[task].contact_ids == ()

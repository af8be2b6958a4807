"""Tasks found again in the simulated HubSpot account: by key, by likeness, by what people changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from empty_hubspot import (
    EXISTS,
    UNKNOWN,
    a_contact,
    empty_account,
    new_task,
    results_of,
    tasks_stored,
)
from joined_crms import START, Joined

from tandem.crm.connector import NewTask
from tandem.errors import TryLater
from tandem.model import Field, Side

# --------------------------------------------------------------------------- finding


@pytest.mark.parametrize("rule", ["readable", "hidden", "refused", "held"])
async def test_a_key_in_the_recycle_bin_is_told_apart(rule: str) -> None:
    joined = await empty_account(archived_unique_value=rule)
    readable = rule in ("readable", "held")
    made = await joined.hubspot.create_tasks([new_task(1), new_task(2)])
    await joined.hubspot.delete_tasks([made[0].id or ""])

    found = await joined.hubspot.tasks_by_key(["00D-1", "00D-2", "00D-3"])

    assert ({"00D-1"} if readable else set()) | {"00D-2"} == set(found)
    assert (made[1].id, False) == (found["00D-2"].id, found["00D-2"].is_archived)
    if readable:
        assert (made[0].id, True) == (found["00D-1"].id, found["00D-1"].is_archived)


async def test_a_key_that_an_archived_task_holds_is_taken() -> None:
    joined = await empty_account(archived_unique_value="held")
    (made,) = await joined.hubspot.create_tasks([new_task(1)])
    await joined.hubspot.delete_tasks([made.id or ""])

    (again,) = await joined.hubspot.create_tasks([new_task(1)])

    assert (EXISTS, made.id) == (again.result, again.id)
    assert tasks_stored(joined) == 0


async def test_a_plain_key_is_found_by_the_search_once_it_has_caught_up() -> None:
    joined = await empty_account(task_unique_property="refused")
    made = await joined.hubspot.create_tasks([new_task(number) for number in range(120)])
    keys = [f"00D-{number}" for number in range(120)]

    early = await joined.hubspot.tasks_by_key(keys)
    joined.sandbox.world.clock.advance(60)
    late = await joined.hubspot.tasks_by_key(keys)

    assert early == {}
    assert [one.id for one in made] == [late[key].id for key in keys]


async def test_without_a_key_property_nothing_is_asked() -> None:
    joined = Joined(data="empty")
    await joined.hubspot.task_schema()
    before = joined.requests(Side.HUBSPOT)

    assert await joined.hubspot.tasks_by_key(["00D-1"]) == {}
    assert joined.requests(Side.HUBSPOT) == before


async def test_a_key_property_deleted_meanwhile_is_noticed() -> None:
    joined = await empty_account()
    await joined.hubspot.create_tasks([new_task(1)])
    joined.in_hubspot("archive_property", object="tasks", name="tandem_key")

    assert await joined.hubspot.tasks_by_key(["00D-1"]) == {}


async def test_likely_doubles_are_found_before_the_search_knows_them() -> None:
    joined = Joined(data="empty")
    contact, other = a_contact(joined), a_contact(joined, "b@example.jp")
    joined.in_hubspot("create_task", subject="old", contacts=[contact])
    joined.sandbox.world.clock.advance(3600)
    since = joined.time.now()
    joined.in_hubspot("create_task", subject="ours", contacts=[contact])
    joined.in_hubspot("create_task", subject="theirs", contacts=[other])
    joined.in_hubspot("create_task", subject="nobody's")

    on_contact = await joined.hubspot.tasks_like([contact], since)
    on_nobody = await joined.hubspot.tasks_like([], since)
    before = await joined.hubspot.tasks_like([contact], START, created_until=since)

    assert [one.title for one in on_contact] == ["ours"]
    assert [one.title for one in on_nobody] == ["nobody's"]
    assert [one.title for one in before] == ["old"]


async def test_all_of_hundreds_of_fresh_tasks_are_looked_at() -> None:
    joined = Joined(data="empty")
    contact = a_contact(joined)
    for number in range(30):
        joined.in_hubspot("create_task", subject=f"old {number}", contacts=[contact])
    joined.sandbox.world.clock.advance(3600)
    since = joined.time.now()
    written = await joined.hubspot.create_tasks(
        [
            NewTask(
                properties={"hs_timestamp": "2026-12-01T09:00:00Z", "hs_task_subject": str(number)},
                contacts=(contact,),
            )
            for number in range(450)
        ]
    )
    before = joined.requests(Side.HUBSPOT)

    found = await joined.hubspot.tasks_like([contact], since)

    assert {one.id for one in written} == {one.id for one in found}
    assert joined.requests(Side.HUBSPOT) - before == 8


async def test_more_fresh_tasks_than_can_be_looked_at_are_said_to_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tandem.crm.hubspot.tasks._MOST_ALIKE", 200)
    joined = Joined(data="empty")
    contact, other = a_contact(joined), a_contact(joined, "b@example.jp")
    for number in range(201):
        joined.in_hubspot("create_task", subject=str(number), contacts=[contact])
    joined.in_hubspot("create_task", subject="Theirs", contacts=[other])

    with pytest.raises(TryLater, match="key property"):
        await joined.hubspot.tasks_like([], START)
    theirs = await joined.hubspot.tasks_like([other], START)

    assert [task.title for task in theirs] == ["Theirs"], (
        "those of a contact can be told all the same"
    )


async def test_edits_tell_when_each_field_was_written_last() -> None:
    joined = await empty_account()
    (made,) = await joined.hubspot.create_tasks([new_task(1, hs_task_priority="LOW")])
    assert made.id
    created = joined.time.now()
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("edit", object="tasks", id=made.id, properties={"hs_task_subject": "new"})

    edits = (await joined.hubspot.task_edits([made.id]))[made.id]

    assert created + timedelta(seconds=60) == edits[Field.SUBJECT]
    assert created == edits[Field.PRIORITY] == edits[Field.DUE]
    assert Field.OWNER not in edits


async def test_what_a_task_said_before_is_known_by_property() -> None:
    joined = await empty_account()
    [made] = await joined.hubspot.create_tasks([new_task(1)])
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("edit", object="tasks", id=made.id, properties={"hs_task_subject": ""})
    joined.sandbox.world.clock.advance(60)
    joined.in_hubspot("edit", object="tasks", id=made.id, properties={"hs_task_subject": "new"})

    past = (await joined.hubspot.task_past([made.id or ""]))[made.id or ""]

    said = [value for _, value in past["hs_task_subject"]]
    moments = [at for at, _ in past["hs_task_subject"]]
    assert said[1:] == [None, "new"]
    assert moments == sorted(moments)
    assert len(moments) == 3


async def test_edits_of_fifty_tasks_are_one_call() -> None:
    joined = await empty_account()
    made = await joined.hubspot.create_tasks([new_task(number) for number in range(101)])
    before = joined.requests(Side.HUBSPOT)

    edits = await joined.hubspot.task_edits([one.id or "" for one in made])

    assert len(edits) == 101
    assert joined.requests(Side.HUBSPOT) - before == 3


@pytest.mark.parametrize("kind", ["drop_after", "status_after"])
async def test_an_update_without_an_answer_is_unknown_and_not_repeated(kind: str) -> None:
    joined = await empty_account()
    made = await joined.hubspot.create_tasks([new_task(1), new_task(2)])
    joined.fault(Side.HUBSPOT, kind=kind, method="POST", path="*/tasks/batch/*")
    before = joined.requests(Side.HUBSPOT)

    written = await joined.hubspot.update_tasks(
        [{"id": one.id, "hs_task_subject": "x"} for one in made]
    )

    assert results_of(written) == [UNKNOWN] * 2
    assert joined.requests(Side.HUBSPOT) - before == 1

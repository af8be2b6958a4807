"""A process dies between announcing a write of two-way tasks and saving what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.story import Story
from tests.support.installation import installation


class Killed(BaseException):
    """The process is gone, as by ``kill -9``: nothing after it runs."""


class Dying:
    """Dies at the next ``point`` that is told to it."""

    def __init__(self) -> None:
        self.point = ""

    def __call__(self, reached: str) -> None:
        if reached == self.point:
            self.point = ""
            raise Killed


class Pairs(Story):
    """Two-way tasks of one pair, and a process that dies when it is told to."""

    dying: Dying
    hubspot_id: str
    task_id: str

    async def begin(self) -> None:
        await self.both_ways()
        _, person = self.person()
        self.task_id = self.new_task(person, subject="One", Priority="Normal")
        await self.sync()
        self.hubspot_id = (await self.hubspot_task())["id"]

    async def dies(self, point: str) -> None:
        self.dying.point = point
        with pytest.raises(Killed):
            await self.sync()
        self.running.advance(300)  # the dead process's lease has run out

    async def is_quiet(self) -> None:
        """Two more runs, of which the second writes nothing."""
        await self.sync()
        self.forget_journal()
        await self.sync()

        assert self.writes() == []


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pairs]:
    dying = Dying()
    async with installation(tmp_path, at=dying) as running:
        told = Pairs(running)
        told.dying = dying
        await running.connect()
        await told.begin()
        yield told


POINTS = ("announced", "written", "settled")


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("later", ["hubspot", "salesforce"])
async def test_a_conflict_is_decided_once_and_its_winner_stays(
    later: str, point: str, pair: Pairs
) -> None:
    """What Salesforce said before the write is not taken for an edit after it."""
    if later == "hubspot":
        pair.edit_task(pair.task_id, Subject="Loser")
        pair.running.advance(30)
        pair.edit_in_hubspot(pair.hubspot_id, hs_task_subject="Winner")
    else:
        pair.edit_in_hubspot(pair.hubspot_id, hs_task_subject="Loser")
        pair.running.advance(30)
        pair.edit_task(pair.task_id, Subject="Winner")

    await pair.dies(point)
    await pair.sync()

    assert (await pair.task())["Subject"] == "Winner"
    assert (await pair.hubspot_task())["hs_task_subject"] == "Winner"
    assert [list(kept.lost.values()) for kept in pair.conflicts()] == [["Loser"]]
    await pair.is_quiet()


@pytest.mark.parametrize("point", POINTS)
async def test_a_field_edited_alike_does_not_pass_for_a_write_that_landed(
    point: str, pair: Pairs
) -> None:
    pair.edit_task(pair.task_id, Priority="High")
    pair.edit_in_hubspot(pair.hubspot_id, hs_task_priority="HIGH", hs_task_subject="Two")

    await pair.dies(point)
    await pair.sync()

    task, theirs = await pair.task(), await pair.hubspot_task()
    assert (task["Subject"], task["Priority"]) == ("Two", "High")
    assert (theirs["hs_task_subject"], theirs["hs_task_priority"]) == ("Two", "HIGH")
    assert pair.conflicts() == []
    await pair.is_quiet()


@pytest.mark.parametrize("point", POINTS)
async def test_an_edit_after_the_crash_is_no_conflict_with_our_own_write(
    point: str, pair: Pairs
) -> None:
    pair.edit_task(pair.task_id, Subject="Two")
    await pair.dies(point)

    pair.edit_task(pair.task_id, Subject="Three")
    await pair.sync()

    assert (await pair.hubspot_task())["hs_task_subject"] == "Three"
    assert (await pair.task())["Subject"] == "Three"
    assert pair.conflicts() == []
    await pair.is_quiet()


@pytest.mark.parametrize("point", POINTS)
async def test_a_task_moved_in_salesforce_moves_once(point: str, pair: Pairs) -> None:
    contact, person = pair.person("other@example.com")
    pair.edit_task(pair.task_id, WhoId=person)

    await pair.dies(point)
    await pair.sync()

    assert (await pair.hubspot_task())["contacts"] == [contact]
    assert (await pair.task())["WhoId"] == person
    assert pair.conflicts() == []
    await pair.is_quiet()


@pytest.mark.parametrize("point", POINTS)
async def test_a_task_moved_in_hubspot_moves_once(point: str, pair: Pairs) -> None:
    [before] = (await pair.hubspot_task())["contacts"]
    contact, person = pair.person("other@example.com")
    at = {"object": "tasks", "id": pair.hubspot_id, "to_object": "contacts"}
    pair.in_hubspot("associate", **at, to_id=contact)
    pair.in_hubspot("disassociate", **at, to_id=before)
    pair.edit_in_hubspot(pair.hubspot_id, hs_task_subject="Moved")

    await pair.dies(point)
    await pair.sync()
    await pair.later(days=1, hours=1)

    assert (await pair.hubspot_task())["contacts"] == [contact]
    assert ((await pair.task())["Subject"], (await pair.task())["WhoId"]) == ("Moved", person)
    assert pair.conflicts() == []
    await pair.is_quiet()


@pytest.mark.parametrize("point", POINTS)
async def test_a_task_moved_alike_in_both_crms_is_no_conflict(point: str, pair: Pairs) -> None:
    [before] = (await pair.hubspot_task())["contacts"]
    contact, person = pair.person("other@example.com")
    at = {"object": "tasks", "id": pair.hubspot_id, "to_object": "contacts"}
    pair.in_hubspot("associate", **at, to_id=contact)
    pair.in_hubspot("disassociate", **at, to_id=before)
    pair.edit_task(pair.task_id, WhoId=person, Subject="Moved")

    await pair.dies(point)
    await pair.sync()

    assert (await pair.hubspot_task())["contacts"] == [contact]
    assert (await pair.hubspot_task())["hs_task_subject"] == "Moved"
    assert (await pair.task())["WhoId"] == person
    assert pair.conflicts() == []
    await pair.is_quiet()


@pytest.mark.parametrize("point", ["announced", "written"])
async def test_whatever_happened_to_the_origin_of_a_new_task_meanwhile_leaves_no_orphan(
    point: str, pair: Pairs
) -> None:
    pair.in_hubspot("delete", object="tasks", id=pair.hubspot_id)
    pair.in_salesforce("delete_task", id=pair.task_id)
    await pair.sync()
    _, person = pair.person("another@example.com")
    made = pair.new_task(person, "New")

    await pair.dies(point)
    pair.in_salesforce("delete_task", id=made)
    for _ in range(4):
        await pair.later(minutes=6)

    policy_keeps = ["New"] if point == "written" else []
    assert [task["hs_task_subject"] for task in await pair.hubspot_tasks()] == policy_keeps
    assert pair.dying.point == ""

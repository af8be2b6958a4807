"""Imports that are stopped on the way go on where they were, and make nothing twice (SPEC sections 4 and 8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.engine import importing_tasks
from tandem.engine.importing import TaskImport
from tandem.engine.reports import Outcome, RunState
from tests.scenarios.story import Story, reasons
from tests.support.installation import installation

ALL = TaskImport()


class Killed(BaseException):
    """The process is gone, as by ``kill -9``: nothing after it runs."""


def _crashing(point: str, nth: int) -> Any:
    reached: list[str] = []

    def at(name: str) -> None:
        reached.append(name)
        if name == point and reached.count(point) == nth:
            raise Killed

    return at


async def _ten_tasks(story: Story) -> None:
    _, person = story.person()
    for number in range(10):
        story.new_task(person, f"Task {number}")


@pytest.mark.parametrize("switch", ["off", "on"])
@pytest.mark.parametrize("point", ["announced", "written", "settled"])
async def test_a_killed_import_is_done_again_without_doubles(
    point: str, switch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_tasks, "BATCH", 4)
    async with installation(tmp_path, at=_crashing(point, 2)) as running:
        story = Story(running)
        await running.connect()
        await _ten_tasks(story)
        if switch == "on":
            await story.switch_on_tasks()
        with pytest.raises(Killed):
            await story.tandem.bring("default", ALL)
        running.advance(300)  # the dead process's lease has run out

        stopped = await story.tandem.unfinished_import("default", ALL)
        await story.sync()
        report = await story.tandem.bring("default", ALL)

        assert stopped is not None
        assert (stopped.done, stopped.total) == (4, 10)
        assert report.run.state is RunState.DONE
        assert report.run.adds_up
        assert len(await story.hubspot_tasks()) == 10
        assert await story.tandem.unfinished_import("default", ALL) is None


async def test_what_was_left_out_is_not_looked_at_again_before_the_import_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_tasks, "BATCH", 4)
    async with installation(tmp_path, at=_crashing("announced", 1)) as running:
        story = Story(running)
        await running.connect()
        _, person = story.person()
        unknown = story.salesforce_contact("late@example.com")
        for number in range(4):
            story.new_task(unknown, f"Waiting {number}")
        for number in range(4):
            story.new_task(person, f"Task {number}")
        with pytest.raises(Killed):
            await story.tandem.bring("default", ALL)
        running.advance(300)
        story.contact("late@example.com")

        report = await story.tandem.bring("default", ALL)
        anew = await story.tandem.bring("default", ALL)

        assert report.run.total(Outcome.CREATED) == 4
        assert reasons(report.run) == {"no_hubspot_record": 4}
        assert anew.run.total(Outcome.CREATED) == 4
        assert len(await story.hubspot_tasks()) == 8


async def test_an_import_killed_before_its_first_write_can_be_gone_on_with(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path, at=_crashing("announced", 1)) as running:
        story = Story(running)
        await running.connect()
        await _ten_tasks(story)
        with pytest.raises(Killed):
            await story.tandem.bring("default", ALL)
        running.advance(300)

        stopped = await story.tandem.unfinished_import("default", ALL)
        report = await story.tandem.bring("default", ALL)

        assert stopped is not None
        assert stopped.done == 0
        assert report.run.total(Outcome.CREATED) + report.run.total(Outcome.UNCHANGED) == 10
        assert len(await story.hubspot_tasks()) == 10


async def test_other_choices_are_another_import(tmp_path: Path) -> None:
    async with installation(tmp_path, at=_crashing("settled", 1)) as running:
        story = Story(running)
        await running.connect()
        await _ten_tasks(story)
        with pytest.raises(Killed):
            await story.tandem.bring("default", ALL)

        assert await story.tandem.unfinished_import("default", ALL) is not None
        assert await story.tandem.unfinished_import("default", TaskImport(open_only=True)) is None


async def test_recovery_looks_on_the_contacts_where_thousands_are_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import makes more tasks in ten minutes than are looked at one by one: the connection must not stand still."""
    monkeypatch.setattr("tandem.crm.hubspot.tasks._MOST_ALIKE", 3)
    async with installation(tmp_path, at=_crashing("written", 1)) as running:
        story = Story(running)
        await running.connect()
        await _ten_tasks(story)
        with pytest.raises(Killed):
            await story.tandem.bring("default", ALL)
        running.advance(300)

        between = await story.sync()
        await story.tandem.bring("default", ALL)

        assert between.state is RunState.DONE
        assert len(await story.hubspot_tasks()) == 10

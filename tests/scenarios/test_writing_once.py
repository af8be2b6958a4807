"""Nothing twice, nothing lost, nobody's edit overwritten (SPEC section 8), whatever happens on the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tandem.engine.reports import Outcome, RunState
from tandem.model import Kind
from tests.scenarios.story import SEARCH_LAG, Story, reasons
from tests.support.installation import Installation, installation

COMPOSITE = "/services/data/*/composite*"


class Killed(BaseException):
    """The process is gone, as by ``kill -9``: nothing after it runs."""


async def three_calls(story: Story) -> None:
    contact, _ = story.person()
    await story.switch_on(Kind.CALL)
    for number in range(3):
        story.in_hubspot("log_call", contacts=[contact], title=f"Call {number}")


async def test_a_run_after_a_run_writes_nothing(story: Story) -> None:
    await three_calls(story)
    await story.sync()
    story.running.advance(120)
    story.forget_journal()

    report = await story.sync()

    assert [call for call in story.running.calls() if "/services/data" in call] == []
    assert report.calls["salesforce"] == 0
    assert report.total(Outcome.CREATED) == report.total(Outcome.UPDATED) == 0
    assert len(await story.tasks()) == 3


@pytest.mark.parametrize("point", ["announced", "written", "settled"])
async def test_a_crash_anywhere_neither_loses_nor_doubles(point: str, tmp_path: Path) -> None:
    points: list[str] = []

    def at(reached: str) -> None:
        points.append(reached)
        if points.count(point) == 1 and reached == point:
            raise Killed

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        await running.connect()
        await three_calls(story)
        with pytest.raises(Killed):
            await story.sync()
        running.advance(300)  # the dead process's lease has run out
        await story.sync()
        await story.later(hours=1)

        assert sorted(task["Subject"] for task in await story.tasks()) == [
            "Call 0",
            "Call 1",
            "Call 2",
        ]
        assert point in points


@pytest.mark.parametrize("key_field", [True, False], ids=["with key field", "without key field"])
@pytest.mark.parametrize("fault", ["drop_after", "status_after", "drop_before"])
async def test_a_lost_answer_ends_with_one_task_each(
    fault: str, key_field: bool, tmp_path: Path
) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect(key_field=key_field)
        await three_calls(story)
        story.arm("salesforce", {"kind": fault, "path": COMPOSITE, "method": "POST", "status": 503})

        for _ in range(3):
            await story.later(minutes=2)

        assert sorted(task["Subject"] for task in await story.tasks()) == [
            "Call 0",
            "Call 1",
            "Call 2",
        ]


async def test_a_database_restored_from_yesterday_adopts_what_is_there(story: Story) -> None:
    await three_calls(story)
    backup = story.running.home / "yesterday"
    await story.tandem.backup(backup)
    await story.sync()
    [edited, *_] = await story.tasks()
    story.in_salesforce("edit_record", id=edited["Id"], fields={"Subject": "A person's words"})

    await story.tandem.restore(backup)
    report = await story.later(days=1)

    assert len(await story.tasks()) == 3
    assert "A person's words" in [task["Subject"] for task in await story.tasks()]
    assert report.total(Outcome.CREATED) == 0


async def test_a_task_that_a_person_deleted_is_not_made_again_after_a_restore(
    story: Story,
) -> None:
    await three_calls(story)
    backup = story.running.home / "yesterday"
    await story.tandem.backup(backup)
    await story.sync()
    [deleted, *_] = await story.tasks()
    story.in_salesforce("delete_record", id=deleted["Id"])

    await story.tandem.restore(backup)
    report = await story.later(days=1)

    assert len(await story.tasks()) == 2
    assert reasons(report) == {"in_recycle_bin": 1}


async def test_an_archived_task_is_adopted(story: Story) -> None:
    await three_calls(story)
    backup = story.running.home / "last-year"
    await story.tandem.backup(backup)
    await story.sync()
    story.running.advance(400 * 86_400)
    story.in_salesforce("archive_now")

    await story.tandem.restore(backup)
    report = await story.sync()

    assert report.total(Outcome.CREATED) == 0
    assert len(await story.tasks()) == 3


async def test_a_second_tandem_that_knows_nothing_doubles_nothing(
    story: Story, tmp_path: Path
) -> None:
    """A lost database: the keys in Salesforce are enough."""
    await three_calls(story)
    await story.sync()
    other_home = tmp_path / "other"
    other_home.mkdir()
    shutil.copy(story.running.home / "key", other_home / "key")
    other = Installation(story.running.sandbox, other_home, lambda point: None)
    async with other.tandem:
        await other.connect()
        await other.switch_on([Kind.CALL], since=story.running.clock.now().replace(hour=0))
        other.advance(SEARCH_LAG)
        report = await other.sync()

    assert report.total(Outcome.CREATED) == 0
    assert report.total(Outcome.UNCHANGED) == 3
    assert len(await story.tasks()) == 3


async def test_two_runs_at_once_are_one_run(story: Story) -> None:
    from tandem.errors import AlreadyRunning

    await three_calls(story)
    mine = story.tandem.store.for_connection(story.tandem.store.connection("default").id)
    held = mine.acquire("another host:1", story.running.clock.now(), 60)
    with pytest.raises(AlreadyRunning, match="another host"):
        await story.sync()
    mine.release(held)
    await story.sync()

    assert len(await story.tasks()) == 3


async def test_a_worker_that_lost_its_lease_saves_nothing_more(tmp_path: Path) -> None:
    stolen: list[str] = []

    def at(point: str) -> None:
        if point == "announced" and not stolen:
            stolen.append(point)
            store = running.tandem.store
            mine = store.for_connection(store.connection("default").id)
            mine.acquire("another host:2", running.clock.now().replace(year=2030), 60)

    async with installation(tmp_path, at=at) as running:
        story = Story(running)
        await running.connect()
        await three_calls(story)
        report = await story.running.tandem.sync("default")
        running.advance(SEARCH_LAG)
        report = await story.running.tandem.sync("default")

        assert (report.state, report.reason) == (RunState.STOPPED, "lease_lost")
        assert await story.tasks() == []
        running.clock.advance(5 * 365 * 86_400)
        await story.sync()
        assert len(await story.tasks()) == 3


async def test_switching_off_stops_a_run_before_its_next_write(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect()
        await three_calls(story)
        store = running.tandem.store
        connection = store.connection("default")
        changed: list[bool] = []

        def switch_off(step: object) -> None:
            if not changed:
                changed.append(True)
                saved = store.settings(connection.id)
                store.save_settings(
                    connection.id,
                    text="",
                    expected_version=saved.version,
                    changed_by="an admin",
                    difference="",
                    at=running.clock.now(),
                )

        running.advance(SEARCH_LAG)
        report = await running.tandem.sync("default", progress=switch_off)

        assert (report.state, report.reason) == (RunState.STOPPED, "settings_changed")
        assert report.adds_up
        assert await story.tasks() == []

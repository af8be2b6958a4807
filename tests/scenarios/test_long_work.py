"""Imports, undoing and making again that people start from a page and that are carried out behind it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tandem.engine import importing_tasks
from tandem.engine.context import Pace
from tandem.engine.importing import ActivityImport, ImportReport, TaskImport
from tandem.engine.long_work import Works, report_of_work
from tandem.engine.long_work.works import WRONG_ROWS
from tandem.engine.recreating import Recreated, RecreatedHow
from tandem.engine.reports import Outcome
from tandem.engine.undoing_report import TakingKind, UndoReport
from tandem.errors import SettingsError
from tandem.model import Kind, Side
from tandem.store.hints import Hint
from tandem.store.rows import Connection
from tandem.store.work import LongWork, WorkState
from tests.scenarios.story import Story
from tests.scenarios.test_conflicts import an_ended_pair
from tests.support.installation import installation

WHO = "ann@example.com"
ALL = TaskImport()
QUERIES = {"method": "GET", "path": "/services/data/*/query*", "kind": "status", "status": 503}


def here(story: Story) -> Connection:
    return story.tandem.store.connection("default")


async def the(story: Story, work_id: int) -> LongWork:
    return await story.tandem.works.work(here(story), work_id)


async def imported(story: Story, work_id: int) -> ImportReport:
    report = report_of_work(await the(story, work_id))
    assert isinstance(report, ImportReport)
    return report


async def looked_at(story: Story, wanted: TaskImport | ActivityImport = ALL) -> int:
    works = story.tandem.works
    work_id = await works.import_of(here(story), wanted, WHO)
    await works.work_off()
    assert (await the(story, work_id)).state is WorkState.DONE
    return work_id


async def ten_tasks(story: Story, count: int = 10) -> None:
    _, person = story.person()
    for number in range(count):
        story.new_task(person, f"Task {number}")


async def test_an_import_is_looked_at_first_and_then_done(story: Story) -> None:
    await ten_tasks(story)
    work_id = await looked_at(story)
    look = await imported(story, work_id)
    assert (look.run.dry_run, look.run.total(Outcome.CREATED), look.total) == (True, 10, 10)
    assert len(look.run.planned) == 10
    assert look.run.planned[0].subject.startswith("Task")
    assert await story.hubspot_tasks() == []

    assert await story.tandem.works.begin(here(story), work_id, WHO)
    await story.tandem.works.work_off()

    done = await the(story, work_id)
    assert (done.state, done.done, done.total, done.is_look) == (WorkState.DONE, 10, 10, False)
    assert (await imported(story, work_id)).run.total(Outcome.CREATED) == 10
    assert len(await story.hubspot_tasks()) == 10
    assert done.result["runs"] == [(await imported(story, work_id)).run.run_id]
    assert not await story.tandem.works.begin(here(story), work_id, WHO)


async def test_an_import_lets_live_sync_go_first_between_two_batches(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run for many: neither is anything looked at twice, nor does what is new wait for the end."""
    monkeypatch.setattr(importing_tasks, "BATCH", 3)
    await story.switch_on(Kind.CALL)
    await ten_tasks(story)
    works, mine = story.tandem.works, story.tandem.store.for_connection(here(story).id)
    story.tandem.works.runner = replace(works.runner, pace=Pace())
    work_id = await looked_at(story)
    await works.begin(here(story), work_id, WHO)
    contact, _ = story.person("ann@example.com")
    story.in_hubspot("log_call", contacts=[contact], title="Just now")
    story.running.advance(20)

    await works.work_off()

    done = await the(story, work_id)
    report = await imported(story, work_id)
    runs = list(reversed(mine.runs(20)))
    assert [run.trigger for run in runs] == ["import tasks", *["schedule"] * 4]
    assert [run.state for run in runs] == ["done"] * 5
    assert (done.state, done.result["runs"]) == (WorkState.DONE, [runs[0].id])
    assert report.run.adds_up
    assert (report.run.seen, report.run.total(Outcome.CREATED)) == (10, 10)
    assert len(await story.hubspot_tasks()) == 10
    assert "Just now" in [task["Subject"] for task in await story.tasks()]
    assert mine.holder(story.running.clock.now()) is None


async def test_an_import_goes_on_by_itself_while_no_run_is_due(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_tasks, "BATCH", 3)
    await ten_tasks(story)
    works, mine = story.tandem.works, story.tandem.store.for_connection(here(story).id)
    work_id = await looked_at(story)
    await works.begin(here(story), work_id, WHO)
    await works.work_off()

    assert [run.trigger for run in mine.runs(20)] == ["import tasks"]


async def test_what_feeds_tell_is_brought_across_before_an_import_goes_on(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_tasks, "BATCH", 3)
    await story.switch_on(Kind.CALL)
    await ten_tasks(story)
    store, works = story.tandem.store, story.tandem.works
    work_id = await looked_at(story)
    await works.begin(here(story), work_id, WHO)
    contact, _ = story.person("ann@example.com")
    call = story.in_hubspot("log_call", contacts=[contact], title="Just now")["id"]
    account = here(story).hubspot_account_id
    assert account is not None
    told = Hint(side=Side.HUBSPOT, object="calls", record_id=call)
    store.hints.note(account, [told], story.running.clock.now())

    await works.work_off()

    triggers = [run.trigger for run in reversed(store.for_connection(here(story).id).runs(20))]
    assert triggers == ["import tasks", "schedule"]
    assert "Just now" in [task["Subject"] for task in await story.tasks()]
    assert len(await story.hubspot_tasks()) == 10


async def test_an_import_whose_settings_change_while_live_sync_runs_begins_anew(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_tasks, "BATCH", 3)
    await ten_tasks(story)
    store, works = story.tandem.store, story.tandem.works
    works.runner = replace(works.runner, pace=Pace())
    work_id = await looked_at(story)
    await works.begin(here(story), work_id, WHO)
    suspended: list[bool] = []

    def suspend_once(point: str) -> None:
        if point == "settled" and len(suspended) < 4:
            suspended.append(True)
            if len(suspended) == 4:
                store.suspend(here(story).id, "other_account", "Look at it.")

    works.runner = replace(works.runner, at=suspend_once)
    await works.work_off()
    waits = await the(story, work_id)
    assert (waits.state, waits.reason) == (WorkState.WAITING, "suspended")
    assert 0 < len(await story.hubspot_tasks()) < 10

    store.resume(here(story).id)
    story.running.advance(120)
    await works.work_off()

    assert (await the(story, work_id)).state is WorkState.DONE
    assert len(await story.hubspot_tasks()) == 10


async def test_a_look_at_an_import_is_in_nobodys_way(story: Story) -> None:
    await ten_tasks(story, 1)
    mine = story.tandem.store.for_connection(here(story).id)
    lease = mine.acquire("another", story.running.clock.now(), 600)

    work_id = await looked_at(story)

    assert (await imported(story, work_id)).run.total(Outcome.CREATED) == 1
    mine.check(lease)


async def test_while_the_connection_is_busy_the_work_waits(story: Story) -> None:
    await ten_tasks(story, 1)
    works = story.tandem.works
    work_id = await looked_at(story)
    mine = story.tandem.store.for_connection(here(story).id)
    lease = mine.acquire("another", story.running.clock.now(), 600)
    await works.begin(here(story), work_id, WHO)
    await works.work_off()
    waits = await the(story, work_id)
    assert (waits.state, waits.reason) == (WorkState.WAITING, "busy")

    mine.release(lease)
    story.running.advance(10)
    await works.work_off()

    assert (await the(story, work_id)).state is WorkState.DONE


async def test_an_outage_is_waited_out(story: Story) -> None:
    await ten_tasks(story, 1)
    work_id = await looked_at(story)
    await story.tandem.works.begin(here(story), work_id, WHO)
    story.arm("salesforce", {**QUERIES, "times": -1})
    await story.tandem.works.work_off()
    waits = await the(story, work_id)
    assert (waits.state, waits.reason) == (WorkState.WAITING, "crm_unavailable")
    assert waits.attempts == 1

    story.running.sandbox.world.faults["salesforce"].clear()
    story.running.advance(3600)
    await story.tandem.works.work_off()

    assert (await the(story, work_id)).state is WorkState.DONE
    assert len(await story.hubspot_tasks()) == 1


async def test_a_condition_that_salesforce_refuses_ends_the_work_with_its_words(
    story: Story,
) -> None:
    works = story.tandem.works
    work_id = await works.import_of(here(story), TaskImport(where="Nothing = 1"), WHO)
    await works.work_off()
    failed = await the(story, work_id)

    assert (failed.state, failed.reason) == (WorkState.FAILED, "settings")
    assert "Nothing" in failed.message


async def test_a_stopped_import_goes_on_where_it_was(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_tasks, "BATCH", 3)
    await ten_tasks(story)
    works = story.tandem.works
    work_id = await looked_at(story)
    await works.begin(here(story), work_id, WHO)
    stopping = _Stopping(works, here(story), work_id, after=3)
    monkeypatch.setattr(type(works), "_is_asked", stopping.asked(type(works)._is_asked))
    await works.work_off()
    stopped = await the(story, work_id)
    assert (stopped.state, stopped.reason) == (WorkState.STOPPED, "asked")
    part = len(await story.hubspot_tasks())
    assert 0 < part < 10

    assert await works.resume(here(story), work_id, WHO)
    await works.work_off()

    assert (await the(story, work_id)).state is WorkState.DONE
    assert len(await story.hubspot_tasks()) == 10
    assert (await imported(story, work_id)).run.total(Outcome.CREATED) == 10


class _Stopping:
    """A person who presses Stop once the work has asked so often whether to go on."""

    def __init__(self, works: Works, connection: Connection, work_id: int, after: int) -> None:
        self._press = lambda: works.kept.ask_to_stop(work_id)
        self._left = after

    def asked(self, really):  # type: ignore[no-untyped-def]
        async def asked(*given):  # type: ignore[no-untyped-def]
            self._left -= 1
            if self._left == 0:
                self._press()
            return await really(*given)

        return asked


async def test_work_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        story = Story(running)
        await running.connect()
        await ten_tasks(story)
        work_id = await looked_at(story)
        await story.tandem.works.begin(here(story), work_id, WHO)
        assert story.tandem.works.kept.claim("elsewhere:1", timedelta(seconds=30)) is not None
        await story.tandem.works.work_off()
        assert (await the(story, work_id)).state is WorkState.RUNNING

        running.advance(60)
        await story.tandem.works.work_off()

        assert (await the(story, work_id)).state is WorkState.DONE
        assert len(await story.hubspot_tasks()) == 10


async def test_serving_carries_out_what_is_begun_and_leaves_the_rest_when_it_ends(
    story: Story,
) -> None:
    await ten_tasks(story, 2)
    works, stop = story.tandem.works, asyncio.Event()
    serving = asyncio.create_task(works.serve(stop))
    work_id = await works.import_of(here(story), ALL, WHO)
    async with asyncio.timeout(10):
        while (await the(story, work_id)).state is not WorkState.DONE:  # noqa: ASYNC110 - rows
            await asyncio.sleep(0.01)
    stop.set()
    await serving
    later = await works.import_of(here(story), ALL, WHO)

    assert (await the(story, later)).state is WorkState.WAITING


async def test_an_uploaded_file_is_kept_until_it_is_imported(story: Story) -> None:
    _, person = story.person("kim@example.com")
    works = story.tandem.works
    text = f"題名,相手,Due\nCall Kim,{person},2026-01-05\nNobody's,,2026-01-05\n"
    work_id = await works.import_of_file(here(story), "tasks.csv", text.encode("cp932"), WHO)
    work = await the(story, work_id)
    assert work.state is WorkState.DRAFT
    mapping = {"題名": "Subject", "相手": "WhoId", "Due": "ActivityDate"}
    survey = await works.survey(work, mapping, None, "ja")
    assert (survey.rows, survey.wrong) == (1, 1)

    await works.prepare_file(work, mapping, None, "en")
    await works.work_off()
    assert works.kept.file(work_id, "upload") is not None
    wrong = works.kept.file(work_id, WRONG_ROWS)
    assert wrong is not None
    assert wrong.decode("utf-8-sig").splitlines()[1].startswith("3,")
    await works.begin(here(story), work_id, WHO)
    await works.work_off()

    assert (await story.hubspot_task())["hs_task_subject"] == "Call Kim"
    assert works.kept.file(work_id, "upload") is None
    assert works.kept.file(work_id, WRONG_ROWS) is not None
    with pytest.raises(SettingsError, match="gone"):
        await works.upload(await the(story, work_id))


async def test_too_large_and_empty_files_are_refused(story: Story) -> None:
    works = story.tandem.works
    with pytest.raises(SettingsError, match="too large"):
        await works.import_of_file(here(story), "a.csv", bytes(21 << 20), WHO)
    with pytest.raises(SettingsError, match="empty"):
        await works.import_of_file(here(story), "a.csv", b"", WHO)


async def test_past_activities_are_imported_in_the_background(story: Story) -> None:
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Long ago")
    story.running.advance(60)
    wanted = ActivityImport(kinds=(Kind.CALL,), since=story.running.clock.now().date())
    work_id = await looked_at(story, wanted)
    await story.tandem.works.begin(here(story), work_id, WHO)
    await story.tandem.works.work_off()

    assert (await story.task())["Subject"] == "Long ago"


async def test_a_run_is_taken_back_after_a_look(story: Story) -> None:
    await story.switch_on(Kind.CALL)
    contact, _ = story.person()
    story.in_hubspot("log_call", contacts=[contact], title="Undo me")
    run = await story.sync()
    works = story.tandem.works
    assert run.run_id is not None
    work_id = await works.undo(here(story), run.run_id, WHO)
    await works.work_off()
    look = report_of_work(await the(story, work_id))
    assert isinstance(look, UndoReport)
    assert look.counts[TakingKind.DELETE] == 1
    assert look.does_something
    await works.begin(here(story), work_id, WHO)
    await works.work_off()

    done = report_of_work(await the(story, work_id))
    assert isinstance(done, UndoReport)
    assert done.run.run_id is not None
    assert await story.tasks() == []


async def test_a_pair_that_ended_is_made_again(story: Story) -> None:
    await an_ended_pair(story, Side.HUBSPOT)
    [ended] = (await story.tandem.conflicts("default")).ended
    works = story.tandem.works
    work_id = await works.recreate(here(story), ended.key, WHO)
    await works.work_off()
    made = report_of_work(await the(story, work_id))

    assert isinstance(made, Recreated)
    assert made.how is RecreatedHow.CREATED
    again = await works.recreate(here(story), "4711-call-1", WHO)
    await works.work_off()
    assert (await the(story, again)).reason == "settings"


async def test_everything_a_person_does_about_it_is_in_the_audit_log(story: Story) -> None:
    works = story.tandem.works
    work_id = await looked_at(story)
    await works.begin(here(story), work_id, WHO)
    await works.stop(here(story), work_id, "bob@example.com")
    await works.resume(here(story), work_id, WHO)
    await works.work_off()
    await works.remove(here(story), work_id, WHO)
    noted = story.tandem.store.audit(here(story).id, 4)

    assert [entry.action for entry in reversed(noted)] == [
        "import_begun",
        "import_stopped",
        "import_resumed",
        "import_removed",
    ]
    assert noted[2].who == "bob@example.com"


async def test_erasing_a_person_forgets_what_imports_kept_of_anybody(story: Story) -> None:
    works = story.tandem.works
    await works.import_of_file(here(story), "tasks.csv", b"Email\nkim@example.com\n", WHO)
    await looked_at(story)
    waits = await works.import_of(here(story), ALL, WHO)
    await story.tandem.erase("kim@example.com")

    assert [each.id for each in works.kept.works(here(story).id, 10)] == [waits]

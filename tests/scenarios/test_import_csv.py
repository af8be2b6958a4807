"""Tasks of a file: named by Activity ID, found again in the org, or brought in as they stand (SPEC section 4)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tandem.engine.importing import ImportReport, TaskImport
from tandem.engine.reports import Outcome
from tandem.errors import SettingsError
from tandem.imports import DateOrder
from tandem.model import Kind
from tests.scenarios.story import Story, reasons

File = Path
NOBODYS = "00T000000000001EAA"
"""A good id that no task has."""


@pytest.fixture
def file(tmp_path: Path) -> File:
    return tmp_path / "tasks.csv"


def write(path: Path, rows: Sequence[Mapping[str, str]], encoding: str = "utf-8") -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


async def bring(story: Story, path: Path, dry_run: bool = False, **how: object) -> ImportReport:
    wanted = TaskImport(csv=path, **how)  # type: ignore[arg-type]
    report = await story.tandem.bring("default", wanted, dry_run=dry_run)
    assert report.run.adds_up, report.run.kinds
    return report


async def test_rows_with_an_activity_id_are_read_again_from_the_org(
    story: Story, file: File
) -> None:
    contact, person = story.person()
    task = story.new_task(person, "As it is now")
    gone = story.new_task(person, "Gone")
    story.in_salesforce("delete_record", id=gone)
    write(
        file,
        [
            {"Activity ID": task[:15], "Subject": "As it was"},
            {"Activity ID": gone, "Subject": "Gone"},
            {"Activity ID": NOBODYS, "Subject": "Never was"},
        ],
    )

    report = await bring(story, file)
    again = await bring(story, file)

    made = await story.hubspot_task()
    assert (made["hs_task_subject"], made["contacts"]) == ("As it is now", [contact])
    assert report.total == report.run.seen == 3
    assert sum(reasons(report.run).values()) == 2
    assert again.run.total(Outcome.CREATED) == 0


async def test_a_row_without_one_is_found_in_the_org_by_person_day_and_subject(
    story: Story, file: File
) -> None:
    """A report leaves the ids out; its rows are the org's tasks all the same."""
    _, person = story.person("ann@example.com")
    for subject in ("Call back", "Call back", "Offer"):
        story.new_task(person, subject, ActivityDate="2026-03-04", Description="In full")
    row = {"Email": "ann@example.com", "Subject": "call back", "Due Date": "2026-03-04"}
    write(file, [row, row])

    await bring(story, file)
    await bring(story, file)
    whole = await story.tandem.bring("default", TaskImport())

    tasks = await story.hubspot_tasks()
    assert sorted(task["hs_task_subject"] for task in tasks) == ["Call back", "Call back", "Offer"]
    assert whole.run.total(Outcome.CREATED) == 1
    assert {task["hs_task_body"] for task in tasks} == {"<p>In full</p>"}


async def test_what_the_org_no_longer_has_becomes_a_hubspot_task_of_its_own(
    story: Story, file: File
) -> None:
    contact, _ = story.person("ann@example.com")
    owner, _ = story.owner("Hana")
    write(
        file,
        [
            {
                "Email": "Ann@example.com",
                "Subject": "Old times",
                "Due Date": "04/03/2019",
                "Status": "Completed",
                "Comments": "First\nsecond",
                "Owner.Email": "hana@example.com",
            }
        ],
    )

    report = await bring(story, file, dates=DateOrder.DMY)
    again = await bring(story, file, dates=DateOrder.DMY)

    task = await story.hubspot_task()
    assert (report.run.total(Outcome.CREATED), again.run.total(Outcome.UNCHANGED)) == (1, 1)
    assert task["hs_task_subject"] == "Old times"
    assert task["hs_timestamp"].startswith("2019-03-0")
    assert task["hs_task_status"] == "COMPLETED"
    assert (task["hubspot_owner_id"], task["contacts"]) == (owner, [contact])
    assert await story.tasks() == []


async def test_what_came_from_a_file_alone_is_kept_in_step_with_nothing(
    story: Story, file: File
) -> None:
    story.person("ann@example.com")
    write(file, [{"Email": "ann@example.com", "Subject": "Old times", "Due Date": "2019-03-04"}])
    await story.both_ways()
    await bring(story, file)

    await story.sync()
    story.edit_in_hubspot((await story.hubspot_task())["id"], hs_task_subject="Edited")
    await story.sync()
    await story.later(hours=30)

    assert await story.tasks() == []
    assert (await story.hubspot_task())["hs_task_subject"] == "Edited"


async def test_two_equal_rows_are_two_tasks_and_stay_two(story: Story, file: File) -> None:
    story.person("ann@example.com")
    row = {"Email": "ann@example.com", "Subject": "Old times", "Due Date": "2019-03-04"}
    write(file, [row, row])
    await bring(story, file)
    write(file, [row, row, {**row, "Subject": "One more"}])

    second = await bring(story, file)

    assert len(await story.hubspot_tasks()) == 3
    assert second.run.total(Outcome.CREATED) == 1


async def test_a_row_of_somebody_hubspot_does_not_know_is_left_out(
    story: Story, file: File
) -> None:
    write(file, [{"Email": "who@example.com", "Subject": "Old", "Due Date": "2019-03-04"}])
    first = await bring(story, file)
    story.contact("who@example.com")
    story.running.advance(60)

    second = await bring(story, file)

    assert reasons(first.run) == {"no_hubspot_record": 1}
    assert second.run.total(Outcome.CREATED) == 1


async def test_a_row_that_people_made_in_hubspot_already_is_not_made_again(
    story: Story, file: File
) -> None:
    contact, _ = story.person("ann@example.com")
    story.in_hubspot(
        "create_task", contacts=[contact], subject="Old times", due="2019-03-04T05:00:00Z"
    )
    write(file, [{"Email": "ann@example.com", "Subject": "Old times", "Due Date": "2019-03-04"}])

    report = await bring(story, file)
    again = await bring(story, file)

    assert (report.adopted, again.adopted) == (1, 1)
    assert len(await story.hubspot_tasks()) == 1


async def test_a_japanese_report_in_cp932_is_read(story: Story, file: File) -> None:
    story.person("hanako@example.jp", lastname="山田")
    rows = [
        {
            "件名": "お見積りの件",
            "期日": "2026/03/04",
            "状況": "Completed",
            "メール": "hanako@example.jp",
        }
    ]
    write(file, rows, encoding="cp932")

    await bring(story, file)

    assert (await story.hubspot_task())["hs_task_subject"] == "お見積りの件"


async def test_a_row_killed_on_the_way_is_brought_once(story: Story, file: File) -> None:
    story.person("ann@example.com")
    write(file, [{"Email": "ann@example.com", "Subject": "Old", "Due Date": "2019-03-04"}])
    story.arm("hubspot", {"kind": "drop_after", "path": "*/tasks/batch/create", "times": 1})
    await bring(story, file)
    story.running.advance(120)
    await story.sync()

    report = await bring(story, file)

    assert report.run.total(Outcome.CREATED) == 0
    assert len(await story.hubspot_tasks()) == 1
    assert (await story.sync()).seen == 0


async def test_a_file_goes_with_no_other_choice(story: Story, file: File) -> None:
    file.write_text(f"Id\n{NOBODYS}\n")

    with pytest.raises(SettingsError, match="--csv"):
        await bring(story, file, open_only=True)
    with pytest.raises(SettingsError, match="--where"):
        await story.tandem.bring("default", TaskImport(where="Nonsense = 1"))
    with pytest.raises(SettingsError, match="--owner"):
        await story.tandem.bring("default", TaskImport(owners=("nobody@example.com",)))


async def test_a_task_named_twice_is_one(story: Story, file: File) -> None:
    _, person = story.person("ann@example.com")
    task = story.new_task(person, "Once", ActivityDate="2026-03-04")
    row = {"Email": "ann@example.com", "Subject": "Once", "Due Date": "2026-03-04"}
    write(file, [{"Activity ID": task, **dict.fromkeys(row, "")}])
    await bring(story, file)
    write(file, [{"Activity ID": task, **row}, {"Activity ID": "", **row}])

    report = await bring(story, file)

    assert Kind.TASK in report.run.kinds
    assert len(await story.hubspot_tasks()) == 2, "two rows in one file are two tasks"

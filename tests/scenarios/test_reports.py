"""Reports against the simulated org's Analytics API: the article's report, saved, opened again, refused."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tandem.errors import Rejected, SettingsError
from tandem.i18n import Messages
from tandem.mapping.salesforce_reports import About, Grouping, Match, Report, Show
from tandem.model import Kind
from tandem.reports import Reporting, sheet
from tests.scenarios.story import Story


def task(story: Story, subject: str, due: str, **fields: object) -> str:
    given = {"Subject": subject, "ActivityDate": due, **fields}
    return str(story.in_salesforce("create_record", object="Task", fields=given)["id"])


def built(**choices: object) -> Report:
    return Report(**{"name": "Opens", "code": "opens", "only_tandem": False, **choices})  # type: ignore[arg-type]


async def reporting(story: Story) -> Reporting:
    return await story.tandem.reporting("default")


async def opened(story: Story) -> None:
    """Two people are sent an e-mail in Japanese words, and open it; one is a lead."""
    await story.running.switch_on([Kind.MARKETING_EMAIL_OPENED], first='language = "ja"')
    story.person("ann@example.com")
    story.contact("lead@example.com")
    story.lead("lead@example.com")
    made = story.in_hubspot("create_campaign", name="春", subject="春のご案内")
    story.running.advance(5)
    for email in ("ann@example.com", "lead@example.com"):
        story.in_hubspot("open_marketing_email", campaign=made["campaign"], to=email)
    await story.later(minutes=1)


async def test_the_article_s_report_of_opens_works_in_japanese(story: Story) -> None:
    await opened(story)
    person = story.salesforce_contact("other@example.com")
    task(story, "開封済み:誰かが書いたもの", "2026-11-23", WhoId=person)
    ready = {each.code: each for each in await story.tandem.ready_reports("default")}

    found = await (await reporting(story)).run(ready["opens"])

    assert ready["opens"].subjects == ("開封済み",)
    assert ready["opens"].name == "開封済み(週別)"
    assert found.total == 1, "what a person wrote has no key"
    assert [row[0].label for row in found.rows] == ["開封済み:春のご案内"]
    assert found.is_whole
    assert [(each.cells[0].value, each.count) for each in found.groups] == [("2026-11-22", 1)]
    by_hand = await (await reporting(story)).run(built(subjects=("開封済み",)))
    assert by_hand.total == 2


async def test_leads_have_a_report_of_their_own(story: Story) -> None:
    await opened(story)
    ready = {each.code: each for each in await story.tandem.ready_reports("default", About.LEADS)}

    found = await (await reporting(story)).run(ready["opens-by-owner-leads"])

    assert found.total == 1
    assert "Example" in {cell.label for cell in found.rows[0]}


async def test_groups_within_groups_are_counted_and_subtotals_add_up(story: Story) -> None:
    ann = story.salesforce_contact("ann@example.com")
    for subject, due in (
        ("a, b", "2026-11-02"),
        ("a, b", "2026-11-03"),
        ('say "hi"', "2026-11-10"),
    ):
        task(story, subject, due, WhoId=ann)
    api = await reporting(story)

    found = await api.run(
        built(subjects=("a, b", 'say "hi"'), groupings=(Grouping.WEEK, Grouping.SUBJECT))
    )

    assert [(*(cell.label for cell in each.cells[1:]), each.count) for each in found.groups] == [
        ("a, b", 2),
        ('say "hi"', 1),
    ]
    assert [each.count for each in found.outer] == [2, 1]
    assert found.total == 3
    assert (await api.run(built(subjects=("b",), match=Match.CONTAINS))).total == 2
    assert (await api.run(built(subjects=("b",)))).total == 0
    assert (await api.run(built(show=Show.CLOSED))).total == 0
    assert (await api.run(built(first=date(2026, 11, 3), last=date(2026, 11, 9)))).total == 1
    assert (await api.run(built(days=30, groupings=()))).total == 3


@pytest.mark.parametrize("may_create", ["allow", "refuse"])
async def test_a_saved_report_is_opened_by_its_id_and_saved_over(
    story: Story, may_create: str
) -> None:
    """One org refused to create reports of activities by a program: one of that type is copied there."""
    ann = story.salesforce_contact("ann@example.com")
    task(story, "Opened: x", "2026-11-23", WhoId=ann)
    api = await reporting(story)
    if may_create == "refuse":
        await api.save(built(code="made by hand"), (await api.folder("")).id)
    story.running.sandbox.world.switches.set({"analytics_create_activities": may_create})

    folder = await api.folder("")
    made, is_new = await api.save(built(subjects=("Opened",)), folder.id)
    again, is_new_again = await api.save(built(subjects=("Other",), name="Others"), folder.id)

    assert (is_new, is_new_again, made.id) == (True, False, again.id)
    assert (await api.run_saved(made.id)).total == 0
    await api.save(built(subjects=("Opened",)), folder.id)
    assert (await api.run_saved(made.id)).total == 1
    saved = await api.saved()
    assert saved["opens"].id == made.id
    assert api.url(made.id).endswith(f"/{made.id}")


async def test_where_nothing_can_be_created_or_copied_the_way_out_is_told(story: Story) -> None:
    story.running.sandbox.world.switches.set({"analytics_create_activities": "refuse"})
    api = await reporting(story)

    with pytest.raises(Rejected, match="make one of this type in Salesforce by hand"):
        await api.save(built(), (await api.folder("")).id)


async def test_a_deleted_report_is_made_anew_under_a_numbered_name(story: Story) -> None:
    api = await reporting(story)
    folder = (await api.folder("")).id
    first, _ = await api.save(built(), folder)
    story.in_salesforce("delete_record", id=first.id, **{"as": "system"})

    second, is_new = await api.save(built(), folder)

    assert is_new
    assert second.id != first.id


async def test_a_folder_is_named_by_its_name_or_id(story: Story) -> None:
    fields = {"Name": "Sales", "DeveloperName": "Sales", "Type": "Report", "AccessType": "Public"}
    made = story.in_salesforce("create_record", object="Folder", fields=fields, **{"as": "system"})
    api = await reporting(story)

    assert (await api.folder("sales")).id == made["id"] == (await api.folder(str(made["id"]))).id
    saved, _ = await api.save(built(), str(made["id"]))
    assert (await api.saved())["opens"].folder == "Sales"
    assert saved.name == "Opens"
    with pytest.raises(SettingsError, match=r"no report folder 'Support'.*Sales"):
        await api.folder("Support")


async def test_more_rows_than_a_report_sends_come_by_query(story: Story) -> None:
    ann = story.salesforce_contact("ann@example.com")
    for number in range(4):
        task(story, f"=Opened {number}", "2026-11-20", WhoId=ann)
    story.running.sandbox.world.switches.set({"analytics_detail_rows": 2})
    api = await reporting(story)
    report = built(subjects=("=Opened",), days=7)

    found = await api.run(report)
    pages = [page async for page in api.tasks(report)]
    text = "".join(
        sheet(page, Messages("ja"), heads=not number) for number, page in enumerate(pages)
    )
    lines = list(csv.reader(io.StringIO(text)))

    assert (found.total, found.is_whole, len(found.rows)) == (4, False, 2)
    assert lines[0][:3] == ["ToDo", "件名", "期日"]
    assert [line[1] for line in lines[1:]] == [f"'=Opened {number}" for number in range(4)]
    assert {line[4] for line in lines[1:]} == {"ann"}


async def test_what_is_no_report_is_told(story: Story) -> None:
    with pytest.raises(SettingsError, match="not the id of a report"):
        await (await reporting(story)).run_saved("00T000000000001AAA")


async def test_subjects_that_begin_with_a_value_cannot_be_told_by_a_report(story: Story) -> None:
    options = {Kind.FORM_SUBMISSION: 'subject_template = "{title} sent"'}
    await story.running.switch_on([Kind.FORM_SUBMISSION], options=options)

    ready = [each.code for each in await story.tandem.ready_reports("default")]

    assert "opens" in ready
    assert not [code for code in ready if code.startswith("forms")]

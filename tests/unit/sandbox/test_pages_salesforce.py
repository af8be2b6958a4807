"""Playing a user of the org on Salesforce's pages: every form is an act that the API then shows."""

import pytest
from tests.unit.sandbox.pages_visitor import VisitedOrg as Org

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'--"
TASKS = "/lightning/o/Task/list"


@pytest.fixture
def org() -> Org:
    return Org()


async def test_a_task_is_created_on_a_contact(org: Org) -> None:
    page = await org.visitor.open(org.home)
    page = await org.visitor.fill(
        page.form("create_task"),
        Subject="Call back",
        ActivityDate="2026-11-30",
        Description="a\r\nb",
    )

    assert "The task “Call back” was created." in page.text
    assert "30 Nov 2026" in page.text
    row = org.only_task()
    assert row["WhoId"] == org.contact
    assert row["AccountId"] == org.account
    assert row["OwnerId"] == org.state.admin_id
    assert row["CreatedById"] == org.state.admin_id
    assert row["Description"].split() == ["a", "b"]


async def test_a_task_made_in_the_list_opens(org: Org) -> None:
    page = await org.visitor.open(TASKS)
    page = await org.visitor.fill(page.form("create_task"), Subject="New", WhoId=org.lead)

    assert "Okafor" in page.text
    assert page.does("edit_task")


async def test_a_task_is_completed_reopened_deleted_and_restored(org: Org) -> None:
    task = org.task()
    page = await org.visitor.fill((await org.page_of(task)).form("complete_task"))
    assert org.row(task)["IsClosed"]
    page = await org.visitor.fill(page.form("reopen_task"))
    assert org.row(task)["Status"] == "Not Started"
    page = await org.visitor.fill(page.form("delete"))
    assert org.row(task)["IsDeleted"]
    assert "In the recycle bin" in page.text
    assert not page.does("edit_task")
    page = await org.visitor.fill(page.form("undelete"))
    assert not org.row(task)["IsDeleted"]
    assert "out of the recycle bin" in page.text


async def test_the_recycle_bin_lists_and_restores(org: Org) -> None:
    task = org.task("Gone")
    org.state.act("delete_task", {"id": task})
    assert "Gone" not in (await org.visitor.open(f"{TASKS}?view=all")).text
    page = await org.visitor.open(f"{TASKS}?view=deleted")
    await org.visitor.fill(page.form("undelete", id=task))

    assert not org.row(task)["IsDeleted"]


async def test_an_edit_writes_what_was_changed_and_nothing_else(org: Org) -> None:
    task = org.task(Description="one\r\ntwo ", Priority="Low", ActivityDate="2026-11-25")
    before = org.row(task)
    form = (await org.page_of(task)).form("edit_task")
    page = await org.visitor.fill(form)
    assert "Nothing was changed" in page.text
    assert org.row(task) == before

    org.state.act("edit_task", {"id": task, "fields": {"Priority": "High"}})
    await org.visitor.fill(form, Subject="Call at noon", ActivityDate="")
    after = org.row(task)
    assert after["Subject"] == "Call at noon"
    # Changed by somebody else meanwhile, and left alone here.
    assert after["Priority"] == "High"
    assert after["Description"] == before["Description"]
    assert "ActivityDate" not in after


async def test_every_field_of_a_task_can_be_edited(org: Org) -> None:
    task = org.task()
    form = (await org.page_of(task)).form("edit_task")
    await org.visitor.fill(
        form,
        Status="In Progress",
        Priority="High",
        Type="Email",
        ActivityDate="2026-12-24",
        OwnerId=org.state.integration_id,
        WhatId=org.account,
        Description="More",
    )

    row = org.row(task)
    assert (row["Status"], row["Priority"], row["Type"]) == ("In Progress", "High", "Email")
    assert (row["ActivityDate"], row["WhatId"]) == ("2026-12-24", org.account)
    assert (row["OwnerId"], row["Description"]) == (org.state.integration_id, "More")


async def test_the_task_shows_the_key_and_every_other_field(org: Org) -> None:
    org.state.act(
        "create_custom_field",
        {"name": "Tandem_Key__c", "label": "Tandem key", "external_id": True, "unique": True},
    )
    task = org.task(Tandem_Key__c="147-task-12", Type="Call")
    page = await org.page_of(task)

    assert "147-task-12" in page.text
    assert "Tandem_Key__c" in page.text
    shown = {
        field.name
        for field in org.state.rights(org.state.admin_id).fields(org.state.schema["Task"]).values()
    }
    assert len(shown) > 30
    for label in (
        "Assigned to",
        "Related to",
        "Recurrence Interval",
        "Call result",
        "System modstamp",
    ):
        assert label in page.text


async def test_a_hidden_field_is_hidden_from_that_user(org: Org) -> None:
    org.state.act(
        "hide_field", {"object": "Task", "field": "Description", "user": org.state.admin_id}
    )
    task = org.task()
    org.state.store.table("Task").put({**org.row(task), "Description": "secret"})

    fields = (await org.page_of(task)).source.partition('id="edit"')[0]
    assert "secret" not in fields


async def test_one_acts_as_the_user_chosen(org: Org) -> None:
    page = await org.visitor.open(TASKS)
    page = await org.visitor.fill(page.form("act_as"), user=org.state.integration_id)
    assert "You act as Integration User now." in page.text
    await org.visitor.fill(page.form("create_task"), Subject="By integration")
    assert org.only_task()["CreatedById"] == org.state.integration_id

    seen = await org.visitor.send(page.form("act_as"), user="005000000000001AAA")
    assert seen.status == 422
    org.visitor.cookies["sandbox_acting"] = "nobody"
    await org.visitor.open(TASKS)


async def test_a_record_that_is_not_shared_is_not_shown(org: Org) -> None:
    task = org.task("Private")
    org.state.act("set_record_access", {"id": task, "user": org.state.admin_id, "level": "none"})

    assert (await org.visitor.get(f"/lightning/r/Task/{task}/view")).status == 404
    assert "Private" not in (await org.visitor.open(TASKS)).text
    assert "Private" not in (await org.visitor.open(org.home)).text


async def test_a_lead_is_converted_with_its_tasks(org: Org) -> None:
    task = org.make("Task", Subject="Ask", WhoId=org.lead)
    page = await org.visitor.open(f"/lightning/r/Lead/{org.lead}/view")
    page = await org.visitor.fill(page.form("convert_lead"))
    assert "The lead Okafor was converted." in page.text
    assert "Ask" in page.text
    assert org.row(task)["WhoId"].startswith("003")
    assert org.row(task)["WhatId"].startswith("006")

    page = await org.visitor.open(f"/lightning/r/Lead/{org.lead}/view")
    assert not page.does("convert_lead")
    assert "Okafor Ltd" in page.text
    assert "Okafor" not in (await org.visitor.open("/lightning/o/Lead/list")).text


async def test_a_lead_may_join_an_account_without_an_opportunity(org: Org) -> None:
    form = (await org.visitor.open(f"/lightning/r/Lead/{org.lead}/view")).form("convert_lead")
    await org.visitor.fill(form, account=org.account, opportunity="")

    assert org.row(org.lead)["ConvertedAccountId"] == org.account
    assert not org.row(org.lead).get("ConvertedOpportunityId")


async def test_activity_is_split_into_open_and_past(org: Org) -> None:
    org.task("Later", ActivityDate="2026-12-01")
    org.task("Overdue one", ActivityDate="2026-11-01")
    org.task("Done one", Status="Completed")
    page = await org.visitor.open(org.home)

    text = page.text
    assert text.index("Overdue one") < text.index("Later") < text.index("Past activity")
    assert text.index("Past activity") < text.index("Done one")
    account = (await org.visitor.open(f"/lightning/r/Account/{org.account}/view")).text
    assert "Done one" in account


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("view=open", {"Alpha", "Late"}),
        ("view=late", {"Late"}),
        ("view=done", {"Done"}),
        ("view=all", {"Alpha", "Late", "Done"}),
        ("view=all&type=Email", {"Done"}),
        ("view=all&status=In+Progress", {"Late"}),
        ("view=all&q=alp", {"Alpha"}),
        ("view=all&q=other+words", set()),
        ("view=strange", {"Alpha", "Late", "Done"}),
    ],
)  # fmt: skip
async def test_the_list_of_tasks_is_filtered(org: Org, query: str, expected: set[str]) -> None:
    org.task("Alpha", ActivityDate="2026-12-01")
    org.task("Late", ActivityDate="2026-11-01", Status="In Progress")
    org.task("Done", Status="Completed", Type="Email")
    page = await org.visitor.open(f"{TASKS}?{query}")
    listed = page.source.partition("<tbody>")[2]

    assert {one for one in ("Alpha", "Late", "Done") if f">{one}</a>" in listed} == expected


async def test_a_plain_id_leads_to_its_page(org: Org) -> None:
    task = org.task("Plain")
    for url in (
        f"/{task}",
        f"/{task[:15]}",
        f"/lightning/r/{task}/view",
        f"/lightning/r/Task/{task[:15]}/view",
    ):
        assert "Plain" in (await org.visitor.open(url)).text


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"Subject": " "}, "“Subject” must be filled in"),
        ({"ActivityDate": "soon"}, "soon"),
        ({"WhoId": "nobody"}, "“nobody” is no record id"),
        ({"OwnerId": "005000000000001AAA"}, "INVALID"),
        ({"Subject": "x" * 300}, "STRING_TOO_LONG"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_said_and_nothing_typed_is_lost(
    org: Org, filled: dict[str, str], said: str
) -> None:
    task = org.task()
    form = (await org.page_of(task)).form("edit_task")
    seen = await org.visitor.send(form, **{"Description": "typed", **filled})

    assert seen.status == 422
    assert said in seen.page.text
    again = seen.page.form("edit_task").fields
    assert {name: again[name] for name in filled} == filled
    assert again["Description"] == "typed"
    assert org.row(task)["Subject"] == "Call"


async def test_a_validation_rule_speaks_through_the_page(org: Org) -> None:
    condition = {"field": "Subject", "operator": "equals", "value": "No"}
    org.state.act("add_validation_rule", {"message": "Not that subject.", "condition": condition})
    seen = await org.visitor.send((await org.visitor.open(TASKS)).form("create_task"), Subject="No")

    assert seen.status == 422
    assert "Not that subject." in seen.page.text


async def test_forms_about_other_records_are_refused(org: Org) -> None:
    form = (await org.page_of(org.task())).form("delete")
    form.fields["id"] = org.contact
    seen = await org.visitor.send(form)

    assert seen.status == 422
    assert not org.row(org.contact).get("IsDeleted")


@pytest.mark.parametrize("hostile", [HOSTILE, "<b" * 100, "‮gnp.exe", "{{ self }}{% raw %}"])
async def test_hostile_texts_are_shown_as_texts(org: Org, hostile: str) -> None:
    org.state.act("create_custom_field", {"name": "Note__c", "label": hostile})
    task = org.task(hostile, Description=hostile, Type=hostile[:40], Note__c=hostile[:80])
    org.task(hostile, Description=hostile, Status="Completed")
    org.state.act("edit_record", {"id": org.contact, "fields": {"LastName": hostile[:80]}})
    urls = [
        TASKS,
        org.home,
        f"/{task}",
        "/lightning/o/Contact/list",
        f"{TASKS}?q=%3Cscript%3E&type=%22%3E",
    ]
    for url in urls:
        page = await org.visitor.open(url)
        assert page.unbalanced == [], url
        tags = [tag for tag, _ in page.elements]
        assert tags.count("script") == 1, url
        assert tags.count("img") == 1, url
        assert not any(name.startswith("on") for _, given in page.elements for name in given), url
    assert (await org.page_of(task)).form("edit_task").fields["Subject"] == hostile


async def test_the_pages_speak_japanese() -> None:
    org = Org("ja")
    page = await org.visitor.fill(
        (await org.visitor.open(org.home)).form("create_task"), Subject="折り返し"
    )

    assert "ToDo「折り返し」を作成しました。" in page.text
    assert "任命先" in (await org.page_of(str(org.only_task()["Id"]))).text

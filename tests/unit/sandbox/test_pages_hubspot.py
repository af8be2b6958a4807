"""Playing a salesperson on HubSpot's pages: every form is an act that HubSpot's API then shows."""

from typing import Any

import pytest
from tests.unit.sandbox.pages_visitor import Document, Visitor, frozen, started

from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.server import Sandbox

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'--"


class Portal:
    """An account with one contact and one form, visited by one person."""

    def __init__(self, language: str = "en") -> None:
        self.box: Sandbox = started(language, data="empty", clock=frozen())
        self.state = self.box.hubspot
        self.visitor = Visitor(self.box, "hubspot", language)
        self.contact = self.act(
            "create",
            object="contacts",
            properties={"email": "hana@example.com", "firstname": "花子", "lastname": "田中"},
        )["id"]
        self.act("create_owner", email="mori@example.com", first_name="Mori", last_name="Ann")
        self.act("create_form", name="Contact us")
        number = self.state.account.portal_id
        self.home = f"/contacts/{number}/record/0-1/{self.contact}"
        self.people = f"/contacts/{number}/objects/0-1/views/all/list"
        self.tasks = f"/tasks/{number}/view/all"

    def act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self.state.act(name, arguments)

    async def do(self, name: str, /, **filled: str) -> Document:
        """Fill in a form of the contact's page."""
        return await self.visitor.fill((await self.visitor.open(self.home)).form(name), **filled)

    def only(self, kind: str) -> Record:
        (record,) = self.state.crm.tables[kind].live.values()
        return record

    def read(self, kind: str, name: str) -> str | None:
        return self.state.crm.read(kind, self.only(kind), name)


@pytest.fixture
def portal() -> Portal:
    return Portal()


async def test_a_call_is_logged(portal: Portal) -> None:
    owner = portal.state.crm.owners.listing(email=None, archived=False)[0].id
    page = await portal.do(
        "log_call",
        title="Prices",
        body="Wants 12.\n\nCall again <soon>",
        minutes="3",
        direction="INBOUND",
        disposition="b2cf5968-551e-4856-9783-52b3da59a7d0",
        owner=owner,
        at="2026-11-19T09:30",
    )

    assert "The call “Prices” was logged." in page.text
    assert "Left voicemail" in page.text
    assert "3 min 0 s" in page.text
    call = portal.only("calls").values
    assert call["hs_call_duration"] == "180000"
    assert call["hs_call_body"] == "<p>Wants 12.</p><p>Call again &lt;soon&gt;</p>"
    # Half past nine in Tokyo, where the account is.
    assert call["hs_timestamp"] == "2026-11-19T00:30:00.000Z"
    assert call["hubspot_owner_id"] == owner
    assert portal.state.crm.associations.has(
        "calls", portal.only("calls").id, "contacts", int(portal.contact)
    )


async def test_a_note_is_written(portal: Portal) -> None:
    page = await portal.do("write_note", body="Likes tea\nand rain")

    assert portal.read("notes", "hs_note_body") == "<p>Likes tea<br>and rain</p>"
    assert "Likes tea and rain" in page.text


async def test_a_sales_email_is_sent_then_opened_then_clicked(portal: Portal) -> None:
    page = await portal.do("send_email", subject="Offer", body="Dear Hana")
    page = await portal.visitor.fill(page.form("open_email"))
    page = await portal.visitor.fill(page.form("open_email"))
    page = await portal.visitor.fill(page.form("click_email"))

    assert portal.read("emails", "hs_email_open_count") == "2"
    assert portal.read("emails", "hs_email_click_count") == "1"
    assert "Opened 2 ×" in page.text


async def test_an_email_of_the_contact_can_be_logged_but_not_opened(portal: Portal) -> None:
    page = await portal.do("send_email", subject="Question", direction="INCOMING_EMAIL")

    assert portal.read("emails", "hs_email_direction") == "INCOMING_EMAIL"
    assert not page.does("open_email")


async def test_a_meeting_is_booked_and_gets_an_outcome(portal: Portal) -> None:
    page = await portal.do("hold_meeting", title="Demo", start="2026-11-20T15:00")
    assert portal.read("meetings", "hs_meeting_end_time") == "2026-11-20T06:30:00Z"

    page = await portal.visitor.fill(page.form("set_outcome"), choice="NO_SHOW")

    assert portal.read("meetings", "hs_meeting_outcome") == "NO_SHOW"
    assert "No show" in page.text


async def test_a_marketing_email_is_sent_opened_and_clicked(portal: Portal) -> None:
    page = await portal.do("send_marketing", campaign="", subject="Spring")
    page = await portal.visitor.fill(page.form("open_marketing"))
    page = await portal.visitor.fill(page.form("click_marketing"))

    types = [event["type"] for event in portal.state.feeds.email_events]
    assert sorted(types) == ["CLICK", "DELIVERED", "OPEN", "SENT"]
    assert portal.only("contacts").values["hs_email_open"] == "1"
    campaign = str(next(iter(portal.state.feeds.campaigns)))
    await portal.visitor.fill(page.form("send_marketing"), campaign=campaign)
    assert len(portal.state.feeds.campaigns) == 1


async def test_a_form_is_submitted_by_the_contact(portal: Portal) -> None:
    page = await portal.do("submit_form", message="Call me", page_title="Prices")

    assert portal.only("contacts").values["recent_conversion_event_name"] == "Prices: Contact us"
    assert "message: Call me" in page.text


async def test_a_stranger_submits_a_form_and_becomes_a_contact(portal: Portal) -> None:
    page = await portal.visitor.open(portal.people)
    page = await portal.visitor.fill(page.form("submit_form"), email="new@example.com")

    assert "new@example.com" in page.text
    assert len(portal.state.crm.tables["contacts"].live) == 2


async def test_a_contact_is_made(portal: Portal) -> None:
    page = await portal.visitor.open(portal.people)
    page = await portal.visitor.fill(page.form("create_contact"), lastname="Okafor")

    assert "The contact Okafor was created." in page.text
    assert not page.does("send_marketing")


async def test_a_task_is_created_completed_reopened_and_deleted(portal: Portal) -> None:
    page = await portal.do(
        "create_task", subject="Call back", due="2026-11-21T10:00", priority="HIGH"
    )
    assert portal.read("tasks", "hs_timestamp") == "2026-11-21T01:00:00.000Z"
    task = portal.only("tasks").id

    page = await portal.visitor.fill(page.form("complete_task"))
    assert "“Call back” is completed" in page.text
    assert portal.read("tasks", "hs_task_status") == "COMPLETED"
    page = await portal.visitor.fill(page.form("reopen_task"))
    assert portal.read("tasks", "hs_task_status") == "NOT_STARTED"

    page = await portal.visitor.open(f"{portal.tasks}/task/{task}")
    page = await portal.visitor.fill(page.form("delete"))
    assert "“Call back” was deleted." in page.text
    assert portal.state.crm.tables["tasks"].live == {}
    page = await portal.visitor.open(f"{portal.tasks}?view=deleted")
    await portal.visitor.fill(page.form("restore_task"))
    assert portal.only("tasks").id == task


async def test_an_edit_writes_what_was_changed_and_nothing_else(portal: Portal) -> None:
    portal.act(
        "create_task",
        subject="Call",
        body="<p>One</p><ul><li>two</li></ul>",
        contacts=[portal.contact],
        priority="LOW",
        due="2026-11-21T01:00:30Z",
    )
    before = portal.only("tasks").values
    url = f"{portal.tasks}/task/{portal.only('tasks').id}"
    form = (await portal.visitor.open(url)).form("edit_task")

    page = await portal.visitor.fill(form)
    assert "Nothing was changed" in page.text
    assert portal.only("tasks").values == before

    portal.act(
        "edit", object="tasks", id=portal.only("tasks").id, properties={"hs_task_priority": "HIGH"}
    )
    await portal.visitor.fill(form, subject="Call at noon", owner="")
    after = portal.only("tasks").values
    assert after["hs_task_subject"] == "Call at noon"
    # Changed by somebody else meanwhile, and left alone here.
    assert after["hs_task_priority"] == "HIGH"
    assert after["hs_task_body"] == before["hs_task_body"]
    assert after["hs_timestamp"] == before["hs_timestamp"]


async def test_every_field_of_a_task_can_be_edited(portal: Portal) -> None:
    portal.act("create_task", subject="Call", contacts=[portal.contact])
    owner = portal.state.crm.owners.listing(email=None, archived=False)[0].id
    form = (await portal.visitor.open(f"{portal.tasks}/task/{portal.only('tasks').id}")).form(
        "edit_task"
    )
    filled = {"status": "WAITING", "priority": "MEDIUM", "type": "CALL", "owner": owner}
    await portal.visitor.fill(form, due="2026-12-01T08:00", body="New", **filled)

    values = portal.only("tasks").values
    assert values["hs_task_status"] == "WAITING"
    assert values["hs_task_priority"] == "MEDIUM"
    assert values["hs_task_type"] == "CALL"
    assert values["hubspot_owner_id"] == owner
    assert values["hs_task_body"] == "<p>New</p>"
    assert values["hs_timestamp"] == "2026-11-30T23:00:00Z"
    form = (await portal.visitor.open(f"{portal.tasks}/task/{portal.only('tasks').id}")).form(
        "edit_task"
    )
    await portal.visitor.fill(form, owner="", body="")
    assert "hubspot_owner_id" not in portal.only("tasks").values
    assert "hs_task_body" not in portal.only("tasks").values


async def test_a_task_of_the_list_may_name_its_contact(portal: Portal) -> None:
    page = await portal.visitor.open(portal.tasks)
    page = await portal.visitor.fill(
        page.form("create_task"), subject="From the list", contact="hana@example.com"
    )

    assert "From the list" in page.text
    assert "田中 花子" in page.text


@pytest.mark.parametrize(
    ("do", "filled", "said"),
    [
        ("log_call", {"title": " "}, "“Title” must be filled in"),
        ("log_call", {"title": "x", "minutes": "three"}, "takes a whole number"),
        ("log_call", {"title": "x", "at": "yesterday"}, "“yesterday” is no date and time"),
        ("log_call", {"title": "x", "owner": "12"}, "Owner 12 does not exist"),
        ("log_call", {"title": "x", "at": "0001-01-01T00:00"}, "is no date and time"),
        ("hold_meeting", {"title": "x", "start": "2026-11-20T15:00", "end": "2026-11-20T14:00"}, "before"),
        ("create_task", {"subject": "x", "status": "LATER"}, "LATER"),
        ("send_marketing", {"campaign": "999"}, "999"),
        ("submit_form", {"form": "nope"}, "nope"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_said_and_nothing_typed_is_lost(
    portal: Portal, do: str, filled: dict[str, str], said: str
) -> None:
    form = (await portal.visitor.open(portal.home)).form(do)
    seen = await portal.visitor.send(form, **filled)

    assert seen.status == 422
    assert "Not done." in seen.page.text
    assert said in seen.page.text
    again = seen.page.form(do).fields
    for name, value in filled.items():
        # A list that has no such entry cannot show it.
        assert again[name] == value or name in ("campaign", "form")
    assert "open" in next(
        given
        for tag, given in seen.page.elements
        if tag == "details" and "panel" in given.get("class", "") and "open" in given
    )


async def test_an_edit_that_is_refused_stays_as_it_was_typed(portal: Portal) -> None:
    portal.act("create_task", subject="Call", contacts=[portal.contact])
    form = (await portal.visitor.open(f"{portal.tasks}/task/{portal.only('tasks').id}")).form(
        "edit_task"
    )
    seen = await portal.visitor.send(form, subject=" ", body="typed", due="")

    assert seen.status == 422
    assert seen.page.form("edit_task").fields["body"] == "typed"
    assert portal.only("tasks").values["hs_task_subject"] == "Call"
    seen = await portal.visitor.send(form, due="")
    assert "“Due” must be filled in" in seen.page.text


@pytest.mark.parametrize("hostile", [HOSTILE, "\x00\x1b[31m", "ア" * 4000, "‮gnp.exe", "<b" * 900])
async def test_hostile_texts_are_shown_as_texts(portal: Portal, hostile: str) -> None:
    portal.act("create_task", subject=hostile, body=hostile, contacts=[portal.contact])
    portal.act("write_note", body=f"<p>ok</p>{hostile}<svg/onload=x>", contacts=[portal.contact])
    portal.act("send_email", subject=hostile, html=hostile, contacts=[portal.contact])
    portal.act("create_campaign", name=hostile, subject=hostile)
    portal.act("create_form", name=hostile)
    portal.act("submit_form", form=hostile, email="hana@example.com", values={hostile: hostile})
    portal.act("edit", object="contacts", id=portal.contact, properties={"company": hostile})
    portal.act("send_marketing_email", campaign=hostile, to="hana@example.com")
    urls = [portal.home, portal.tasks, portal.people, f"{portal.people}?q={'%3Cscript%3E'}"]
    urls += [f"{portal.tasks}/task/{portal.only('tasks').id}"]
    urls += [f"{portal.home.rpartition('/0-1/')[0]}/0-46/{portal.only('notes').id}"]

    for url in urls:
        page = await portal.visitor.open(url)
        assert page.unbalanced == [], url
        tags = [tag for tag, _ in page.elements]
        assert tags.count("script") == 1, url
        assert tags.count("img") == 1, url
        assert "svg" not in tags, url
        assert not any(name.startswith("on") for _, given in page.elements for name in given), url


async def test_a_hostile_subject_survives_its_form(portal: Portal) -> None:
    page = await portal.do("create_task", subject=HOSTILE)
    assert portal.only("tasks").values["hs_task_subject"] == HOSTILE
    assert f"The task “{HOSTILE[:60]}" in page.text

    form = (await portal.visitor.open(f"{portal.tasks}/task/{portal.only('tasks').id}")).form(
        "edit_task"
    )
    assert form.fields["subject"] == HOSTILE
    assert "Nothing was changed" in (await portal.visitor.fill(form)).text


async def test_the_timeline_shows_one_kind_if_asked(portal: Portal) -> None:
    await portal.do("write_note", body="only a note")
    await portal.do("log_call", title="only a call")
    page = await portal.visitor.open(f"{portal.home}?kind=calls")

    assert "only a call" in page.text
    assert "only a note" not in page.text


async def test_long_lists_come_in_pages(portal: Portal) -> None:
    for number in range(120):
        portal.act("create_task", subject=f"No. {number}", contacts=[portal.contact])
    first = await portal.visitor.open(portal.tasks)
    older = next(link for link in first.links if link.endswith("page=2"))
    second = await portal.visitor.open(older)

    assert "1 to 50 of 120" in first.text
    assert "51 to 100 of 120" in second.text
    for strange in ("0", "99", "-1", "x", "9" * 50):
        await portal.visitor.open(f"{portal.tasks}?page={strange}")


async def test_old_and_deep_links_lead_to_the_record(portal: Portal) -> None:
    portal.act("create_task", subject="Deep", contacts=[portal.contact])
    task, number = portal.only("tasks").id, portal.state.account.portal_id
    for url in (
        f"/contacts/{number}/record/0-27/{task}",
        f"/tasks/{number}/view/all/task/{task}",
        f"/contacts/{number}/record/0-1/{portal.contact}?engagement={task}",
        f"/contacts/{number}/contact/{portal.contact}/?taskId={task}",
    ):
        seen = await portal.visitor.open(url)
        assert "Deep" in seen.text or "taskId" in url
    assert (
        "田中 花子"
        in (await portal.visitor.open(f"/contacts/{number}/contact/{portal.contact}")).text
    )


async def test_what_administrators_add_is_known(portal: Portal) -> None:
    portal.act("add_stage", label="On hold")
    page = await portal.do("create_task", subject="Later")
    assert "On hold" in page.text
    portal.act("set_time_zone", zone="America/New_York")
    assert "America/New_York (UTC-05:00)" in (await portal.visitor.open(portal.home)).text


async def test_the_pages_speak_japanese() -> None:
    portal = Portal("ja")
    page = await portal.do("log_call", title="価格の件", minutes="2")

    assert "コール「価格の件」を記録しました。" in page.text
    assert "2026年11月20日 12:00" in page.text
    assert "2分0秒" in page.text

"""The Activities tab: what is filled in is what is saved, after it was looked at."""

import html
import re

import pytest
from tests.scenarios.story import Story
from tests.support.web import HERE, Browser, Web

from tandem.model import Field, Kind, Side
from tandem.settings import parse
from tandem.sync.policy import ConflictRule, ContactChoice, DeletePolicy, Policy

ACTIVITIES = f"{HERE}/activities"


def saved(web: Web) -> Policy:
    return parse(web.tandem.store.settings(1).text)


async def change(browser: Browser, *, without: tuple[str, ...] = (), **changes: str) -> None:
    """Fill the form in, look at the difference, save it."""
    await browser.get(ACTIVITIES)
    answer = await browser.send("due_time", without=without, **changes)
    assert answer.status_code == 200, answer.text
    await browser.follow(await browser.send("version", to=f"{ACTIVITIES}/save"))


def told(browser: Browser) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", browser.page)).split())


async def test_a_ticked_kind_begins_now_with_its_task_type(connected: Web) -> None:
    browser = await connected.signed_in()
    await change(browser, kinds__call__enabled="true", kinds__call__salesforce_task_type="Call")

    call = saved(connected).kind(Kind.CALL)
    assert call.enabled
    assert call.since == connected.running.clock.now()
    assert call.salesforce_task_type == "Call"
    assert saved(connected).enabled_kinds == (Kind.CALL,)
    assert "Saved as version 1" in browser.page


async def test_the_difference_is_shown_before_anything_is_saved(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)
    await browser.send("due_time", kinds__note__enabled="true", delete_policy="delete")

    assert "Note – Syncs kinds.note.enabled off on" in told(browser)
    assert "Keep the other one Delete the other one too" in told(browser)
    assert "a record deleted on one side is deleted on the other too" in told(browser)
    assert connected.tandem.store.settings(1).version == 0


async def test_every_field_of_the_form_reaches_its_setting(connected: Web) -> None:
    browser = await connected.signed_in()
    await change(
        browser,
        without=("salesforce_tasks.fields",),
        salesforce_tasks__enabled="true",
        salesforce_tasks__fields="subject",
        salesforce_tasks__filter__subtypes="Task",
        salesforce_tasks__filter__types="Call",
        salesforce_tasks__filter__open_only="true",
        salesforce_tasks__filter__condition="Priority = 'High'",
        language="ja",
        delete_policy="complete",
        conflict_rule="hubspot",
        due_time="09:30",
        completed_status="Completed",
        inclusion_list="17",
        daily_calls__salesforce="5,000",
        status_map__WAITING="In Progress",
        priority_map__HIGH="High",
        kinds__call__subject_template="☎ {title}",
        kinds__call__contacts="all",
        kinds__call__status="open",
        kinds__call__fixed_fields="Source__c = HubSpot\nCount__c = 3",
        kinds__call__filter__subject_contains="renewal、更新, quote",
        kinds__form_submission__filter__forms="a-1, b-2",
        kinds__marketing_email_opened__first_open_only="true",
    )

    policy = saved(connected)
    assert policy.salesforce_task_sync
    assert policy.task_fields == {Field.SUBJECT}
    assert policy.task_filter.subtypes == {"Task"}
    assert policy.task_filter.types == {"Call"}
    assert policy.task_filter.open_only
    assert policy.task_filter.condition == "Priority = 'High'"
    assert policy.language == "ja"
    assert policy.delete_policy is DeletePolicy.COMPLETE
    assert policy.conflict_rule is ConflictRule.HUBSPOT
    assert policy.due_time.isoformat() == "09:30:00"
    assert policy.completed_status == "Completed"
    assert policy.inclusion_list == "17"
    assert policy.daily_calls[Side.SALESFORCE] == 5_000
    assert policy.daily_calls[Side.HUBSPOT] is None
    assert policy.status_map == {"WAITING": "In Progress"}
    assert policy.priority_map == {"HIGH": "High"}
    call = policy.kind(Kind.CALL)
    assert call.subject_template == "☎ {title}"
    assert call.contacts is ContactChoice.ALL
    assert call.status == "open"
    assert call.fixed_fields == {"Source__c": "HubSpot", "Count__c": 3}
    assert call.filter.subject_contains == ("renewal", "更新", "quote")
    assert policy.kind(Kind.FORM_SUBMISSION).filter.forms == {"a-1", "b-2"}
    assert policy.kind(Kind.MARKETING_EMAIL_OPENED).first_open_only


async def test_the_form_sent_as_it_stands_changes_nothing(connected: Web) -> None:
    browser = await connected.signed_in()
    own = connected.running.hubspot.act("add_stage", {"object": "tasks", "label": "Own"})
    await connected.running.settings(
        f'inclusion_list = "3"\nstatus_map = {{ {own["stage"]} = "Deferred" }}\n'
        '[kinds.call]\nenabled = true\nsubject_template = "a {{b}} {title}"\n'
        'fixed_fields = { A__c = "true", B__c = true, C__c = 1.5, D__c = "x = y" }\n'
        'filter.subject_contains = ["a, b", "c"]\n'
        "[kinds.marketing_email_opened]\nskip_bots = false\n"
    )
    before = saved(connected)
    await browser.get(ACTIVITIES)
    await browser.follow(await browser.send("due_time"))

    assert "Nothing was changed" in browser.page
    assert saved(connected) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kinds__call__subject_template": "{nothing}"}, "names {nothing}"),
        ({"kinds__call__subject_template": "{title"}, "not well formed"),
        ({"due_time": "25:00"}, "must be a time of day"),
        ({"daily_calls__salesforce": "-1"}, "whole number above 0"),
        ({"daily_calls__salesforce": "9" * 30}, "whole number above 0"),
        ({"kinds__call__fixed_fields": "no equals sign"}, "a table of Salesforce fields"),
        ({"kinds__call__fixed_fields": "bad name! = 1"}, "a table of Salesforce fields"),
        ({"salesforce_tasks__filter__condition": "Id != null LIMIT 1"}, "without ORDER BY"),
        ({"language": "fr"}, "must be one of en, ja"),
    ],
)
async def test_what_cannot_be_taken_is_told_and_stays_in_the_form(
    connected: Web, changes: dict[str, str], said: str
) -> None:
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)
    answer = await browser.send("due_time", kinds__note__enabled="true", **changes)

    assert answer.status_code == 422
    assert said in told(browser)
    fields = browser.form("due_time")[1]
    assert ("kinds.note.enabled", "true") in fields
    if "language" not in changes:
        [(name, value)] = [(key.replace("__", "."), value) for key, value in changes.items()]
        assert (name, value) in fields
    assert connected.tandem.store.settings(1).version == 0


async def test_back_from_the_difference_everything_is_still_filled_in(connected: Web) -> None:
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)
    await browser.send("due_time", kinds__note__enabled="true", due_time="07:15")
    await browser.send("version", to=f"{ACTIVITIES}/edit")

    fields = browser.form("due_time")[1]
    assert ("kinds.note.enabled", "true") in fields
    assert ("due_time", "07:15") in fields


async def test_what_somebody_else_saved_meanwhile_is_not_overwritten(connected: Web) -> None:
    ann, bob = await connected.signed_in(), await connected.signed_in("bob@example.com")
    await ann.get(ACTIVITIES)
    await ann.send("due_time", due_time="07:15")
    await change(bob, kinds__note__enabled="true")
    await ann.follow(await ann.send("version", to=f"{ACTIVITIES}/save"))

    assert "bob@example.com saved other settings" in ann.page
    assert saved(connected).enabled_kinds == (Kind.NOTE,)
    assert saved(connected).due_time.isoformat() == "08:00:00"


async def test_what_is_saved_is_in_the_audit_log_with_the_person(connected: Web) -> None:
    browser = await connected.signed_in()
    await change(browser, kinds__note__enabled="true")
    await browser.get(f"{HERE}/audit")

    assert "ann@example.com Changed the settings 1 setting Note – Syncs off → on" in told(browser)


async def test_a_value_that_vanished_from_the_org_stays_and_says_so(connected: Web) -> None:
    await connected.running.settings(
        '[kinds.call]\nenabled = true\nsalesforce_task_type = "Telegram"\n'
    )
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)

    assert "Telegram (no longer in the account)" in told(browser)
    assert ("kinds.call.salesforce_task_type", "Telegram") in browser.form("due_time")[1]


async def test_a_template_is_shown_on_the_latest_real_activity(connected: Web) -> None:
    story = Story(connected.running)
    contact, _ = story.person()
    story.in_hubspot("log_call", title="Pricing <b>now</b>", contacts=[contact])
    connected.running.advance(10)
    browser = await connected.signed_in()
    path = f"{ACTIVITIES}/preview/call?kinds.call.subject_template="

    await browser.get(f"{path}☎ {{title}}")
    assert "☎ Pricing &lt;b&gt;now&lt;/b&gt;" in browser.page
    assert "as the latest one" in browser.page
    await browser.get(f"{path}{{wrong}}")
    assert "names {wrong}" in told(browser)
    await browser.get(f"{ACTIVITIES}/preview/note?language=ja")
    assert "→ メモ" in told(browser)
    assert (await browser.get(f"{ACTIVITIES}/preview/nothing")).status_code == 404


async def test_the_settings_travel_as_a_file(connected: Web) -> None:
    browser = await connected.signed_in()
    await change(browser, kinds__note__enabled="true")
    file = (await browser.get(f"{ACTIVITIES}/activities.toml")).text
    assert parse(file).enabled_kinds == (Kind.NOTE,)
    await browser.get(f"{ACTIVITIES}/file")
    changed = file.replace('delete_policy = "keep"', 'delete_policy = "complete"')
    await browser.send("text", text=changed)
    await browser.follow(await browser.send("version", to=f"{ACTIVITIES}/save"))

    assert saved(connected).delete_policy is DeletePolicy.COMPLETE
    assert saved(connected).enabled_kinds == (Kind.NOTE,)


async def test_a_file_that_is_none_is_told_with_its_line(connected: Web) -> None:
    browser = await connected.signed_in(language="ja")
    await browser.get(f"{ACTIVITIES}/file")
    answer = await browser.send("text", text='language = "en"\nnonsense = 1\n')

    assert answer.status_code == 422
    assert "2行目: nonsense" in told(browser)
    assert "nonsense = 1" in answer.text


async def test_before_both_accounts_are_connected_settings_can_be_prepared(web: Web) -> None:
    web.tandem.store.create_connection("main")
    browser = await web.signed_in()
    await change(browser, due_time="07:00")

    assert saved(web).due_time.isoformat() == "07:00:00"
    assert "not connected yet" in told(browser)


async def test_right_after_connecting_the_orgs_own_values_are_there(connected: Web) -> None:
    mine = connected.tandem.store.for_connection(1)
    for name in ("portal", "org", "owners", "users"):
        mine.forget_cached(name)
    browser = await connected.signed_in()
    await browser.get(ACTIVITIES)
    assert '<option value="Call">' in browser.page

    for name in ("portal", "org", "owners", "users"):
        mine.forget_cached(name)
    connected.running.sandbox.world.faults["salesforce"].arm(
        [{"kind": "status", "status": 503, "times": -1}]
    )
    assert (await browser.get(ACTIVITIES)).status_code == 200

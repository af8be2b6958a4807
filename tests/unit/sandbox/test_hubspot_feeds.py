"""HubSpot's feeds, lists and acts of people."""

import pytest
from hubspot_account import NOON, Account

from tandem.sandbox.clock import to_ms
from tandem.sandbox.hubspot.acts import ACTS

NOON_MS = to_ms(NOON)


@pytest.fixture
def account():
    return Account()


async def test_a_submitted_form_shows_in_its_feed_and_on_the_contact(account):
    form = account.act("create_form", name="Contact us")["form"]
    contact = account.contact("a@example.com")

    account.act("submit_form", form="Contact us", email="a@example.com", values={"message": "Hi"})

    feed = await account.get(f"/form-integrations/v1/submissions/forms/{form}")
    assert feed.results[0]["submittedAt"] == NOON_MS
    assert feed.results[0]["values"][1] == {"name": "message", "value": "Hi", "objectTypeId": "0-1"}
    read = await account.get(
        f"/crm/v3/objects/contacts/{contact}",
        properties="num_conversion_events,recent_conversion_event_name,recent_conversion_date",
    )
    assert read.body["properties"]["num_conversion_events"] == "1"
    assert read.body["properties"]["recent_conversion_event_name"] == "Contact us"
    assert read.body["properties"]["recent_conversion_date"] == "2026-11-20T12:00:00.000Z"


async def test_a_form_makes_the_contact_it_does_not_know(account):
    account.act("create_form", name="F")
    made = account.act("submit_form", form="F", email="n@example.com", values={"firstname": "N"})
    read = await account.get(f"/crm/v3/objects/contacts/{made['contact']}", properties="firstname")
    assert read.body["properties"]["firstname"] == "N"
    ghost = account.act("submit_form", form="F", email="g@example.com", create_contact=False)
    assert ghost["contact"] is None


async def test_pages_of_submissions_stay_good_while_newer_ones_arrive(account):
    form = account.act("create_form", name="F")["form"]
    for number in range(5):
        account.act("submit_form", form="F", email=f"{number}@example.com")
        account.settle(1)
    path = f"/form-integrations/v1/submissions/forms/{form}"
    first = await account.get(path, limit=2)
    account.act("submit_form", form="F", email="new@example.com")
    second = await account.get(path, limit=50, after=first.body["paging"]["next"]["after"])
    assert [each["values"][0]["value"][0] for each in first.results + second.results] == list(
        "43210"
    )
    assert (await account.get(path, limit=51)).status == 400
    assert (await account.get(path, after="?")).status == 400
    assert (await account.get("/form-integrations/v1/submissions/forms/none")).status == 404


async def test_forms_of_all_types_are_listed_only_on_demand(account):
    account.act("create_form", name="one")
    other = account.act("create_form", name="two", form_type="captured")["form"]
    assert [each["name"] for each in (await account.get("/marketing/v3/forms/")).results] == ["one"]
    every = await account.get("/marketing/v3/forms", formTypes="all")
    assert [each["name"] for each in every.results] == ["one", "two"]
    assert (await account.get(f"/marketing/v3/forms/{other}")).body["formType"] == "captured"
    assert (await account.get("/marketing/v3/forms/none")).status == 404


async def campaign_of(account):
    account.contact("a@example.com")
    made = account.act("create_campaign", name="Spring", subject="Spring is here")
    return made["campaign"]


async def test_a_marketing_email_is_sent_opened_and_clicked(account):
    campaign = await campaign_of(account)
    account.act("send_marketing_email", campaign="Spring", to="a@example.com")
    account.settle(60)
    account.act("open_marketing_email", campaign=campaign, to="a@example.com")
    account.act("open_marketing_email", campaign=campaign, to="a@example.com", bot=True)
    account.act(
        "click_marketing_email", campaign=campaign, to="a@example.com", url="https://x.example"
    )

    everything = (await account.get("/email/public/v1/events")).body

    types = sorted(each["type"] for each in everything["events"])
    assert types == ["CLICK", "DELIVERED", "OPEN", "OPEN", "SENT"]
    assert everything["hasMore"] is False
    opened = (await account.get("/email/public/v1/events", eventType="OPEN")).body["events"]
    assert sorted(each["filteredEvent"] for each in opened) == [False, True]
    sent = (await account.get("/email/public/v1/events", eventType="SENT")).body["events"][0]
    assert opened[0]["sentBy"] == {"id": sent["id"], "created": sent["created"]}
    real = await account.get(
        "/email/public/v1/events", eventType="OPEN", excludeFilteredEvents="true"
    )
    assert len(real.body["events"]) == 1
    read = await account.get(
        "/crm/v3/objects/contacts/a@example.com", idProperty="email", properties="hs_email_open"
    )
    assert read.body["properties"]["hs_email_open"] == "1"
    counters = (await account.get(f"/email/public/v1/campaigns/{campaign}")).body["counters"]
    assert (counters["sent"], counters["open"], counters["click"]) == (1, 2, 1)


async def test_email_events_are_bounded_filtered_and_paged(account):
    campaign = await campaign_of(account)
    for seconds in range(5):
        at = NOON_MS - seconds * 1000
        account.act("open_marketing_email", campaign=campaign, to="a@example.com", at=at)
    path = "/email/public/v1/events"
    window = {"startTimestamp": NOON_MS - 3000, "endTimestamp": NOON_MS - 1000}
    seen, offset = [], None
    while True:
        query = {**window, "limit": 2, **({"offset": offset} if offset else {})}
        page = (await account.get(path, **query)).body
        seen += [each["created"] for each in page["events"]]
        offset = page["offset"]
        if not page["hasMore"]:
            break
    assert seen == [NOON_MS - 1000, NOON_MS - 2000, NOON_MS - 3000]
    other = await account.get(path, recipient="b@example.com")
    assert other.body["events"] == []
    assert len((await account.get(path, campaignId=campaign, appId=113)).body["events"]) == 5
    one = (await account.get(path, limit=1)).body["events"][0]
    assert (await account.get(f"{path}/{one['created']}/{one['id']}")).body == one
    for wrong in (
        {"campaignId": campaign},
        {"eventType": "FILTERED"},
        {"limit": 1001},
        {"startTimestamp": "yesterday"},
    ):
        assert (await account.get(path, **wrong)).status == 400


async def test_a_late_event_appears_in_the_past(account):
    campaign = await campaign_of(account)
    week_ago = NOON_MS - 7 * 86_400_000
    account.act("open_marketing_email", campaign=campaign, to="a@example.com", at=week_ago)
    recent = await account.get("/email/public/v1/events", startTimestamp=NOON_MS - 1000)
    assert recent.body["events"] == []
    older = await account.get("/email/public/v1/events", startTimestamp=week_ago)
    assert len(older.body["events"]) == 1


async def test_campaigns_lead_to_marketing_emails(account):
    campaign = await campaign_of(account)
    listed = (await account.get("/email/public/v1/campaigns/by-id", limit=500)).body
    assert [each["id"] for each in listed["campaigns"]] == [campaign]
    read = (await account.get(f"/email/public/v1/campaigns/{campaign}", appId=113)).body
    email = (await account.get(f"/marketing/v3/emails/{read['contentId']}")).body
    assert email["subject"] == read["subject"] == "Spring is here"
    assert email["primaryEmailCampaignId"] == str(campaign)
    assert (await account.get("/marketing/emails/2026-03")).body["total"] == 1
    assert (await account.get(f"/email/public/v1/campaigns/{campaign}", appId=1)).status == 404


async def test_attendance_is_read_by_event_and_by_contact(account):
    contact = account.contact("a@example.com", firstname="Taro")
    event = account.act("create_marketing_event", name="Webinar", external_id="w1")["event"]
    account.act("attend_event", event="Webinar", contact=contact, state="REGISTERED")
    account.act("attend_event", event=event, contact="a@example.com", seconds=3300)

    base = "/marketing/v3/marketing-events"
    by_event = await account.get(f"{base}/participations/{event}/breakdown")

    assert by_event.body["total"] == 2
    last = by_event.results[1]
    assert last["properties"]["attendanceState"] == "ATTENDED"
    assert last["properties"]["occurredAt"] == NOON_MS
    assert last["associations"]["contact"]["contactId"] == contact
    for who in (contact, "a@example.com"):
        found = await account.get(
            f"{base}/participations/contacts/{who}/breakdown", state="ATTENDED"
        )
        assert found.body["total"] == 1
    dated = "/marketing/marketing-events/2026-03"
    assert (await account.get(f"{dated}/participations/acct-1/w1/breakdown")).body["total"] == 2
    counters = {"attended": 1, "registered": 1, "cancelled": 0, "noShows": 0}
    assert (await account.get(f"{dated}/participations/{event}")).body == counters
    assert (await account.get(f"{dated}/participations/acct-1/w1")).body == counters
    assert (await account.get(f"{dated}/{event}")).body["eventName"] == "Webinar"
    assert (await account.get(f"{dated}/events/w1")).body["objectId"] == event
    assert (await account.get(f"{dated}/w1/identifiers")).results[0]["objectId"] == event
    assert len((await account.get(dated)).results) == 1
    assert (await account.get(f"{dated}/5")).status == 404


async def test_event_occurrences_are_for_enterprise_accounts():
    account = Account(tier="enterprise")
    contact = account.contact()
    account.act("record_event", event_type="e_visited_page", contact=contact, properties={"p": "1"})
    found = await account.get("/events/v3/events", objectType="contact", objectId=contact)
    assert found.results[0]["properties"] == {"p": "1"}
    by_mail = {"objectType": "contact", "objectProperty.email": "tanaka@example.co.jp"}
    assert len((await account.get("/events/v3/events", **by_mail)).results) == 1
    rising = {"eventType": "e_visited_page", "sort": "ASCENDING"}
    assert (await account.get("/events/v3/events", **rising)).status == 400
    dated = await account.get(
        "/events/event-occurrences/2026-03",
        eventType="e_visited_page",
        occurredAfter="2026-11-20T12:00:01Z",
    )
    assert dated.results == []
    assert (
        "e_visited_page" in (await account.get("/events/v3/events/event-types")).body["eventTypes"]
    )
    assert (await account.get("/events/v3/events", objectType="contact")).status == 400
    account.world.switches.set({"tier": "professional"})
    assert (await account.get("/events/v3/events/event-types")).status == 403


async def test_files_tell_their_names(account):
    file = account.act("add_file", name="quote", extension="pdf")["file"]
    assert (await account.get(f"/files/v3/files/{file}")).body["name"] == "quote"
    assert len((await account.get("/files/2026-03/files/search", ids=file)).results) == 1
    assert (await account.get(f"/files/v3/files/{file}/signed-url")).body["extension"] == "pdf"
    assert (await account.get("/files/v3/files/5")).status == 404


async def test_a_manual_list_is_changed_by_hand(account):
    contact = account.contact()
    body = {"name": "VIP", "objectTypeId": "0-1", "processingType": "MANUAL"}
    made = (await account.post("/crm/v3/lists/", body)).body["list"]
    path = f"/crm/v3/lists/{made['listId']}"
    added = await account.call("PUT", f"{path}/memberships/add", [contact, "5"])
    assert added.body["recordsIdsAdded"] == [contact]
    assert added.body["recordIdsMissing"] == ["5"]
    members = (await account.get(f"{path}/memberships")).body
    assert members["results"] == [
        {"recordId": contact, "membershipTimestamp": "2026-11-20T12:00:00.000Z"}
    ]
    mine = await account.get(f"/crm/v3/lists/records/0-1/{contact}/memberships")
    assert [each["listId"] for each in mine.results] == [made["listId"]]
    inputs = {"inputs": [{"objectTypeId": "0-1", "recordId": contact}]}
    batch = await account.post("/crm/lists/2026-03/records/memberships/batch/read", inputs)
    assert len(batch.results[0]["memberships"]) == 1
    both = {"recordIdsToAdd": [], "recordIdsToRemove": [contact]}
    gone = await account.call("PUT", f"{path}/memberships/add-and-remove", both)
    assert gone.body["recordIdsRemoved"] == [contact]
    assert (await account.call("PUT", f"{path}/memberships/remove", {"a": 1})).status == 400
    assert (await account.post("/crm/v3/lists", body)).status == 400


async def test_a_dynamic_list_follows_its_filters_only(account):
    contact = account.contact()
    account.act("create_list", name="Sync", processing_type="DYNAMIC")
    account.act("add_to_list", list="Sync", records=contact)
    found = (await account.post("/crm/v3/lists/search", {"query": "syn"})).body
    row = found["lists"][0]
    assert (found["total"], row["additionalProperties"]["hs_list_size"]) == (1, "1")
    path = f"/crm/v3/lists/{row['listId']}"
    assert (await account.call("PUT", f"{path}/memberships/remove", [contact])).status == 400
    account.act("remove_from_list", list=row["listId"], records=["tanaka@example.co.jp"])
    assert (await account.get(f"{path}/memberships/join-order")).results == []


async def test_lists_are_searched_named_renamed_and_deleted(account):
    for name in ("b", "a", "c"):
        account.act("create_list", name=name)
    body = {"count": 2, "sort": "HS_LIST_NAME"}
    first = (await account.post("/crm/v3/lists/search", body)).body
    assert [each["name"] for each in first["lists"]] == ["a", "b"]
    assert (first["hasMore"], first["offset"]) == (True, 2)
    assert (await account.post("/crm/v3/lists/search", {"sort": "NAME"})).status == 400
    assert (await account.post("/crm/v3/lists/search", {"count": 0})).body["lists"]
    named = await account.get("/crm/v3/lists/object-type-id/0-1/name/c")
    path = f"/crm/v3/lists/{named.body['list']['listId']}"
    await account.call("PUT", f"{path}/update-list-name", query={"listName": "d"})
    assert (await account.get(path)).body["list"]["name"] == "d"
    assert (await account.call("DELETE", path)).status == 204
    assert (await account.get(path)).status == 404
    assert (await account.call("PUT", f"{path}/restore")).status == 204
    listed = await account.get("/crm/v3/lists", listIds=named.body["list"]["listId"])
    assert len(listed.body["lists"]) == 1
    assert (await account.call("DELETE", f"{path}/memberships")).status == 204


async def test_a_sales_email_counts_its_opens_with_history(account):
    made = account.act("send_email", subject="Offer", contacts=account.contact())
    account.settle(60)
    account.act("open_sales_email", id=made["id"])
    account.settle(60)
    account.act("open_sales_email", id=made["id"], times=3)
    account.act("click_sales_email", id=made["id"])

    read = await account.get(
        f"/crm/v3/objects/emails/{made['id']}",
        properties="hs_email_click_count",
        propertiesWithHistory="hs_email_open_count",
    )

    past = read.body["propertiesWithHistory"]["hs_email_open_count"]
    assert [(each["value"], each["timestamp"]) for each in past] == [
        ("4", "2026-11-20T12:02:00.000Z"),
        ("1", "2026-11-20T12:01:00.000Z"),
    ]
    assert read.body["properties"]["hs_email_click_count"] == "1"
    assert read.body["updatedAt"] == "2026-11-20T12:02:00.000Z"


async def test_people_log_every_kind_of_activity(account):
    contact = account.contact()
    owner = account.act("create_owner", email="sato@example.co.jp")["id"]
    shared = {"contacts": contact, "owner": owner}
    acts = {
        "calls": (
            "log_call",
            {"title": "Hello", "duration_ms": 60_000, "at": "2026-11-19T00:00:00Z"},
        ),
        "notes": ("write_note", {"body": "Noted"}),
        "emails": ("log_incoming_email", {"subject": "Re", "text": "x"}),
        "meetings": ("hold_meeting", {"title": "Kick-off", "outcome": "COMPLETED"}),
        "tasks": ("create_task", {"subject": "Do", "due": "2026-12-01T00:00:00Z"}),
        "communications": ("send_message", {"body": "SMS", "channel": "SMS"}),
        "postal_mail": ("send_letter", {"body": "Brochure"}),
    }
    for kind, (name, arguments) in acts.items():
        made = account.act(name, **arguments, **shared)
        read = await account.get(
            f"/crm/v3/objects/{kind}/{made['id']}",
            associations="contacts",
            properties="hubspot_owner_id,hs_object_source,hs_object_source_id",
        )
        assert read.body["properties"]["hubspot_owner_id"] == owner
        assert read.body["properties"]["hs_object_source"] == "CRM_UI"
        assert read.body["properties"]["hs_object_source_id"].startswith("userId:")
        assert read.body["associations"]["contacts"]["results"][0]["id"] == contact


async def test_other_acts_on_records(account):
    task = account.act("create_task", subject="x")["id"]
    owner = account.act("create_owner", email="sato@example.co.jp")["id"]
    assert account.act("complete_task", id=task)["properties"]["hs_task_status"] == "COMPLETED"
    assert (
        account.act("change_owner", object="tasks", id=task, owner=owner)["properties"][
            "hubspot_owner_id"
        ]
        == owner
    )
    account.act("change_owner", object="tasks", id=task, owner=None)
    contact = account.contact()
    pair = {"object": "tasks", "id": task, "to_object": "contacts", "to_id": contact}
    assert account.act("associate", **pair) == {"added": True}
    assert account.act("associate", **pair) == {"added": False}
    assert account.act("disassociate", **pair) == {"removed": True}
    account.act("forget_contact", contact=contact)
    account.act("delete", object="tasks", id=task)
    account.act("expire_tokens")
    account.act("uninstall_app")


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("log_call", {"contacts": "5"}, "resource not found"),
        ("edit", {"object": "widgets", "id": "1", "properties": {}}, "Unable to infer"),
        ("open_sales_email", {"id": "1", "times": 0}, "times"),
        ("submit_form", {"form": "F", "email": "a@example.com"}, "there is no form"),
        ("create_campaign", {"name": "x"}, "needs subject"),
        ("marketing_email_event", {"campaign": 1, "to": "a@b.c", "type": "SAW"}, "type must be"),
        ("attend_event", {"event": "x", "contact": "1", "state": "LATE"}, "state must be"),
        ("create_owner", {"type": "ROBOT"}, "PERSON or QUEUE"),
        ("add_to_list", {"list": "x", "records": []}, "no list"),
        ("write_note", {"body": "x", "at": "soon"}, "no instant"),
        ("archive_property", {"object": "tasks", "name": "hs_task_subject"}, "no custom property"),
        ("remove_stage", {"stage": "5"}, "does not exist"),
    ],
)
async def test_an_act_that_cannot_be_done_says_why(account, name, arguments, said):
    with pytest.raises(ValueError, match=said):
        account.act(name, **arguments)


def test_every_act_says_what_it_does():
    assert [name for name, act in ACTS.items() if not (act.__doc__ or "").strip()] == []


async def test_archived_records_can_be_loaded(account):
    record = {
        "id": "7",
        "createdAt": "2026-10-01T00:00:00Z",
        "updatedAt": "2026-10-02T00:00:00Z",
        "archived": True,
        "archivedAt": "2026-10-03T00:00:00Z",
        "properties": {"hs_timestamp": "2026-10-01T00:00:00Z"},
        "history": {
            "hs_task_status": [
                {"value": "COMPLETED", "timestamp": "2026-10-02T00:00:00Z"},
                {"value": "NOT_STARTED", "timestamp": "2026-10-01T00:00:00Z"},
            ]
        },
    }
    account.state.load({"objects": {"tasks": [record]}})
    read = await account.get(
        "/crm/v3/objects/tasks/7", archived="true", propertiesWithHistory="hs_task_status"
    )
    assert read.body["archivedAt"] == "2026-10-03T00:00:00.000Z"
    past = read.body["propertiesWithHistory"]["hs_task_status"]
    assert [each["value"] for each in past] == ["COMPLETED", "NOT_STARTED"]

"""HubSpot's old addresses: engagements, associations, contacts, lists, owners, forms."""

import pytest
from hubspot_account import NOON, Account

from tandem.sandbox.clock import to_ms

NOON_MS = to_ms(NOON)


@pytest.fixture
def account():
    return Account()


async def test_old_addresses_show_companies_and_deals_with_versions(account):
    company = account.act("create", object="companies", properties={"name": "Acme"})["id"]
    deal = account.act(
        "create",
        object="deals",
        properties={"dealname": "Big", "closedate": "2026-12-31"},
        companies=company,
    )["id"]
    account.settle(60)
    account.act("edit", object="companies", id=company, properties={"name": "Acme Inc."})

    paged = (await account.get("/companies/v2/companies/paged", limit=250, properties="name")).body

    name = paged["companies"][0]["properties"]["name"]
    assert (name["value"], name["timestamp"]) == ("Acme Inc.", NOON_MS + 60_000)
    assert [each["value"] for each in name["versions"]] == ["Acme Inc.", "Acme"]
    assert paged["has-more"] is False
    detail = (await account.get(f"/companies/v2/companies/{company}")).body
    assert detail["companyId"] == int(company)
    deals = (await account.get("/deals/v1/deal/paged", includeAllProperties="true")).body["deals"]
    assert deals[0]["associations"]["associatedCompanyIds"] == [int(company)]
    assert deals[0]["properties"]["closedate"]["value"] == "1798675200000"
    assert (await account.get(f"/deals/v1/deal/{deal}")).body["dealId"] == int(deal)
    assert (await account.get("/deals/v1/deal/recent/modified")).body["total"] == 1
    assert (await account.get("/companies/v2/companies/recent/modified")).body["total"] == 1
    assert (await account.get("/deals/v1/pipelines")).body[0]["pipelineId"] == "default"
    for path in ("/companies/v2/properties", "/properties/v1/deals/properties"):
        assert (await account.get(path)).body[0]["name"]


async def test_old_addresses_page_by_offset(account):
    ids = [
        int(account.act("create", object="companies", properties={"name": str(n)})["id"])
        for n in range(3)
    ]
    first = (await account.get("/companies/v2/companies/paged", limit=2)).body
    assert (first["has-more"], first["offset"]) == (True, ids[2])
    rest = (await account.get("/companies/v2/companies/paged", limit=2, offset=ids[2])).body
    assert [each["companyId"] for each in rest["companies"]] == ids[2:]


async def test_old_addresses_of_contacts_lists_owners_and_forms(account):
    contact = account.contact("a@example.com", firstname="Taro")
    company = account.act("create", object="companies", properties={"name": "x"}, contacts=contact)
    account.act("create_list", name="L")
    account.act("create_owner", email="o@example.com")
    account.act("create_form", name="F")
    account.act("change_subscription", email="a@example.com")
    page = (await account.get("/contacts/v1/lists/all/contacts/all", count=1)).body
    assert page["contacts"][0]["properties"]["firstname"]["value"] == "Taro"
    batch = (await account.get("/contacts/v1/contact/vids/batch", vid=contact)).body
    assert batch[contact]["vid"] == int(contact)
    vids = (await account.get(f"/companies/v2/companies/{company['id']}/vids")).body
    assert vids["vids"] == [int(contact)]
    assert (await account.get("/contacts/v1/lists")).body["lists"][0]["name"] == "L"
    assert (await account.get("/owners/v2/owners", includeInactive="true")).body[0][
        "email"
    ] == "o@example.com"
    forms = (await account.get("/forms/v2/forms")).body
    assert forms[0]["createdAt"] == NOON_MS
    assert (await account.get(f"/forms/v2/forms/{forms[0]['guid']}")).body["name"] == "F"
    timeline = (await account.get("/email/public/v1/subscriptions/timeline")).body
    assert timeline["timeline"][0]["changes"][0]["change"] == "UNSUBSCRIBED"
    assert (await account.get("/automation/v3/workflows")).body == {"workflows": []}
    assert (await account.get("/properties/v1/contacts/properties")).status == 200


async def test_engagements_show_activities_in_one_stream(account):
    contact = account.contact()
    account.act("log_call", title="Hi", contacts=contact, duration_ms=5000)
    account.settle(1)
    account.act("log_incoming_email", subject="Re", text="x", contacts=contact)
    account.settle(1)
    meeting = account.act("hold_meeting", title="M", properties={"hs_attachment_ids": "7"})["id"]
    account.settle(1)
    base = "/engagements/v1/engagements"

    first = (await account.get(f"{base}/modified/after", after=NOON_MS, limit=2)).body

    assert [each["engagement"]["type"] for each in first["results"]] == ["CALL", "INCOMING_EMAIL"]
    assert first["results"][0]["associations"]["contactIds"] == [int(contact)]
    assert first["results"][0]["metadata"]["durationMilliseconds"] == 5000
    rest = (await account.get(f"{base}/modified/after", after=first["after"])).body
    assert [each["engagement"]["id"] for each in rest["results"]] == [int(meeting)]
    assert rest["results"][0]["attachments"] == [{"id": 7}]
    again = (await account.get(f"{base}/modified/after", after=rest["after"])).body
    assert (again["results"], again["hasMore"], again["after"]) == ([], False, rest["after"])
    assert (await account.get(f"{base}/paged", limit=2)).body["hasMore"] is True
    recent = (await account.get(f"{base}/recent/modified")).body
    assert (recent["total"], recent["results"][0]["engagement"]["type"]) == (3, "MEETING")
    assert (await account.get(f"{base}/{meeting}")).body["metadata"]["title"] == "M"
    assert (await account.get(f"{base}/5")).status == 404
    assert (await account.get(f"{base}/modified/after", after="x-y")).status == 400


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"task": []}, "no task"),
        ({"objects": {"widgets": []}}, "Unable to infer"),
        ({"objects": {"tasks": [{"id": "1", "createdAt": "x", "properties": {}}]}}, "no instant"),
        (
            {
                "objects": {
                    "tasks": [{"id": "1", "createdAt": "2026-01-01", "properties": {"foo": "1"}}]
                }
            },
            "no property foo",
        ),
        ({"objects": {"tasks": [{"id": "1", "created": 1, "properties": {}}]}}, "no created"),
        ({"associations": [("tasks", 1, "notes", 2)]}, "do not associate"),
        ({"submissions": [{"formGuid": "x", "submittedAt": 1}]}, "does not fit"),
    ],
)
def test_a_sample_that_does_not_fit_is_refused_in_words(account, part, said):
    with pytest.raises(ValueError, match=said):
        account.state.load(part)


async def test_engagements_withhold_mail_from_tokens_without_its_scope():
    account = Account(private_app_scopes="crm.objects.contacts.read")
    account.act("send_email", subject="Secret", html="<p>x</p>")
    shown = (await account.get("/engagements/v1/engagements/paged")).body["results"][0]
    assert "subject" not in shown["metadata"]
    assert shown["engagement"]["bodyPreview"] is None

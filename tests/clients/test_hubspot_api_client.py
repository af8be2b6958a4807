"""hubspot-api-client 12, HubSpot's stable Python client (numbered paths)."""

import collections
from typing import Any

import hubspot.crm.associations.v4 as associations
import hubspot.crm.contacts as contacts
import hubspot.crm.lists as lists
import hubspot.crm.objects as objects
import hubspot.crm.objects.tasks as tasks
import hubspot.crm.properties as properties
import hubspot.oauth as oauth
import pytest
from hubspot import HubSpot
from urllib3 import Retry

from tandem.sandbox.server import Sandbox, SandboxThread

DUE = "2026-12-01T09:00:00Z"


def client(sandbox: SandboxThread, **more: Any) -> HubSpot:
    options = {"access_token": sandbox.tokens["hubspot"], **more}
    return HubSpot(host=sandbox.hubspot_url, base_url=sandbox.hubspot_url, **options)


@pytest.fixture
def hubspot(sandbox: SandboxThread) -> HubSpot:
    return client(sandbox)


@pytest.fixture
def empty_hubspot(empty_sandbox: SandboxThread) -> HubSpot:
    return client(empty_sandbox)


def arm(sandbox: SandboxThread, *rules: dict[str, Any]) -> None:
    sandbox.run(lambda each: each.world.faults["hubspot"].arm(rules))


def new_task(subject: str) -> tasks.SimplePublicObjectInputForCreate:
    return tasks.SimplePublicObjectInputForCreate(
        properties={"hs_task_subject": subject, "hs_timestamp": DUE}, associations=[]
    )


@pytest.mark.parametrize(
    ("kind", "subject", "body"),
    [
        ("tasks", "hs_task_subject", "hs_task_body"),
        ("notes", "hs_attachment_ids", "hs_note_body"),
        ("calls", "hs_call_title", "hs_call_body"),
        ("meetings", "hs_meeting_title", "hs_meeting_body"),
        ("communications", "hs_communication_logged_from", "hs_communication_body"),
        ("postal_mail", "hs_timestamp", "hs_postal_mail_body"),
    ],
)
def test_an_activity_is_created_read_changed_and_archived(
    empty_hubspot: HubSpot, kind: str, subject: str, body: str
) -> None:
    api = getattr(empty_hubspot.crm.objects, kind).basic_api
    given = {
        "hs_timestamp": DUE,
        subject: DUE if subject == "hs_timestamp" else "CRM",
        body: "<p>Guten Tag, 田中様</p>",
    }
    if kind == "communications":
        given["hs_communication_channel_type"] = "SMS"

    made = api.create(objects.SimplePublicObjectInputForCreate(properties=given, associations=[]))
    changed = api.update(made.id, objects.SimplePublicObjectInput(properties={body: "Changed"}))
    read = api.get_by_id(made.id, properties=[subject, body, "no_such_property"])
    api.archive(made.id)

    assert changed.properties[body] == "Changed"
    assert read.properties[body] == "Changed"
    assert read.properties[subject] == given[subject]
    assert "no_such_property" not in read.properties
    assert read.archived is False
    assert [each.id for each in api.get_page(archived=True).results] == [made.id]
    assert api.get_page().results == []
    with pytest.raises(Exception, match="resource not found") as missing:
        api.get_by_id(made.id)
    assert missing.value.status == 404


def test_an_email_is_created_and_destroyed_for_good(empty_hubspot: HubSpot) -> None:
    api = empty_hubspot.crm.objects.emails.basic_api
    given = {
        "hs_timestamp": DUE,
        "hs_email_direction": "EMAIL",
        "hs_email_subject": "Offer",
        "hs_email_html": "<p>Hi</p>",
        "hs_email_headers": '{"from":{"email":"a@example.com"},"to":[{"email":"b@example.com"}]}',
    }

    made = api.create(objects.SimplePublicObjectInputForCreate(properties=given, associations=[]))
    read = api.get_by_id(made.id, properties=["hs_email_from_email", "hs_email_to_email"])
    api.archive(made.id)

    assert read.properties["hs_email_from_email"] == "a@example.com"
    assert read.properties["hs_email_to_email"] == "b@example.com"
    assert api.get_page(archived=True).results == []


def test_lists_are_paged_to_the_end_with_associations(hubspot: HubSpot) -> None:
    api = hubspot.crm.objects.calls.basic_api
    found, after = [], None
    while True:
        page = api.get_page(
            limit=25, after=after, properties=["hs_call_title"], associations=["contacts"]
        )
        found += page.results
        if page.paging is None:
            break
        after = page.paging.next.after

    assert len(found) == 64
    assert len({each.id for each in found}) == 64
    associated = [each for each in found if each.associations]
    assert associated
    assert associated[0].associations["contacts"].results[0].type == "call_to_contact"
    assert len(hubspot.crm.objects.get_all("calls")) == 64
    assert len(hubspot.crm.contacts.get_all(archived=False)) == 60


def test_what_a_property_was_before_can_be_read(hubspot: HubSpot) -> None:
    task = hubspot.crm.objects.tasks.basic_api.get_page(limit=1).results[0]
    hubspot.crm.objects.tasks.basic_api.update(
        task.id, tasks.SimplePublicObjectInput(properties={"hs_task_subject": "Anew"})
    )

    read = hubspot.crm.objects.tasks.basic_api.get_by_id(
        task.id, properties_with_history=["hs_task_subject"]
    )

    past = read.properties_with_history["hs_task_subject"]
    assert past[0].value == "Anew"
    assert past[0].source_type == "INTEGRATION"
    assert len(past) >= 2


def test_batches_create_read_change_and_archive(empty_hubspot: HubSpot) -> None:
    api = empty_hubspot.crm.objects.tasks.batch_api
    made = api.create(
        tasks.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[new_task(f"Task {at}") for at in range(100)]
        )
    )
    ids = [each.id for each in made.results]
    changed = api.update(
        tasks.BatchInputSimplePublicObjectBatchInput(
            inputs=[
                tasks.SimplePublicObjectBatchInput(
                    id=each, properties={"hs_task_status": "COMPLETED"}
                )
                for each in ids
            ]
        )
    )
    read = api.read(
        tasks.BatchReadInputSimplePublicObjectId(
            properties=["hs_task_subject", "hs_task_is_completed"],
            properties_with_history=[],
            inputs=[tasks.SimplePublicObjectId(id=each) for each in ids],
        )
    )
    api.archive(
        tasks.BatchInputSimplePublicObjectId(
            inputs=[tasks.SimplePublicObjectId(id=each) for each in ids[1:]]
        )
    )

    assert made.status == "COMPLETE"
    assert len(changed.results) == 100
    assert [each.properties["hs_task_subject"] for each in read.results] == [
        f"Task {at}" for at in range(100)
    ]
    assert {each.properties["hs_task_is_completed"] for each in read.results} == {"1"}
    left = empty_hubspot.crm.objects.tasks.basic_api.get_page().results
    assert [each.id for each in left] == ids[:1]


def test_a_batch_tells_which_of_its_records_are_missing(hubspot: HubSpot) -> None:
    known = hubspot.crm.objects.tasks.basic_api.get_page(limit=1).results[0].id

    answer = hubspot.crm.objects.tasks.batch_api.read(
        tasks.BatchReadInputSimplePublicObjectId(
            properties=[],
            properties_with_history=[],
            inputs=[tasks.SimplePublicObjectId(id=each) for each in (known, "999")],
        )
    )

    assert isinstance(answer, tasks.BatchResponseSimplePublicObjectWithErrors)
    assert [each.id for each in answer.results] == [known]
    assert answer.num_errors == 1
    assert answer.errors[0].category == "OBJECT_NOT_FOUND"


def test_a_row_that_cannot_be_created_leaves_the_others(empty_hubspot: HubSpot) -> None:
    rows = [
        tasks.SimplePublicObjectBatchInputForCreate(
            object_write_trace_id=f"row-{at}",
            associations=[],
            properties={"hs_timestamp": DUE, "hs_task_status": status},
        )
        for at, status in enumerate(("NOT_STARTED", "NO_SUCH_STATUS"))
    ]

    answer = empty_hubspot.crm.objects.tasks.batch_api.create(
        tasks.BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows)
    )

    assert isinstance(answer, tasks.BatchResponseSimplePublicObjectWithErrors)
    assert [each.object_write_trace_id for each in answer.results] == ["row-0"]
    assert answer.errors[0].context["objectWriteTraceId"] == ["row-1"]


def test_a_unique_property_lets_a_batch_create_or_change(empty_hubspot: HubSpot) -> None:
    empty_hubspot.crm.properties.core_api.create(
        "tasks",
        properties.PropertyCreate(
            name="tandem_key",
            label="Tandem key",
            group_name="task_information",
            type="string",
            field_type="text",
            has_unique_value=True,
        ),
    )

    def upsert(subject: str) -> Any:
        row = tasks.SimplePublicObjectBatchInputUpsert(
            id="key-1",
            id_property="tandem_key",
            properties={"hs_timestamp": DUE, "hs_task_subject": subject},
        )
        return empty_hubspot.crm.objects.tasks.batch_api.upsert(
            tasks.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[row])
        ).results[0]

    first, second = upsert("One"), upsert("Two")

    assert (first.new, second.new) == (True, False)
    assert first.id == second.id
    found = empty_hubspot.crm.objects.tasks.basic_api.get_by_id(
        "key-1", id_property="tandem_key", properties=["hs_task_subject"]
    )
    assert found.properties["hs_task_subject"] == "Two"


@pytest.mark.parametrize(
    "sort",
    [
        "hs_lastmodifieddate",
        "-hs_lastmodifieddate",
        {"propertyName": "hs_lastmodifieddate", "direction": "DESCENDING"},
    ],
)
def test_a_search_filters_sorts_and_pages(hubspot: HubSpot, sort: str | dict[str, str]) -> None:
    found, after = [], None
    while True:
        answer = hubspot.crm.objects.tasks.search_api.do_search(
            tasks.PublicObjectSearchRequest(
                filter_groups=[
                    {
                        "filters": [
                            {
                                "propertyName": "hs_lastmodifieddate",
                                "operator": "GTE",
                                "value": "1577836800000",
                            }
                        ]
                    }
                ],
                sorts=[sort],
                properties=["hs_task_subject", "hs_lastmodifieddate"],
                limit=20,
                after=after,
            )
        )
        found += answer.results
        if answer.paging is None:
            break
        after = answer.paging.next.after

    stamps = [each.properties["hs_lastmodifieddate"] for each in found]
    assert answer.total == len(found) == 45
    assert stamps == sorted(stamps, reverse=sort != "hs_lastmodifieddate")


def test_a_search_finds_words_and_associations(hubspot: HubSpot) -> None:
    contact = hubspot.crm.contacts.search_api.do_search(
        contacts.PublicObjectSearchRequest(
            filter_groups=[{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}],
            limit=1,
        )
    ).results[0]

    by_word = hubspot.crm.contacts.search_api.do_search(
        contacts.PublicObjectSearchRequest(query=contact.properties["email"], limit=10)
    )
    associated = hubspot.crm.objects.calls.search_api.do_search(
        objects.PublicObjectSearchRequest(
            filter_groups=[
                {
                    "filters": [
                        {
                            "propertyName": "associations.contact",
                            "operator": "EQ",
                            "value": contact.id,
                        }
                    ]
                }
            ],
            limit=100,
        )
    )

    assert contact.id in {each.id for each in by_word.results}
    linked = hubspot.crm.associations.v4.basic_api.get_page("contacts", contact.id, "calls")
    assert {each.id for each in associated.results} == {
        str(each.to_object_id) for each in linked.results
    }


def test_associations_are_made_read_and_taken_off(empty_hubspot: HubSpot) -> None:
    people = [
        empty_hubspot.crm.contacts.basic_api.create(
            contacts.SimplePublicObjectInputForCreate(
                properties={"email": f"p{at}@example.com"}, associations=[]
            )
        ).id
        for at in range(3)
    ]
    task = empty_hubspot.crm.objects.tasks.basic_api.create(
        tasks.SimplePublicObjectInputForCreate(
            properties={"hs_timestamp": DUE},
            associations=[
                {
                    "to": {"id": people[0]},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}],
                }
            ],
        )
    ).id
    one, many = (
        empty_hubspot.crm.associations.v4.basic_api,
        empty_hubspot.crm.associations.v4.batch_api,
    )

    one.create_default("tasks", task, "contacts", people[1])
    one.create(
        "tasks",
        task,
        "contacts",
        people[2],
        [
            associations.AssociationSpec(
                association_category="HUBSPOT_DEFINED", association_type_id=204
            )
        ],
    )
    listed = one.get_page("tasks", task, "contacts", limit=500)
    read = many.get_page(
        "tasks",
        "contacts",
        associations.BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": task}]),
    )
    many.archive(
        "tasks",
        "contacts",
        associations.BatchInputPublicAssociationMultiArchive(
            inputs=[{"from": {"id": task}, "to": [{"id": people[0]}]}]
        ),
    )
    one.archive("tasks", task, "contacts", people[1])

    assert [str(each.to_object_id) for each in listed.results] == people
    assert listed.results[0].association_types[0].type_id == 204
    assert [str(each.to_object_id) for each in read.results[0].to] == people
    left = one.get_page("tasks", task, "contacts").results
    assert [str(each.to_object_id) for each in left] == people[2:]


def test_associations_come_in_batches(empty_hubspot: HubSpot) -> None:
    person = empty_hubspot.crm.contacts.basic_api.create(
        contacts.SimplePublicObjectInputForCreate(
            properties={"email": "p@example.com"}, associations=[]
        )
    ).id
    made = empty_hubspot.crm.objects.tasks.batch_api.create(
        tasks.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[new_task(str(at)) for at in range(4)]
        )
    )
    ids = [each.id for each in made.results]
    api = empty_hubspot.crm.associations.v4.batch_api

    labelled = api.create(
        "tasks",
        "contacts",
        associations.BatchInputPublicAssociationMultiPost(
            inputs=[
                {
                    "from": {"id": each},
                    "to": {"id": person},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}],
                }
                for each in ids[:2]
            ]
        ),
    )
    default = api.create_default(
        "tasks",
        "contacts",
        associations.BatchInputPublicDefaultAssociationMultiPost(
            inputs=[{"from": {"id": each}, "to": {"id": person}} for each in ids[2:]]
        ),
    )
    read = api.get_page(
        "contacts",
        "tasks",
        associations.BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": person}]),
    )

    assert len(labelled.results) == 2
    assert len(default.results) == 4
    assert {str(each.to_object_id) for each in read.results[0].to} == set(ids)
    types = empty_hubspot.crm.associations.v4.schema.definitions_api.get_all("tasks", "contacts")
    assert 204 in {each.type_id for each in types.results}


def test_owners_are_listed_and_found_by_address(hubspot: HubSpot) -> None:
    api = hubspot.crm.owners.owners_api
    first = api.get_page(limit=3)
    everyone = hubspot.crm.owners.get_all()
    gone = api.get_page(archived=True)

    assert len(first.results) == 3
    assert first.paging.next.after
    assert len(everyone) + len(gone.results) == 8
    assert api.get_page(email=first.results[1].email).results[0].id == first.results[1].id
    assert api.get_by_id(first.results[0].id, id_property="id").email == first.results[0].email


def test_properties_are_listed_made_changed_and_removed(empty_hubspot: HubSpot) -> None:
    api = empty_hubspot.crm.properties.core_api
    made = api.create(
        "tasks",
        properties.PropertyCreate(
            name="tandem_origin",
            label="Origin",
            group_name="task_information",
            type="enumeration",
            field_type="select",
            options=[properties.OptionInput(label="A", value="a", display_order=1, hidden=False)],
        ),
    )
    changed = api.update("tasks", "tandem_origin", properties.PropertyUpdate(label="Came from"))
    listed = {each.name for each in api.get_all("tasks").results}
    read = empty_hubspot.crm.properties.batch_api.read(
        "tasks",
        properties.BatchReadInputPropertyName(
            archived=False, inputs=[properties.PropertyName(name="tandem_origin")]
        ),
    )
    api.archive("tasks", "tandem_origin")

    assert made.options[0].value == "a"
    assert changed.label == "Came from"
    assert {"tandem_origin", "hs_task_subject", "hs_timestamp"} <= listed
    assert read.results[0].name == "tandem_origin"
    assert "tandem_origin" not in {each.name for each in api.get_all("tasks").results}
    groups = empty_hubspot.crm.properties.groups_api.get_all("tasks").results
    assert "task_information" in {each.name for each in groups}


def test_the_task_pipeline_tells_which_stages_are_closed(hubspot: HubSpot) -> None:
    raw = hubspot.api_request({"path": "/crm/v3/pipelines/tasks", "method": "GET"}).json()
    typed = hubspot.crm.pipelines.pipelines_api.get_all("tasks")
    stages = hubspot.crm.pipelines.pipeline_stages_api.get_all("tasks", typed.results[0].id)

    assert raw["results"][0]["id"] == typed.results[0].id
    closed = {each.label for each in stages.results if each.metadata["isClosed"] == "true"}
    assert "Completed" in closed
    assert "Not Started" not in closed


def test_the_marketing_side_is_read(hubspot: HubSpot) -> None:
    forms = hubspot.marketing.forms.forms_api.get_page(limit=2)
    form = hubspot.marketing.forms.forms_api.get_by_id(forms.results[0].id)
    events = hubspot.marketing.events.basic_api.get_all(limit=10)
    people = hubspot.marketing.events.retrieve_participant_state_api
    participations = [
        each
        for event in events.results
        for each in people.get_participations_breakdown_by_marketing_event_id(
            event.object_id, limit=100
        ).results
    ]
    emails = hubspot.marketing.emails.marketing_emails_api.get_page(limit=100)

    assert len(forms.results) == 2
    assert forms.paging.next.after
    assert form.name == forms.results[0].name
    assert len(events.results) == 3
    assert len(participations) == 24
    assert emails.total == len(emails.results)
    assert hubspot.marketing.emails.marketing_emails_api.get_by_id(emails.results[0].id).name


def test_lists_and_their_members_are_read(hubspot: HubSpot) -> None:
    found = hubspot.crm.lists.lists_api.do_search(
        lists.ListSearchRequest(query="", count=10, offset=0, additional_properties=[])
    )
    chosen = max(found.lists, key=lambda each: int(each.additional_properties["hs_list_size"]))
    members = hubspot.crm.lists.memberships_api.get_page(chosen.list_id, limit=100)

    assert found.total == 4
    assert len(members.results) == int(chosen.additional_properties["hs_list_size"])
    by_id = hubspot.crm.lists.lists_api.get_by_id(chosen.list_id)
    assert by_id.list.name == chosen.name


def test_files_and_the_account_are_read(hubspot: HubSpot, sandbox: SandboxThread) -> None:
    files = hubspot.files.files_api.do_search(limit=5)
    details = hubspot.api_request({"path": "/account-info/v3/details"}).json()

    assert len(files.results) == 5
    assert hubspot.files.files_api.get_by_id(files.results[0].id).name == files.results[0].name
    assert details["portalId"] == sandbox.sandbox.hubspot.account.portal_id


def code_for(sandbox: SandboxThread, redirect: str) -> str:
    """What a person who allows an app sends back to it."""

    def issue(each: Sandbox) -> str:
        query = {
            "client_id": each.hubspot.client_id,
            "redirect_uri": redirect,
            "scope": "oauth crm.objects.contacts.read",
        }
        return each.hubspot.auth.issue_code(query)

    return sandbox.run(issue)


def test_signing_in_refreshing_and_signing_out(sandbox: SandboxThread) -> None:
    redirect = "http://localhost:9000/callback"
    state = sandbox.sandbox.hubspot
    app = {"client_id": state.client_id, "client_secret": state.client_secret}
    nobody = client(sandbox, access_token=None)

    first = nobody.oauth.tokens_api.create(
        grant_type="authorization_code",
        code=code_for(sandbox, redirect),
        redirect_uri=redirect,
        **app,
    )
    second = nobody.oauth.tokens_api.create(
        grant_type="refresh_token", refresh_token=first.refresh_token, **app
    )
    facts = nobody.oauth.access_tokens_api.get(second.access_token)
    page = client(sandbox, access_token=second.access_token).crm.contacts.basic_api.get_page(
        limit=1
    )

    assert first.expires_in == second.expires_in == 1800
    assert facts.hub_id == state.account.portal_id
    assert "crm.objects.contacts.read" in facts.scopes
    assert nobody.oauth.refresh_tokens_api.get(first.refresh_token).client_id == state.client_id
    assert len(page.results) == 1
    nobody.oauth.refresh_tokens_api.archive(first.refresh_token)
    with pytest.raises(oauth.ApiException) as refused:
        nobody.oauth.tokens_api.create(
            grant_type="refresh_token", refresh_token=first.refresh_token, **app
        )
    assert refused.value.status == 400
    assert "BAD_REFRESH_TOKEN" in refused.value.body


def test_errors_arrive_as_the_clients_exceptions(hubspot: HubSpot, sandbox: SandboxThread) -> None:
    api = hubspot.crm.objects.tasks.basic_api
    stranger = client(sandbox, access_token="pat-na1-wrong")

    with pytest.raises(tasks.exceptions.NotFoundException) as missing:
        api.get_by_id("1")
    with pytest.raises(tasks.ApiException) as refused:
        api.create(
            tasks.SimplePublicObjectInputForCreate(
                properties={"hs_timestamp": DUE, "hs_task_colour": "red"}, associations=[]
            )
        )
    with pytest.raises(tasks.exceptions.UnauthorizedException) as unknown:
        stranger.crm.objects.tasks.basic_api.get_page()

    assert missing.value.status == 404
    assert refused.value.status == 400
    assert "PROPERTY_DOESNT_EXIST" in refused.value.body
    assert refused.value.headers["content-type"].startswith("application/json")
    assert refused.value.headers["X-HubSpot-Correlation-Id"] in refused.value.body
    assert unknown.value.status == 401
    assert "INVALID_AUTHENTICATION" in unknown.value.body


def test_a_second_contact_with_an_address_is_a_conflict(empty_hubspot: HubSpot) -> None:
    person = contacts.SimplePublicObjectInputForCreate(
        properties={"email": "Ada@example.com"}, associations=[]
    )
    made = empty_hubspot.crm.contacts.basic_api.create(person)

    with pytest.raises(contacts.ApiException) as conflict:
        empty_hubspot.crm.contacts.basic_api.create(person)

    assert conflict.value.status == 409
    assert f"Existing ID: {made.id}" in conflict.value.body
    found = empty_hubspot.crm.contacts.basic_api.get_by_id("ada@example.com", id_property="email")
    assert found.id == made.id


def test_a_scope_that_is_missing_is_named(sandbox: SandboxThread) -> None:
    sandbox.run(
        lambda each: each.world.switches.set({"private_app_scopes": "crm.objects.owners.read"})
    )

    with pytest.raises(tasks.exceptions.ForbiddenException) as refused:
        client(sandbox).crm.objects.tasks.basic_api.get_page()

    assert "MISSING_SCOPES" in refused.value.body
    assert "crm.objects.contacts.read" in refused.value.body


def test_the_limits_answer_429_with_hubspots_words(sandbox: SandboxThread) -> None:
    """Without retries of its own; urllib3 would wait as long as Retry-After says."""
    sandbox.run(lambda each: each.world.switches.set({"limits": "real", "tier": "free"}))
    api = client(sandbox, retry=Retry(total=0)).crm.objects.tasks
    pages, searches = api.basic_api, api.search_api
    for _ in range(100):
        pages.get_page(limit=1)

    with pytest.raises(tasks.ApiException) as rolling:
        pages.get_page(limit=1)
    with pytest.raises(tasks.ApiException) as secondly:
        collections.deque(
            searches.do_search(tasks.PublicObjectSearchRequest(limit=1)) for _ in range(6)
        )

    assert (rolling.value.status, secondly.value.status) == (429, 429)
    assert "You have reached your ten_secondly_rolling limit." in rolling.value.body
    assert rolling.value.headers["X-HubSpot-RateLimit-Remaining"] == "0"
    assert "You have reached your secondly limit." in secondly.value.body
    assert "X-HubSpot-RateLimit-Remaining" not in secondly.value.headers


def test_urllib3_retries_what_it_is_told_to(sandbox: SandboxThread) -> None:
    arm(sandbox, {"kind": "status", "status": 503, "path": "/crm/v3/objects/tasks", "times": 2})
    patient = client(
        sandbox,
        retry=Retry(total=3, status_forcelist=(429, 503), backoff_factor=0, allowed_methods=None),
    )

    assert len(patient.crm.objects.tasks.basic_api.get_page(limit=5).results) == 5
    made = patient.crm.objects.tasks.basic_api.create(new_task("After two failures"))
    assert made.id


def test_an_answer_may_be_lost_after_the_work(empty_sandbox: SandboxThread) -> None:
    arm(empty_sandbox, {"kind": "drop_after", "method": "POST", "path": "/crm/v3/objects/tasks"})
    hubspot = client(empty_sandbox, retry=Retry(total=0))

    with pytest.raises(Exception, match="Connection"):
        hubspot.crm.objects.tasks.basic_api.create(new_task("Lost"))

    assert len(hubspot.crm.objects.tasks.basic_api.get_page().results) == 1

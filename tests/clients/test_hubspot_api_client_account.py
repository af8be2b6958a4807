"""hubspot-api-client 12, HubSpot's stable Python client (numbered paths): the account, sign-in, errors."""

import collections

import hubspot.crm.contacts as contacts
import hubspot.crm.lists as lists
import hubspot.crm.objects.tasks as tasks
import hubspot.crm.properties as properties
import hubspot.oauth as oauth
import pytest
from hubspot import HubSpot
from urllib3 import Retry

from tandem.sandbox.server import Sandbox, SandboxThread
from tests.clients.backstage import arm, switch
from tests.clients.hubspot_python import DUE, client, new_task


@pytest.fixture
def hubspot(sandbox: SandboxThread) -> HubSpot:
    return client(sandbox)


@pytest.fixture
def empty_hubspot(empty_sandbox: SandboxThread) -> HubSpot:
    return client(empty_sandbox)


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
    switch(sandbox, private_app_scopes="crm.objects.owners.read")

    with pytest.raises(tasks.exceptions.ForbiddenException) as refused:
        client(sandbox).crm.objects.tasks.basic_api.get_page()

    assert "MISSING_SCOPES" in refused.value.body
    assert "crm.objects.contacts.read" in refused.value.body


def test_the_limits_answer_429_with_hubspots_words(sandbox: SandboxThread) -> None:
    """Without retries of its own; urllib3 would wait as long as Retry-After says."""
    switch(sandbox, limits="real", tier="free")
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
    arm(
        sandbox,
        "hubspot",
        {"kind": "status", "status": 503, "path": "/crm/v3/objects/tasks", "times": 2},
    )
    patient = client(
        sandbox,
        retry=Retry(total=3, status_forcelist=(429, 503), backoff_factor=0, allowed_methods=None),
    )

    assert len(patient.crm.objects.tasks.basic_api.get_page(limit=5).results) == 5
    made = patient.crm.objects.tasks.basic_api.create(new_task("After two failures"))
    assert made.id


def test_an_answer_may_be_lost_after_the_work(empty_sandbox: SandboxThread) -> None:
    arm(
        empty_sandbox,
        "hubspot",
        {"kind": "drop_after", "method": "POST", "path": "/crm/v3/objects/tasks"},
    )
    hubspot = client(empty_sandbox, retry=Retry(total=0))

    with pytest.raises(Exception, match="Connection"):
        hubspot.crm.objects.tasks.basic_api.create(new_task("Lost"))

    assert len(hubspot.crm.objects.tasks.basic_api.get_page().results) == 1

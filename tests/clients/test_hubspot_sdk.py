"""
hubspot-sdk 0.1.0a9, HubSpot's newer Python client (dated paths).

It is told to validate every answer against the types it was generated with, which are HubSpot's own
descriptions; `lenient` does without, as the client does by default, where a recorded answer is known
to differ from its description: empty properties are null.
"""

import asyncio
from typing import Any

import httpx
import hubspot_sdk
import pytest
from hubspot_sdk import AsyncHubSpot, HubSpot

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import arm, switch

DUE = "2026-12-01T09:00:00Z"


def client(sandbox: SandboxThread, **more: Any) -> HubSpot:
    options = {
        "access_token": sandbox.tokens["hubspot"],
        "_strict_response_validation": True,
        "max_retries": 0,
        **more,
    }
    return HubSpot(base_url=sandbox.hubspot_url, **options)


@pytest.fixture
def hubspot(sandbox: SandboxThread) -> HubSpot:
    return client(sandbox)


@pytest.fixture
def lenient(sandbox: SandboxThread) -> HubSpot:
    return client(sandbox, _strict_response_validation=False)


@pytest.fixture
def empty_hubspot(empty_sandbox: SandboxThread) -> HubSpot:
    return client(empty_sandbox)


def task(subject: str) -> dict[str, str]:
    return {"hs_timestamp": DUE, "hs_task_subject": subject}


def test_the_environment_may_name_the_sandbox(
    sandbox: SandboxThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBSPOT_BASE_URL", sandbox.hubspot_url)

    found = HubSpot(access_token=sandbox.tokens["hubspot"]).crm.objects.tasks.list(limit=2)

    assert len(found.results) == 2


@pytest.mark.parametrize(
    ("kind", "body"),
    [("tasks", "hs_task_body"), ("notes", "hs_note_body"), ("calls", "hs_call_body")],
)
def test_an_activity_is_created_read_changed_and_archived(
    empty_hubspot: HubSpot, kind: str, body: str
) -> None:
    api = getattr(empty_hubspot.crm.objects, kind)

    made = api.create(associations=[], properties={"hs_timestamp": DUE, body: "<b>Hello</b>"})
    changed = api.update(made.id, properties={body: "Changed"})
    read = api.get(made.id, properties=[body, "hs_timestamp"])
    api.delete(made.id)

    assert changed.properties[body] == "Changed"
    assert read.properties[body] == "Changed"
    assert read.properties["hs_timestamp"] == DUE
    assert api.list().results == []
    assert [each.id for each in api.list(archived=True)] == [made.id]


def test_pages_are_followed_to_the_end(lenient: HubSpot) -> None:
    tasks = list(
        lenient.crm.objects.tasks.list(
            limit=7, properties=["hs_task_subject", "hs_task_status"], associations=["contacts"]
        )
    )
    generic = list(lenient.crm.objects.generic_objects.list("0-48", limit=50))

    assert len({each.id for each in tasks}) == len(tasks) == 45
    assert {each.properties["hs_task_status"] for each in tasks} >= {"NOT_STARTED", "COMPLETED"}
    assert any(each.associations for each in tasks)
    assert len(generic) == 64


def test_batches_create_read_change_and_archive(empty_hubspot: HubSpot) -> None:
    batch = empty_hubspot.crm.objects.tasks.batch
    made = batch.create(
        inputs=[{"associations": [], "properties": task(f"Task {at}")} for at in range(100)]
    )
    ids = [each.id for each in made.results]
    changed = batch.update(
        inputs=[{"id": each, "properties": {"hs_task_priority": "HIGH"}} for each in ids]
    )
    read = batch.get(
        inputs=[{"id": each} for each in ids],
        properties=["hs_task_subject"],
        properties_with_history=["hs_task_priority"],
    )
    batch.delete(inputs=[{"id": each} for each in ids[1:]])

    assert (made.status, len(changed.results)) == ("COMPLETE", 100)
    assert [each.properties["hs_task_subject"] for each in read.results][:2] == ["Task 0", "Task 1"]
    assert read.results[0].properties_with_history is not None
    assert read.results[0].properties_with_history["hs_task_priority"][0].value == "HIGH"
    assert [each.id for each in empty_hubspot.crm.objects.tasks.list()] == ids[:1]


def test_a_batch_by_a_unique_property_creates_or_changes(empty_hubspot: HubSpot) -> None:
    made = empty_hubspot.crm.properties.create(
        "tasks",
        name="tandem_key",
        label="Tandem key",
        group_name="task_information",
        type="string",
        field_type="text",
        has_unique_value=True,
    )

    def upsert(subject: str) -> Any:
        row = {"id": "key-1", "id_property": "tandem_key", "properties": task(subject)}
        return empty_hubspot.crm.objects.tasks.batch.upsert(inputs=[row]).results[0]

    assert made.has_unique_value is True
    assert (upsert("One").new, upsert("Two").new) == (True, False)
    found = empty_hubspot.crm.objects.tasks.get("key-1", id_property="tandem_key")
    assert found.archived is False


@pytest.mark.parametrize(
    "sort",
    ["-hs_lastmodifieddate", {"propertyName": "hs_lastmodifieddate", "direction": "DESCENDING"}],
)
def test_a_search_filters_sorts_and_pages(hubspot: HubSpot, sort: Any) -> None:
    wanted = [
        {"filters": [{"propertyName": "hs_task_status", "operator": "IN", "values": ["COMPLETED"]}]}
    ]

    def page(after: str) -> Any:
        return hubspot.crm.objects.tasks.search(
            after=after,
            filter_groups=wanted,
            limit=5,
            properties=["hs_task_status", "hs_lastmodifieddate"],
            sorts=[sort],
        )

    answer = page("0")
    found = list(answer.results)
    while answer.paging is not None:
        answer = page(answer.paging.next.after)
        found += answer.results

    stamps = [each.properties["hs_lastmodifieddate"] for each in found]
    assert answer.total == len(found) > 5
    assert {each.properties["hs_task_status"] for each in found} == {"COMPLETED"}
    assert stamps == sorted(stamps, reverse=True)


def test_associations_are_made_read_and_taken_off(
    empty_hubspot: HubSpot, empty_sandbox: SandboxThread
) -> None:
    """The client's types say that ids are text, which is the sandbox's other setting."""
    switch(empty_sandbox, association_ids="text")
    one = empty_hubspot.crm.objects.tasks.create(associations=[], properties=task("One")).id
    people = [
        empty_hubspot.crm.objects.contacts.create(
            associations=[], properties={"email": f"p{at}@example.com"}
        ).id
        for at in range(3)
    ]
    api = empty_hubspot.crm.associations
    pair = {"from_object_type": "tasks", "from_object_id": one, "to_object_type": "contacts"}
    label = {"association_category": "HUBSPOT_DEFINED", "association_type_id": 204}

    default = api.create(people[0], **pair)
    labelled = api.update_labels(
        people[1], object_type="tasks", object_id=one, to_object_type="contacts", body=[label]
    )
    many = api.batch.create(
        "contacts",
        from_object_type="tasks",
        inputs=[{"from": {"id": one}, "to": {"id": people[2]}, "types": [label]}],
    )
    read = api.batch.get("contacts", from_object_type="tasks", inputs=[{"id": one}])
    api.batch.delete(
        "contacts",
        from_object_type="tasks",
        inputs=[{"from": {"id": one}, "to": [{"id": people[0]}]}],
    )
    listed = list(api.list("contacts", object_type="tasks", object_id=one, limit=1))
    api.delete(people[1], object_type="tasks", object_id=one, to_object_type="contacts")

    assert default.results[0].association_spec.association_type_id == 204
    assert labelled.to_object_id == people[1]
    assert many.results[0].from_object_id == one
    assert [each.to_object_id for each in read.results[0].to] == people
    assert [each.to_object_id for each in listed] == people[1:]
    left = api.list("contacts", object_type="tasks", object_id=one).results
    assert [each.to_object_id for each in left] == people[2:]


def test_association_ids_are_numbers_as_in_recorded_answers(lenient: HubSpot) -> None:
    linked = next(
        each
        for each in lenient.crm.objects.tasks.list(limit=50, associations=["contacts"])
        if each.associations
    )

    found = lenient.crm.associations.list("contacts", object_type="tasks", object_id=linked.id)

    assert isinstance(found.results[0].to_object_id, int)


def test_the_account_is_described(hubspot: HubSpot, sandbox: SandboxThread) -> None:
    owners = list(hubspot.crm.owners.list(limit=3))
    pipeline = hubspot.crm.pipelines.list("tasks").results[0]
    stages = hubspot.crm.pipelines.list_stages(pipeline.id, object_type="tasks").results
    names = {each.name for each in hubspot.crm.properties.list("tasks").results}

    assert hubspot.account.get().portal_id == sandbox.sandbox.hubspot.account.portal_id
    assert hubspot.account.get_daily_private_apps_usage().results
    assert hubspot.crm.owners.get(int(owners[0].id)).email == owners[0].email
    assert len(owners) + len(list(hubspot.crm.owners.list(archived=True))) == 8
    assert [each.label for each in stages if each.metadata["isClosed"] == "true"] == ["Completed"]
    assert {"hs_task_subject", "hs_timestamp", "hubspot_owner_id"} <= names
    assert hubspot.crm.properties.get("hs_task_status", object_type="tasks").options


def test_the_marketing_side_is_read(
    hubspot: HubSpot, lenient: HubSpot, sandbox: SandboxThread
) -> None:
    events = list(hubspot.marketing.marketing_events.list(limit=2))
    participations = [
        each
        for event in events
        for each in lenient.marketing.marketing_events.participations.list_breakdown_by_id(
            int(event.object_id), limit=10
        )
    ]
    emails = list(hubspot.marketing.emails.list(limit=3))

    assert (len(events), len(participations)) == (3, 24)
    assert emails
    assert hubspot.marketing.marketing_events.get(events[0].object_id).object_id
    switch(sandbox, tier="enterprise")
    assert hubspot.events.occurrences.list_event_types().event_types
    contact = hubspot.crm.objects.contacts.list(limit=1).results[0].id
    occurrences = hubspot.events.occurrences.list(object_type="contact", object_id=int(contact))
    assert list(occurrences) == []


def test_lists_and_files_are_read(hubspot: HubSpot) -> None:
    found = hubspot.crm.lists.list_by_search(
        list_ids=[],
        processing_types=[],
        additional_filter_properties=[],
        query="",
        count=10,
        offset=0,
    )
    chosen = found.lists[0]
    members = list(hubspot.crm.lists.list_memberships(chosen.list_id, limit=10))
    files = list(hubspot.files.file_assets.search(limit=5))

    assert len(found.lists) == 4
    assert members
    assert hubspot.crm.lists.get(chosen.list_id).list.name == chosen.name
    memberships = hubspot.crm.lists.get_record_memberships(
        members[0].record_id, object_type_id="0-1"
    )
    assert chosen.list_id in {each.list_id for each in memberships.results}
    assert len(files) == 12
    assert hubspot.files.file_assets.get(files[0].id).name == files[0].name


def test_signing_in_with_bodies_of_json(sandbox: SandboxThread, hubspot: HubSpot) -> None:
    redirect = "https://tandem.example.com/callback"
    state = sandbox.sandbox.hubspot
    app = {"client_id": state.client_id, "client_secret": state.client_secret}
    query = {"client_id": state.client_id, "redirect_uri": redirect, "scope": "oauth tickets"}
    code = sandbox.run(lambda each: each.hubspot.auth.issue_code(query))

    first = hubspot.auth.oauth.create_token(
        grant_type="authorization_code", code=code, redirect_uri=redirect, **app
    )
    second = hubspot.auth.oauth.create_token(
        grant_type="refresh_token", refresh_token=first.refresh_token, **app
    )
    machine = hubspot.auth.oauth.create_token(
        grant_type="client_credentials", scope="developer.webhooks_journal.read", **app
    )
    introspected = hubspot.auth.oauth.introspect_token(token=second.access_token, **app)
    refreshing = hubspot.auth.oauth.introspect_token(token=first.refresh_token, **app)
    hubspot.auth.oauth.revoke_token(token=first.refresh_token, **app)

    assert (first.hub_id, first.expires_in) == (state.account.portal_id, 1800)
    assert machine.token_use == "client_credentials"
    assert introspected.scopes == ["oauth", "tickets"]
    assert refreshing.token_use == "refresh_token"
    with pytest.raises(hubspot_sdk.BadRequestError, match="BAD_REFRESH_TOKEN"):
        hubspot.auth.oauth.create_token(
            grant_type="refresh_token", refresh_token=first.refresh_token, **app
        )


def test_errors_arrive_as_the_clients_exceptions(
    empty_hubspot: HubSpot, empty_sandbox: SandboxThread
) -> None:
    tasks, contacts = empty_hubspot.crm.objects.tasks, empty_hubspot.crm.objects.contacts
    contacts.create(associations=[], properties={"email": "p@example.com"})

    with pytest.raises(hubspot_sdk.NotFoundError) as missing:
        tasks.get("1")
    with pytest.raises(hubspot_sdk.BadRequestError) as refused:
        tasks.create(associations=[], properties=task("x") | {"hs_task_colour": "red"})
    with pytest.raises(hubspot_sdk.AuthenticationError):
        client(empty_sandbox, access_token="pat-na1-wrong").account.get()
    with pytest.raises(hubspot_sdk.ConflictError):
        contacts.create(associations=[], properties={"email": "P@example.com"})
    switch(empty_sandbox, private_app_scopes="oauth")
    with pytest.raises(hubspot_sdk.PermissionDeniedError, match="MISSING_SCOPES"):
        tasks.list()

    assert missing.value.status_code == 404
    assert refused.value.body["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(sandbox: SandboxThread, status: int) -> None:
    """Two failures and a success: the client honours the header that says how long to wait."""
    path = "/crm/objects/2026-03/tasks"
    soon = {"retry-after-ms": "1"}
    arm(
        sandbox,
        "hubspot",
        {"kind": "status", "status": status, "path": path, "times": 2, "headers": soon},
    )

    page = client(sandbox, max_retries=2).crm.objects.tasks.list(limit=3)

    assert len(page.results) == 3


def test_a_limit_that_lasts_is_an_error_that_says_how_long(sandbox: SandboxThread) -> None:
    arm(sandbox, "hubspot", {"kind": "rate_limited", "policy": "SECONDLY", "times": -1})

    with pytest.raises(hubspot_sdk.RateLimitError) as limited:
        client(sandbox).crm.objects.tasks.list()

    assert limited.value.body["policyName"] == "SECONDLY"
    assert limited.value.body["message"] == "You have reached your secondly limit."


def test_an_answer_that_is_lost_is_tried_again_and_doubles_the_record(
    empty_sandbox: SandboxThread,
) -> None:
    """Why a create must carry a key: the client cannot know that its first try landed."""
    arm(empty_sandbox, "hubspot", {"kind": "drop_after", "method": "POST", "path": "*/tasks"})
    hubspot = client(empty_sandbox, max_retries=1)

    hubspot.crm.objects.tasks.create(associations=[], properties=task("Twice"))

    assert len(hubspot.crm.objects.tasks.list().results) == 2


def test_an_answer_that_never_comes_times_out(empty_sandbox: SandboxThread) -> None:
    arm(empty_sandbox, "hubspot", {"kind": "timeout_after", "method": "POST", "path": "*/tasks"})
    hurried = client(empty_sandbox, timeout=httpx.Timeout(0.3))

    with pytest.raises(hubspot_sdk.APITimeoutError):
        hurried.crm.objects.tasks.create(associations=[], properties=task("Landed"))

    assert len(hurried.crm.objects.tasks.list().results) == 1


async def test_the_asynchronous_client_reads_at_the_same_time(sandbox: SandboxThread) -> None:
    async with AsyncHubSpot(
        access_token=sandbox.tokens["hubspot"],
        base_url=sandbox.hubspot_url,
        _strict_response_validation=True,
    ) as hubspot:
        kinds = ("tasks", "calls", "notes", "meetings", "emails")

        async def count(kind: str) -> int:
            return len([each async for each in getattr(hubspot.crm.objects, kind).list(limit=20)])

        counts = await asyncio.gather(*map(count, kinds))

    assert dict(zip(kinds, counts, strict=True)) == {
        "tasks": 45,
        "calls": 64,
        "notes": 60,
        "meetings": 40,
        "emails": 90,
    }

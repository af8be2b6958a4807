"""hubspot-api-client 12, HubSpot's stable Python client (numbered paths)."""

from typing import Any

import hubspot.crm.associations.v4 as associations
import hubspot.crm.contacts as contacts
import hubspot.crm.objects as objects
import hubspot.crm.objects.tasks as tasks
import hubspot.crm.properties as properties
import pytest
from hubspot import HubSpot

from tandem.sandbox.server import SandboxThread
from tests.clients.hubspot_python import DUE, client, new_task


@pytest.fixture
def hubspot(sandbox: SandboxThread) -> HubSpot:
    return client(sandbox)


@pytest.fixture
def empty_hubspot(empty_sandbox: SandboxThread) -> HubSpot:
    return client(empty_sandbox)


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

"""simple-salesforce, unmodified, against the Bulk APIs in this process."""

import csv
import io
from typing import Any

import pytest
import requests
from simple_salesforce import Salesforce
from tests.support.salesforce_calls import InProcess, Org


@pytest.fixture
def client() -> Any:
    org = Org()
    org.state.act(
        "create_custom_field",
        {"object": "Activity", "name": "Tandem_Key__c", "external_id": True, "unique": True},
    )
    session = requests.Session()
    session.mount("https://", InProcess(org.app))
    return Salesforce(
        instance_url="https://tandem.my.salesforce.com",
        session_id=org.state.access_token,
        version="62.0",
        session=session,
    )


def test_bulk_2_inserts_upserts_reads_and_deletes(client: Any) -> None:
    tasks = client.bulk2.Task
    made = tasks.insert(
        records=[{"Subject": f"Call {n}", "Tandem_Key__c": f"k{n}"} for n in range(3)], wait=0
    )
    again = tasks.upsert(
        records=[
            {"Tandem_Key__c": "k0", "Subject": "Changed"},
            {"Tandem_Key__c": "k9", "Subject": "New"},
        ],
        external_id_field="Tandem_Key__c",
        wait=0,
    )
    (page,) = tasks.query("SELECT Id, Subject FROM Task", wait=0)
    lines = list(csv.DictReader(io.StringIO(page)))
    gone = tasks.delete(records=[{"Id": line["Id"]} for line in lines], wait=0)

    assert [(one["numberRecordsProcessed"], one["numberRecordsFailed"]) for one in made] == [(3, 0)]
    assert again[0]["numberRecordsProcessed"] == 2
    assert sorted(line["Subject"] for line in lines) == ["Call 1", "Call 2", "Changed", "New"]
    assert gone[0]["numberRecordsProcessed"] == 4
    assert (
        len(
            list(
                csv.DictReader(
                    io.StringIO(next(iter(tasks.query_all("SELECT Id FROM Task", wait=0))))
                )
            )
        )
        == 4
    )


def test_bulk_2_tells_failed_records(client: Any) -> None:
    made = client.bulk2.Task.insert(
        records=[
            {"Subject": "Good", "ActivityDate": "2026-01-01"},
            {"Subject": "Bad", "ActivityDate": "soon"},
        ],
        wait=0,
    )
    job = made[0]["job_id"]

    assert "Good" in client.bulk2.Task.get_successful_records(job)
    assert "Bad" in client.bulk2.Task.get_failed_records(job)


def test_bulk_1_inserts_upserts_and_reads(client: Any) -> None:
    made = client.bulk.Task.insert(
        [{"Subject": f"Call {n}", "Tandem_Key__c": f"k{n}"} for n in range(3)]
    )
    again = client.bulk.Task.upsert(
        [{"Tandem_Key__c": "k0", "Subject": "Changed"}, {"Tandem_Key__c": "k9", "Subject": "New"}],
        "Tandem_Key__c",
    )
    found = client.bulk.Task.query("SELECT Id, Subject FROM Task ORDER BY Tandem_Key__c")

    assert [one["success"] for one in made] == [True] * 3
    assert [one["created"] for one in again] == [False, True]
    assert [one["Subject"] for one in found] == ["Changed", "Call 1", "Call 2", "New"]


def test_bulk_1_reports_errors_and_batches(client: Any) -> None:
    detailed = client.bulk.Task.insert(
        [{"Subject": "Good"}, {"Subject": "Bad", "ActivityDate": "soon"}],
        batch_size=1,
        include_detailed_results=True,
    )

    assert [(one["Subject"], one["success"]) for one in detailed] == [
        ("Good", True),
        ("Bad", False),
    ]

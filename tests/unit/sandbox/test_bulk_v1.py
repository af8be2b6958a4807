"""Bulk API 1.0 as its clients use it, in CSV, XML and JSON."""

import csv
import io
from typing import Any

import pytest
from lxml import etree
from tests.support.salesforce_calls import Answer, Org


@pytest.fixture
def org() -> Org:
    return Org()


def _call(org: Org, method: str, path: str, body: Any = None, **more: Any) -> Answer:
    return org.call(method, f"/async/62.0/{path}", body, **more)


def _job(org: Org, operation: str, content_type: str, **more: Any) -> str:
    body = {"operation": operation, "object": "Task", "contentType": content_type, **more}
    answer = _call(org, "POST", "job", body)
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


def _xml(answer: Answer) -> dict[str, str]:
    """An element's members; the last of a name wins."""
    root = etree.fromstring(answer.raw)
    return {child.tag.rpartition("}")[2]: child.text or "" for child in root}


def _tasks(org: Org, count: int) -> list[str]:
    records = [
        {"attributes": {"type": "Task"}, "Subject": f"Call {n}", "ActivityDate": "2026-03-01"}
        for n in range(count)
    ]
    made = org.data("POST", "composite/sobjects", {"records": records}).json()
    return [one["id"] for one in made]


def test_a_singer_tap_reads_records(org: Org) -> None:
    """JSON for the job, XML for batch and result list, CSV for the records [run-tap]."""
    ids = _tasks(org, 2)
    job = _job(org, "queryAll", "CSV")
    statement = b"SELECT Id,Subject,CreatedDate FROM Task WHERE SystemModstamp >= 2026-01-01T00:00:00.000000Z"
    batch = _xml(_call(org, "POST", f"job/{job}/batch", statement, content_type="text/csv"))
    closed = _call(org, "POST", f"job/{job}", {"state": "Closed"}).json()
    shown = _call(org, "GET", f"job/{job}/batch/{batch['id']}")
    results = _xml(_call(org, "GET", f"job/{job}/batch/{batch['id']}/result"))
    answer = _call(org, "GET", f"job/{job}/batch/{batch['id']}/result/{results['result']}")

    assert (job, True) == (batch["jobId"], batch["id"].startswith("751"))
    assert tuple(
        closed[name] for name in ("state", "numberBatchesCompleted", "numberRecordsProcessed")
    ) == ("Closed", 1, 2)
    assert shown.text.startswith('<?xml version="1.0" encoding="UTF-8"?><batchInfo')
    assert (_xml(shown)["state"], _xml(shown)["numberRecordsProcessed"]) == ("Completed", "2")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert ids == [line["Id"] for line in lines]
    assert lines[0]["CreatedDate"] == "2026-03-04T12:00:00.000Z"


def test_a_query_that_finds_nothing_says_so_in_its_file(org: Org) -> None:
    job = _job(org, "query", "CSV")
    batch = _xml(
        _call(org, "POST", f"job/{job}/batch", b"SELECT Id FROM Task", content_type="text/csv")
    )
    base = f"job/{job}/batch/{batch['id']}/result"
    result = _xml(_call(org, "GET", base))["result"]

    assert _call(org, "GET", f"{base}/{result}").text == "Records not found for this query"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (b"SELECT Nope FROM Task", "INVALID_FIELD"),
        (b"SELECT COUNT() FROM Task", "Aggregate"),
        (b"SELECT", "MALFORMED_QUERY"),
    ],
)
def test_a_wrong_statement_fails_its_batch(org: Org, statement: bytes, message: str) -> None:
    job = _job(org, "query", "CSV")
    batch = _xml(_call(org, "POST", f"job/{job}/batch", statement, content_type="text/csv"))
    result = _call(org, "GET", f"job/{job}/batch/{batch['id']}/result")

    assert batch["state"] == "Failed"
    assert batch["stateMessage"].startswith("InvalidBatch : Failed to process query: ")
    assert message in batch["stateMessage"]
    assert (result.status, result.json()["exceptionCode"]) == (400, "InvalidBatch")


def test_a_query_that_runs_too_long_fails_its_batch(org: Org) -> None:
    """A Singer tap then asks again in chunks."""
    org.state.faults.arm({"kind": "query_timeout"})
    job = _job(org, "query", "CSV")
    batch = _xml(
        _call(org, "POST", f"job/{job}/batch", b"SELECT Id FROM Task", content_type="text/csv")
    )

    assert batch["state"] == "Failed"
    assert "QUERY_TIMEOUT" in batch["stateMessage"]


def test_pk_chunks_are_batches_of_their_own(org: Org) -> None:
    ids = _tasks(org, 5)
    body = {"operation": "queryAll", "object": "Task", "contentType": "CSV"}
    header = {"Sforce-Enable-PKChunking": "true; chunkSize=2; parent=Account"}
    job = _call(org, "POST", "job", body, headers=header).json()["id"]
    sent = _xml(
        _call(org, "POST", f"job/{job}/batch", b"SELECT Id FROM Task", content_type="text/csv")
    )
    listed = etree.fromstring(_call(org, "GET", f"job/{job}/batch").raw)
    batches = [{one.tag.rpartition("}")[2]: one.text for one in batch} for batch in listed]
    found: list[str] = []
    for batch in batches[1:]:
        base = f"job/{job}/batch/{batch['id']}/result"
        result = _xml(_call(org, "GET", base))["result"]
        lines = csv.DictReader(io.StringIO(_call(org, "GET", f"{base}/{result}").text))
        found += [line["Id"] for line in lines]

    assert "Not Processed" == sent["state"] == batches[0]["state"]
    assert [batch["state"] for batch in batches[1:]] == ["Completed"] * 3
    assert ids == found


@pytest.mark.parametrize(
    ("instants", "created", "day"),
    [
        ("milliseconds", 1772625600000, 1772323200000),
        ("text", "2026-03-04T12:00:00.000+0000", "2026-03-01"),
    ],
)
def test_json_records_count_time_in_milliseconds(
    org: Org, instants: str, created: Any, day: Any
) -> None:
    org.state.switches.set({"bulk_v1_json_instants": instants})
    _tasks(org, 1)
    job = _job(org, "query", "JSON")
    statement = b"SELECT Subject, CreatedDate, ActivityDate, Owner.Name FROM Task"
    batch = _call(org, "POST", f"job/{job}/batch", statement).json()
    base = f"job/{job}/batch/{batch['id']}/result"
    (result,) = _call(org, "GET", base).json()
    (record,) = _call(org, "GET", f"{base}/{result}").json()

    assert ("Completed", job) == (batch["state"], batch["jobId"])
    assert ("Call 0", created, day) == (
        record["Subject"],
        record["CreatedDate"],
        record["ActivityDate"],
    )
    assert record["Owner"]["Name"] == "Integration User"


def test_json_records_are_written(org: Org) -> None:
    job = _job(org, "insert", "JSON", concurrencyMode=0)
    records = [{"Subject": "One"}, {"Subject": "Two", "ActivityDate": "soon"}]
    batch = _call(org, "POST", f"job/{job}/batch", records).json()
    base = f"job/{job}/batch/{batch['id']}"
    good, bad = _call(org, "GET", f"{base}/result").json()

    assert (good["success"], good["created"], good["errors"]) == (True, True, [])
    assert (bad["success"], bad["created"], bad["id"]) == (False, False, None)
    assert bad["errors"][0]["fields"] == ["ActivityDate"]
    assert (batch["numberRecordsProcessed"], batch["numberRecordsFailed"]) == (2, 1)
    assert records == _call(org, "GET", f"{base}/request").json()


def test_csv_records_are_written(org: Org) -> None:
    job = _job(org, "insert", "CSV")
    upload = b"Subject,ActivityDate\r\nOne,2026-03-01\r\nTwo,soon\r\n"
    batch = _xml(_call(org, "POST", f"job/{job}/batch", upload, content_type="text/csv"))
    answer = _call(org, "GET", f"job/{job}/batch/{batch['id']}/result")
    good, bad = csv.DictReader(io.StringIO(answer.text))

    assert (good["Success"], good["Created"], good["Error"]) == ("true", "true", "")
    assert (bad["Id"], bad["Success"], bad["Created"]) == ("", "false", "false")
    assert bad["Error"].startswith("JSON_PARSER_ERROR:")


def test_everything_can_be_said_in_xml(org: Org) -> None:
    space = 'xmlns="http://www.force.com/2009/06/asyncapi/dataload"'
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    info = (
        f"<jobInfo {space}><operation>insert</operation><object>Task</object>"
        "<contentType>XML</contentType></jobInfo>"
    )
    job = _call(org, "POST", "job", info.encode(), content_type="application/xml")
    upload = (
        f'<sObjects {space} {xsi}><sObject><Subject>A &amp; B</Subject><Description xsi:nil="true"/>'
        "</sObject><sObject><Subject>C</Subject><ActivityDate>soon</ActivityDate></sObject></sObjects>"
    )
    base = f"job/{_xml(job)['id']}/batch"
    batch = _xml(_call(org, "POST", base, upload.encode(), content_type="application/xml"))
    result = _call(org, "GET", f"{base}/{batch['id']}/result", content_type="application/xml")
    good, bad = etree.fromstring(result.raw)
    subjects = org.data("GET", "query?q=SELECT+Subject+FROM+Task").json()["records"]

    assert (job.status, _xml(job)["state"], _xml(job)["contentType"]) == (201, "Open", "XML")
    assert [record["Subject"] for record in subjects] == ["A & B"]
    assert [child.tag.rpartition("}")[2] for child in good] == ["id", "success", "created"]
    assert [child.tag.rpartition("}")[2] for child in bad] == ["errors", "success", "created"]


def test_records_of_an_xml_query_are_xml(org: Org) -> None:
    _tasks(org, 1)
    job = _job(org, "query", "XML")
    statement = b"SELECT Subject, Description, Owner.Name FROM Task"
    batch = _xml(_call(org, "POST", f"job/{job}/batch", statement, content_type="application/xml"))
    base = f"job/{job}/batch/{batch['id']}/result"
    result = _xml(_call(org, "GET", base))["result"]
    (record,) = etree.fromstring(_call(org, "GET", f"{base}/{result}").raw)
    members = {child.tag.rpartition("}")[2]: child for child in record}

    assert (members["type"].text, members["Subject"].text) == ("Task", "Call 0")
    assert "true" in members["Description"].attrib.values()
    assert members["Owner"][1].text == "Integration User"


def test_a_batch_takes_the_time_the_switch_says(org: Org) -> None:
    org.state.switches.set({"bulk_seconds": 60.0})
    job = _job(org, "insert", "JSON")
    batch = _call(org, "POST", f"job/{job}/batch", [{"Subject": "One"}]).json()
    base = f"job/{job}/batch/{batch['id']}"

    assert _call(org, "GET", base).json()["state"] == "InProgress"
    assert _call(org, "GET", f"{base}/result").status == 400
    org.world.clock.advance(60)
    assert _call(org, "GET", base).json()["state"] == "Completed"


def test_an_aborted_job_does_not_do_its_batches(org: Org) -> None:
    org.state.switches.set({"bulk_polls": 5})
    job = _job(org, "insert", "JSON")
    batch = _call(org, "POST", f"job/{job}/batch", [{"Subject": "One"}]).json()
    aborted = _call(org, "POST", f"job/{job}", {"state": "Aborted"}).json()
    shown = _call(org, "GET", f"job/{job}/batch/{batch['id']}").json()
    late = _call(org, "POST", f"job/{job}/batch", [{"Subject": "Two"}])

    assert (aborted["state"], shown["state"]) == ("Aborted", "NotProcessed")
    assert late.json()["exceptionCode"] == "InvalidJobState"
    assert org.data("GET", "query?q=SELECT+COUNT()+FROM+Task").json()["totalSize"] == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"operation": "insert", "object": "Nope"}, "InvalidEntity"),
        ({"operation": "query", "object": "TaskStatus"}, "InvalidEntity"),
        ({"operation": "wish", "object": "Task"}, "InvalidJob"),
        ({"operation": "upsert", "object": "Task"}, "InvalidJob"),
        ({"operation": "insert", "object": "Task", "contentType": "ZIP_CSV"}, "InvalidJob"),
    ],
)
def test_a_job_that_can_not_be_is_refused(org: Org, body: dict[str, Any], code: str) -> None:
    refused = _call(org, "POST", "job", body)

    assert (400, code) == (refused.status, refused.json()["exceptionCode"])


def test_errors_come_in_the_format_of_the_request(org: Org) -> None:
    as_json = _call(org, "GET", "job/750000000000000AAA")
    as_xml = _call(org, "GET", "job/750000000000000AAA", content_type="application/xml")

    assert (
        as_json.headers["content-type"],
        as_json.json()["exceptionCode"],
    ) == ("application/json", "InvalidJob")
    assert (
        as_xml.headers["content-type"],
        _xml(as_xml)["exceptionCode"],
    ) == ("application/xml", "InvalidJob")


def test_a_wrong_session_is_refused(org: Org) -> None:
    refused = _call(org, "GET", "job/750000000000000AAA", token="wrong")

    assert (refused.status, refused.json()["exceptionCode"]) == (401, "InvalidSessionId")


def test_a_wrong_version_and_a_wrong_path_are_refused(org: Org) -> None:
    assert org.call("GET", "/async/12.0/job/1").json()["exceptionCode"] == "InvalidVersion"
    assert _call(org, "PATCH", "job/1").status == 404


def test_batches_use_up_their_daily_number(org: Org) -> None:
    job = _job(org, "query", "CSV")
    _call(org, "POST", f"job/{job}/batch", b"SELECT Id FROM Task", content_type="text/csv")

    assert org.data("GET", "limits").json()["DailyBulkApiBatches"]["Remaining"] == 14_999

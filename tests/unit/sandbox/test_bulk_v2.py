"""Bulk API 2.0: jobs, their states and their files."""

import csv
import io
from typing import Any

import pytest
from tests.support.salesforce_calls import Answer, Org

KEYS = {"object": "Activity", "name": "Tandem_Key__c", "external_id": True, "unique": True}


@pytest.fixture
def org() -> Org:
    made = Org()
    made.state.act("create_custom_field", KEYS)
    return made


def _tasks(org: Org, count: int) -> list[str]:
    records = [
        {"attributes": {"type": "Task"}, "Subject": f"Call {number}", "Status": "Completed"}
        for number in range(count)
    ]
    made = org.data("POST", "composite/sobjects", {"allOrNone": False, "records": records}).json()
    return [one["id"] for one in made]


def _query(org: Org, statement: str, operation: str = "query", **more: Any) -> Answer:
    return org.data("POST", "jobs/query", {"operation": operation, "query": statement, **more})


def _job(org: Org, operation: str, upload: str, **more: Any) -> dict[str, Any]:
    """A job that is uploaded and closed."""
    body = {"object": "Task", "operation": operation, "contentType": "CSV", **more}
    created = org.data("POST", "jobs/ingest", body)
    assert created.status == 200, created.text
    path = f"jobs/ingest/{created.json()['id']}"
    sent = org.data("PUT", f"{path}/batches", upload.encode(), content_type="text/csv")
    assert sent.status == 201, sent.text
    closed = org.data("PATCH", path, {"state": "UploadComplete"})
    assert (closed.status, closed.json()["state"]) == (200, "UploadComplete")
    job: dict[str, Any] = org.data("GET", path).json()
    return job


def _lines(org: Org, job: dict[str, Any], which: str) -> list[dict[str, str]]:
    answer = org.data("GET", f"jobs/ingest/{job['id']}/{which}")
    assert answer.status == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def _subjects(org: Org) -> list[str]:
    answer = org.data("GET", "query?q=SELECT+Subject+FROM+Task+ORDER+BY+Subject").json()
    return [record["Subject"] for record in answer["records"]]


# Queries


def test_a_query_job_yields_its_records_as_csv(org: Org) -> None:
    first, second = _tasks(org, 2)
    created = _query(
        org, "SELECT Id, Subject, IsClosed, ActivityDate, Owner.Name, CreatedDate FROM Task"
    ).json()
    shown = org.data("GET", f"jobs/query/{created['id']}").json()
    answer = org.data("GET", f"jobs/query/{created['id']}/results")

    assert tuple(created[name] for name in ("state", "object", "apiVersion")) == (
        "UploadComplete",
        "Task",
        62.0,
    )
    assert created["id"].startswith("750")
    assert tuple(shown[name] for name in ("state", "jobType", "numberRecordsProcessed")) == (
        "JobComplete",
        "V2Query",
        2,
    )
    assert answer.headers["content-type"] == "text/csv"
    assert (
        answer.headers["sforce-locator"],
        answer.headers["sforce-numberofrecords"],
    ) == ("null", "2")
    assert (
        '"Id","Subject","IsClosed","ActivityDate","Owner.Name","CreatedDate"\n'
        f'"{first}","Call 0","true","","Integration User","2026-03-04T12:00:00.000Z"\n'
        f'"{second}","Call 1","true","","Integration User","2026-03-04T12:00:00.000Z"\n'
    ) == answer.text


def test_results_come_in_pages_with_a_locator(org: Org) -> None:
    ids = _tasks(org, 5)
    job = _query(org, "SELECT Id FROM Task").json()["id"]
    found: list[str] = []
    locator = ""
    while locator != "null":
        more = f"&locator={locator}" if locator else ""
        answer = org.data("GET", f"jobs/query/{job}/results?maxRecords=2{more}")
        found += [line["Id"] for line in csv.DictReader(io.StringIO(answer.text))]
        locator = answer.headers["sforce-locator"]

    assert ids == found


def test_query_all_sees_deleted_records(org: Org) -> None:
    kept, gone = _tasks(org, 2)
    org.data("DELETE", f"sobjects/Task/{gone}")
    counts = []
    for operation in ("query", "queryAll"):
        job = _query(org, "SELECT Id FROM Task", operation).json()["id"]
        counts.append(org.data("GET", f"jobs/query/{job}").json()["numberRecordsProcessed"])

    assert counts == [1, 2]
    assert kept != gone


@pytest.mark.parametrize(
    ("delimiter", "ending", "text"),
    [
        ("SEMICOLON", "CRLF", '"Subject";"IsClosed"\r\n"Call 0";"true"\r\n'),
        ("TAB", "LF", '"Subject"\t"IsClosed"\n"Call 0"\t"true"\n'),
        ("PIPE", "LF", '"Subject"|"IsClosed"\n"Call 0"|"true"\n'),
    ],
)
def test_results_are_written_as_the_job_asked(
    org: Org, delimiter: str, ending: str, text: str
) -> None:
    _tasks(org, 1)
    job = _query(
        org, "SELECT Subject, IsClosed FROM Task", columnDelimiter=delimiter, lineEnding=ending
    ).json()

    assert text == org.data("GET", f"jobs/query/{job['id']}/results").text


@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("SELECT COUNT() FROM Task", "FEATURENOTENABLED", "Aggregate"),
        ("SELECT OwnerId FROM Task GROUP BY OwnerId", "FEATURENOTENABLED", "Aggregate"),
        ("SELECT Id FROM Task OFFSET 2", "FEATURENOTENABLED", "OFFSET"),
        ("SELECT TYPEOF Who WHEN Lead THEN Id END FROM Task", "FEATURENOTENABLED", "TYPEOF"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Contact", "FEATURENOTENABLED", "Nested"),
        ("SELECT MailingAddress FROM Contact", "FEATURENOTENABLED", "compound data not supported"),
        ("SELECT FIELDS(STANDARD) FROM Task", "FEATURENOTENABLED", "FIELDS"),
        ("SELECT Id FROM TaskStatus", "INVALIDENTITY", "not supported by the Bulk API"),
        ("SELECT Id FROM Nope", "INVALIDENTITY", "Unable to find object: Nope"),
        ("SELECT Nope FROM Task", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Id FROM", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ],
)
def test_a_statement_no_job_does_is_refused(
    org: Org, statement: str, code: str, message: str
) -> None:
    refused = _query(org, statement)

    assert (400, code) == (refused.status, refused.json()[0]["errorCode"])
    assert message in refused.json()[0]["message"]
    assert org.data("GET", "jobs/query").json()["records"] == []


def test_a_statement_too_long_for_a_url_goes_in_a_job(org: Org) -> None:
    ids = _tasks(org, 3)
    listed = ",".join(f"'{one}'" for one in [*ids, *(f"00T{n:012d}" for n in range(2_000))])
    job = _query(org, f"SELECT Id FROM Task WHERE Id IN ({listed})").json()["id"]

    assert org.data("GET", f"jobs/query/{job}").json()["numberRecordsProcessed"] == 3


# Time


def test_a_job_takes_the_time_the_switch_says(org: Org) -> None:
    org.state.switches.set({"bulk_seconds": 30.0})
    body = {"object": "Task", "operation": "insert"}
    path = f"jobs/ingest/{org.data('POST', 'jobs/ingest', body).json()['id']}"
    org.data("PUT", f"{path}/batches", b"Subject\nlate\n", content_type="text/csv")
    org.data("PATCH", path, {"state": "UploadComplete"})

    assert org.data("GET", path).json()["state"] == "InProgress"
    assert org.data("GET", f"{path}/successfulResults").status == 400
    assert _subjects(org) == []

    org.world.clock.advance(30)

    assert org.data("GET", path).json()["state"] == "JobComplete"
    assert _subjects(org) == ["late"]


def test_a_job_completes_after_as_many_looks_as_the_switch_says(org: Org) -> None:
    org.state.switches.set({"bulk_polls": 2})
    job = _query(org, "SELECT Id FROM Task").json()["id"]
    states = [org.data("GET", f"jobs/query/{job}").json()["state"] for _ in range(4)]

    assert states == ["InProgress", "InProgress", "JobComplete", "JobComplete"]


def test_a_job_under_way_can_be_aborted_and_writes_nothing(org: Org) -> None:
    org.state.switches.set({"bulk_seconds": 30.0})
    job = _job(org, "insert", "Subject\nnever\n")
    aborted = org.data("PATCH", f"jobs/ingest/{job['id']}", {"state": "Aborted"})
    org.world.clock.advance(60)

    assert (aborted.status, aborted.json()["state"]) == (200, "Aborted")
    assert org.data("GET", f"jobs/ingest/{job['id']}").json()["state"] == "Aborted"
    assert _lines(org, job, "unprocessedrecords") == [{"Subject": "never"}]
    assert _subjects(org) == []
    again = org.data("PATCH", f"jobs/ingest/{job['id']}", {"state": "Aborted"})
    assert again.json()[0]["errorCode"] == "INVALIDJOBSTATE"


def test_a_query_job_can_be_aborted(org: Org) -> None:
    org.state.switches.set({"bulk_seconds": 30.0})
    job = _query(org, "SELECT Id FROM Task").json()["id"]
    aborted = org.data("PATCH", f"jobs/query/{job}", {"state": "Aborted"})

    assert aborted.json()["state"] == "Aborted"
    assert org.data("GET", f"jobs/query/{job}/results").status == 400


def test_a_query_that_runs_too_long_fails_its_job(org: Org) -> None:
    org.state.faults.arm({"kind": "query_timeout"})
    job = _query(org, "SELECT Id FROM Task").json()
    shown = org.data("GET", f"jobs/query/{job['id']}").json()

    assert shown["state"] == "Failed"
    assert shown["errorMessage"].startswith("QUERY_TIMEOUT: ")


# Ingest


def test_records_are_inserted_and_told_apart(org: Org) -> None:
    upload = (
        "Subject,Status,ActivityDate,Description\n"
        'One,Completed,2026-03-01,"a ""quoted""\nline"\n'
        "Two,,,\n"
        "Three,Completed,not a day,\n"
    )
    job = _job(org, "insert", upload)
    good, bad = _lines(org, job, "successfulResults"), _lines(org, job, "failedResults")
    first = org.data("GET", f"sobjects/Task/{good[0]['sf__Id']}").json()

    assert tuple(
        job[name] for name in ("state", "numberRecordsProcessed", "numberRecordsFailed", "jobType")
    ) == ("JobComplete", 3, 1, "V2Ingest")
    assert [(line["Subject"], line["sf__Created"]) for line in good] == [
        ("One", "true"),
        ("Two", "true"),
    ]
    assert list(good[0]) == [
        "sf__Id",
        "sf__Created",
        "Subject",
        "Status",
        "ActivityDate",
        "Description",
    ]
    assert [(line["Subject"], line["sf__Id"]) for line in bad] == [("Three", "")]
    assert bad[0]["sf__Error"].startswith("JSON_PARSER_ERROR:")
    assert bad[0]["sf__Error"].endswith(":ActivityDate --")
    assert tuple(first[name] for name in ("ActivityDate", "Description", "IsClosed")) == (
        "2026-03-01",
        'a "quoted"\nline',
        True,
    )
    assert _lines(org, job, "unprocessedrecords") == []


def test_records_are_upserted_by_their_key(org: Org) -> None:
    more = {"externalIdFieldName": "Tandem_Key__c"}
    _job(org, "upsert", "Tandem_Key__c,Subject\nk1,One\n", **more)
    job = _job(org, "upsert", "Tandem_Key__c,Subject\nk1,One again\nk2,Two\n,None\n", **more)

    assert [
        (line["Tandem_Key__c"], line["sf__Created"])
        for line in _lines(org, job, "successfulResults")
    ] == [("k1", "false"), ("k2", "true")]
    assert (
        _lines(org, job, "failedResults")[0]["sf__Error"]
        == "MISSING_ARGUMENT:Tandem_Key__c not specified:Id --"
    )
    assert _subjects(org) == ["One again", "Two"]
    assert job["externalIdFieldName"] == "Tandem_Key__c"


def test_an_empty_cell_leaves_a_field_and_a_mark_empties_it(org: Org) -> None:
    (task,) = _tasks(org, 1)
    org.data("PATCH", f"sobjects/Task/{task}", {"Description": "old", "ActivityDate": "2026-01-01"})
    _job(org, "update", f"Id,Description,ActivityDate,Subject\n{task},#N/A,,New\n")
    found = org.data("GET", f"sobjects/Task/{task}").json()

    assert tuple(found[name] for name in ("Description", "ActivityDate", "Subject")) == (
        None,
        "2026-01-01",
        "New",
    )


def test_a_parent_is_named_by_a_key_of_its_own(org: Org) -> None:
    contact = {"LastName": "Ann", "Email": "ann@example.com"}
    made = org.data("POST", "sobjects/Contact", contact).json()["id"]
    job = _job(org, "insert", "Subject,Contact:Who.Email\nHello,ann@example.com\n")
    (line,) = _lines(org, job, "successfulResults")

    assert made == org.data("GET", f"sobjects/Task/{line['sf__Id']}").json()["WhoId"]


@pytest.mark.parametrize(("operation", "left"), [("delete", 1), ("hardDelete", 0)])
def test_records_are_deleted(org: Org, operation: str, left: int) -> None:
    (task,) = _tasks(org, 1)
    job = _job(org, operation, f"Id\n{task}\n00T000000000000AAA\n")
    everything = org.data("GET", "queryAll?q=SELECT+Id+FROM+Task").json()

    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (2, 1)
    assert [task] == [line["sf__Id"] for line in _lines(org, job, "successfulResults")]
    assert left == everything["totalSize"]


def test_a_hard_delete_can_need_a_permission(org: Org) -> None:
    org.state.switches.set({"bulk_hard_delete": "refuse"})
    refused = org.data("POST", "jobs/ingest", {"object": "Task", "operation": "hardDelete"})

    assert refused.json()[0]["errorCode"] == "FEATURENOTENABLED"


def test_platform_rules_hold_for_every_record(org: Org) -> None:
    """One record of the batch meets a lock, the others land."""
    org.state.faults.arm({"kind": "lock_row", "skip": 1})
    job = _job(org, "insert", "Subject\nOne\nTwo\nThree\n")
    (bad,) = _lines(org, job, "failedResults")

    assert bad["Subject"] == "Two"
    assert bad["sf__Error"].startswith("UNABLE_TO_LOCK_ROW:")
    assert _subjects(org) == ["One", "Three"]


@pytest.mark.parametrize(
    ("upload", "more", "error"),
    [
        ("Subject,Nope\na,b\n", {}, "InvalidBatch : Field name not found : Nope"),
        (
            "Subject\r\na\r\n",
            {},
            "LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
        ("Subject\na\n", {"lineEnding": "CRLF"}, "Current LineEnding setting is CRLF"),
        ("Subject,Status\na\n", {}, "Field count mismatch"),
        ("", {}, "Records not found"),
    ],
)
def test_an_upload_that_makes_no_sense_fails_the_job(
    org: Org, upload: str, more: dict[str, str], error: str
) -> None:
    job = _job(org, "insert", upload, **more)
    left = org.data("GET", f"jobs/ingest/{job['id']}/unprocessedrecords")

    assert (job["state"], job["numberRecordsProcessed"]) == ("Failed", 0)
    assert error in job["errorMessage"]
    assert left.status == 200
    assert _subjects(org) == []


def test_a_job_and_its_data_can_come_in_one_request(org: Org) -> None:
    """The vendor's own example of a multipart request, in our words [bulk2-multipart]."""
    body = (
        "--BOUNDARY\r\nContent-Type: application/json\r\n"
        'Content-Disposition: form-data; name="job"\r\n\r\n'
        '{"object":"Task","operation":"insert","contentType":"CSV","lineEnding":"LF"}\r\n'
        "--BOUNDARY\r\nContent-Type: text/csv\r\n"
        'Content-Disposition: form-data; name="content"; filename="content"\r\n\r\n'
        "Subject\nTogether\r\n--BOUNDARY--\r\n"
    )
    answer = org.data(
        "POST",
        "jobs/ingest/",
        body.encode(),
        content_type='multipart/form-data; boundary="BOUNDARY"',
    )

    assert (answer.status, answer.json()["state"]) == (200, "UploadComplete"), answer.text
    assert _subjects(org) == ["Together"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Nope", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "TaskStatus", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Task", "operation": "wish"}, "INVALIDJOB"),
        ({"object": "Task", "operation": "query"}, "INVALIDJOB"),
        ({"object": "Task", "operation": "upsert"}, "INVALIDJOB"),
        ({"object": "Task", "operation": "upsert", "externalIdFieldName": "Subject"}, "INVALIDJOB"),
        ({"object": "Task", "operation": "insert", "contentType": "XML"}, "INVALIDJOB"),
        ({"object": "Task", "operation": "insert", "columnDelimiter": "DOT"}, "INVALIDJOB"),
        ({"object": "Task", "operation": "insert", "lineEnding": "CR"}, "INVALIDJOB"),
        ({"object": "Task", "operation": "insert", "wish": 1}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_job_that_can_not_be_is_refused(org: Org, body: dict[str, Any], code: str) -> None:
    refused = org.data("POST", "jobs/ingest", body)

    assert (400, code) == (refused.status, refused.json()[0]["errorCode"])
    assert org.data("GET", "jobs/ingest").json()["records"] == []


def test_data_are_uploaded_once_and_only_while_the_job_is_open(org: Org) -> None:
    body = {"object": "Task", "operation": "insert"}
    created = org.data("POST", "jobs/ingest", body).json()
    path = f"jobs/ingest/{created['id']}"
    wrong = org.data("PUT", f"{path}/batches", b"Subject\na\n", content_type="application/json")
    first = org.data("PUT", f"{path}/batches", b"Subject\na\n", content_type="text/csv")
    second = org.data("PUT", f"{path}/batches", b"Subject\na\n", content_type="text/csv")

    assert f"services/data/v62.0/{path}/batches" == created["contentUrl"]
    assert [wrong.status, first.status, second.status] == [415, 201, 400]
    assert org.data("DELETE", path).status == 400, "an open job is aborted first"


def test_jobs_are_listed_and_deleted(org: Org) -> None:
    ingest = _job(org, "insert", "Subject\na\n")["id"]
    query = _query(org, "SELECT Id FROM Task").json()["id"]
    listed = org.data("GET", "jobs/ingest?jobType=V2Ingest").json()

    assert [ingest] == [one["id"] for one in listed["records"]]
    assert (listed["done"], listed["nextRecordsUrl"]) == (True, None)
    assert org.data("GET", "jobs/ingest?jobType=Classic").json()["records"] == []
    assert [
        org.data("DELETE", path).status for path in (f"jobs/ingest/{ingest}", f"jobs/query/{query}")
    ] == [204, 204]
    assert org.data("GET", f"jobs/query/{query}").status == 404
    assert org.data("GET", f"jobs/query/{ingest}").status == 404


def test_reset_forgets_jobs(org: Org) -> None:
    job = _query(org, "SELECT Id FROM Task").json()["id"]
    org.state.reset()

    assert org.data("GET", f"jobs/query/{job}").status == 404


def test_query_jobs_use_up_their_daily_number(org: Org) -> None:
    _query(org, "SELECT Id FROM Task")

    assert org.data("GET", "limits").json()["DailyBulkV2QueryJobs"]["Remaining"] == 9_999

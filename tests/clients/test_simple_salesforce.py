"""simple-salesforce 1.12, which speaks TLS only: through the sandbox's own CA, directly and by CONNECT."""

import csv
import datetime
import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce, exceptions, format_soql

from tandem.sandbox.server import SandboxThread
from tests.clients.backstage import act, arm

VERSION = "62.0"


@pytest.fixture(autouse=True)
def trusted(started: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """requests trusts the sandbox's CA and nothing else; no other proxy is in the way."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(started.ca_path))
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def tunnel(started: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """login.salesforce.com and the org's own host are reached by CONNECT."""
    monkeypatch.setenv("HTTPS_PROXY", started.salesforce_url)


def client(sandbox: SandboxThread, **more: Any) -> Salesforce:
    options = {"session_id": sandbox.tokens["salesforce"], "version": VERSION, **more}
    return Salesforce(instance_url=sandbox.salesforce_url.replace("http:", "https:"), **options)


@pytest.fixture
def org(sandbox: SandboxThread) -> Salesforce:
    return client(sandbox)


@pytest.fixture
def empty_org(empty_sandbox: SandboxThread) -> Salesforce:
    return client(empty_sandbox)


def with_key(sandbox: SandboxThread) -> Salesforce:
    """An org whose admin made the key field."""
    act(
        sandbox,
        "salesforce",
        "create_custom_field",
        name="Tandem_Key__c",
        external_id=True,
        unique=True,
    )
    return client(sandbox)


def many_tasks(org: Salesforce, count: int) -> list[str]:
    """Tasks made 200 at a time."""
    ids: list[str] = []
    for begin in range(0, count, 200):
        records = [
            {"attributes": {"type": "Task"}, "Subject": f"Task {at:04}"}
            for at in range(begin, min(begin + 200, count))
        ]
        made = org.restful(
            "composite/sobjects", method="POST", json={"allOrNone": False, "records": records}
        )
        ids += [each["id"] for each in made]
    return ids


def test_a_record_is_created_read_changed_and_deleted(empty_org: Salesforce) -> None:
    person = empty_org.Contact.create({"LastName": "田中", "Email": "tanaka@example.com"})
    made = empty_org.Task.create({"Subject": "Call <b>", "WhoId": person["id"]})
    read = empty_org.Task.get(made["id"])
    changed = empty_org.Task.update(made["id"], {"Status": "Completed", "Subject": "Called"})
    again = empty_org.Task.get(made["id"])
    gone = empty_org.Task.delete(made["id"])

    assert made["success"] is True
    assert (read["Subject"], read["IsClosed"]) == ("Call <b>", False)
    assert (again["Subject"], again["IsClosed"]) == ("Called", True)
    assert (changed, gone) == (204, 204)
    assert empty_org.Contact.get(person["id"])["LastName"] == "田中"
    with pytest.raises(exceptions.SalesforceResourceNotFound):
        empty_org.Task.get(made["id"])


def test_a_record_is_written_by_its_own_key(empty_sandbox: SandboxThread) -> None:
    org = with_key(empty_sandbox)

    first = org.Task.upsert("Tandem_Key__c/1-call-7", {"Subject": "One"})
    second = org.Task.upsert("Tandem_Key__c/1-call-7", {"Subject": "Two"})

    assert (first, second) == (201, 200)
    assert org.Task.get_by_custom_id("Tandem_Key__c", "1-call-7")["Subject"] == "Two"
    with pytest.raises(exceptions.SalesforceMalformedRequest, match="DUPLICATE_VALUE"):
        org.Task.create({"Subject": "Three", "Tandem_Key__c": "1-call-7"})


def test_queries_come_page_by_page(empty_org: Salesforce) -> None:
    ids = many_tasks(empty_org, 450)
    small = {"Sforce-Query-Options": "batchSize=200"}
    soql = "SELECT Id, Subject FROM Task ORDER BY Subject"

    first = empty_org.query(soql, headers=small)
    everything = empty_org.query_all(soql, headers=small)
    lazily = [each["Id"] for each in empty_org.query_all_iter(soql, headers=small)]

    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    assert empty_org.query_more(first["nextRecordsUrl"], True)["records"]
    assert everything["done"] is True
    assert [each["Id"] for each in everything["records"]] == ids == lazily
    assert empty_org.query("SELECT count() FROM Task")["totalSize"] == 450


def test_an_empty_org_answers_queries_with_nothing(empty_org: Salesforce) -> None:
    found = empty_org.query_all("SELECT Id, Who.Name FROM Task WHERE IsClosed = false")

    assert (found["totalSize"], found["done"], found["records"]) == (0, True, [])


def test_queries_follow_relationships_and_escape_values(org: Salesforce) -> None:
    person = org.Contact.create({"LastName": "O'Neill \\ Söhne", "Email": "on@example.com"})
    task = org.Task.create({"Subject": "With a quote", "WhoId": person["id"]})["id"]

    found = org.query(
        format_soql(
            "SELECT Subject, Who.Name, Who.Type, Owner.Name FROM Task "
            "WHERE Who.Name LIKE '%{:like}%'",
            "O'Neill \\",
        )
    )
    by_type = org.query(
        f"SELECT TYPEOF Who WHEN Contact THEN Email END FROM Task WHERE Id = '{task}'"
    )
    counted = org.query("SELECT Status, COUNT(Id) how FROM Task GROUP BY Status ORDER BY Status")
    children = org.query(
        f"SELECT Id, (SELECT Id, Subject FROM Tasks) FROM Contact WHERE Id = '{person['id']}'"
    )

    assert found["totalSize"] == 1
    assert found["records"][0]["Who"]["Type"] == "Contact"
    assert by_type["records"][0]["Who"]["Email"] == "on@example.com"
    assert sum(each["how"] for each in counted["records"]) == 38
    assert children["records"][0]["Tasks"]["totalSize"] == 1


def test_deleted_records_are_seen_by_those_who_ask(empty_org: Salesforce) -> None:
    kept, gone = many_tasks(empty_org, 2)
    empty_org.Task.delete(gone)
    now = datetime.datetime.now(datetime.UTC)
    window = (now - datetime.timedelta(hours=1), now + datetime.timedelta(hours=1))

    everything = empty_org.query_all("SELECT Id, IsDeleted FROM Task", include_deleted=True)

    assert {each["Id"]: each["IsDeleted"] for each in everything["records"]} == {
        kept: False,
        gone: True,
    }
    assert [each["id"] for each in empty_org.Task.deleted(*window)["deletedRecords"]] == [gone]
    assert empty_org.Task.updated(*window)["ids"] == [kept]


def test_the_org_describes_itself(org: Salesforce) -> None:
    names = {each["name"] for each in org.describe()["sobjects"]}
    fields = {each["name"]: each for each in org.Task.describe()["fields"]}

    assert {"Task", "Contact", "Lead", "Account", "User", "TaskStatus"} <= names
    assert fields["Subject"]["type"] == "combobox"
    assert fields["TaskSubtype"]["updateable"] is False
    assert org.Task.metadata()["objectDescribe"]["keyPrefix"] == "00T"
    assert org.limits()["DailyApiRequests"]["Max"] == 15000
    assert org.api_usage["api-usage"].used > 0
    assert org.is_sandbox() in (True, False)


def test_a_search_finds_people(org: Salesforce) -> None:
    person = org.query("SELECT Id, Name, Email FROM Contact WHERE Email != null LIMIT 1")
    wanted = person["records"][0]

    found = org.search(f"FIND {{{wanted['Email']}}} IN ALL FIELDS RETURNING Contact(Id, Name)")
    quick = org.quick_search(wanted["Email"])

    assert wanted["Id"] in {each["Id"] for each in found["searchRecords"]}
    assert wanted["Id"] in {each["Id"] for each in quick["searchRecords"]}


def test_composite_calls_do_several_things_at_once(empty_sandbox: SandboxThread) -> None:
    org = with_key(empty_sandbox)
    base = f"/services/data/v{VERSION}"
    records = [
        {"attributes": {"type": "Task"}, "Subject": "Row", "Tandem_Key__c": key}
        for key in ("a", "a", "b")
    ]

    answer = org.restful(
        "composite",
        method="POST",
        json={
            "allOrNone": False,
            "compositeRequest": [
                {
                    "method": "POST",
                    "url": f"{base}/sobjects/Contact",
                    "referenceId": "person",
                    "body": {"LastName": "Ito"},
                },
                {
                    "method": "POST",
                    "url": f"{base}/sobjects/Task",
                    "referenceId": "task",
                    "body": {"Subject": "For Ito", "WhoId": "@{person.id}"},
                },
                {
                    "method": "POST",
                    "url": f"{base}/composite/sobjects",
                    "referenceId": "rows",
                    "body": {"allOrNone": False, "records": records},
                },
                {
                    "method": "GET",
                    "url": f"{base}/query?q=SELECT+Id+FROM+Task",
                    "referenceId": "found",
                },
                {"method": "GET", "url": f"{base}/sobjects/Foo", "referenceId": "missing"},
            ],
        },
    )["compositeResponse"]
    statuses = {each["referenceId"]: each["httpStatusCode"] for each in answer}
    rows = next(each for each in answer if each["referenceId"] == "rows")["body"]
    found = next(each for each in answer if each["referenceId"] == "found")["body"]

    assert statuses == {"person": 201, "task": 201, "rows": 200, "found": 200, "missing": 404}
    assert [each["success"] for each in rows] == [True, False, True]
    assert rows[1]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"
    assert found["totalSize"] == 3


def test_collections_change_and_delete(empty_org: Salesforce) -> None:
    ids = many_tasks(empty_org, 3)

    changed = empty_org.restful(
        "composite/sobjects",
        method="PATCH",
        json={
            "records": [
                {"attributes": {"type": "Task"}, "id": each, "Status": "Completed"} for each in ids
            ]
        },
    )
    read = empty_org.restful(
        "composite/sobjects/Task", method="POST", json={"ids": ids, "fields": ["Id", "IsClosed"]}
    )
    gone = empty_org.restful(
        "composite/sobjects", {"ids": ",".join(ids[1:]), "allOrNone": "false"}, method="DELETE"
    )

    assert [each["success"] for each in changed] == [True] * 3
    assert [each["IsClosed"] for each in read] == [True] * 3
    assert [each["id"] for each in gone] == ids[1:]
    assert empty_org.query("SELECT count() FROM Task")["totalSize"] == 1


def test_an_admin_makes_the_key_field_by_the_tooling_api(empty_org: Salesforce) -> None:
    made = empty_org.toolingexecute(
        "sobjects/CustomField",
        method="POST",
        data={
            "FullName": "Activity.Tandem_Key__c",
            "Metadata": {
                "type": "Text",
                "label": "Tandem key",
                "length": 80,
                "externalId": True,
                "unique": True,
            },
        },
    )
    found = empty_org.toolingexecute(
        "query/?q=SELECT+Id,DeveloperName+FROM+CustomField+WHERE+DeveloperName='Tandem_Key'"
    )

    assert made["success"] is True
    assert found["records"][0]["Id"][:15] == made["id"][:15]


def test_bulk_2_writes_and_reads(empty_sandbox: SandboxThread, tmp_path: Path) -> None:
    org = with_key(empty_sandbox)
    bulk = org.bulk2.Task
    rows = [{"Subject": f"Row {at}", "Tandem_Key__c": f"k{at}"} for at in range(250)]

    (made,) = bulk.insert(records=rows, wait=0)
    (merged,) = bulk.upsert(
        records=[
            {"Subject": "Changed", "Tandem_Key__c": "k0", "ActivityDate": "2026-12-01"},
            {"Subject": "Bad", "Tandem_Key__c": "k999", "ActivityDate": "someday"},
        ],
        external_id_field="Tandem_Key__c",
        wait=0,
    )
    pages = list(bulk.query("SELECT Id, Subject FROM Task", max_records=100, wait=0))
    read = [row for page in pages for row in csv.DictReader(io.StringIO(page))]
    files = bulk.download("SELECT Id FROM Task", str(tmp_path), wait=0)
    (gone,) = bulk.delete(records=[{"Id": row["Id"]} for row in read[:50]], wait=0)

    assert (made["numberRecordsProcessed"], made["numberRecordsFailed"]) == (250, 0)
    assert (merged["numberRecordsProcessed"], merged["numberRecordsFailed"]) == (2, 1)
    assert "someday" in bulk.get_failed_records(merged["job_id"])
    assert bulk.get_unprocessed_records(made["job_id"]).count("\n") <= 1
    assert (len(pages), len(read)) == (3, 250)
    assert "Changed" in {row["Subject"] for row in read}
    assert sum(each["number_of_records"] for each in files) == 250
    assert gone["numberRecordsProcessed"] == 50
    everything = list(bulk.query_all("SELECT Id FROM Task", wait=0))
    assert len(list(csv.DictReader(io.StringIO(everything[0])))) == 250


def test_bulk_1_writes_and_reads(empty_sandbox: SandboxThread) -> None:
    org = with_key(empty_sandbox)

    made = org.bulk.Task.insert(
        [{"Subject": f"Row {at}", "Tandem_Key__c": f"k{at}"} for at in range(5)], batch_size=2
    )
    merged = org.bulk.Task.upsert(
        [
            {"Subject": "Changed", "Tandem_Key__c": "k0"},
            {"ActivityDate": "x", "Tandem_Key__c": "z"},
        ],
        "Tandem_Key__c",
    )
    read = org.bulk.Task.query("SELECT Id, Subject, Who.Name FROM Task ORDER BY Tandem_Key__c")
    gone = org.bulk.Task.delete([{"Id": each["Id"]} for each in read])

    assert [each["success"] for each in made] == [True] * 5
    assert [each["success"] for each in merged] == [True, False]
    assert merged[1]["errors"]
    assert [each["Subject"] for each in read] == ["Changed", "Row 1", "Row 2", "Row 3", "Row 4"]
    assert [each["success"] for each in gone] == [True] * 5
    assert len(org.bulk.Task.query_all("SELECT Id FROM Task")) == 5


def test_errors_arrive_as_the_clients_exceptions(sandbox: SandboxThread) -> None:
    org = client(sandbox)
    for _ in range(2):
        org.Lead.create({"LastName": "Twin", "Company": "Twins", "Email": "twin@example.com"})

    with pytest.raises(exceptions.SalesforceMalformedRequest, match="MALFORMED_QUERY"):
        org.query("SELEC Id FROM Task")
    with pytest.raises(exceptions.SalesforceMalformedRequest, match="INVALID_FIELD"):
        org.query("SELECT Colour FROM Task")
    with pytest.raises(exceptions.SalesforceMalformedRequest, match="INVALID_FIELD"):
        org.Task.create({"Colour__c": "red"})
    with pytest.raises(exceptions.SalesforceMalformedRequest, match="INVALID_TYPE"):
        org.query("SELECT Id FROM Foo")
    with pytest.raises(exceptions.SalesforceResourceNotFound, match="NOT_FOUND"):
        org.Task.get("00T000000000001AAA")
    with pytest.raises(exceptions.SalesforceMoreThanOneRecord):
        org.Lead.get_by_custom_id("Email", "twin@example.com")
    with pytest.raises(exceptions.SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        client(sandbox, session_id="00D000000000000!wrong").limits()
    arm(sandbox, "salesforce", {"kind": "request_limit"}, {"kind": "server_unavailable", "skip": 1})
    with pytest.raises(exceptions.SalesforceRefusedRequest, match="REQUEST_LIMIT_EXCEEDED"):
        org.limits()
    with pytest.raises(exceptions.SalesforceGeneralError, match="SERVER_UNAVAILABLE"):
        org.limits()


def test_a_tls_client_meets_a_lost_answer(empty_sandbox: SandboxThread) -> None:
    org = client(empty_sandbox)
    arm(
        empty_sandbox,
        "salesforce",
        {"kind": "drop_after", "method": "POST", "path": "*/sobjects/Task/"},
    )

    with pytest.raises(Exception, match="Connection"):
        org.Task.create({"Subject": "Landed"})

    assert org.query("SELECT count() FROM Task")["totalSize"] == 1


def test_signing_in_by_soap(sandbox: SandboxThread, tunnel: None) -> None:
    """By name, password and security token at login.salesforce.com, then on the org's own host."""
    state = sandbox.sandbox.salesforce

    org = Salesforce(
        username=state.username,
        password=state.password,
        security_token=state.security_token,
        version="59.0",
    )

    assert org.sf_instance.endswith(".my.salesforce.com")
    assert org.query("SELECT Name FROM Organization")["totalSize"] == 1
    with pytest.raises(exceptions.SalesforceAuthenticationFailed) as refused:
        Salesforce(username=state.username, password="wrong", security_token="t")
    assert refused.value.code == "INVALID_LOGIN"


def test_signing_in_by_client_credentials(sandbox: SandboxThread, tunnel: None) -> None:
    state = sandbox.sandbox.salesforce
    app = {"consumer_key": state.client_id, "consumer_secret": state.client_secret}

    org = Salesforce(domain="tandem-demo.my", version=VERSION, **app)

    assert org.query("SELECT count() FROM Task")["totalSize"] == 37
    assert org.oauth2("userinfo")["organization_id"] == state.org_id
    with pytest.raises(exceptions.SalesforceAuthenticationFailed) as refused:
        Salesforce(domain="tandem-demo.my", consumer_key=state.client_id, consumer_secret="wrong")
    assert refused.value.code == "invalid_client"


def test_signing_in_by_a_signed_assertion(sandbox: SandboxThread, tunnel: None) -> None:
    """The client writes the time of expiry as text, which Salesforce takes."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    act(
        sandbox,
        "salesforce",
        "register_app",
        client_id="jwt-app",
        client_secret="unused",
        certificate=public.decode(),
    )

    org = Salesforce(
        username=sandbox.sandbox.salesforce.username,
        consumer_key="jwt-app",
        privatekey=secret.decode(),
        version=VERSION,
    )

    assert org.query("SELECT count() FROM Task")["totalSize"] == 37


def test_an_expired_session_is_renewed_within_a_call(sandbox: SandboxThread, tunnel: None) -> None:
    state = sandbox.sandbox.salesforce
    org = Salesforce(
        domain="tandem-demo.my",
        consumer_key=state.client_id,
        consumer_secret=state.client_secret,
        version=VERSION,
    )
    old = org.session_id
    act(sandbox, "salesforce", "expire_sessions")

    assert org.query("SELECT count() FROM Task")["totalSize"] == 37
    assert org.session_id != old


def test_the_tunnel_leads_to_the_sandboxs_hosts_only(sandbox: SandboxThread, tunnel: None) -> None:
    assert urlsplit(sandbox.salesforce_url).port
    with pytest.raises(Exception, match="403"):
        Salesforce(instance="example.com", session_id="x").limits()

"""simple-salesforce 1.12, unmodified, against the org over a real socket, with TLS and without."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from tandem.sandbox.server import SandboxThread


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxThread]:
    with SandboxThread(data="empty") as started:
        yield started


@pytest.fixture
def client(sandbox: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> Salesforce:
    """Over TLS with the sandbox's own CA."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sandbox.ca_path))
    url = sandbox.salesforce_url.replace("http:", "https:")
    return Salesforce(instance_url=url, session_id=sandbox.tokens["salesforce"], version="62.0")


class _ToLocal(requests.adapters.HTTPAdapter):
    """Sends whatever is asked to the sandbox's plain port."""

    def __init__(self, base: str) -> None:
        self._base = urlsplit(base)
        super().__init__()

    def send(self, request: Any, *given: Any, **options: Any) -> Any:
        url = urlsplit(request.url)
        request.url = urlunsplit((self._base.scheme, self._base.netloc, url.path, url.query, ""))
        return super().send(request, *given, **options)


@pytest.fixture
def session(sandbox: SandboxThread) -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.mount("https://", _ToLocal(sandbox.salesforce_url))
        yield made


def test_it_writes_and_reads(sandbox: SandboxThread, client: Salesforce) -> None:
    sandbox.run(
        lambda each: each.salesforce.act(
            "create_custom_field",
            {"name": "Tandem_Key__c", "external_id": True, "unique": True},
        )
    )
    person = client.Contact.create({"LastName": "Doe", "Email": "doe@x.example"})
    made = client.Task.create({"Subject": "Call", "WhoId": person["id"]})
    assert client.Task.update(made["id"], {"Status": "Completed"}) == 204
    assert client.Task.get(made["id"])["IsClosed"] is True
    assert client.Task.upsert("Tandem_Key__c/k1", {"Subject": "u"}) == 201
    assert client.Task.upsert("Tandem_Key__c/k1", {"Subject": "v"}) == 200
    assert client.Task.get_by_custom_id("Tandem_Key__c", "k1")["Subject"] == "v"
    found = client.query("SELECT Who.Name FROM Task WHERE WhoId != null")
    assert found["records"][0]["Who"]["Name"] == "Doe"
    assert client.api_usage["api-usage"].total == 15_000
    assert client.Task.delete(made["id"]) == 204
    now = sandbox.run(lambda each: each.world.clock.now())
    window = (now - timedelta(hours=1), now + timedelta(hours=1))
    assert client.Task.deleted(*window)["deletedRecords"][0]["id"] == made["id"]
    assert len(client.Task.updated(*window)["ids"]) == 1


def test_it_discovers_and_searches(client: Salesforce) -> None:
    names = {one["name"] for one in client.describe()["sobjects"]}
    assert {"Task", "Contact", "Lead", "User"} <= names
    assert client.Task.describe()["keyPrefix"] == "00T"
    assert client.limits()["DailyApiRequests"]["Max"] == 15_000
    client.Lead.create({"LastName": "Searched", "Company": "Acme"})
    found = client.search("FIND {searched} IN NAME FIELDS RETURNING Lead(Id, Name)")
    assert found["searchRecords"][0]["Name"] == "Searched"


def test_it_pages(sandbox: SandboxThread, client: Salesforce) -> None:
    campaigns = [{"Name": f"n{at}"} for at in range(2100)]
    sandbox.run(lambda each: each.salesforce.load({"records": {"Campaign": campaigns}}))
    assert len(list(client.query_all_iter("SELECT Id FROM Campaign"))) == 2100


def test_it_meets_the_errors_it_knows(client: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.Task.create({"Nope": 1})
    assert caught.value.content[0]["errorCode"] == "INVALID_FIELD"
    with pytest.raises(SalesforceResourceNotFound):
        client.Task.get("00TZz0000000001AAA")
    for _ in range(2):
        client.Contact.create({"LastName": "Twin", "Email": "twin@x.example"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Contact.get_by_custom_id("Email", "twin@x.example")
    with pytest.raises(SalesforceExpiredSession):
        Salesforce(
            instance_url=f"https://{client.sf_instance}", session_id="wrong", version="62.0"
        ).limits()


def test_it_signs_in_by_soap(sandbox: SandboxThread, session: requests.Session) -> None:
    state = sandbox.sandbox.salesforce
    client = Salesforce(
        username=state.username,
        password=state.password,
        security_token=state.security_token,
        session=session,
        version="59.0",
    )
    assert client.query("SELECT Name FROM Organization")["totalSize"] == 1
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        Salesforce(username="u", password="p", security_token="t", session=session)
    assert caught.value.code == "INVALID_LOGIN"


def test_it_signs_in_by_client_credentials(
    sandbox: SandboxThread, session: requests.Session
) -> None:
    state = sandbox.sandbox.salesforce
    client = Salesforce(
        consumer_key=state.client_id,
        consumer_secret=state.client_secret,
        domain="tandem.my",
        session=session,
    )
    assert client.query("SELECT Id FROM User")["totalSize"] == 2

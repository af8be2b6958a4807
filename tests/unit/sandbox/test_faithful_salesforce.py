"""What clients that nobody named may lean on in Salesforce's answers, each with what it rests on."""

from urllib.parse import urlencode

import pytest
from tests.support.salesforce_calls import Org

CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": "sandbox-client-id",
    "client_secret": "sandbox-client-secret",
}
LOGIN = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
    '<login xmlns="urn:partner.soap.sforce.com"><username>u</username><password>p</password></login>'
    "</e:Body></e:Envelope>"
)


@pytest.fixture
def org() -> Org:
    return Org()


def test_405_names_the_methods_as_the_platform_does(org: Org) -> None:
    """omniphx/forrest issues 181 and 191 quote it."""
    answer = org.data("PATCH", "sobjects/Account", {})

    assert answer.status == 405
    assert answer.json() == [
        {
            "message": "HTTP Method 'PATCH' not allowed. Allowed are HEAD,GET,POST",
            "errorCode": "METHOD_NOT_ALLOWED",
        }
    ]


@pytest.mark.parametrize("path", ["//data//v62.0//sobjects/Task", "/data/v62.0/sobjects/Task//"])
def test_doubled_slashes_count_as_one(org: Org, path: str) -> None:
    assert org.call("GET", path).status == 200


@pytest.mark.parametrize("version", ["20.0", "21.0", "30.0"])
def test_retired_versions_are_gone(org: Org, version: str) -> None:
    """Help: "Salesforce Platform API Versions 21.0 through 30.0 Retirement", 7.0 to 20.0 before it."""
    assert org.call("GET", f"/data/v{version}/sobjects").status == 410

    bulk = org.call("GET", f"/async/{version}/job/750000000000001")
    assert (bulk.status, "InvalidVersion" in bulk.text) == (400, True)

    soap = org.call("POST", f"/Soap/u/{version}", LOGIN.encode(), content_type="text/xml")
    assert (soap.status, "UNSUPPORTED_API_VERSION" in soap.text) == (500, True)


def test_token_parameters_may_stand_in_the_query(org: Org) -> None:
    """Many public clients post them there, with an empty body."""
    answer = org.call(
        "POST",
        f"/oauth2/token?{urlencode(CREDENTIALS)}",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status == 200
    assert answer.json()["token_type"] == "Bearer"


def test_a_token_is_not_given_to_a_get(org: Org) -> None:
    answer = org.call("GET", f"/oauth2/token?{urlencode(CREDENTIALS)}")

    assert answer.status == 400
    assert answer.json() == {"error": "invalid_request", "error_description": "must use HTTP POST"}


def test_bulk_1_names_json_without_a_charset(org: Org) -> None:
    """salesforce-bulk 2.2.0 compares the whole header and would parse XML otherwise."""
    job = org.call(
        "POST",
        "/async/62.0/job",
        {"operation": "query", "object": "Contact", "contentType": "JSON"},
    )
    batch = org.call(
        "POST",
        f"/async/62.0/job/{job.json()['id']}/batch",
        b"SELECT Id FROM Contact",
        content_type="application/json; charset=UTF-8",
    )

    assert job.headers["content-type"] == batch.headers["content-type"] == "application/json"


def test_the_state_names_what_signs_in(org: Org) -> None:
    """Loaders want a refresh token before they can do anything, old clients a password."""
    state = org.state.summary()
    form = {"grant_type": "refresh_token", "client_id": state["client_id"]}

    answer = org.call(
        "POST",
        "/oauth2/token",
        urlencode({**form, "refresh_token": state["refresh_token"]}).encode(),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status == 200
    assert {"username", "password", "security_token", "access_token"} <= set(state)
    assert "create_custom_field" in state["acts"]


def test_the_lists_of_statuses_and_priorities_show_no_key_prefix(org: Org) -> None:
    """[tap] and [airbyte] know them as objects without one."""
    listed = {
        one["name"]: one["keyPrefix"] for one in org.data("GET", "sobjects").json()["sobjects"]
    }

    assert (listed["TaskStatus"], listed["TaskPriority"], listed["Task"]) == (None, None, "00T")


@pytest.mark.parametrize(("given", "kept"), [(None, 1), ("false", 1), (False, 1), ("true", 0)])
def test_all_or_none_may_be_null_or_text(org: Org, given: object, kept: int) -> None:
    """django-salesforce 6.0 sends null; the platform's parser turns text into Booleans (inferred)."""
    records = [
        {"attributes": {"type": "Contact"}, "LastName": "A"},
        {"attributes": {"type": "Contact"}},
    ]
    steps = [
        {
            "method": "POST",
            "url": "/services/data/v62.0/sobjects/Lead",
            "referenceId": f"r{at}",
            "body": body,
        }
        for at, body in enumerate(({"LastName": "A", "Company": "B"}, {"Company": "B"}))
    ]

    items = org.data("POST", "composite/sobjects", {"allOrNone": given, "records": records}).json()
    org.data("POST", "composite", {"allOrNone": given, "compositeRequest": steps})

    assert sum(one["success"] for one in items) == kept
    count = org.data("GET", "query?q=SELECT+COUNT()+FROM+Lead").json()
    assert count["totalSize"] == kept


@pytest.mark.parametrize("given", [3, [], {}, "yes"])
def test_all_or_none_is_nothing_else(org: Org, given: object) -> None:
    answer = org.data("POST", "composite/sobjects", {"allOrNone": given, "records": []})

    assert answer.json()[0]["errorCode"] == "JSON_PARSER_ERROR"

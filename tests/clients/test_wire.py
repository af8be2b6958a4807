"""HTTP as other clients may speak it: old, terse, compressed, or through a proxy."""

import gzip
import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tandem.sandbox.server import SandboxThread


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One CRM as a plain HTTP client sees it."""

    name: str
    host: str
    url: str
    token: str
    listed: str
    created: str
    body: dict[str, Any]

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            yield connection
        finally:
            connection.close()

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request; underscores in the names of headers stand for hyphens."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.connected() as connection:
            connection.request(method, path, body, self.headers | more)
            answer = connection.getresponse()
            return answer, answer.read()


@pytest.fixture(params=["hubspot", "salesforce"])
def side(request: pytest.FixtureRequest, sandbox: SandboxThread) -> Side:
    if request.param == "hubspot":
        return Side(
            name="hubspot",
            host="api.hubapi.com",
            url=sandbox.hubspot_url,
            token=sandbox.tokens["hubspot"],
            listed="/crm/v3/objects/tasks",
            created="/crm/v3/objects/tasks",
            body={"properties": {"hs_timestamp": "2026-12-01T09:00:00Z"}, "associations": []},
        )
    return Side(
        name="salesforce",
        host="tandem-demo.my.salesforce.com",
        url=sandbox.salesforce_url,
        token=sandbox.tokens["salesforce"],
        listed="/services/data/v62.0/limits",
        created="/services/data/v62.0/sobjects/Task",
        body={"Subject": "Call"},
    )


def test_answers_say_what_they_are(side: Side) -> None:
    answer, body = side.ask("GET", side.listed)

    assert answer.status == 200
    assert answer.headers["content-type"].lower() == "application/json;charset=utf-8"
    assert int(answer.headers["content-length"]) == len(body)
    assert answer.headers["date"].endswith(" GMT")


def test_headers_are_spelled_as_the_vendors_spell_them(side: Side, sandbox: SandboxThread) -> None:
    """airbyte-cdk takes another way where it finds content-type in lower case, and ends in an error."""
    sandbox.run(lambda each: each.world.switches.set({"limits": "real"}))

    answer, _ = side.ask("GET", side.listed)

    own = "X-HubSpot-RateLimit-Max" if side.name == "hubspot" else "Sforce-Limit-Info"
    assert {"Content-Type", "Content-Length", "Date", own} <= {
        name for name, _ in answer.getheaders()
    }


def test_one_connection_carries_many_requests(side: Side) -> None:
    with side.connected() as connection:
        connection.connect()
        used = connection.sock
        for path in (side.listed, "/no/such/page", side.listed, f"{side.listed}/"):
            connection.request("GET", path, headers=side.headers)
            connection.getresponse().read()

        assert connection.sock is used


def test_http_1_0_is_answered_and_closed(side: Side) -> None:
    lines = [f"GET {side.listed} HTTP/1.0", f"Authorization: Bearer {side.token}", "", ""]
    with socket.create_connection(side.address, timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        received = b"".join(iter(lambda: connection.recv(65_536), b""))

    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)


def test_a_body_may_come_in_chunks(side: Side) -> None:
    chunks = iter([json.dumps(side.body).encode()[:7], json.dumps(side.body).encode()[7:]])

    with side.connected() as connection:
        headers = side.headers | {
            "Content-Type": "application/json",
            "Transfer-Encoding": "chunked",
        }
        connection.request("POST", side.created, chunks, headers, encode_chunked=True)

        assert connection.getresponse().status == 201


def test_a_caller_may_wait_for_leave_to_send_its_body(side: Side) -> None:
    body = json.dumps(side.body).encode()
    head = [
        f"POST {side.created} HTTP/1.1",
        f"Host: {side.host}",
        f"Authorization: Bearer {side.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
        "Connection: close",
    ]
    with socket.create_connection(side.address, timeout=10) as connection:
        connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        leave = connection.recv(1024)
        connection.sendall(body)
        received = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert leave.startswith(b"HTTP/1.1 100 ")
    assert received.startswith(b"HTTP/1.1 201 ")


def test_head_is_get_without_its_body(side: Side) -> None:
    full, _ = side.ask("GET", side.listed)
    bare, body = side.ask("HEAD", side.listed)

    assert (bare.status, body) == (200, b"")
    assert bare.headers["content-type"] == full.headers["content-type"]


def test_a_method_that_a_path_does_not_have_is_405_in_json(side: Side) -> None:
    answer, body = side.ask("PUT", side.listed)

    assert answer.status == 405
    assert json.loads(body)


def test_a_path_that_does_not_exist_is_404_in_json(side: Side) -> None:
    for path in ("/", "/no/such/page"):
        answer, body = side.ask("GET", path)

        assert answer.status == 404
        assert json.loads(body)


def test_a_proxys_absolute_form_asks_for_its_path(side: Side) -> None:
    answer, body = side.ask("GET", f"http://{side.host}{side.listed}")

    assert answer.status == 200
    assert json.loads(body)


def test_a_tunnel_leads_to_a_certificate_that_strict_clients_trust(
    side: Side, sandbox: SandboxThread
) -> None:
    trust = ssl.create_default_context(cafile=str(sandbox.ca_path))
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    connection = http.client.HTTPSConnection(*side.address, timeout=10, context=trust)
    connection.set_tunnel(side.host, 443, {"Proxy-Authorization": "Basic Og=="})
    try:
        connection.request("GET", side.listed, headers=side.headers)

        assert connection.getresponse().status == 200
    finally:
        connection.close()


def test_tls_is_spoken_without_a_tunnel_too(side: Side, sandbox: SandboxThread) -> None:
    trust = ssl.create_default_context(cafile=str(sandbox.ca_path))
    connection = http.client.HTTPSConnection(*side.address, timeout=10, context=trust)
    try:
        connection.request("GET", side.listed, headers=side.headers)

        assert connection.getresponse().status == 200
    finally:
        connection.close()


@pytest.mark.parametrize("side", ["salesforce"], indirect=True)
def test_salesforce_takes_compressed_bodies(side: Side) -> None:
    """As its guide offers; for HubSpot no document says so."""
    body = gzip.compress(json.dumps(side.body).encode())

    made, _ = side.ask(
        "POST", side.created, body, Content_Type="application/json", Content_Encoding="gzip"
    )
    refused, said = side.ask("POST", side.created, b"<x/>", Content_Type="application/xml")

    assert made.status == 201
    assert refused.status == 415
    assert json.loads(said)[0]["errorCode"] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("side", ["salesforce"], indirect=True)
def test_a_library_without_patch_may_post_it(side: Side) -> None:
    _, made = side.ask("POST", side.created, json.dumps(side.body), Content_Type="application/json")
    path = f"{side.created}/{json.loads(made)['id']}"

    changed, body = side.ask(
        "POST",
        f"{path}?_HttpMethod=PATCH",
        json.dumps({"Subject": "Changed"}),
        Content_Type="application/json; charset=UTF-8",
    )

    assert (changed.status, body) == (204, b"")
    assert json.loads(side.ask("GET", path)[1])["Subject"] == "Changed"


@pytest.mark.parametrize("side", ["hubspot"], indirect=True)
def test_an_empty_answer_has_neither_body_nor_type(side: Side) -> None:
    _, made = side.ask("POST", side.created, json.dumps(side.body), Content_Type="application/json")

    gone, body = side.ask("DELETE", f"{side.created}/{json.loads(made)['id']}")

    assert (gone.status, body) == (204, b"")
    assert "content-type" not in gone.headers

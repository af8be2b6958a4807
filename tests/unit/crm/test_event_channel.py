"""Where events come from and how: addresses, certificates, proxies, and parts that may not be installed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc_tools
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from grpc_tools import protoc
from tests.support.event_bus import TASKS, Bus, event_bus

import tandem.crm.salesforce.events as package
from tandem.crm.salesforce.events import (
    DEFAULT_ENDPOINT,
    Endpoint,
    EventBus,
    endpoint_for,
    endpoint_from,
    is_installed,
)
from tandem.crm.salesforce.events.channel import proxy_for, trusted_roots
from tandem.crm.salesforce.events.wire import wire
from tandem.crm.tokens import StaticToken
from tandem.errors import AccessLost, SettingsError, TryLater

PRODUCTION = "https://example.my.salesforce.com"


# --------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("given", "authority", "is_plain"),
    [
        ("api.pubsub.salesforce.com", "api.pubsub.salesforce.com:7443", False),
        ("api.deu.pubsub.salesforce.com:443", "api.deu.pubsub.salesforce.com:443", False),
        (" https://bus.example:7443/ ", "bus.example:7443", False),
        ("http://127.0.0.1:8803", "127.0.0.1:8803", True),
        ("http://[::1]:8803", "[::1]:8803", True),
        ("localhost:8803", "localhost:8803", False),
    ],
)
def test_addresses_as_people_write_them(given: str, authority: str, is_plain: bool) -> None:
    endpoint = endpoint_from(given)

    assert (endpoint.authority, endpoint.is_plain) == (authority, is_plain)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "ftp://bus.example",
        "https://bus.example/path",
        "https://user@bus.example",
        "bus.example:seven",
        "https://[::1",
        "bus.example?x=1",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(SettingsError, match=r"api\.pubsub\.salesforce\.com:7443"):
        endpoint_from(given)


def test_the_token_is_not_sent_in_the_open() -> None:
    with pytest.raises(SettingsError, match="not encrypted"):
        endpoint_from("http://bus.example:7443")


def test_the_address_never_follows_from_what_an_org_says() -> None:
    assert endpoint_for(PRODUCTION, None) == DEFAULT_ENDPOINT
    assert endpoint_for("https://evil.example", None) == DEFAULT_ENDPOINT


def test_the_token_of_a_simulated_org_stays_on_this_machine() -> None:
    assert endpoint_for("http://localhost:8802", None) is None
    assert endpoint_for("http://localhost:8802", "http://127.0.0.1:8803") == Endpoint(
        host="127.0.0.1", port=8803, is_plain=True
    )


# --------------------------------------------------------------------------- proxies


def test_a_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://name:word@proxy.example:3128/")
    monkeypatch.setenv("no_proxy", "other.example")

    assert proxy_for(DEFAULT_ENDPOINT) == "http://name:word@proxy.example:3128"


def test_no_proxy_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", ".salesforce.com")

    assert proxy_for(DEFAULT_ENDPOINT) is None


def test_an_encrypted_proxy_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "https://name:word@proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)

    with pytest.raises(SettingsError, match=r"https://proxy\.example:3128") as caught:
        proxy_for(DEFAULT_ENDPOINT)
    assert "word" not in str(caught.value)


@asynccontextmanager
async def tunnel(seen: list[str]) -> AsyncIterator[int]:
    """An HTTP proxy that lets CONNECT through and writes down where to."""

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while block := await source.read(65_536):
            sink.write(block)
            await sink.drain()
        sink.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        seen.append(asked.splitlines()[0])
        host, _, port = asked.split()[1].rpartition(":")
        onward, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pump(reader, back), pump(onward, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_events_come_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    async with tunnel(seen) as port, event_bus() as bus:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        client = client_of(bus.endpoint, use_proxies=True)
        topic = await client.topic(TASKS)
        await client.close()

    assert topic.can_subscribe
    assert seen == [f"CONNECT 127.0.0.1:{bus.port} HTTP/1.1"]


# --------------------------------------------------------------------------- certificates


def own_certificate() -> tuple[bytes, bytes]:
    """Key and certificate of an authority that vouches for 127.0.0.1 itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Own authority")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    return (
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()),
        made.public_bytes(serialization.Encoding.PEM),
    )


async def test_only_a_trusted_bus_gets_the_token(tmp_path: Path) -> None:
    certificate = own_certificate()
    authority = tmp_path / "own.pem"
    authority.write_bytes(certificate[1])
    bus = Bus()
    async with event_bus(bus, certificate=certificate):
        address = Endpoint(host="127.0.0.1", port=bus.port)
        stranger, friend = client_of(address), client_of(address, ca_file=authority)
        with pytest.raises(TryLater):
            await stranger.topic(TASKS)
        met = list(bus.metadata)
        topic = await friend.topic(TASKS)
        await stranger.close()
        await friend.close()

    assert met == []
    assert topic.can_subscribe


def test_an_own_authority_is_trusted_beside_the_systems(tmp_path: Path) -> None:
    authority = tmp_path / "own.pem"
    authority.write_bytes(own_certificate()[1])
    both, system = trusted_roots(authority), trusted_roots(None)

    assert both is not None
    assert both.endswith(authority.read_bytes())
    assert system is None or both.startswith(system.rstrip())


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_an_unusable_file_of_authorities_is_named(tmp_path: Path, content: bytes | None) -> None:
    authority = tmp_path / "own.pem"
    if content is not None:
        authority.write_bytes(content)

    with pytest.raises(SettingsError, match=r"own\.pem"):
        trusted_roots(authority)


async def test_a_token_that_is_none_never_leaves() -> None:
    async with event_bus() as bus:
        client = client_of(bus.endpoint, token="two\nlines")
        with pytest.raises(AccessLost):
            await client.topic(TASKS)
        async with aclosing(client.changes(TASKS)) as batches:
            with pytest.raises(AccessLost):
                await anext(batches)
        await client.close()


# --------------------------------------------------------------------------- what has to be installed


@pytest.mark.parametrize("absent", ["grpc", "fastavro", "google.protobuf.descriptor_pool"])
def test_without_the_extra_one_is_told_what_to_install(
    absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    wire.cache_clear()
    try:
        with pytest.raises(SettingsError, match=r"tandem-sync\[events\]"):
            wire()
        assert not is_installed()
    finally:
        wire.cache_clear()


def test_the_messages_are_those_of_the_published_description(tmp_path: Path) -> None:
    folder = Path(package.__file__).parent
    made = tmp_path / "again.desc"
    arguments = ["protoc", "-I", str(folder), f"--descriptor_set_out={made}", "pubsub_api.proto"]
    its_own = Path(grpc_tools.__file__).parent / "_proto"

    assert protoc.main([*arguments, "-I", str(its_own)]) == 0
    assert made.read_bytes() == (folder / "pubsub_api.desc").read_bytes()


def client_of(endpoint: Endpoint, *, token: str = "good", **more: Any) -> EventBus:
    return EventBus(
        endpoint,
        StaticToken(token),
        instance_url=PRODUCTION,
        tenant_id="00D000000000001EAA",
        **{"use_proxies": False, **more},
    )

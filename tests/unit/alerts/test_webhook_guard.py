"""Where a webhook may go, and what it is signed with."""

from __future__ import annotations

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tandem.alerts.undelivered import Undelivered
from tandem.alerts.webhook import Webhook, is_public, is_taken, signature

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
INNER = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:a00:1::"),
]


@pytest.mark.parametrize("address", INNER)
def test_no_inner_address_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.com/a?b=c", "https://hooks.example.com:8443/", "https://8.8.8.8/x"],
)
def test_public_https_addresses_are_taken(url: str) -> None:
    assert is_taken(url, allow_loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        *(f"https://{f'[{each}]' if ':' in each else each}/" for each in INNER),
        *("http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", ""),
        *("https://user:pass@hooks.example.com/", "https://hooks.example.com@10.0.0.1/"),
        *("https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://localhost/"),
        *("https://intranet/", "https://hooks.example.com:22/", "https://hooks.example.com:99999/"),
        *(
            "https://hooks.example.com/\r\nX: y",
            "https://hooks.example.com/ a",
            "javascript:alert(1)",
        ),
        *(
            "https://ｅxample.com/",
            "https://hooks.example.com/#a",
            f"https://e.example/{'a' * 2000}",
        ),
        "gopher://127.0.0.1:25/",
    ],
)
def test_nothing_else_is(url: str) -> None:
    assert not is_taken(url, allow_loopback=False)


def test_loopback_is_taken_only_where_it_is_allowed() -> None:
    assert is_taken("http://127.0.0.1:9000/", allow_loopback=True)
    assert is_taken("http://localhost:9000/", allow_loopback=True)
    assert not is_taken("http://10.0.0.1:9000/", allow_loopback=True)


def test_a_signature_is_the_hmac_of_time_and_body() -> None:
    signed = hmac.new(b"secret", b"1.{}", "sha256").hexdigest()

    assert signature("secret", "1", b"{}") == f"v1={signed}"
    assert signature("secret", "1", b"{}") != signature("secret", "2", b"{}")
    assert signature("secret", "1", b"{}") != signature("other", "1", b"{}")


@asynccontextmanager
async def listening(answer: Callable[[web.Request], Any]) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


class Names(AbstractResolver):
    """Public names, one of whose addresses is not."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        def at(address: str) -> ResolveResult:
            return {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }

        return [at("8.8.8.8"), at("10.0.0.7" if host.startswith("inner") else "127.0.0.1")]

    async def close(self) -> None:
        return


@pytest.mark.parametrize("host", ["inner.example.com", "rebound.example.com"])
@pytest.mark.parametrize("allow_loopback", [True, False])
async def test_a_public_name_that_leads_inside_is_not_called(
    host: str, allow_loopback: bool
) -> None:
    hook = Webhook(allow_loopback=allow_loopback, names=Names)
    with pytest.raises(Undelivered) as refused:
        await hook.send(f"https://{host}/", "s", b"{}", at=AT)

    assert refused.value.code == "forbidden"
    assert host in refused.value.detail


async def test_this_machine_is_called_only_where_that_is_allowed() -> None:
    called = []

    async def answer(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response()

    async with listening(answer) as port:
        guarded = Webhook(allow_loopback=False)
        guarded_from_within = Webhook(allow_loopback=True)
        url = f"http://localhost:{port}/x"
        with pytest.raises(Undelivered) as refused:
            await guarded.send(url, "s", b"{}", at=AT)
        assert await guarded_from_within.send(url, "s", b"{}", at=AT) == "HTTP 200"

    assert refused.value.code == "forbidden"
    assert called == ["/x"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    called = []

    async def answer(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response(status=status, headers={"location": "/inside"})

    async with listening(answer) as port:
        hook = Webhook(allow_loopback=True)
        with pytest.raises(Undelivered) as refused:
            await hook.send(f"http://127.0.0.1:{port}/x", "s", b"{}", at=AT)

    assert (refused.value.code, called) == ("refused", ["/x"])


async def test_only_a_few_bytes_of_an_answer_are_read() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=500, text="no\x1b[31m" + "x" * 5_000_000)

    async with listening(answer) as port:
        hook = Webhook(allow_loopback=True)
        with pytest.raises(Undelivered) as refused:
            await hook.send(f"http://127.0.0.1:{port}/", "s", b"{}", at=AT)

    assert refused.value.detail.startswith("HTTP 500 no[31mx")
    assert len(refused.value.detail) < 300


async def test_nobody_there_is_told() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    with pytest.raises(Undelivered) as refused:
        await Webhook(allow_loopback=True).send(f"http://127.0.0.1:{port}/", "s", b"{}", at=AT)

    assert refused.value.code == "unreachable"

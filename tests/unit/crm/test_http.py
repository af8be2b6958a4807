"""The real transport against a server on loopback: what is told apart, and what stays secret."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from tandem.crm.http import (
    AiohttpTransport,
    ConnectionLost,
    NotSent,
    Request,
    Response,
    TransportSettings,
)
from tandem.errors import SettingsError


async def _echo(request: web.Request) -> web.Response:
    text = f"{request.method} {request.raw_path} {request.headers['Authorization']} "
    body = gzip.compress(text.encode() + await request.read())
    return web.Response(body=body, headers={"Content-Encoding": "gzip", "X-Thing": "Yes"})


async def _drop(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _silence(request: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


async def _away(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "https://elsewhere.test/"})


Serve = Callable[[], Awaitable[str]]


@pytest.fixture
async def server() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/drop", _drop)
    app.router.add_route("*", "/silence", _silence)
    app.router.add_route("*", "/away", _away)
    app.router.add_route("*", "/{rest:.*}", _echo)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def _send(
    url: str, *, method: str = "GET", body: bytes | None = None, seconds: float = 5.0
) -> Response:
    headers = {"Authorization": "Bearer secret-token"}
    async with AiohttpTransport() as transport:
        return await transport.send(
            Request(method=method, url=url, headers=headers, body=body, timeout=seconds)
        )


async def test_a_request_goes_out_as_it_is_and_its_answer_comes_unpacked(server: str) -> None:
    got = await _send(f"{server}/a%2Fb?q=x%27y+z", method="POST", body=b'{"a":1}')

    assert got.status == 200
    assert got.body == b'POST /a%2Fb?q=x%27y+z Bearer secret-token {"a":1}'
    assert got.headers["x-thing"] == "Yes"


async def test_a_redirect_is_an_answer_and_not_followed(server: str) -> None:
    assert (await _send(f"{server}/away")).status == 302


async def test_a_connection_that_breaks_after_sending_is_lost(server: str) -> None:
    with pytest.raises(ConnectionLost):
        await _send(f"{server}/drop", method="POST", body=b"x")


async def test_an_answer_that_does_not_come_in_time_is_lost(server: str) -> None:
    with pytest.raises(ConnectionLost, match="within"):
        await _send(f"{server}/silence", seconds=0.05)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "http://nobody.invalid/x",
        "https://127.0.0.1:9/x",
        "http://[::1]:9/x",
    ],
)
async def test_a_server_that_cannot_be_reached_was_sent_nothing(url: str) -> None:
    with pytest.raises(NotSent) as caught:
        await _send(f"{url}?email=person@example.jp", method="POST", body=b"secret-body")

    assert "secret" not in str(caught.value)
    assert "person" not in str(caught.value)


async def test_plain_text_on_a_tls_port_was_sent_nothing(server: str) -> None:
    with pytest.raises(NotSent):
        await _send(server.replace("http:", "https:") + "/x")


async def test_proxies_come_from_the_environment(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server)
    monkeypatch.setenv("no_proxy", "direct.invalid")

    got = await _send("http://crm.invalid/path")

    assert b"/path" in got.body
    with pytest.raises(NotSent):
        await _send("http://direct.invalid/path")


async def test_proxies_can_be_left_alone(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server)
    settings = TransportSettings(use_proxies=False)

    async with AiohttpTransport(settings) as transport:
        with pytest.raises(NotSent):
            await transport.send(Request(method="GET", url="http://crm.invalid/path"))


def test_a_ca_file_that_is_none_stops_the_start(tmp_path: Path) -> None:
    bad = tmp_path / "ca.pem"
    bad.write_text("no certificate")

    with pytest.raises(SettingsError, match=r"ca\.pem"):
        AiohttpTransport(TransportSettings(ca_file=bad))
    with pytest.raises(SettingsError, match="missing"):
        AiohttpTransport(TransportSettings(ca_file=tmp_path / "missing.pem"))


def test_neither_request_nor_response_shows_a_secret() -> None:
    request = Request(method="POST", url="https://x", headers={"A": "secret"}, body=b"secret")
    response = Response(status=200, headers={"a": "secret"}, body=b"secret")

    assert "secret" not in repr(request)
    assert "secret" not in repr(response)

"""The transport that needs no network."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tandem.crm.http import ConnectionLost, Request
from tandem.simulation.asgi import AsgiTransport


class ConnectionDropped(Exception):
    """A simulated CRM's way to drop a connection; only the name counts."""


class Asked(Exception):
    pass


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    message = await receive()
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    said = f"{scope['method']} {scope['path']} {scope['query_string'].decode()} {headers['host']} "
    await send({"type": "http.response.start", "status": 201, "headers": [(b"X-Thing", b"Yes")]})
    await send({"type": "http.response.body", "body": said.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": message["body"]})


def _request(**more: Any) -> Request:
    return Request(method="POST", url="https://crm.test:8801/a%20b?q=x%27y", body=b"body", **more)


async def test_a_request_becomes_a_scope_and_messages_an_answer() -> None:
    response = await AsgiTransport(_echo).send(_request())

    assert (response.status, response.headers["x-thing"]) == (201, "Yes")
    assert response.body == b"POST /a b q=x%27y crm.test:8801 body"


async def test_a_dropped_connection_is_lost() -> None:
    async def drop(scope: Any, receive: Any, send: Any) -> None:
        raise ConnectionDropped

    with pytest.raises(ConnectionLost):
        await AsgiTransport(drop).send(_request())


async def test_silence_is_given_up() -> None:
    async def silence(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await receive()

    with pytest.raises(ConnectionLost):
        await AsgiTransport(silence).send(_request(timeout=0.01))


async def test_an_app_that_ends_without_an_answer_has_hung_up() -> None:
    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0)

    with pytest.raises(ConnectionLost):
        await AsgiTransport(nothing).send(_request())


async def test_a_bug_in_the_app_is_not_hidden() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise Asked

    with pytest.raises(Asked):
        await AsgiTransport(broken).send(_request())

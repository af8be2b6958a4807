"""Serving over a socket: it says its port, ends when asked, and tells when the port is taken."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from tests.support.web import Web

from tandem.errors import SettingsError
from tandem.web import WebSettings, web_server


async def test_it_serves_until_it_is_asked_to_end(web: Web) -> None:
    stop = asyncio.Event()
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        web_server(web.tandem, WebSettings(port=0), stop, started=port.set_result)
    )
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{await port}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with session.get(f"http://127.0.0.1:{await port}/") as answer:
            assert answer.status == 403
            assert "server" not in answer.headers
    stop.set()
    await asyncio.wait_for(serving, 10)

    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", await port)


async def test_a_port_that_is_taken_is_told(web: Web) -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(SettingsError, match="Choose another port"):
        await web_server(web.tandem, WebSettings(port=port), asyncio.Event())
    server.close()
    await server.wait_closed()

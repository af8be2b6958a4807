"""The browser's way back, with a browser played by a plain client."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp
import pytest

from tandem.crm.redirect import RedirectReceiver
from tandem.errors import AccessLost, SettingsError, TryLater
from tandem.model import Side


async def _visit(receiver: RedirectReceiver, query: str, path: str = "") -> tuple[int, str]:
    port = urlsplit(receiver.redirect_uri).port
    url = f"http://127.0.0.1:{port}{path or '/oauth/callback'}?{query}"
    async with aiohttp.ClientSession() as browser, browser.get(url) as page:
        return page.status, await page.text()


async def test_a_code_comes_back_with_its_state() -> None:
    async with RedirectReceiver(Side.HUBSPOT, "state-1") as receiver:
        status, text = await _visit(receiver, "code=abc&state=state-1")
        code = await receiver.code()

    assert code == "abc"
    assert status == 200
    assert "close this page" in text


async def test_a_strange_state_is_answered_and_ignored() -> None:
    async with RedirectReceiver(Side.HUBSPOT, "state-1") as receiver:
        strange, _ = await _visit(receiver, "code=evil&state=other")
        missing, _ = await _visit(receiver, "code=evil")
        nothing, _ = await _visit(receiver, "code=evil&state=state-1", "/favicon.ico")
        await _visit(receiver, "code=mine&state=state-1")
        code = await receiver.code()

    assert (strange, missing, nothing) == (400, 400, 404)
    assert code == "mine"


async def test_a_refusal_in_the_browser_is_said() -> None:
    async with RedirectReceiver(Side.SALESFORCE, "s") as receiver:
        await _visit(receiver, "error=access_denied&error_description=end-user+denied&state=s")

        with pytest.raises(AccessLost, match="end-user denied"):
            await receiver.code()


async def test_a_person_who_never_comes_back_is_waited_for_only_so_long() -> None:
    async with RedirectReceiver(Side.SALESFORCE, "s") as receiver:
        with pytest.raises(TryLater, match="Start again"):
            await receiver.code(timeout=0.01)


async def test_a_taken_port_is_a_setting_to_mend() -> None:
    async with RedirectReceiver(Side.HUBSPOT, "s") as first:
        port = urlsplit(first.redirect_uri).port or 0

        with pytest.raises(SettingsError, match=str(port)):
            await RedirectReceiver(Side.HUBSPOT, "s", port=port).__aenter__()


async def test_a_caller_that_speaks_no_http_disturbs_nothing() -> None:
    async with RedirectReceiver(Side.HUBSPOT, "s") as receiver:
        port = urlsplit(receiver.redirect_uri).port
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01")
        writer.close()
        await _visit(receiver, "code=abc&state=s")

        assert await receiver.code() == "abc"

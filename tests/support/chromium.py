"""
A real Chromium without a window, told what to do over its DevTools protocol.

Found by ``TANDEM_TEST_CHROMIUM`` or on the path; nothing is downloaded. Its profile is a folder of its own that goes
with it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

__all__ = ["Page", "chromium", "executable"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE = 30.0
_GONE = (
    "Inspected target navigated or closed",
    "Execution context was destroyed",
    "Cannot find context with specified id",
)
"""What DevTools answers for a page that went elsewhere meanwhile."""
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root, where its own sandbox cannot
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--force-color-profile=srgb",
)


def executable() -> str | None:
    """Where Chromium is; None where there is none."""
    given = os.environ.get("TANDEM_TEST_CHROMIUM")
    return given or next((path for name in _NAMES if (path := shutil.which(name))), None)


_KEYS = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    " ": (32, " "),
    "ArrowUp": (38, ""),
    "ArrowDown": (40, ""),
}


class PageGone(AssertionError):
    """The page went to another address before it could answer."""


class Page:
    """One tab. Waiting is for something that happens, with a deadline."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session_id: str) -> None:
        self._socket = socket
        self._session_id = session_id
        self._next = 0
        self._width = 1280
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._events: list[tuple[str, asyncio.Future[Any]]] = []
        self.complaints: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader

    async def send(self, method: str, **params: Any) -> Any:
        self._next += 1
        number = self._next
        self._waiting[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params}
        await self._socket.send_str(json.dumps({**message, "sessionId": self._session_id}))
        return await asyncio.wait_for(self._waiting[number], _PATIENCE)

    async def go(self, address: str) -> None:
        """Open *address* and wait until it is loaded."""
        await self.doing("Page.loadEventFired", lambda: self.send("Page.navigate", url=address))

    async def doing(self, event: str, act: Callable[[], Any]) -> None:
        """Do something and wait for the event that it leads to."""
        happened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._events.append((event, happened))
        await act()
        await asyncio.wait_for(happened, _PATIENCE)

    async def click(self, selector: str, *, loads: bool = True) -> None:
        """Click what *selector* finds first; with *loads* it leads to another page."""
        script = f"document.querySelector({json.dumps(selector)}).click()"
        if loads:
            await self.doing("Page.loadEventFired", lambda: self._leave(script))
        else:
            await self.run(script)

    async def fill(self, selector: str, text: str) -> None:
        await self.run(
            f"(() => {{ const field = document.querySelector({json.dumps(selector)}); "
            f"field.value = {json.dumps(text)}; "
            "field.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )

    async def press(self, key: str, *, shift: bool = False) -> None:
        """Press and let go of one key, by its name in a keyboard event, as a person would."""
        code, text = _KEYS.get(key, (0, ""))
        given = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        down = {"text": text} if text else {}
        kind = "keyDown" if text else "rawKeyDown"
        await self.send("Input.dispatchKeyEvent", type=kind, **given, **down)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **given)

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.send("Input.insertText", text=text)

    async def tab_to(self, selector: str, *, back: bool = False, at_most: int = 150) -> None:
        """Press Tab until what *selector* finds has the focus; each stop on the way shows that it has it."""
        for _ in range(at_most):
            await self.press("Tab", shift=back)
            seen, found = await self.run(
                f"(() => {{ const here = document.activeElement; const style = getComputedStyle(here); "
                "const box = here.getBoundingClientRect(); "
                "const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 1 && box.width > 0 "
                "&& box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth; "
                "return [here === document.body || shown || here.outerHTML.slice(0, 200), "
                f"here.matches({json.dumps(selector)})]; }})()"
            )
            assert seen is True, f"no visible focus: {seen}"
            if found:
                return
        raise AssertionError(f"Tab never reached {selector}")

    async def enter(self) -> None:
        """Press Enter where it leads to another page."""
        await self.doing("Page.loadEventFired", lambda: self.press("Enter"))

    async def scripts(self, *, on: bool) -> None:
        """Whether pages may run scripts; what a test asks of the page is run all the same."""
        await self.send("Emulation.setScriptExecutionDisabled", value=not on)

    async def run(self, script: str) -> Any:
        """The value of *script*; AssertionError with what it threw."""
        answer = await self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def _leave(self, script: str) -> None:
        """Run what leads to another page: that it is there may be known before this one has answered."""
        with suppress(PageGone):
            await self.run(script)

    async def until(self, script: str) -> Any:
        """The first value of *script* that is true, on this page or on one that it leads to."""
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            with suppress(PageGone):
                if found := await self.run(script):
                    return found
            assert asyncio.get_running_loop().time() < deadline, f"never came true: {script}"
            await asyncio.sleep(0.02)

    async def text(self) -> str:
        return str(await self.run("document.body.innerText"))

    async def cookie(self, name: str, value: str, address: str) -> None:
        await self.send("Network.setCookie", name=name, value=value, url=address, httpOnly=True)

    async def look(self, width: int, *, dark: bool = False) -> None:
        """As wide as this, in light or dark colours."""
        self._width = width
        await self._tall(900)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])

    async def _tall(self, height: int) -> None:
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=self._width,
            height=height,
            deviceScaleFactor=1,
            mobile=self._width < 600,
        )

    async def picture(self, path: Path, *, tall: int | None = None) -> None:
        """The page as a PNG, whole or its upper part; as tall as that is, so that nothing sticks to the middle."""
        await self._tall(900)
        whole = int(await self.run("document.documentElement.scrollHeight"))
        await self._tall(tall or whole)
        answer = await self.send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=tall is None
        )
        await asyncio.to_thread(path.write_bytes, base64.b64decode(answer["data"]))

    async def _read(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                waiting = self._waiting.pop(told["id"], None)
                if waiting is not None and not waiting.done():
                    if "error" in told:
                        waiting.set_exception(_failure(told["error"]))
                    else:
                        waiting.set_result(told.get("result", {}))
                continue
            self._note(told)
            for event, happened in list(self._events):
                if event == told["method"]:
                    self._events.remove((event, happened))
                    happened.set_result(told["params"])

    def _note(self, told: dict[str, Any]) -> None:
        """What the browser complains of: refused by the policy, errors of scripts."""
        if told["method"] == "Log.entryAdded" and told["params"]["entry"]["level"] == "error":
            self.complaints.append(told["params"]["entry"]["text"])
        elif told["method"] == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["params"]["exceptionDetails"]))


def _failure(error: dict[str, Any]) -> AssertionError:
    gone = any(each in error.get("message", "") for each in _GONE)
    return (PageGone if gone else AssertionError)(error)


@asynccontextmanager
async def chromium(*, language: str = "en") -> AsyncIterator[Page]:
    """A browser with one empty tab that asks for *language*."""
    path = executable()
    assert path is not None, "there is no Chromium"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            path,
            *_FLAGS,
            f"--user-data-dir={profile}",
            f"--lang={language}",
            f"--accept-lang={language}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stderr is not None
            address = await asyncio.wait_for(_address(process.stderr), _PATIENCE)
            drain = asyncio.create_task(process.stderr.read())
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(address, max_msg_size=0) as socket,
            ):
                page = await _tab(socket)
                try:
                    yield page
                finally:
                    await page.close()
            drain.cancel()
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _address(told: asyncio.StreamReader) -> str:
    while line := (await told.readline()).decode():
        if "DevTools listening on " in line:
            return line.rpartition(" on ")[2].strip()
    raise AssertionError("Chromium ended before it listened")


async def _tab(socket: aiohttp.ClientWebSocketResponse) -> Page:
    async def ask(number: int, method: str, **params: Any) -> Any:
        await socket.send_str(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads((await socket.receive()).data)
            if told.get("id") == number:
                return told["result"]

    targets = await ask(1, "Target.getTargets")
    target = next(each for each in targets["targetInfos"] if each["type"] == "page")
    attached = await ask(2, "Target.attachToTarget", targetId=target["targetId"], flatten=True)
    page = Page(socket, attached["sessionId"])
    for domain in ("Page", "Runtime", "Log", "Network"):
        await page.send(f"{domain}.enable")
    return page

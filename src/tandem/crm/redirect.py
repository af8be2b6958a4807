"""
The browser's way back to the command line: a listener on loopback that waits for one redirect.

Only ``tandem connect`` without a token uses it; the web app has a page of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tandem.errors import AccessLost, SettingsError, TryLater
from tandem.model import Side

__all__ = ["RedirectReceiver"]

_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Tandem</title>"
    "<body style='font: 16px sans-serif; margin: 4em'><p>{}</p>"
)
_LARGEST_HEAD = 16_384


class RedirectReceiver:
    """
    Listens on ``http://localhost:{port}/oauth/callback`` until the browser brings a code back.

    Use as an async context manager: listening starts on entering, so that ``redirect_uri`` (with the
    chosen port, for *port* 0) is known before the browser is sent away. A redirect with a wrong state is
    answered and ignored: it is not ours.
    """

    def __init__(self, side: Side, state: str, *, port: int = 0) -> None:
        self._side = side
        self._state = state
        self._port = port
        self._servers: list[asyncio.Server] = []
        self._result: asyncio.Future[dict[str, str]] | None = None

    @property
    def redirect_uri(self) -> str:
        return f"http://localhost:{self._port}/oauth/callback"

    async def __aenter__(self) -> Self:
        self._result = asyncio.get_running_loop().create_future()
        await self._listen("127.0.0.1")
        self._port = self._servers[0].sockets[0].getsockname()[1]
        # Browsers may take "localhost" for the IPv6 address first; where there is none they fall back.
        with contextlib.suppress(SettingsError):
            await self._listen("::1")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.close()
            await server.wait_closed()

    async def _listen(self, host: str) -> None:
        try:
            server = await asyncio.start_server(self._answer, host, self._port, limit=_LARGEST_HEAD)
        except OSError as error:
            raise SettingsError(
                f"Port {self._port} on this machine is taken ({error.strerror}). Choose another with "
                "--redirect-port, and register it with the app."
            ) from error
        self._servers.append(server)

    async def code(self, *, timeout: float = 600.0) -> str:  # noqa: ASYNC109 - a person's patience
        """The authorization code, once the person has agreed in the browser."""
        if self._result is None:
            raise RuntimeError("the receiver listens only inside its context")
        try:
            async with asyncio.timeout(timeout):
                found = await asyncio.shield(self._result)
        except TimeoutError as error:
            raise TryLater(
                f"Nobody signed in to {self._side.title} in the browser within {timeout / 60:g} minutes. "
                "Start again when you are ready.",
                side=self._side,
                operation="sign in",
            ) from error
        if code := found.get("code"):
            return code
        reason = found.get("error_description") or found.get("error") or "no code came back"
        raise AccessLost(
            f"{self._side.title} did not grant access: {reason}.",
            side=self._side,
            operation="sign in",
            code=found.get("error", ""),
        )

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            status, text = self._take(head)
            page = _PAGE.format(text).encode()
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
                f"Content-Length: {len(page)}\r\nConnection: close\r\n\r\n".encode()
                + page
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # not a browser with our redirect; the next caller may be
        finally:
            writer.close()

    def _take(self, head: bytes) -> tuple[str, str]:
        method, _, rest = head.decode("latin-1").partition(" ")
        target = urlsplit(rest.partition(" ")[0])
        if method != "GET" or target.path != "/oauth/callback":
            return "404 Not Found", "Nothing is here."
        asked = {name: values[0] for name, values in parse_qs(target.query).items()}
        if not hmac.compare_digest(asked.get("state", "").encode(), self._state.encode()):
            return "400 Bad Request", "This sign-in was not started here. Start it again."
        if self._result is not None and not self._result.done():
            self._result.set_result(asked)
        return "200 OK", "Done. You can close this page and go back to Tandem."

"""
One listening socket that speaks plain HTTP, TLS, and CONNECT to the hosts the sandbox stands in for.

The first byte of a connection is looked at without taking it, then the socket itself is given to
uvicorn's protocol: nothing is copied, and a dropped connection is a real TCP reset.
"""

import asyncio
import logging
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tandem.sandbox.faults import ConnectionDropped

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_TLS_HANDSHAKE = 0x16
_IDLE_SECONDS = 75.0
_LARGEST_HEAD = 65_536
_TURNS_TO_CLOSE = 5
_LINGER_OFF = struct.pack("ii", 1, 0)
_log = logging.getLogger(__name__)


class FrontDoor:
    """
    A listening socket in front of one app, and of others that are asked for by CONNECT.

    *hosts* maps host patterns to the app that stands in for them. Port 0 takes any free port;
    `port` tells which.
    """

    def __init__(self, app: App, context: ssl.SSLContext, hosts: Mapping[str, App]) -> None:
        self._context = context
        self._hosts = {pattern: _config(each) for pattern, each in hosts.items()}
        self._own = _config(app)
        self._state = ServerState()
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._greeting: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._listener is None:
            raise RuntimeError("The sandbox is not listening.")
        return int(self._listener.getsockname()[1])

    def listen(self, host: str, port: int) -> None:
        """Take the port, or raise OSError; connections wait until `open`."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(1024)
        except OSError:
            listener.close()
            raise
        listener.setblocking(False)
        self._listener = listener

    def open(self) -> None:
        """Begin to accept connections, in the running loop."""
        self._accepting = asyncio.create_task(self._accept())

    async def close(self) -> None:
        """Stop accepting and end every connection."""
        tasks = [each for each in (self._accepting, *self._greeting) if each]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        for _ in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)
        answering = list(self._state.tasks)
        if answering:
            _, late = await asyncio.wait(answering, timeout=1)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        assert self._listener is not None
        while True:
            connection, _ = await loop.sock_accept(self._listener)
            connection.setblocking(False)
            # Head and body of an answer are two writes; with Nagle each would cost 40 ms.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._greet(connection))
            self._greeting.add(task)
            task.add_done_callback(self._greeting.discard)

    async def _greet(self, connection: socket.socket) -> None:
        try:
            await self._choose(connection)
        except (OSError, TimeoutError, ssl.SSLError) as error:
            _log.debug("connection ended before a request: %s", error)
            connection.close()
        except asyncio.CancelledError:
            connection.close()
            raise

    async def _choose(self, connection: socket.socket) -> None:
        config, first = self._own, await _first_byte(connection)
        if first == b"C":  # no other method these APIs know begins with it
            chosen = await self._connect(connection)
            if chosen is None:
                connection.close()
                return
            config, first = chosen, await _first_byte(connection)
        if not first:
            connection.close()
            return
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(
            lambda: _Protocol(config, self._state, {}, loop),
            connection,
            ssl=self._context if first[0] == _TLS_HANDSHAKE else None,
        )

    async def _connect(self, connection: socket.socket) -> Config | None:
        """Answer one CONNECT; the config of the app behind that host, None if it was refused."""
        method, target = await _read_head(connection)
        host = target.rpartition(":")[0].strip("[]").lower()
        if method != "CONNECT":
            await _refuse(connection, "400 Bad Request", f"The sandbox does not know {method}.")
            return None
        for pattern, config in self._hosts.items():
            if fnmatchcase(host, pattern):
                await _send(connection, b"HTTP/1.1 200 Connection established\r\n\r\n")
                return config
        known = ", ".join(self._hosts)
        await _refuse(
            connection,
            "403 Forbidden",
            f"The sandbox stands in for {known}; it does not connect to {host or target}.",
        )
        return None


class _Protocol(H11Protocol):
    """
    uvicorn's protocol, which resets the connection where the app says that it dropped, and writes
    the names of headers as the vendors' servers do.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            async def spell(message: Any) -> None:
                if message["type"] == "http.response.start":
                    named = [
                        (_spelled(bytes(name)), value) for name, value in message.get("headers", ())
                    ]
                    message = {**message, "headers": named}
                await send(message)

            try:
                await inner(scope, receive, spell)
            except ConnectionDropped:
                self._reset()
                while (await receive())["type"] != "http.disconnect":
                    pass

        self.app = app

    def _reset(self) -> None:
        # A zero linger time makes close() send RST instead of FIN (socket(7), SO_LINGER).
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_OFF)
        self.transport.abort()


# Some clients look for a header in the one spelling they have seen: airbyte-cdk copies them into a
# plain dict. ASGI itself has lower-case names only.
_WORDS = {
    b"etag": b"ETag",
    b"hubspot": b"HubSpot",
    b"numberofrecords": b"NumberOfRecords",
    b"ratelimit": b"RateLimit",
}


@lru_cache(maxsize=256)
def _spelled(name: bytes) -> bytes:
    """A header's name as it is usually written, such as Content-Type."""
    words = name.lower().split(b"-")
    return b"-".join(_WORDS.get(word) or word.capitalize() for word in words)


def _config(app: App) -> Config:
    config = Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=int(_IDLE_SECONDS),
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    config.load()
    return config


async def _first_byte(connection: socket.socket) -> bytes:
    """The first byte that waits, left in place; empty once the other end has closed."""
    while True:
        try:
            return connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            await _readable(connection)


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    descriptor = connection.fileno()
    loop.add_reader(descriptor, _settle, ready)
    try:
        async with asyncio.timeout(_IDLE_SECONDS):
            await ready
    finally:
        loop.remove_reader(descriptor)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def _read_head(connection: socket.socket) -> tuple[str, str]:
    """Take the head of a request, byte-exactly, so that what follows is still in the socket."""
    loop, head = asyncio.get_running_loop(), b""
    while not head.endswith(b"\r\n\r\n"):
        if len(head) > _LARGEST_HEAD:
            raise OSError("the request's head is too large")
        await _first_byte(connection)
        waiting = connection.recv(_LARGEST_HEAD, socket.MSG_PEEK)
        end = (head + waiting).find(b"\r\n\r\n")
        taken = len(waiting) if end < 0 else end + 4 - len(head)
        chunk = await loop.sock_recv(connection, taken)
        if not chunk:
            raise OSError("the connection ended within the request's head")
        head += chunk
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    return words[0], words[1] if len(words) > 1 else ""


async def _send(connection: socket.socket, content: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(connection, content)


async def _refuse(connection: socket.socket, status: str, sentence: str) -> None:
    body = sentence.encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    await _send(connection, head.encode() + body)

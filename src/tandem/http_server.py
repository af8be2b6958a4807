"""Serving an ASGI application on a socket until somebody says stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

__all__ = ["App", "listen", "serve"]

App = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]

_GRACE_SECONDS = 5
_WAITING = 100


def listen(host: str, port: int) -> socket.socket:
    """A socket that nobody else can have from now on; OSError where somebody has it, or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, since asyncio sends at once only on sockets that say so: else the end of each answer waits
    # for the client's delayed acknowledgement, 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # From now on a client is let wait, not turned away.
        listening.listen(_WAITING)
    except OSError:
        listening.close()
        raise
    return listening


async def serve(app: App, listening: socket.socket, stop: asyncio.Event) -> None:
    """Serve *app* until *stop* is set, then end requests under way in good order; the socket is closed."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,  # the app reads them itself, from trusted proxies only
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    ending = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        ending.cancel()
        listening.close()


class _Server(uvicorn.Server):
    """Leaves Ctrl-C and SIGTERM to the program that serves."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield

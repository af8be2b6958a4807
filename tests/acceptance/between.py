"""A road to a server that a test can cut or freeze."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

__all__ = ["Gate", "Road", "road_to"]


class Road:
    """
    A relay on a port of its own.

    ``cut``: what is open is closed and what is new refused; ``frozen``: everything stays open and nothing arrives.
    """

    def __init__(
        self, family: socket.AddressFamily, target: str | tuple[str, int], at: str = "127.0.0.1"
    ) -> None:
        self.at = at
        self._family, self._target = family, target
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._server = socket.create_server((at, 0))
        self._server.settimeout(0.05)
        self.port: int = self._server.getsockname()[1]
        self.is_cut = self.is_frozen = self._is_over = False
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        self.is_cut = True

    def freeze(self) -> None:
        self.is_frozen = True

    def mend(self) -> None:
        self.is_cut = self.is_frozen = False

    def close(self) -> None:
        self._is_over = True
        self._thread.join(10)

    def _relay(self) -> None:
        while not self._is_over:
            if self.is_cut:
                self._close_all()
            if not self.is_frozen:
                self._let_in()
                self._carry()
            else:
                threading.Event().wait(0.02)
        self._close_all()
        self._server.close()
        self._selector.close()

    def _let_in(self) -> None:
        self._server.settimeout(0.0 if self._pairs else 0.02)
        try:
            near, _ = self._server.accept()
        except (TimeoutError, BlockingIOError):
            return
        if self.is_cut:
            near.close()
            return
        near.setblocking(True)
        try:
            far = self._far(near)
        except OSError:
            near.close()
            return
        self._pairs[near], self._pairs[far] = far, near
        for each in (near, far):
            self._selector.register(each, selectors.EVENT_READ)

    def _far(self, near: socket.socket) -> socket.socket:
        """The other end for somebody who has come by *near*."""
        far = socket.socket(self._family)
        far.connect(self._target)
        return far

    def _carry(self) -> None:
        if not self._pairs:
            return
        for key, _ in self._selector.select(0.01):
            here = key.fileobj
            assert isinstance(here, socket.socket)
            if here not in self._pairs:
                continue
            there = self._pairs[here]
            try:
                piece = here.recv(65_536)
                if piece:
                    there.sendall(piece)
            except OSError:
                piece = b""
            if not piece:
                self._close(here, there)

    def _close(self, *both: socket.socket) -> None:
        for each in both:
            if self._pairs.pop(each, None) is not None:
                self._selector.unregister(each)
                each.close()

    def _close_all(self) -> None:
        self._close(*list(self._pairs))


class Gate(Road):
    """A road to wherever a request names: an HTTP proxy for a program of its own (RFC 9110, 9.3.6; RFC 9112, 3.2.2)."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, ("127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _far(self, near: socket.socket) -> socket.socket:
        near.settimeout(5)
        head = near.recv(65_536)
        near.settimeout(None)
        method, target = head.split(b" ", 2)[:2]
        is_tunnel = method == b"CONNECT"
        parts = urlsplit(f"//{target.decode()}" if is_tunnel else target.decode())
        far = socket.create_connection((parts.hostname, parts.port or 80), timeout=5)
        far.settimeout(None)
        if is_tunnel:
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far.sendall(head)
        return far


@contextmanager
def road_to(database_url: str, at: str = "127.0.0.1") -> Iterator[tuple[Road, str]]:
    """A road to a PostgreSQL server, and the URL of the same database by that road."""
    parts = urlsplit(database_url)
    folder = parse_qs(parts.query).get("host", [""])[0]
    port = parts.port or 5432
    if folder.startswith("/"):
        road = Road(socket.AF_UNIX, f"{folder}/.s.PGSQL.{port}", at)
    else:
        road = Road(socket.AF_INET, (parts.hostname or "127.0.0.1", port), at)
    with contextlib.closing(road):
        user = f"{parts.username or ''}{':' + parts.password if parts.password else ''}"
        yield road, f"postgresql://{user}@{at}:{road.port}{parts.path}?sslmode=disable"

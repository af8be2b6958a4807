"""A receiver of webhooks that knows nothing of the sandbox: an HTTP server of the standard library."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 10.0


@dataclass(kw_only=True)
class Received:
    path: str
    headers: dict[str, str]
    body: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(json.loads(self.body))


@dataclass(kw_only=True)
class Receiver:
    """What came in; `answers` are given in turn, the last one for ever."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    requests: list[Received] = field(default_factory=list)
    most_at_once: int = 0
    pause: float = 0.0
    _at_once: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, request: Received) -> int:
        with self._changed:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self._changed.notify_all()
            if self.pause:
                self._changed.wait_for(lambda: False, timeout=self.pause)
            self._at_once -= 1
        return status

    def wait_for(self, events: int) -> list[dict[str, Any]]:
        """Every event received, once there are that many."""
        with self._changed:
            deadline = time.monotonic() + PATIENCE
            assert self._changed.wait_for(
                lambda: self._count() >= events, timeout=deadline - time.monotonic()
            ), f"{self._count()} of {events} events came"
            return [event for request in self.requests for event in request.events]

    def _count(self) -> int:
        return sum(len(request.events) for request in self.requests)


@contextmanager
def receiving(path: str = "/hubspot/webhooks") -> Iterator[Receiver]:
    """A receiver on any free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received = Received(path=self.path, headers=dict(self.headers.items()), body=body)
            self.send_response(receiver.take(received))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
            """Not on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}{path}"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

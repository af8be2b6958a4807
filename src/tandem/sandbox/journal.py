"""What was asked of the sandbox, so that a test can say "not one write"."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 200_000
"""How many requests are kept; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    One request as the CRM saw it.

    `status` is 0 where no answer reached the caller. `records` counts the records in the request's
    body. `fault` names the fault that struck it, if any.
    """

    side: str
    method: str
    path: str
    query: str
    status: int
    records: int
    at: datetime
    fault: str | None = None

    def to_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "side": self.side,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "records": self.records,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if self.fault is not None:
            shown["fault"] = self.fault
        return shown


class Journal:
    """The requests of both sides, oldest first."""

    __slots__ = ("_requests",)

    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=KEPT)

    def write(self, request: Request) -> None:
        self._requests.append(request)

    def requests(self, side: str | None = None) -> list[Request]:
        """The requests of one side, or of both."""
        return [each for each in self._requests if side is None or each.side == side]

    def clear(self, side: str | None = None) -> None:
        """Forget the requests of one side, or of both."""
        kept = [] if side is None else [each for each in self._requests if each.side != side]
        self._requests.clear()
        self._requests.extend(kept)

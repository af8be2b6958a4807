"""
Every error Tandem raises on purpose, grouped by what can be done about it.

    TandemError
    ├── SettingsError            a person must change the settings        exit code 2, or a message on the page
    ├── StoreError               Tandem's own database or disk is in trouble: stop, nothing was half saved
    ├── CrmError                 side, operation, status, request id; never the body
    │   ├── TryLater             worth repeating: time-outs before sending, 5xx, locks
    │   │   └── RateLimited      says when
    │   ├── OutcomeUnknown       a write may have landed: look before writing again
    │   ├── AccessLost           tokens or rights are gone: suspend the connection, ask a person
    │   └── Rejected             this record, or this request, cannot be written as it is
    ├── BudgetSpent              today's allocation of calls is used up: the run stops in good order
    ├── Unmappable               a value has no counterpart and no rule covers it: park the pair
    ├── LeaseLost                another worker has this run: stop quietly
    └── AlreadyRunning           another run of the same connection is under way

A bug is none of these: it crashes the run, loudly.
"""

from __future__ import annotations

from datetime import datetime

from tandem.model import Side

__all__ = [
    "AccessLost",
    "AlreadyRunning",
    "BudgetSpent",
    "CrmError",
    "LeaseLost",
    "OutcomeUnknown",
    "RateLimited",
    "Rejected",
    "SettingsError",
    "StoreError",
    "TandemError",
    "TryLater",
    "Unmappable",
]


class TandemError(Exception):
    """Something went wrong that Tandem expected might; the message says what to do."""


class SettingsError(TandemError):
    """A setting, argument or environment variable is wrong; the message names it and the remedy."""


class StoreError(TandemError):
    """The database cannot be read or written (locked, full disk, unknown version)."""


class CrmError(TandemError):
    """A call to a CRM failed; carries what support would ask for, never the body."""

    def __init__(
        self,
        message: str,
        *,
        side: Side,
        operation: str,
        status: int | None = None,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.side = side
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id


class TryLater(CrmError):
    """The same call may well succeed later; nothing was written."""


class RateLimited(TryLater):
    """The CRM asks for a pause of ``seconds`` (None: it did not say); ``daily`` when the day's calls are gone."""

    def __init__(
        self,
        message: str,
        *,
        side: Side,
        operation: str,
        seconds: float | None = None,
        daily: bool = False,
        status: int | None = None,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(
            message,
            side=side,
            operation=operation,
            status=status,
            code=code,
            request_id=request_id,
        )
        self.seconds = seconds
        self.daily = daily


class OutcomeUnknown(CrmError):
    """The call may have been carried out: look before repeating it."""


class AccessLost(CrmError):
    """The token, a scope or a right is missing; only a person can mend it."""


class Rejected(CrmError):
    """The CRM refuses this record or request as it stands; repeating it changes nothing."""


class BudgetSpent(TandemError):
    """The calls allotted to this account for today are used; the rest waits until ``resumes_at``, if that is known."""

    def __init__(self, message: str, *, resumes_at: datetime | None = None) -> None:
        super().__init__(message)
        self.resumes_at = resumes_at


class Unmappable(TandemError):
    """A value has no counterpart on the other side and no rule covers it."""


class LeaseLost(TandemError):
    """Another worker has taken this connection over; nothing more may be saved or sent."""


class AlreadyRunning(TandemError):
    """The connection, or one that shares an account with it, is being run right now."""

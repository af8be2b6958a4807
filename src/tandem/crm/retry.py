"""
Retries as values: what went wrong and how often goes in, the decision comes out.

Only what is known to have changed nothing is repeated here. A write whose outcome is unknown is
never repeated: the engine looks first.
"""

from __future__ import annotations

from dataclasses import dataclass

from tandem.errors import CrmError, RateLimited, TryLater

__all__ = ["GiveUp", "Patience", "Retry", "decide"]


@dataclass(frozen=True, slots=True)
class Retry:
    """Repeat the call once *after_seconds* have passed."""

    after_seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Let the caller have the error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """
    How long one call may be tried. A CRM that asks for more than ``longest_wait`` is not waited for:
    the run ends in good order and the next one takes up the rest.
    """

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30.0
    lock_wait: float = 2.0
    unsaid_wait: float = 10.0


DEFAULT = Patience()
_LOCKED = 423  # "wait at least 2 seconds" [D-err]


def decide(
    error: CrmError,
    attempt: int,
    is_write: bool,
    *,
    patience: Patience = DEFAULT,
    jitter: float = 0.0,
) -> Retry | GiveUp:
    """
    What to do after *attempt* (1 for the first) of a call failed with *error*.

    *jitter*, between 0 and 1, stretches a wait that the CRM did not name by up to half, so that many
    callers do not return at the same instant.
    """
    if not isinstance(error, TryLater) or attempt >= patience.attempts:
        return GiveUp()
    if isinstance(error, RateLimited):
        return _when_limited(error, patience)
    if is_write and error.status is not None and error.status >= 500:
        return GiveUp()
    wait = min(patience.first_wait * 2 ** (attempt - 1), 8.0)
    if error.status == _LOCKED:
        wait = max(wait, patience.lock_wait)
    return Retry(wait * (1 + jitter / 2))


def _when_limited(error: RateLimited, patience: Patience) -> Retry | GiveUp:
    if error.daily:
        return GiveUp()
    wait = patience.unsaid_wait if error.seconds is None else error.seconds
    return Retry(wait) if wait <= patience.longest_wait else GiveUp()

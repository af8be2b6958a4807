"""What is tried again, when, and what never is."""

from __future__ import annotations

import pytest

from tandem.crm.retry import GiveUp, Patience, Retry, decide
from tandem.errors import (
    AccessLost,
    CrmError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TryLater,
)
from tandem.model import Side


def _error(kind: type[CrmError], status: int | None = None, **more: object) -> CrmError:
    return kind("x", side=Side.HUBSPOT, operation="search", status=status, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "attempt", "is_write", "expected"),
    [
        (_error(TryLater), 1, False, Retry(0.5)),
        (_error(TryLater), 2, False, Retry(1.0)),
        (_error(TryLater), 4, False, Retry(4.0)),
        (_error(TryLater), 5, False, GiveUp()),
        (_error(TryLater), 1, True, Retry(0.5)),
        (_error(TryLater, 503), 1, False, Retry(0.5)),
        (_error(TryLater, 503), 1, True, GiveUp()),
        (_error(TryLater, 423), 1, False, Retry(2.0)),
        (_error(TryLater, 423), 1, True, Retry(2.0)),
        (_error(TryLater, 423), 4, True, Retry(4.0)),
        (_error(RateLimited, 429, seconds=1.0), 1, False, Retry(1.0)),
        (_error(RateLimited, 429, seconds=1.0), 1, True, Retry(1.0)),
        (_error(RateLimited, 429, seconds=10.0), 4, False, Retry(10.0)),
        (_error(RateLimited, 429, seconds=None), 1, False, Retry(10.0)),
        (_error(RateLimited, 429, daily=True), 1, False, GiveUp()),
        (_error(RateLimited, 429, seconds=5.0, daily=True), 1, False, GiveUp()),
        (_error(RateLimited, 477, seconds=86_400.0), 1, False, GiveUp()),
        (_error(RateLimited, 477, seconds=3.0), 1, True, Retry(3.0)),
        (_error(OutcomeUnknown), 1, True, GiveUp()),
        (_error(OutcomeUnknown), 1, False, GiveUp()),
        (_error(AccessLost, 401), 1, False, GiveUp()),
        (_error(Rejected, 400), 1, False, GiveUp()),
    ],
)
def test_each_error_has_its_decision(
    error: CrmError, attempt: int, is_write: bool, expected: Retry | GiveUp
) -> None:
    assert expected == decide(error, attempt, is_write)


def test_jitter_stretches_a_wait_by_up_to_half() -> None:
    assert Retry(0.75) == decide(_error(TryLater), 1, False, jitter=1.0)


def test_a_wait_the_crm_named_is_kept_to_the_second() -> None:
    assert Retry(7.0) == decide(_error(RateLimited, 429, seconds=7.0), 1, False, jitter=1.0)


def test_waits_never_grow_beyond_eight_seconds() -> None:
    patience = Patience(attempts=20)

    assert Retry(8.0) == decide(_error(TryLater), 15, False, patience=patience)

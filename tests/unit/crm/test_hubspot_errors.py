"""Every refusal of HubSpot lands in the tree of errors."""

from __future__ import annotations

from typing import Any

import pytest
from scripted_crm import answer

from tandem.crm.caller import Call
from tandem.crm.hubspot.errors import HubSpotDialect
from tandem.errors import (
    AccessLost,
    CrmError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TryLater,
)

READ = Call(operation="search tasks", path="/x")
WRITE = Call(operation="create tasks", path="/x", is_write=True)


def _refused(
    status: int, body: Any = None, call: Call = READ, headers: dict[str, str] | None = None
) -> CrmError:
    return HubSpotDialect().error_from(call, answer(body, status, headers))


@pytest.mark.parametrize(
    ("status", "call", "kind"),
    [
        (302, READ, Rejected),
        (400, READ, Rejected),
        (401, READ, AccessLost),
        (403, READ, AccessLost),
        (404, READ, Rejected),
        (405, READ, Rejected),
        (408, READ, TryLater),
        (409, WRITE, Rejected),
        (414, READ, Rejected),
        (415, WRITE, Rejected),
        (423, READ, TryLater),
        (423, WRITE, TryLater),
        (429, WRITE, RateLimited),
        (477, READ, RateLimited),
        (500, READ, TryLater),
        (500, WRITE, OutcomeUnknown),
        (502, READ, TryLater),
        (502, WRITE, OutcomeUnknown),
        (503, WRITE, OutcomeUnknown),
        (504, WRITE, OutcomeUnknown),
        (521, READ, TryLater),
        (522, WRITE, OutcomeUnknown),
        (523, READ, TryLater),
        (524, WRITE, OutcomeUnknown),
        (525, WRITE, TryLater),
        (526, READ, TryLater),
    ],
)
@pytest.mark.parametrize("body", [{"status": "error", "message": "no"}, "a page", None])
def test_each_status_is_some_error_whatever_the_body(
    status: int, call: Call, kind: type[CrmError], body: Any
) -> None:
    assert kind is type(_refused(status, body, call))


def test_a_missing_scope_is_named_with_its_remedy() -> None:
    error = _refused(
        403,
        {
            "status": "error",
            "category": "MISSING_SCOPES",
            "correlationId": "c-1",
            "message": "This app hasn't been granted all required scopes",
            "errors": [
                {
                    "message": "One or more of the following scopes are required.",
                    "context": {"requiredGranularScopes": ["forms", "content"]},
                }
            ],
        },
    )

    assert isinstance(error, AccessLost)
    assert "lacks the scopes forms, content" in str(error)
    assert "tandem connect hubspot" in str(error)
    assert error.request_id == "c-1"
    assert error.code == "MISSING_SCOPES"
    assert error.status == 403


def test_a_token_nobody_knows_asks_to_connect_again() -> None:
    error = _refused(401, {"category": "INVALID_AUTHENTICATION", "message": "no"})

    assert "tandem connect hubspot" in str(error)


@pytest.mark.parametrize(
    ("body", "headers", "seconds", "daily"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10.0, False),
        ({"message": "You have reached your ten_secondly_rolling limit."}, {}, 10.0, False),
        ({"policyName": "SECONDLY"}, {}, 1.0, False),
        ({"message": "You have reached your secondly limit."}, {}, 1.0, False),
        ({"policyName": "TEN_SECONDLY_ROLLING"}, {"retry-after": "3"}, 3.0, False),
        ({"policyName": "DAILY"}, {}, None, True),
        ({"message": "You have reached your daily limit."}, {}, None, True),
        ({}, {}, 10.0, False),
        ({}, {"retry-after": "soon"}, 10.0, False),
    ],
)
def test_the_policy_says_how_long_to_wait(
    body: dict[str, str], headers: dict[str, str], seconds: float | None, daily: bool
) -> None:
    error = _refused(429, body, headers=headers)

    assert isinstance(error, RateLimited)
    assert seconds == error.seconds
    assert daily is error.daily


def test_an_account_on_the_move_says_when_it_is_back() -> None:
    error = _refused(477, headers={"retry-after": "7200"})

    assert isinstance(error, RateLimited)
    assert error.seconds == 7200.0


def test_the_first_detail_s_code_is_kept() -> None:
    error = _refused(
        400,
        {
            "category": "VALIDATION_ERROR",
            "message": "Property values were not valid",
            "errors": [{"code": "PROPERTY_DOESNT_EXIST", "message": "no foo"}],
        },
    )

    assert error.code == "PROPERTY_DOESNT_EXIST"
    assert "Property values were not valid" in str(error)

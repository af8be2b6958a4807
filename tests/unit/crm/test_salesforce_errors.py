"""Every refusal of Salesforce lands in the tree of errors, every refused record in a result."""

from __future__ import annotations

from typing import Any

import pytest
from scripted_crm import answer

from tandem.crm.caller import Call
from tandem.crm.salesforce.errors import ItemError, SalesforceDialect, written_from
from tandem.errors import (
    AccessLost,
    CrmError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TryLater,
)
from tandem.model import WriteResult

READ = Call(operation="people", path="/x")
WRITE = Call(operation="create Task", path="/x", is_write=True)
R, L, U, A, T = Rejected, RateLimited, OutcomeUnknown, AccessLost, TryLater


def _refused(status: int, code: str = "", message: str = "words", call: Call = READ) -> CrmError:
    body: Any = [{"errorCode": code, "message": message}] if code else None
    return SalesforceDialect().error_from(call, answer(body, status))


@pytest.mark.parametrize(
    ("status", "code", "reading", "writing"),
    [
        (300, "", R, R),
        (302, "", R, R),
        (400, "", R, R),
        (401, "INVALID_SESSION_ID", A, A),
        (401, "INVALID_AUTH_HEADER", A, A),
        (403, "REQUEST_LIMIT_EXCEEDED", L, L),
        (403, "API_DISABLED_FOR_ORG", A, A),
        (403, "API_CURRENTLY_DISABLED", A, A),
        (403, "INSUFFICIENT_ACCESS", A, A),
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", A, A),
        (403, "STORAGE_LIMIT_EXCEEDED", A, A),
        (403, "", A, A),
        (400, "INSUFFICIENT_ACCESS_OR_READONLY", R, R),
        (400, "UNABLE_TO_LOCK_ROW", T, T),
        (400, "QUERY_TIMEOUT", T, T),
        (503, "SERVER_UNAVAILABLE", T, U),
        (500, "REQUEST_RUNNING_TOO_LONG", T, U),
        (500, "UNKNOWN_EXCEPTION", T, U),
        (500, "", T, U),
        (502, "", T, U),
        (503, "", T, U),
        (408, "", T, U),
        (400, "TXN_SECURITY_METERING_ERROR", L, L),
        (400, "INVALID_CROSS_REFERENCE_KEY", R, R),
        (404, "ENTITY_IS_DELETED", R, R),
        (404, "NOT_FOUND", R, R),
        (400, "STRING_TOO_LONG", R, R),
        (400, "REQUIRED_FIELD_MISSING", R, R),
        (400, "INVALID_FIELD", R, R),
        (400, "INVALID_TYPE", R, R),
        (400, "MALFORMED_QUERY", R, R),
        (400, "MALFORMED_ID", R, R),
        (400, "OPERATION_TOO_LARGE", R, R),
        (400, "INVALID_QUERY_LOCATOR", T, T),
        (400, "JSON_PARSER_ERROR", R, R),
        (410, "UNSUPPORTED_API_VERSION", R, R),
        (412, "", R, R),
        (414, "", R, R),
        (415, "", R, R),
        (420, "", R, R),
        (428, "", R, R),
        (431, "", R, R),
    ],
)
def test_each_answer_is_some_error(
    status: int, code: str, reading: type[CrmError], writing: type[CrmError]
) -> None:
    assert reading is type(_refused(status, code))
    assert writing is type(_refused(status, code, call=WRITE))


@pytest.mark.parametrize("body", [None, "a page", {"error": "x"}, []])
def test_a_body_of_any_shape_is_some_error(body: Any) -> None:
    error = SalesforceDialect().error_from(WRITE, answer(body, 500))

    assert OutcomeUnknown is type(error)


def test_the_day_s_calls_and_long_calls_are_told_apart() -> None:
    day = _refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    long = _refused(
        403,
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    )

    assert isinstance(day, RateLimited)
    assert isinstance(long, RateLimited)
    assert (day.daily, day.seconds) == (True, None)
    assert (long.daily, long.seconds) == (False, 10.0)


def test_access_that_is_lost_says_what_to_do() -> None:
    assert "tandem connect salesforce" in str(_refused(401, "INVALID_SESSION_ID"))
    assert "API Enabled" in str(_refused(403, "API_DISABLED_FOR_ORG"))
    assert "administrator" in str(_refused(403, "INSUFFICIENT_ACCESS"))


def test_an_oauth_refusal_is_understood_too() -> None:
    body = {"error": "invalid_grant", "error_description": "expired"}
    error = SalesforceDialect().error_from(READ, answer(body, 400))

    assert (error.code, "expired" in str(error)) == ("invalid_grant", True)


TASK = {"Subject": "x", "WhoId": "0035g00000TandmAAB"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("DUPLICATE_VALUE", WriteResult.EXISTS),
        ("ENTITY_IS_DELETED", WriteResult.GONE),
        ("NOT_FOUND", WriteResult.GONE),
        ("UNABLE_TO_LOCK_ROW", WriteResult.TRY_LATER),
        ("ALL_OR_NONE_OPERATION_ROLLED_BACK", WriteResult.TRY_LATER),
        ("PROCESSING_HALTED", WriteResult.TRY_LATER),
        ("REQUEST_LIMIT_EXCEEDED", WriteResult.TRY_LATER),
        ("QUERY_TIMEOUT", WriteResult.TRY_LATER),
        ("STORAGE_LIMIT_EXCEEDED", WriteResult.TRY_LATER),
        ("API_CURRENTLY_DISABLED", WriteResult.TRY_LATER),
        ("UNKNOWN_EXCEPTION", WriteResult.UNKNOWN),
        ("SERVER_UNAVAILABLE", WriteResult.UNKNOWN),
        ("REQUEST_RUNNING_TOO_LONG", WriteResult.UNKNOWN),
        ("ENTITY_IS_LOCKED", WriteResult.REJECTED),
        ("ENTITY_IS_ARCHIVED", WriteResult.REJECTED),
        ("STRING_TOO_LONG", WriteResult.REJECTED),
        ("MAX_TASK_DESCRIPTION_EXCEEEDED", WriteResult.REJECTED),
        ("REQUIRED_FIELD_MISSING", WriteResult.REJECTED),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", WriteResult.REJECTED),
        ("INVALID_FIELD", WriteResult.REJECTED),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", WriteResult.REJECTED),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", WriteResult.REJECTED),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", WriteResult.REJECTED),
        ("FIELD_INTEGRITY_EXCEPTION", WriteResult.REJECTED),
        ("INACTIVE_OWNER_OR_USER", WriteResult.REJECTED),
        ("INVALID_CROSS_REFERENCE_KEY", WriteResult.REJECTED),
        ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", WriteResult.REJECTED),
        ("INSUFFICIENT_ACCESS_OR_READONLY", WriteResult.REJECTED),
        ("MALFORMED_ID", WriteResult.REJECTED),
        ("DUPLICATES_DETECTED", WriteResult.REJECTED),
        ("CANNOT_UPDATE_CONVERTED_LEAD", WriteResult.REJECTED),
        ("SOMETHING_NEW", WriteResult.REJECTED),
        ("", WriteResult.REJECTED),
    ],
)
def test_each_item_code_has_its_result(code: str, expected: WriteResult) -> None:
    written = written_from(ItemError(status_code=code, message="m"), TASK, "Tandem_Key__c")

    assert (expected, code, "m") == (written.result, written.code, written.message)


@pytest.mark.parametrize(
    ("message", "result", "existing"),
    [
        (
            "duplicate value found: Tandem_Key__c duplicates value on record with id: 00T5g00000Tandm",
            WriteResult.EXISTS,
            "00T5g00000TandmEAD",
        ),
        (
            "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
            WriteResult.EXISTS,
            None,
        ),
        ("Duplicate external id specified: k", WriteResult.EXISTS, None),
        (
            "duplicate value found: Their_Own__c duplicates value on record with id: 00T5g00000Tandm",
            WriteResult.REJECTED,
            None,
        ),
    ],
)
def test_a_taken_key_names_its_holder_where_salesforce_does(
    message: str, result: WriteResult, existing: str | None
) -> None:
    error = ItemError(status_code="DUPLICATE_VALUE", message=message)
    written = written_from(error, TASK, "Tandem_Key__c")

    assert (result, existing and existing[:15]) == (written.result, written.id and written.id[:15])


@pytest.mark.parametrize(
    ("record", "fields", "result"),
    [
        ({"Id": "00T5g00000Tandm", "Subject": "x"}, [], WriteResult.GONE),
        ({"Id": "00T5g00000Tandm"}, ["Id"], WriteResult.GONE),
        ({"Id": "00T5g00000Tandm", "WhoId": "0035g00000Tandm"}, [], WriteResult.REJECTED),
        ({"Id": "00T5g00000Tandm", "WhoId": None}, [], WriteResult.GONE),
        ({"Id": "00T5g00000Tandm"}, ["WhoId"], WriteResult.REJECTED),
    ],
)
def test_a_hard_deleted_record_is_gone_a_bad_reference_is_not(
    record: dict[str, Any], fields: list[str], result: WriteResult
) -> None:
    error = ItemError(status_code="INVALID_CROSS_REFERENCE_KEY", fields=fields)

    assert result is written_from(error, record, "Tandem_Key__c").result

"""
The REST API's error bodies: a list of {message, errorCode, fields} and the HTTP status of each code.

Statuses are those of [errorcodes]; where that page is silent, the usual ones (DESIGN marks them I).
"""

from collections.abc import Sequence
from typing import Any

_STATUS = {
    "INVALID_SESSION_ID": 401,
    "INVALID_AUTH_HEADER": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "API_DISABLED_FOR_ORG": 403,
    "API_CURRENTLY_DISABLED": 403,
    "INSUFFICIENT_ACCESS": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "STORAGE_LIMIT_EXCEEDED": 403,
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "METHOD_NOT_ALLOWED": 405,
    "UNSUPPORTED_API_VERSION": 410,
    "PRECONDITION_FAILED": 412,
    "URI_TOO_LONG": 414,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "REQUEST_HEADER_FIELDS_TOO_LARGE": 431,
    "UNKNOWN_EXCEPTION": 500,
    "REQUEST_RUNNING_TOO_LONG": 500,
    "SERVER_UNAVAILABLE": 503,
}


class SalesforceError(Exception):
    """What Salesforce answers instead of a result. Codes without a status of their own are 400."""

    def __init__(
        self, code: str, message: str, fields: Sequence[str] = (), *, status: int | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.fields = list(fields)
        self.status = status if status is not None else _STATUS.get(code, 400)

    def body(self) -> list[dict[str, Any]]:
        """The body of a failed call; `fields` only where the error is about fields."""
        shown: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields or self.code in _WITH_FIELDS:
            shown["fields"] = self.fields
        return [shown]

    def item(self) -> dict[str, Any]:
        """The error of one record of a collection, where the code is called statusCode ([coll])."""
        return {"statusCode": self.code, "message": self.message, "fields": self.fields}


_WITH_FIELDS = frozenset(
    {
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "DUPLICATE_VALUE",
        "ENTITY_IS_DELETED",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "FIELD_INTEGRITY_EXCEPTION",
        "INACTIVE_OWNER_OR_USER",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INVALID_CROSS_REFERENCE_KEY",
        "UNABLE_TO_LOCK_ROW",
    }
)


def not_found(message: str = "The requested resource does not exist") -> SalesforceError:
    """No such resource or record ([errorcodes], recorded in test_errors)."""
    return SalesforceError("NOT_FOUND", message)


def invalid_session() -> SalesforceError:
    return SalesforceError("INVALID_SESSION_ID", "Session expired or invalid")


def deleted(object_name: str) -> SalesforceError:
    """A write to a record in the recycle bin."""
    del object_name
    return SalesforceError("ENTITY_IS_DELETED", "entity is deleted")


def malformed_id(label: str, value: object, *fields: str) -> SalesforceError:
    """An id that is none, or one of the wrong object in a lookup ([js1006])."""
    return SalesforceError("MALFORMED_ID", f"{label}: id value of incorrect type: {value}", fields)


def bad_cross_reference(*fields: str) -> SalesforceError:
    """A reference to a record that does not exist or is not shared with the user."""
    return SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields)


def no_such_column(name: str, object_name: str) -> SalesforceError:
    """An unknown field in a write, or one that field-level security hides."""
    return SalesforceError(
        "INVALID_FIELD", f"No such column '{name}' on sobject of type {object_name}"
    )


def not_writable(names: Sequence[str]) -> SalesforceError:
    """Read-only fields in a write."""
    return SalesforceError(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of "
        "this field and verify that it is read/write for your profile or permission set.",
        names,
    )


def parser_error(message: str) -> SalesforceError:
    return SalesforceError("JSON_PARSER_ERROR", message)

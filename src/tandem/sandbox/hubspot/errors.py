"""HubSpot's error answers: status, category, and the bodies that clients look into [D-err]."""

from collections.abc import Mapping, Sequence
from typing import Any


class HubSpotError(Exception):
    """
    An error answer. `body` is complete but for the correlation id, which the answer gets on its way
    out. In a batch with per-row results it becomes an entry of `errors`.
    """

    def __init__(
        self,
        status: int,
        category: str | None,
        message: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        context: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.errors = list(errors)
        self.context = dict(context or {})
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"status": "error", "message": self.message}
        body["correlationId"] = correlation_id
        if self.category is not None:
            body["category"] = self.category
        if self.context:
            body["context"] = self.context
        if self.errors:
            body["errors"] = self.errors
        return body | self.extra

    def row(self, trace_id: str | None) -> dict[str, Any]:
        """The entry in a batch's `errors`."""
        context = dict(self.context)
        if trace_id is not None:
            context["objectWriteTraceId"] = [trace_id]
        return {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": context,
            "errors": self.errors,
            "links": {},
        }


def invalid(message: str, **more: Any) -> HubSpotError:
    """400 VALIDATION_ERROR."""
    return HubSpotError(400, "VALIDATION_ERROR", message, **more)


def not_found(message: str = "resource not found") -> HubSpotError:
    """404 OBJECT_NOT_FOUND."""
    return HubSpotError(404, "OBJECT_NOT_FOUND", message)


def conflict(message: str, **more: Any) -> HubSpotError:
    """409 CONFLICT."""
    return HubSpotError(409, "CONFLICT", message, **more)


class ValueProblem(ValueError):
    """A property value that HubSpot refuses, with its code."""

    def __init__(self, code: str, name: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.name = name
        self.message = message


def invalid_properties(problems: Sequence[ValueProblem]) -> HubSpotError:
    """400 with every refused value, in the message as JSON and in `errors` [D-err]."""
    listed = ",".join(
        f'{{"isValid":false,"message":{_quoted(each.message)},'
        f'"error":"{each.code}","name":{_quoted(each.name)}}}'
        for each in problems
    )
    errors = [
        {
            "message": each.message,
            "code": each.code,
            "in": "properties",
            "context": {"propertyName": [each.name]},
        }
        for each in problems
    ]
    return invalid(f"Property values were not valid: [{listed}]", errors=errors)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

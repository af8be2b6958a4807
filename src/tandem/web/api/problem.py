"""What an operation says when it fails: a problem as RFC 9457 writes it, with a remedy."""

from __future__ import annotations

import enum

import msgspec
from starlette.responses import Response

from tandem.errors import (
    AccessLost,
    AlreadyRunning,
    BudgetSpent,
    CrmError,
    RateLimited,
    SettingsError,
    StoreError,
    TandemError,
    TryLater,
)
from tandem.i18n import Messages
from tandem.settings import InvalidSettings

__all__ = ["Code", "Part", "Problem", "Trouble", "problem_answer", "trouble_of"]

PROBLEM = "application/problem+json"
_SOON = 30
"""Seconds after which what is busy now is worth another try."""


class Code(enum.StrEnum):
    """What went wrong; the end of the problem's ``type``."""

    MALFORMED = "malformed"  # the body is no JSON
    INVALID = "invalid"  # it is not what the description asks for
    NO_TOKEN = "no-token"
    BAD_TOKEN = "bad-token"
    VIEWER = "viewer"  # only an administrator's token may
    NOT_FOUND = "not-found"
    METHOD = "method"
    BUSY = "busy"  # another run has the connection
    CHANGED = "changed-meanwhile"
    TOO_LARGE = "too-large"
    MEDIA_TYPE = "media-type"
    REFUSED = "refused"
    SETTINGS = "settings"
    CURSOR = "cursor"
    LOCKED_OUT = "locked-out"
    BROKEN = "broken"
    CRM = "crm"
    ACCESS_LOST = "access-lost"
    LATER = "try-later"
    STORE = "store"

    @property
    def status(self) -> int:
        return _STATUSES[self]

    @property
    def word(self) -> str:
        """The end of its texts' keys."""
        return self.value.replace("-", "_")


_STATUSES = {
    Code.MALFORMED: 400,
    Code.INVALID: 400,
    Code.NO_TOKEN: 401,
    Code.BAD_TOKEN: 401,
    Code.VIEWER: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD: 405,
    Code.BUSY: 409,
    Code.CHANGED: 409,
    Code.TOO_LARGE: 413,
    Code.MEDIA_TYPE: 415,
    Code.REFUSED: 422,
    Code.SETTINGS: 422,
    Code.CURSOR: 422,
    Code.LOCKED_OUT: 429,
    Code.BROKEN: 500,
    Code.CRM: 502,
    Code.ACCESS_LOST: 502,
    Code.LATER: 503,
    Code.STORE: 503,
}


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with settings: the key it concerns, and the line of the text where there is one."""

    key: str
    detail: str
    line: int | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """
    Why a request was not carried out.

    `code`, in which `type` ends too, stays the same in every language; `detail` tells this very case, `remedy` what
    to do.
    """

    type: str
    code: Code
    title: str
    status: int
    detail: str
    remedy: str
    problems: tuple[Part, ...] = ()


class Trouble(Exception):
    """
    The request is answered with a problem. *retry_after* is in seconds.

    *detail* may be an English sentence, as errors carry it: the answer tells it in the caller's language.
    """

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        parts: tuple[Part, ...] = (),
        retry_after: float | None = None,
        allow: str = "",
    ) -> None:
        super().__init__(detail or code.value)
        self.code = code
        self.detail = detail
        self.parts = parts
        self.retry_after = retry_after
        self.allow = allow


def trouble_of(error: TandemError) -> Trouble:
    """What an error that Tandem raises on purpose is to a caller of the API."""
    match error:
        case InvalidSettings():
            parts = tuple(Part(key=p.key, detail=p.text, line=p.line) for p in error.problems)
            return Trouble(Code.SETTINGS, str(error), parts=parts)
        case SettingsError():
            return Trouble(Code.REFUSED, str(error))
        case AlreadyRunning():
            return Trouble(Code.BUSY, str(error), retry_after=_SOON)
        case RateLimited():
            return Trouble(Code.LATER, str(error), retry_after=error.seconds or _SOON)
        case TryLater() | BudgetSpent():
            return Trouble(Code.LATER, str(error), retry_after=_SOON)
        case AccessLost():
            return Trouble(Code.ACCESS_LOST, str(error))
        case CrmError():
            return Trouble(Code.CRM, str(error))
        case StoreError():
            return Trouble(Code.STORE, str(error), retry_after=_SOON)
        case _:
            return Trouble(Code.REFUSED, str(error))


def problem_answer(trouble: Trouble, messages: Messages) -> Response:
    """The problem in the caller's language, with the headers that its status asks for."""
    code = trouble.code
    title = messages(f"web.api.problem.{code.word}")
    problem = Problem(
        type=f"urn:tandem:problem:{code.value}",
        code=code,
        title=title,
        status=code.status,
        detail=messages.told(trouble.detail) or title,
        remedy=messages(f"web.api.remedy.{code.word}"),
        problems=tuple(
            msgspec.structs.replace(each, detail=messages.told(each.detail))
            for each in trouble.parts
        ),
    )
    headers = {"content-language": messages.language, "vary": "Accept-Language"}
    if trouble.retry_after is not None:
        headers["retry-after"] = str(max(1, round(trouble.retry_after)))
    if code is Code.METHOD:
        headers["allow"] = trouble.allow
    if code.status in (401, 403):
        headers["www-authenticate"] = _challenge(code)
    return Response(msgspec.json.encode(problem), code.status, headers=headers, media_type=PROBLEM)


def _challenge(code: Code) -> str:
    """As bearer tokens are asked for (RFC 6750, section 3)."""
    errors = {Code.BAD_TOKEN: "invalid_token", Code.VIEWER: "insufficient_scope"}
    said = f', error="{errors[code]}"' if code in errors else ""
    return f'Bearer realm="Tandem"{said}'

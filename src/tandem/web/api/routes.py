"""From a request to an operation and back: one route a path, and nothing but JSON below the API's address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tandem.errors import TandemError
from tandem.store.members import Role
from tandem.web.api.asked import body_of, query_of
from tandem.web.api.call import Call
from tandem.web.api.description import describe
from tandem.web.api.door import token_of
from tandem.web.api.operation import START, Accepted, Operation
from tandem.web.api.operations import OPERATIONS
from tandem.web.api.problem import Code, Trouble, problem_answer, trouble_of
from tandem.web.speech import Speech, speech_for
from tandem.web.visit import House, Refused, Visit

__all__ = ["DESCRIPTION", "ROUTES"]

DESCRIPTION = f"{START}/openapi.json"
_log = structlog.get_logger("tandem.web")


@dataclass(frozen=True, slots=True)
class _Path:
    """All that may be done at one path."""

    operations: Sequence[Operation]

    async def __call__(self, request: Request) -> Response:
        speech = _speech(request)
        try:
            return await self._answer(request, speech)
        except Trouble as trouble:
            return problem_answer(trouble, speech.messages)
        except Refused as refused:
            return problem_answer(_of_a_page(refused, speech), speech.messages)
        except TandemError as error:
            return problem_answer(trouble_of(error), speech.messages)
        except Exception as error:
            # A bug: the log has it all, the answer nothing of it.
            _log.error("web.crashed", path=request.url.path, exc_info=error)
            return problem_answer(Trouble(Code.BROKEN), speech.messages)

    async def _answer(self, request: Request, speech: Speech) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        chosen = next((each for each in self.operations if each.method == method), None)
        if chosen is None:
            raise Trouble(Code.METHOD, allow=_allowed(self.operations))
        house: House = request.app.state.house
        token = await token_of(request, house)
        if chosen.role is Role.ADMIN and not token.is_admin:
            raise Trouble(Code.VIEWER)
        visit = Visit(
            request=request, house=house, speech=speech, desk=house.desk.as_(f"{token.name} (API)")
        )
        call = Call(visit=visit, token=token)
        if "connection" in chosen.named:
            call.find_connection()
        given: dict[str, Any] = {}
        if chosen.query is not None:
            given["query"] = query_of(request, chosen.query)
        elif request.query_params:
            raise Trouble(Code.INVALID, speech("web.api.no_query"))
        if chosen.body is not None:
            given["body"] = await body_of(request, chosen.body)
        return _answer(await chosen.work(call, **given), speech)


def _allowed(operations: Sequence[Operation]) -> str:
    methods = [each.method for each in operations]
    return ", ".join(["HEAD", *methods] if "GET" in methods else methods)


def _answer(answer: Any, speech: Speech) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Accepted):
        accepted = _json(answer.body, speech, status=202)
        accepted.headers["location"] = answer.location
        return accepted
    return _json(answer, speech)


def _json(answer: Any, speech: Speech, *, status: int = 200) -> Response:
    headers = {"content-language": speech.language, "vary": "Accept-Language"}
    content = msgspec.json.encode(answer)
    return Response(content, status, headers=headers, media_type="application/json")


def _speech(request: Request) -> Speech:
    return speech_for(asked=None, cookies={}, accepted=request.headers.get("accept-language", ""))


def _of_a_page(refused: Refused, speech: Speech) -> Trouble:
    code = next((each for each in Code if each.status == refused.status), Code.REFUSED)
    return Trouble(code, speech(refused.key, **refused.values))


async def _described(request: Request) -> Response:
    """Without a token: it tells nothing of this installation, and programs read it before they have one."""
    speech = _speech(request)
    if request.method not in ("GET", "HEAD"):
        return problem_answer(Trouble(Code.METHOD, allow="HEAD, GET"), speech.messages)
    return _json(describe(OPERATIONS, speech.messages, request.state.base), speech)


async def _nothing(request: Request) -> Response:
    """What begins as the API's addresses do and is none of them."""
    return problem_answer(Trouble(Code.NOT_FOUND), _speech(request).messages)


@dataclass(frozen=True, slots=True)
class _EveryMethod:
    """As an ASGI application an endpoint sees every method; of a function Starlette takes GET alone."""

    answer: Callable[[Request], Awaitable[Response]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request(scope, receive, send))
        await response(scope, receive, send)


def _routes() -> list[Route]:
    paths: dict[str, list[Operation]] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, []).append(each)
    return [
        Route(DESCRIPTION, _EveryMethod(_described)),
        *(Route(path, _EveryMethod(_Path(operations))) for path, operations in paths.items()),
        Route(f"{START}/{{rest:path}}", _EveryMethod(_nothing)),
    ]


ROUTES = _routes()

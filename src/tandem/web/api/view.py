"""The pages about the API: what it offers, and the tokens with which programs come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from tandem.errors import SettingsError
from tandem.store.api import ApiStore
from tandem.store.members import Role
from tandem.web.api.description import describe
from tandem.web.api.operations import OPERATIONS
from tandem.web.api.problem import Code
from tandem.web.api.routes import DESCRIPTION
from tandem.web.pages import get, post
from tandem.web.visit import Refused, Visit

__all__ = ["PAGES"]

_LIVES = ("30", "90", "365", "")
"""Days; empty is until it is revoked."""


# --------------------------------------------------------------------------- the description


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One parameter or field; *links* are the types that it refers to."""

    name: str
    type: str
    is_required: bool
    said: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    role: str
    rows: tuple[Row, ...]
    body: str
    answer: str
    accepted: str
    statuses: tuple[tuple[str, str], ...]


async def description(visit: Visit) -> Response:
    told = describe(OPERATIONS, visit.speech.messages, visit.base)
    groups: dict[str, list[Described]] = {tag["name"]: [] for tag in told["tags"]}
    for path, operations in told["paths"].items():
        for method, each in operations.items():
            groups[each["tags"][0]].append(_described(method, path, each))
    schemas = told["components"]["schemas"]
    return visit.page(
        "api/api.html",
        groups=groups,
        schemas={
            name: tuple(_rows(each)) for name, each in schemas.items() if "properties" in each
        },
        choices={name: each["enum"] for name, each in schemas.items() if "enum" in each},
        codes=tuple(Code),
        address=DESCRIPTION,
    )


def _described(method: str, path: str, told: Mapping[str, Any]) -> Described:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    answer = _json_of(told["responses"]["200"])
    accepted = _json_of(told["responses"].get("202", {}))
    return Described(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        role=told["description"],
        rows=tuple(_parameter(each) for each in told.get("parameters", [])),
        body=_type(body["schema"]) if body else "",
        answer=_type(answer["schema"]) if answer else "",
        accepted=_type(accepted["schema"]) if accepted else "",
        statuses=tuple(
            (status, each["description"])
            for status, each in told["responses"].items()
            if not status.startswith("2")
        ),
    )


def _json_of(response: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = response.get("content", {}).get("application/json", {})
    return found


def _parameter(told: Mapping[str, Any]) -> Row:
    schema = told["schema"]
    return Row(
        name=told["name"],
        type=_type(schema),
        is_required=told["required"],
        said=told.get("description", schema.get("description", "")),
        links=tuple(_links(schema)),
    )


def _rows(schema: Mapping[str, Any]) -> Iterator[Row]:
    for name, each in schema["properties"].items():
        yield Row(
            name=name,
            type=_type(each),
            is_required=name in schema.get("required", ()),
            said=each.get("description", ""),
            links=tuple(_links(each)),
        )


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: ``integer``, ``[Record]``, ``{Kind}``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type(each) for each in schema["anyOf"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"[{_type(schema.get('items') or {})}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{{{_type(schema['additionalProperties'])}}}"
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _links(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield str(schema["$ref"]).rpartition("/")[2]
        for each in schema.values():
            yield from _links(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _links(each)


# --------------------------------------------------------------------------- tokens


async def tokens(visit: Visit) -> Response:
    return await _tokens_page(visit)


async def _tokens_page(
    visit: Visit, problem: str = "", secret: str = "", name: str = ""
) -> Response:
    return visit.page(
        "api/tokens.html",
        422 if problem else 200,
        tokens=await visit.kept(ApiStore.of(visit.desk.store).tokens),
        now=visit.now,
        lives=_LIVES,
        problem=problem,
        secret=secret,
        name=name,
    )


async def make_token(visit: Visit) -> Response:
    """The token is on the answer itself and nowhere else: a page behind it could be looked at again."""
    given = await visit.words()
    role = Role.ADMIN if given.get("role") == Role.ADMIN.value else Role.VIEWER
    days = given.get("days", "")
    if days not in _LIVES:
        raise Refused(400, "web.error.not_found")
    lives = timedelta(days=int(days)) if days else None
    store = ApiStore.of(visit.desk.store)
    try:
        made, secret = await visit.kept(
            store.make_token, given.get("name", ""), role, who=visit.desk.who, lives=lives
        )
    except SettingsError:
        return await _tokens_page(visit, visit.speech("web.api.tokens.wants_name"))
    visit.desk.note(None, "token_made", f"{made.id} {made.name} {role.value}")
    return await _tokens_page(visit, secret=secret, name=made.name)


async def revoke_token(visit: Visit) -> Response:
    store = ApiStore.of(visit.desk.store)
    try:
        gone = await visit.kept(store.revoke_token, int(visit.request.path_params["token"]))
    except SettingsError:
        raise Refused(404, "web.api.tokens.gone") from None
    visit.desk.note(None, "token_revoked", f"{gone.id} {gone.name}")
    visit.flash("web.api.tokens.revoked", name=gone.name)
    return visit.redirect(visit.url("/api/tokens"))


PAGES = [
    get("/api", description),
    get("/api/tokens", tokens, role=Role.ADMIN),
    post("/api/tokens", make_token),
    post("/api/tokens/{token:int}/revoke", revoke_token),
]

"""The description of the API as OpenAPI 3.1, made from the operations and the types they take and give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from tandem.i18n import Messages
from tandem.store.members import Role
from tandem.web.api.asked import LARGEST_NUMBER
from tandem.web.api.operation import Operation
from tandem.web.api.problem import PROBLEM, Code, Problem

__all__ = ["VERSION", "describe", "refusals"]

VERSION = "1.0.0"
_REF = "#/components/schemas/{name}"
Json = dict[str, Any]


def describe(operations: Sequence[Operation], messages: Messages, server: str) -> Json:
    """The whole description, told in one language; *server* is the address below which its paths lie."""
    schemas, components = _schemas(operations)
    paths: dict[str, Json] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(
            each, schemas, components, messages
        )
    taken = {_name(schemas[id(each.query)]) for each in operations if each.query is not None}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": messages("web.api.title"),
            "summary": messages("web.api.what"),
            "version": VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server or "/"}],
        "security": [{"token": []}],
        "tags": [
            {"name": tag, "description": messages(f"web.api.tag.{tag}")}
            for tag in dict.fromkeys(each.tag for each in operations)
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": messages("web.api.token_what"),
                }
            },
            # What a query takes stands with its operation, parameter by parameter.
            "schemas": {name: each for name, each in components.items() if name not in taken},
        },
    }


def _schemas(operations: Sequence[Operation]) -> tuple[dict[int, Json], dict[str, Json]]:
    """For each type in use its reference, and all that is referred to."""
    types: list[Any] = [Problem]
    for each in operations:
        given = (each.query, each.body, each.answer, each.accepted)
        types += [one for one in given if one is not None]
    references, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = {id(one): dict(found) for one, found in zip(types, references, strict=True)}
    return by_type, {name: _plain(each) for name, each in components.items()}


def _plain(schema: Any) -> Any:
    """As JSON would read it back: a default that is a tuple is a list."""
    return msgspec.json.decode(msgspec.json.encode(schema))


def _name(reference: Json) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _operation(
    each: Operation,
    schemas: Mapping[int, Json],
    components: Mapping[str, Json],
    messages: Messages,
) -> Json:
    told: Json = {
        "operationId": each.id,
        "tags": [each.tag],
        "summary": messages(f"web.api.op.{each.id}"),
        "description": messages(f"web.api.role.{each.role.value}"),
        "responses": {**_answered(each, schemas, messages), **_refused(each, messages)},
    }
    parameters = [*_in_path(each, messages)]
    if each.query is not None:
        parameters += _in_query(components[_name(schemas[id(each.query)])])
    if parameters:
        told["parameters"] = parameters
    if each.body is not None:
        schema = schemas[id(each.body)]
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return told


def _in_path(each: Operation, messages: Messages) -> Iterator[Json]:
    for name in each.named:
        is_number = name != "owner"
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": messages(f"web.api.path.{name}"),
            "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER}
            if is_number
            else {"type": "string", "minLength": 1, "pattern": "^[0-9]+$"},
        }


def _in_query(schema: Json) -> Iterator[Json]:
    for name, each in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema["required"],
            "schema": _without_null(each),
        }


def _without_null(schema: Json) -> Json:
    """A parameter is left out rather than null."""
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1:
        return dict(choices[0])
    return schema


def _answered(each: Operation, schemas: Mapping[int, Json], messages: Messages) -> Json:
    if each.answer is None:
        content: Json = {"text/csv": {"schema": {"type": "string"}}}
    else:
        content = {"application/json": {"schema": schemas[id(each.answer)]}}
    answers: Json = {"200": {"description": messages("web.api.answered"), "content": content}}
    if each.accepted is not None:
        answers["202"] = {
            "description": messages("web.api.accepted"),
            "headers": {
                "Location": {
                    "description": messages("web.api.accepted_where"),
                    "required": True,
                    "schema": {"type": "string", "format": "uri-reference"},
                }
            },
            "content": {"application/json": {"schema": schemas[id(each.accepted)]}},
        }
    return answers


def _refused(each: Operation, messages: Messages) -> Json:
    by_status: dict[int, list[Code]] = {}
    for code in refusals(each):
        by_status.setdefault(code.status, []).append(code)
    return {
        str(status): {
            "description": messages.joined(
                [messages(f"web.api.problem.{code.word}") for code in codes]
            ),
            "content": {PROBLEM: {"schema": {"$ref": _REF.format(name="Problem")}}},
        }
        for status, codes in sorted(by_status.items())
    }


def refusals(each: Operation) -> tuple[Code, ...]:
    """With what *each* may be refused."""
    found = [Code.INVALID, Code.NO_TOKEN, Code.BAD_TOKEN]
    if each.role is Role.ADMIN:
        found.append(Code.VIEWER)
    if each.named:
        found.append(Code.NOT_FOUND)
    if each.method != "GET":
        found += [Code.BUSY]
    if each.body is not None:
        found += [Code.MALFORMED, Code.TOO_LARGE, Code.MEDIA_TYPE]
    if each.id == "save_settings":
        found += [Code.CHANGED]
    if "settings" in each.path and each.body is not None:
        found += [Code.SETTINGS]
    if each.query is not None:
        found += [Code.CURSOR]
    found += [Code.REFUSED, Code.LOCKED_OUT, Code.BROKEN]
    if each.named:
        found += [Code.CRM, Code.ACCESS_LOST, Code.LATER]
    return (*found, Code.STORE)

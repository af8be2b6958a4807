"""Several calls in one: composite, graph and batch ([composite], [graph], [tap])."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from tandem.sandbox.salesforce import errors
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.resource import Call, Reply, Resource, segments

MOST_STEPS = 25
MOST_HEAVY_STEPS = 5
"""Query and collection calls that a composite may have ([composite])."""
MOST_NODES = 500
MOST_GRAPHS = 75
MOST_FAILED_GRAPHS = 14

_REFERENCE = re.compile(r"@\{([^{}]+)\}")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_FORBIDDEN_HEADERS = frozenset({"accept", "authorization", "content-type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call within a composite."""

    method: str
    url: str
    reference: str
    body: Any = None
    headers: Mapping[str, str]


Answer = Callable[[Call], Reply]


def resources(answer: Answer) -> tuple[Resource, ...]:
    """The resources, which make their inner calls through *answer*."""

    def composite(call: Call) -> Reply:
        """Calls in turn that may refer to each other's results; allOrNone undoes all if one fails."""
        body = call.mapping()
        steps = _steps(body.get("compositeRequest"), MOST_STEPS)
        heavy = sum(_is_heavy(one) for one in steps)
        if heavy > MOST_HEAVY_STEPS:
            raise SalesforceError(
                "LIMIT_EXCEEDED",
                f"Limit exceeded: {heavy} query and collection subrequests, {MOST_HEAVY_STEPS} allowed",
            )
        all_or_none = call.flag("allOrNone")
        return Reply(body={"compositeResponse": _run(call, answer, steps, all_or_none)[0]})

    def graph(call: Call) -> Reply:
        """Graphs of calls; each is all or nothing."""
        graphs = call.mapping().get("graphs")
        if not isinstance(graphs, list) or len(graphs) > MOST_GRAPHS:
            raise SalesforceError("LIMIT_EXCEEDED", f"A payload has up to {MOST_GRAPHS} graphs.")
        planned = [(str(one.get("graphId")), _steps(one.get("compositeRequest"))) for one in graphs]
        if sum(len(steps) for _, steps in planned) > MOST_NODES:
            raise SalesforceError("LIMIT_EXCEEDED", f"A payload has up to {MOST_NODES} nodes.")
        return Reply(body={"graphs": _graphs(call, answer, planned)})

    def batch(call: Call) -> Reply:
        """Independent calls; haltOnError stops at the first that fails. Each counts as a call."""
        body = call.mapping()
        wanted = body.get("batchRequests")
        if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST_STEPS:
            raise SalesforceError("LIMIT_EXCEEDED", f"A batch has 1 to {MOST_STEPS} requests.")
        call.state.limits.count(len(wanted) - 1)
        return Reply(body=_batch(call, answer, wanted, call.flag("haltOnError")))

    return (
        Resource(pattern="composite", methods={"GET": _listing, "POST": composite}),
        Resource(pattern="composite/graph", methods={"POST": graph}),
        Resource(pattern="composite/batch", methods={"POST": batch}),
    )


def _listing(call: Call) -> Reply:
    names = ("tree", "batch", "sobjects", "graph")
    return Reply(body={one: f"{call.root}/composite/{one}" for one in names})


def _graphs(
    call: Call, answer: Answer, planned: list[tuple[str, list[Step]]]
) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    failed = 0
    for graph_id, steps in planned:
        if failed > MOST_FAILED_GRAPHS:
            responses, success = [_halted(one) for one in steps], False
        else:
            bad = next((one for one in steps if "/sobjects/" not in one.url), None)
            if bad is not None:
                raise SalesforceError(
                    "INVALID_INPUT", f"A graph takes sobjects URLs only, not {bad.url}"
                )
            responses, success = _run(call, answer, steps, all_or_none=True)
        failed += not success
        shown.append(
            {
                "graphId": graph_id,
                "graphResponse": {"compositeResponse": responses},
                "isSuccessful": success,
            }
        )
    return shown


def _run(
    call: Call, answer: Answer, steps: list[Step], all_or_none: bool
) -> tuple[list[dict[str, Any]], bool]:
    """The responses in turn, and whether every step succeeded."""
    responses: list[dict[str, Any]] = []
    results: dict[str, Any] = {}
    failures: set[str] = set()
    with call.state.one_transaction() as undo:
        for step in steps:
            if failures and all_or_none:
                break
            try:
                reply = answer(_inner(call, _filled(step, results, failures)))
            except SalesforceError as error:
                reply = Reply(status=400, body=error.body())
            if _failed(reply):
                failures.add(step.reference)
            else:
                results[step.reference] = reply.body
            responses.append(_response(step, reply))
        if failures and all_or_none:
            undo()
            done = len(responses)
            responses = [
                one
                if one["httpStatusCode"] >= 400 or _has_failed_item(one["body"])
                else _halted(step)
                for one, step in zip(responses, steps, strict=False)
            ]
            responses += [_halted(one) for one in steps[done:]]
    return responses, not failures


def _batch(call: Call, answer: Answer, wanted: list[Any], halts: bool) -> dict[str, Any]:
    results: list[dict[str, Any]] = []
    has_errors = False
    for one in wanted:
        if has_errors and halts:
            error = SalesforceError(
                "BATCH_PROCESSING_HALTED",
                "Batch processing is halted after a subrequest error.",
                status=412,
            )
            results.append({"statusCode": error.status, "result": error.body()})
            continue
        if not isinstance(one, dict) or not isinstance(one.get("url"), str):
            raise errors.parser_error("Every request of a batch has a method and a url.")
        step = Step(
            method=str(one.get("method", "GET")).upper(),
            url="/services/data/" + one["url"].removeprefix("/services/data/").lstrip("/"),
            reference="",
            body=one.get("richInput"),
            headers={},
        )
        reply = answer(_inner(call, step))
        has_errors = has_errors or reply.status >= 400
        results.append({"statusCode": reply.status, "result": _plain(reply.body)})
    return {"hasErrors": has_errors, "results": results}


def _steps(wanted: Any, most: int | None = None) -> list[Step]:
    if not isinstance(wanted, list) or not wanted:
        raise errors.parser_error("compositeRequest is a list of subrequests.")
    if most is not None and len(wanted) > most:
        raise SalesforceError(
            "LIMIT_EXCEEDED", f"Limit exceeded: {len(wanted)} subrequests, {most} allowed"
        )
    steps = [_step(one) for one in wanted]
    names = [one.reference.lower() for one in steps]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise SalesforceError(
                "INVALID_INPUT", f"Duplicate ReferenceId provided: {steps[at].reference}"
            )
    return steps


def _step(given: Any) -> Step:
    if not isinstance(given, dict):
        raise errors.parser_error("A subrequest is an object.")
    for name in ("method", "url", "referenceId"):
        if not isinstance(given.get(name), str):
            raise SalesforceError("MISSING_ARGUMENT", f"A subrequest needs {name}.")
    headers = {
        str(name).lower(): str(value) for name, value in (given.get("httpHeaders") or {}).items()
    }
    refused = sorted(_FORBIDDEN_HEADERS & set(headers))
    if refused:
        raise SalesforceError("INVALID_INPUT", f"A subrequest has no header {', '.join(refused)}.")
    return Step(
        method=given["method"].upper(),
        url=given["url"],
        reference=given["referenceId"],
        body=given.get("body"),
        headers=headers,
    )


def _is_heavy(step: Step) -> bool:
    parts = segments(step.url.partition("?")[0])[3:]
    return bool(parts) and (
        parts[0] in ("query", "queryAll") or parts[:2] == ("composite", "sobjects")
    )


def _inner(call: Call, step: Step) -> Call:
    """The call a step makes. Its URL may hold blanks as they are, as recorded."""
    path, _, query = step.url.partition("?")
    parts = segments(path)
    version = parts[2].lstrip("v") if len(parts) > 2 else ""
    if parts[:2] != ("services", "data") or not re.fullmatch(r"\d\d\.0", version):
        raise SalesforceError(
            "INVALID_INPUT", f"The url of a subrequest is no REST url: {step.url}"
        )
    return replace(
        call,
        method=step.method,
        path=parts[3:],
        version=version,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=step.headers,
        raw=b"",
        parsed=step.body,
        inside=True,
    )


def _filled(step: Step, results: Mapping[str, Any], failures: set[str]) -> Step:
    """The step with every `@{reference.path}` replaced by what it refers to."""

    def of(text: str) -> Any:
        name = re.split(r"[.\[]", text, maxsplit=1)[0]
        if name in failures:
            raise SalesforceError(
                "PROCESSING_HALTED",
                f"Invalid reference specified. No value for {text} found: {name} has failed",
            )
        if name not in results:
            raise SalesforceError(
                "PROCESSING_HALTED", f"Invalid reference specified. No value for {text} found"
            )
        value = _plain(results[name])
        for field, index in _STEP.findall(text[len(name) :]):
            try:
                value = value[int(index)] if index else value[field]
            except (KeyError, IndexError, TypeError):
                raise SalesforceError(
                    "PROCESSING_HALTED",
                    f"Invalid reference specified. No value for {text} found in {name}",
                ) from None
        return value

    def in_text(text: str) -> Any:
        whole = _REFERENCE.fullmatch(text)
        if whole is not None:
            return of(whole[1])
        return _REFERENCE.sub(lambda found: str(of(found[1])), text)

    def in_value(value: Any) -> Any:
        if isinstance(value, str):
            return in_text(value) if "@{" in value else value
        if isinstance(value, list):
            return [in_value(one) for one in value]
        if isinstance(value, dict):
            return {name: in_value(one) for name, one in value.items()}
        return value

    return replace(step, url=str(in_text(step.url)), body=in_value(step.body))


def _plain(body: Any) -> Any:
    """A body as JSON data."""
    if isinstance(body, bytes):
        return msgspec.json.decode(body) if body else None
    return body


def _failed(reply: Reply) -> bool:
    return reply.status >= 400 or _has_failed_item(reply.body)


def _has_failed_item(body: Any) -> bool:
    """Whether a collection rolled back or failed in part, which fails a composite of all or none."""
    return isinstance(body, list) and any(
        isinstance(one, dict) and one.get("success") is False for one in body
    )


def _response(step: Step, reply: Reply) -> dict[str, Any]:
    kept = ("Location", "ETag", "Last-Modified")
    return {
        "body": _plain(reply.body),
        "httpHeaders": {name: reply.headers[name] for name in kept if name in reply.headers},
        "httpStatusCode": reply.status,
        "referenceId": step.reference,
    }


def _halted(step: Step) -> dict[str, Any]:
    error = SalesforceError(
        "PROCESSING_HALTED",
        "The transaction was rolled back since another operation in the same transaction failed.",
    )
    return {
        "body": error.body(),
        "httpHeaders": {},
        "httpStatusCode": error.status,
        "referenceId": step.reference,
    }

"""
Large results: a query job of Bulk API 2.0, whose rows come as CSV in pages [bulk2-query].

One page is held at a time. The job is deleted in the end, which also ends one that nobody waits for any more.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from tandem.crm.caller import Call
from tandem.crm.salesforce.reads import Reader, Row
from tandem.errors import BudgetSpent, CrmError, Rejected, TryLater
from tandem.model import Side

__all__ = ["query_job"]

_PAGE_ROWS = 5000
_FEWEST_ROWS = 200
_LARGE_PAGE = 8_000_000
"""Bytes above which the next page has half as many rows: a description may have 32,000 characters."""
_YIELDED = 500
_FIRST_WAIT, _LONGEST_WAIT, _PATIENCE = 1.0, 30.0, 3600.0
"""Seconds between two looks at a job, growing; and how long it may take in all."""
# A whole record has at most as many characters [bulk-limits]; Python's own limit is lower.
csv.field_size_limit(max(csv.field_size_limit(), 400_000))
_NUMBERS = {"int": int, "double": float, "currency": float, "percent": float, "long": int}


class _Job(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    state: str = ""
    error_message: str = ""


_job = msgspec.json.Decoder(_Job)


async def query_job(
    reader: Reader, statement: str, types: Mapping[str, str]
) -> AsyncGenerator[list[Row], None]:
    """
    The rows of *statement*, deleted and archived ones as it wants them, in the shape of the REST API.

    *types* are the types of the fields by name, since CSV has none.
    """
    path = f"{reader.data_path}/jobs/query"
    asked = {
        "operation": "queryAll",
        "query": statement,
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    # Asking twice after a lost answer costs a job that nobody reads; Salesforce drops it after a week.
    call = Call(
        operation="create query job", method="POST", path=path, body=msgspec.json.encode(asked)
    )
    job = await reader.caller.fetch(call, _job)
    path = f"{path}/{job.id}"
    is_settled = False
    try:
        await _completed(reader, path)
        is_settled = True
        async for rows in _results(reader, path, types):
            yield rows
    finally:
        await _remove(reader, path, is_settled)


async def _completed(reader: Reader, path: str) -> None:
    wait, waited = _FIRST_WAIT, 0.0
    while True:
        job = await reader.caller.fetch(Call(operation="query job", path=path), _job)
        if job.state == "JobComplete":
            return
        if job.state in ("Failed", "Aborted"):
            raise _failed(job)
        if waited >= _PATIENCE:
            raise TryLater(
                f"Salesforce has been working on a Bulk query for {waited / 60:.0f} minutes; it will be asked again.",
                side=Side.SALESFORCE,
                operation="query job",
            )
        await reader.caller.clock.sleep(wait)
        waited += wait
        wait = min(wait * 2, _LONGEST_WAIT)


def _failed(job: _Job) -> CrmError:
    """A statement that is wrong stays so; anything else may go better next time."""
    code = job.error_message.partition(":")[0].strip()
    is_statement = code.startswith(("INVALID", "MALFORMED")) and code != "INVALID_QUERY_LOCATOR"
    return (Rejected if is_statement else TryLater)(
        f"Salesforce's Bulk query ended as {job.state}: {job.error_message or 'no reason given'}",
        side=Side.SALESFORCE,
        operation="query job",
        code=code,
    )


async def _results(
    reader: Reader, path: str, types: Mapping[str, str]
) -> AsyncGenerator[list[Row], None]:
    locator: str | None = None
    size = _PAGE_ROWS
    while True:
        after = f"&locator={quote(locator, safe='')}" if locator else ""
        call = Call(
            operation="query job results",
            path=f"{path}/results?maxRecords={size}{after}",
            headers={"Accept": "text/csv"},
            timeout=300.0,
        )
        response = await reader.caller.send(call)
        for rows in _batches(response.body, types):
            yield rows
        locator = response.headers.get("sforce-locator")
        if not locator or locator == "null":
            return
        if len(response.body) > _LARGE_PAGE:
            size = max(size // 2, _FEWEST_ROWS)


def _batches(body: bytes, types: Mapping[str, str]) -> Iterator[list[Row]]:
    try:
        lines = csv.reader(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""))
        header = next(lines, [])
        columns = [(tuple(name.split(".")), types.get(name, "")) for name in header]
        rows: list[Row] = []
        for line in lines:
            rows.append(_row(columns, line))
            if len(rows) == _YIELDED:
                yield rows
                rows = []
        if rows:
            yield rows
    except (csv.Error, UnicodeDecodeError) as error:
        raise TryLater(
            f"Salesforce's Bulk result cannot be read as CSV ({error}).",
            side=Side.SALESFORCE,
            operation="query job results",
        ) from error


def _row(columns: list[tuple[tuple[str, ...], str]], line: list[str]) -> Row:
    """A line as REST would give the record; a relation that leads nowhere is None."""
    if len(line) != len(columns):
        raise csv.Error(f"a line has {len(line)} values for {len(columns)} columns")
    row: Row = {}
    for (path, kind), text in zip(columns, line, strict=True):
        value = _value(text, kind)
        if len(path) == 1:
            row[path[0]] = value
        elif value is not None:
            row[path[0]] = {**(row.get(path[0]) or {}), path[-1]: value}
        else:
            row.setdefault(path[0], None)
    return row


def _value(text: str, kind: str) -> Any:
    """CSV does not tell an empty text from none, and Salesforce keeps no empty texts."""
    if kind == "boolean":
        return text.lower() == "true"
    if not text:
        return None
    if kind == "datetime" and text.endswith("Z"):
        return f"{text[:-1]}+0000"  # as REST spells them
    return _NUMBERS[kind](text) if kind in _NUMBERS else text


async def _remove(reader: Reader, path: str, is_settled: bool) -> None:
    # What was read is read: a job that cannot be removed now is dropped by Salesforce after a week.
    with contextlib.suppress(CrmError, BudgetSpent):
        if not is_settled:
            stop = msgspec.json.encode({"state": "Aborted"})
            call = Call(operation="abort query job", method="PATCH", path=path, body=stop)
            with contextlib.suppress(Rejected):
                await reader.caller.send(call)
        await reader.caller.send(Call(operation="delete query job", method="DELETE", path=path))

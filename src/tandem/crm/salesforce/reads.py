"""Queries of any length, and what they are asked for: tasks, people, accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.salesforce.composite import HEAVY_PARTS, Part, ask
from tandem.errors import TryLater
from tandem.model import Side

__all__ = ["Answer", "Query", "QueryStyle", "Reader", "Row", "unique"]

Row = dict[str, Any]

_URL_LIMIT = 12_000
"""URI and headers may have 16,384 bytes together [soql-limits]; tokens can be long."""


class QueryStyle:
    """
    How a statement too long for a URL is sent. Inside a composite call its text travels in the body,
    which follows from the documents but is stated nowhere; as several GETs it works in any case.
    """

    COMPOSITE = "composite"
    GET = "get"


@dataclass(frozen=True, slots=True)
class Query:
    """A statement; *everything* includes the recycle bin and the archive (``queryAll``)."""

    soql: str
    everything: bool = False


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """One page of a query's result [queryopt]."""

    records: list[Row] = []
    done: bool = True
    next_records_url: str | None = None
    total_size: int = 0


_answer = msgspec.json.Decoder(Answer)


class Reader:
    """
    Runs queries against one org, as few calls as their lengths allow.

    ``list_size`` is how many ids or addresses a caller should put into one statement.
    """

    def __init__(self, caller: Caller, data_path: str, style: str) -> None:
        self.caller = caller
        self.data_path = data_path
        self._style = style

    @property
    def takes_long(self) -> bool:
        return self._style == QueryStyle.COMPOSITE

    @property
    def list_size(self) -> int:
        return 1000 if self.takes_long else 200

    def path_of(self, query: Query) -> str:
        resource = "queryAll" if query.everything else "query"
        return f"{self.data_path}/{resource}?q={quote(query.soql, safe='')}"

    async def run(self, operation: str, queries: Sequence[Query]) -> list[list[Row]]:
        """The complete result of each query, in their order."""
        if not queries:
            return []
        if self.takes_long and (len(queries) > 1 or len(self.path_of(queries[0])) > _URL_LIMIT):
            groups = [
                queries[start : start + HEAVY_PARTS]
                for start in range(0, len(queries), HEAVY_PARTS)
            ]
            pages = await asyncio.gather(*(self._together(operation, group) for group in groups))
            firsts = [page for group in pages for page in group]
        else:
            firsts = await asyncio.gather(*(self._one(operation, query) for query in queries))
        return list(await asyncio.gather(*(self._rest(operation, page) for page in firsts)))

    async def run_one(self, operation: str, soql: str, *, everything: bool = False) -> list[Row]:
        (rows,) = await self.run(operation, [Query(soql, everything)])
        return rows

    async def collect(self, operation: str, queries: Iterable[Query]) -> list[Row]:
        """The rows of all queries together."""
        return [row for rows in await self.run(operation, list(queries)) for row in rows]

    async def pages(
        self, operation: str, query: Query, *, gives_up_on: frozenset[str] = frozenset()
    ) -> AsyncGenerator[list[Row], None]:
        """The result page by page, however small Salesforce makes them; for codes see `Call`."""
        page = await self.first_page(operation, query, gives_up_on=gives_up_on)
        while True:
            yield page.records
            if page.done or not page.next_records_url:
                return
            page = await self.caller.fetch(
                Call(
                    operation=f"{operation} (next page)",
                    path=page.next_records_url,
                    gives_up_on=gives_up_on,
                ),
                _answer,
            )

    async def first_page(
        self, operation: str, query: Query, *, gives_up_on: frozenset[str] = frozenset()
    ) -> Answer:
        path = self.path_of(query)
        if len(path) > _URL_LIMIT and self.takes_long:
            (page,) = await self._together(operation, [query])
            return page
        call = Call(operation=operation, path=path, gives_up_on=gives_up_on)
        return await self.caller.fetch(call, _answer)

    async def _together(self, operation: str, queries: Sequence[Query]) -> list[Answer]:
        parts = [Part(method="GET", url=self.path_of(query)) for query in queries]
        answers = await ask(self.caller, operation, self.data_path, parts)
        try:
            return [_answer.decode(answer.body) for answer in answers]
        except msgspec.DecodeError as error:
            raise TryLater(
                f"Salesforce answered '{operation}' with something else than query results.",
                side=Side.SALESFORCE,
                operation=operation,
            ) from error

    async def _one(self, operation: str, query: Query) -> Answer:
        return await self.caller.fetch(Call(operation=operation, path=self.path_of(query)), _answer)

    async def _rest(self, operation: str, page: Answer) -> list[Row]:
        rows = page.records
        while not page.done and page.next_records_url:
            call = Call(operation=f"{operation} (next page)", path=page.next_records_url)
            page = await self.caller.fetch(call, _answer)
            rows = [*rows, *page.records]
        return rows


def unique(values: Collection[str]) -> list[str]:
    return list(dict.fromkeys(values))

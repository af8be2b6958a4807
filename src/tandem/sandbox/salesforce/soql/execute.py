"""A statement run against an organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.aggregation import Aggregation, is_aggregate
from tandem.sandbox.salesforce.soql.errors import QueryError, malformed
from tandem.sandbox.salesforce.soql.parser import parse
from tandem.sandbox.salesforce.soql.rules import Rules
from tandem.sandbox.salesforce.soql.selection import ChildSelection, Selection, from_object
from tandem.sandbox.salesforce.soql.shape import Record, Shape
from tandem.sandbox.salesforce.soql.source import ObjectType, Source, Visibility
from tandem.sandbox.salesforce.soql.terms import Setting

MAX_CHILD_QUERIES = 20
_DEFAULT_RULES = Rules()


class Records:
    """
    The records of an answer, made when they are read: a page at a time.

    As with the platform's locators, which rows there are is settled when the query runs, what they
    say when the page is fetched.
    """

    def __init__(self, rows: Sequence[Any], shape: Shape | None) -> None:
        self._rows = rows
        self._shape = shape

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> Sequence[Any]:
        """The rows behind the records, in the same order."""
        return self._rows

    def only(self, wanted: Callable[[Any], bool]) -> Records:
        """The records of those rows that are *wanted*."""
        return Records([row for row in self._rows if wanted(row)], self._shape)

    def page(self, start: int, stop: int) -> list[Record]:
        """The records from *start* up to *stop*."""
        rows = self._rows[start:stop]
        return list(rows) if self._shape is None else self._shape.records(rows)

    def __iter__(self) -> Iterator[Record]:
        for start in range(0, len(self), 2_000):
            yield from self.page(start, start + 2_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    *total_size* counts all records, or for ``SELECT COUNT()``, which has none, what it counted.

    *columns* and *kinds* are the dotted names and describe types of the selected values.
    """

    object_name: str
    total_size: int
    records: Records
    columns: tuple[str, ...]
    kinds: tuple[str, ...] = ()


def execute(
    statement: str,
    source: Source,
    *,
    version: str,
    visibility: Visibility = Visibility.QUERY,
    rules: Rules = _DEFAULT_RULES,
) -> Result:
    """
    Run a statement for the source's user.

    *version* (``62.0``) goes into the URLs of the records. Raises QueryError for everything
    Salesforce answers with 400.
    """
    query = parse(statement)
    setting = Setting(
        statement=statement, source=source, rules=rules, visibility=visibility, version=version
    )
    try:
        return _run(query, setting)
    except RecursionError:
        raise QueryError("QUERY_TOO_COMPLICATED", "The query is nested too deeply.") from None


def _run(query: m.Query, setting: Setting) -> Result:
    owner = from_object(query, setting)
    if query.is_bare_count:
        rows = Selection(query, owner, setting).bounded()
        return Result(
            object_name=owner.name, total_size=len(rows), records=Records((), None), columns=()
        )
    if is_aggregate(query):
        return _run_aggregate(query, owner, setting)
    selection = Selection(query, owner, setting)
    children = [
        ChildSelection(item.query, owner, setting)
        for item in query.items
        if isinstance(item, m.ChildQuery)
    ]
    _check_children(query, children, setting)
    shape = Shape(selection.scope, query, children)
    records = Records(selection.bounded(), shape)
    return Result(
        object_name=owner.name,
        total_size=len(records),
        records=records,
        columns=tuple(shape.columns),
        kinds=tuple(shape.kinds),
    )


def _run_aggregate(query: m.Query, owner: ObjectType, setting: Setting) -> Result:
    selection = Selection(query, owner, setting, orders=False)
    grouping = Aggregation(selection.scope, query, selection.select_ids)
    found = grouping.records(selection.rows())
    return Result(
        object_name=owner.name,
        total_size=len(found),
        records=Records(found, None),
        columns=tuple(grouping.columns),
    )


def _check_children(query: m.Query, children: Sequence[ChildSelection], setting: Setting) -> None:
    if len(children) > MAX_CHILD_QUERIES:
        text = f"a query has at most {MAX_CHILD_QUERIES} sub-queries"
        raise QueryError("MALFORMED_QUERY", text)
    seen: set[str] = set()
    for child in children:
        if child.key in seen:
            raise malformed(setting.statement, child.at, f"duplicate field selected: {child.key}")
        seen.add(child.key)

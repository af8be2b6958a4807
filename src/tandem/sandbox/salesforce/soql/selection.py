"""FROM, WHERE, ORDER BY, LIMIT: the rows of a query, of its sub-queries and of its semi-joins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.aggregation import is_aggregate
from tandem.sandbox.salesforce.soql.conditions import Conditions, Filter
from tandem.sandbox.salesforce.soql.errors import (
    QueryError,
    malformed,
    no_such_object,
    no_such_relationship,
    not_simulated,
)
from tandem.sandbox.salesforce.soql.literals import instant_text, read_instant
from tandem.sandbox.salesforce.soql.ordering import ordered, sort_keys
from tandem.sandbox.salesforce.soql.shape import Record, Shape
from tandem.sandbox.salesforce.soql.source import Hint, Lookup, ObjectType, Range, Row
from tandem.sandbox.salesforce.soql.terms import Scope, Setting, Term

MAX_OFFSET = 2_000
_ACTIVITIES = ("Task", "Event")
_STAMP = "SystemModstamp"
_FIRST_WINDOW = timedelta(hours=1)
_WIDEST_WINDOW = timedelta(days=3650)


def from_object(query: m.Query, setting: Setting) -> ObjectType:
    """The object a query reads, once nothing in the query is beyond the sandbox."""
    path = query.sources[0].path
    owner = setting.source.object_type(path.text)
    if owner is None or not owner.queryable:
        raise no_such_object(setting.statement, path.at, path.text)
    _refuse_unsupported(query, setting)
    return owner


def _refuse_unsupported(query: m.Query, setting: Setting) -> None:
    """What parses but would otherwise be silently ignored."""
    statement = setting.statement
    if query.all_rows:
        raise malformed(statement, query.all_rows.at, "ALL ROWS not allowed in this context")
    for mode in query.access_modes:
        raise malformed(statement, mode.at, f"{mode.name} is only allowed in Apex code")
    if query.data_categories:
        raise not_simulated(statement, query.sources[0].path.at, "WITH DATA CATEGORY")
    for clause in query.for_clauses:
        raise not_simulated(statement, clause.at, f"FOR {clause.name.upper()}")
    for clause in query.updates:
        raise not_simulated(statement, clause.at, f"UPDATE {clause.name.upper()}")
    if query.having and query.group_by is None:
        raise QueryError("MALFORMED_QUERY", "HAVING needs a GROUP BY clause")
    if query.offset is not None and query.offset > MAX_OFFSET:
        raise QueryError(
            "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}"
        )


class Selection:
    """FROM, WHERE, ORDER BY, LIMIT and OFFSET of one query."""

    def __init__(
        self, query: m.Query, owner: ObjectType, setting: Setting, *, orders: bool = True
    ) -> None:
        self._query = query
        self._setting = setting
        self.scope = Scope(setting, owner, query)
        filters = [self._scope_filter()]
        if query.where is not None:
            conditions = Conditions(setting, self.scope.term, self.select_ids)
            filters.append(conditions.filter(query.where))
        self._tests = tuple(one.test for one in filters if one is not None)
        self._hints = tuple(hint for one in filters if one is not None for hint in one.hints)
        self._keys = sort_keys(query.order_by, self.scope.term, setting) if orders else ()

    def _scope_filter(self) -> Filter | None:
        """USING SCOPE: what it means is [soql-scope]; the others need features the sandbox lacks."""
        clause = self._query.scope
        if clause is None or clause.name.lower() == "everything":
            return None
        user = self._setting.source.user_id
        owner = self.scope.owner
        name = clause.name.lower()
        if name == "mine" and owner.field("OwnerId"):
            hint = Lookup(field="OwnerId", values=(user,))
            return Filter(test=lambda row: row.get("OwnerId") == user, hints=(hint,))
        if name == "delegated" and owner.name in _ACTIVITIES:
            return Filter(
                test=lambda row: row.get("OwnerId") != user and row.get("CreatedById") == user
            )
        raise not_simulated(self._setting.statement, clause.at, f"USING SCOPE {clause.name}")

    def select_ids(self, query: m.Query, outer: Term) -> frozenset[str]:
        """The ids a semi-join compares with."""
        return _select_ids(query, outer, self.scope, self._setting)

    def rows(self, *more: Hint) -> Iterator[Row]:
        """Every row that satisfies the conditions, in no order."""
        return self._tested((*self._hints, *more))

    def _tested(self, hints: Sequence[Hint]) -> Iterator[Row]:
        name = self.scope.owner.name
        found: Iterable[Row] = self._setting.source.rows(
            name, visibility=self._setting.visibility, hints=hints
        )
        for test in self._tests:
            found = filter(test, found)
        if name in _ACTIVITIES and self._counts_parents:
            return self._within_parents(found)
        return iter(found)

    @property
    def _counts_parents(self) -> bool:
        return self._setting.rules.distinct_parents > 0 and not self._setting.source.views_all

    def _within_parents(self, rows: Iterable[Row]) -> Iterator[Row]:
        most = self._setting.rules.distinct_parents
        seen: set[object] = set()
        for row in rows:
            seen.add(row.get("WhoId"))
            seen.add(row.get("WhatId"))
            if len(seen) - (None in seen) > most:
                raise QueryError("OPERATION_TOO_LARGE", f"exceeded {most} distinct who/what's")
            yield row

    def in_order(self, *more: Hint, at_most: int | None = None) -> list[Row]:
        return ordered(self.rows(*more), self._keys, at_most)

    def bounded(self) -> list[Row]:
        """The rows in order, from OFFSET on, LIMIT of them."""
        start, limit = self._query.offset or 0, self._query.limit
        end = None if limit is None else start + limit
        if end is not None and not self._keys:
            return list(islice(self.rows(), start, end))
        since = self._since()
        if end is not None and since is not None:
            return self._in_windows(since, end)[start:end]
        return self.in_order(at_most=end)[start:end]

    def _since(self) -> Range | None:
        """The range of stamps, if the rows are wanted from its beginning on in their order."""
        first = self._query.order_by[0] if self._query.order_by else None
        if first is None or first.descending or any(isinstance(h, Lookup) for h in self._hints):
            return None
        if not isinstance(first.operand, m.Path):
            return None
        if self.scope.term(first.operand).signature != _STAMP:
            return None
        ranges = [hint for hint in self._hints if isinstance(hint, Range) and hint.low]
        return next((one for one in ranges if one.field == _STAMP), None)

    def _in_windows(self, since: Range, wanted: int) -> list[Row]:
        """
        The first rows of a range, read in windows that grow.

        Readers page by ``SystemModstamp >= x ORDER BY SystemModstamp, Id LIMIT n``: a page must not
        cost a look at all that is newer.
        """
        found: list[Row] = []
        low, step = read_instant(since.low or ""), _FIRST_WINDOW
        while len(found) < wanted:
            is_last = step > _WIDEST_WINDOW or (
                since.high is not None and instant_text(low + step) >= since.high
            )
            high = since.high if is_last else instant_text(low + step)
            window = Range(field=_STAMP, low=instant_text(low), high=high)
            others = [hint for hint in self._hints if hint is not since]
            found += ordered(_inside(self._tested((*others, window)), window), self._keys, None)
            if is_last:
                break
            low, step = low + step, step * 2
        return found


def _inside(rows: Iterable[Row], window: Range) -> Iterator[Row]:
    """The rows of one window: what a source offers may lie outside it."""
    for row in rows:
        stamp = row.get(window.field)
        if not isinstance(stamp, str) or stamp < (window.low or ""):
            continue
        if window.high is None or stamp < window.high:
            yield row


class ChildSelection:
    """A sub-query in SELECT: the children of each parent, each with its own LIMIT."""

    def __init__(self, query: m.Query, parent: ObjectType, setting: Setting) -> None:
        path = query.sources[0].path
        parts = path.parts[1:] if path.parts[0].lower() == parent.name.lower() else path.parts
        relationship = parent.child(parts[0]) if len(parts) == 1 else None
        owner = setting.source.object_type(relationship.child_object) if relationship else None
        if relationship is None or owner is None:
            raise no_such_relationship(
                setting.statement, path.at, path.parts[-1], "FROM part of query call"
            )
        _refuse_unsupported(query, setting)
        if is_aggregate(query):
            raise malformed(
                setting.statement, query.at, "a sub-query can not use aggregate functions"
            )
        self.key = relationship.name
        self.at = query.at
        self._reference = relationship.field
        self._query = query
        self._selection = Selection(query, owner, setting)
        children = [
            ChildSelection(item.query, owner, setting)
            for item in query.items
            if isinstance(item, m.ChildQuery)
        ]
        self._shape = Shape(self._selection.scope, query, children)

    def below(self, parent_ids: Sequence[str]) -> dict[str, list[Record]]:
        """The children of these parents; a parent without any is absent."""
        wanted = frozenset(parent_ids)
        found: dict[str, list[Row]] = {}
        for row in self._selection.in_order(
            Lookup(field=self._reference, values=tuple(sorted(wanted)))
        ):
            parent = row.get(self._reference)
            if isinstance(parent, str) and parent in wanted:
                found.setdefault(parent, []).append(row)
        start, limit = self._query.offset or 0, self._query.limit
        end = None if limit is None else start + limit
        return {parent: self._shape.records(rows[start:end]) for parent, rows in found.items()}


def _select_ids(query: m.Query, outer: Term, scope: Scope, setting: Setting) -> frozenset[str]:
    """
    The ids a sub-query in WHERE yields.

    Its limits are [soql-joins]: ids on both sides, one selected field, no COUNT, ORDER BY or LIMIT,
    and never the outer object against itself by Id.
    """
    statement = setting.statement
    item = query.items[0]
    if len(query.items) != 1 or not isinstance(item, m.Column) or query.group_by:
        raise malformed(statement, query.at, "semi join sub-selects can only select one field")
    if query.order_by or query.limit is not None or query.offset is not None:
        raise malformed(
            statement, query.at, "semi join sub-selects do not support ORDER BY, LIMIT and OFFSET"
        )
    if outer.type not in ("id", "reference"):
        raise malformed(
            statement, outer.at, f"The left operand '{outer.label}' in a semi join must be an id"
        )
    owner = from_object(query, setting)
    if owner.name == scope.owner.name and outer.type == "id":
        raise malformed(
            statement,
            query.at,
            "The inner and outer selects should not be on the same object type",
        )
    selection = Selection(query, owner, setting)
    term = selection.scope.term(item.operand)
    if term.type not in ("id", "reference"):
        raise malformed(statement, term.at, f"The selected field '{term.label}' must be an id")
    read = term.read
    return frozenset(
        value for row in selection.rows() if isinstance(value := read(row), str) and value
    )

"""Text to `Query`. The grammar is in ``soql.lark``; what it refuses becomes MALFORMED_QUERY."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path as FilePath
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.errors import QueryError, malformed

MAX_STATEMENT = 100_000
MAX_STRING = 4_000

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_KINDS = {
    "STRING": m.LiteralKind.STRING,
    "DATETIME": m.LiteralKind.DATETIME,
    "DATE": m.LiteralKind.DATE,
    "TIME": m.LiteralKind.TIME,
    "NUMBER": m.LiteralKind.NUMBER,
    "CURRENCY": m.LiteralKind.CURRENCY,
    "BOOLEAN": m.LiteralKind.BOOLEAN,
    "NULL": m.LiteralKind.NULL,
    "DATE_LITERAL": m.LiteralKind.DATE_LITERAL,
}


@lru_cache(maxsize=128)
def parse(text: str) -> m.Query:
    """
    The statement as values, names still unresolved.

    Raises QueryError (MALFORMED_QUERY) for what REST refuses, Apex binds among it. Limits of
    statement and string length are [soql-limits].
    """
    if len(text) > MAX_STATEMENT:
        raise QueryError(
            "MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_STATEMENT} characters."
        )
    try:
        tree = _grammar().parse(text)
    except UnexpectedToken as error:
        raise _unexpected(text, error) from None
    except UnexpectedCharacters as error:
        raise _unreadable(text, error.pos_in_stream or 0) from None
    try:
        return _Build(text).transform(tree)  # type: ignore[no-any-return]
    except VisitError as error:
        raise error.orig_exc from None
    except RecursionError:
        raise QueryError("QUERY_TOO_COMPLICATED", "The query is nested too deeply.") from None


@cache
def _grammar() -> Lark:
    grammar = FilePath(__file__).with_name("soql.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _unexpected(text: str, error: UnexpectedInput) -> QueryError:
    token = getattr(error, "token", None)
    if token is None or token.type == "$END":
        return malformed(text, len(text), "unexpected token: '<EOF>'")
    return malformed(text, token.start_pos, f"unexpected token: '{token}'")


def _unreadable(text: str, at: int) -> QueryError:
    """No token starts here: an Apex bind, an open string, a word or sign out of place."""
    if text[at] == ":":
        return malformed(text, at, "Bind variables only allowed in Apex code")
    if text[at] == "'" and not _STRING.match(text, at):
        return malformed(text, at, "unexpected token: '<EOF>'")
    word = re.compile(r"[a-z0-9_.]+", re.IGNORECASE).match(text, at)
    if word or text[at] in "'()=<>!,.+-":
        found = word.group() if word else text[at]
        return malformed(text, at, f"unexpected token: '{found}'")
    row = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at) - 1
    return QueryError(
        "MALFORMED_QUERY", f"line {row}:{column} no viable alternative at character '{text[at]}'"
    )


class _Build(Transformer[Token, Any]):
    """One method for each rule of the grammar, named after it."""

    def __init__(self, text: str) -> None:
        super().__init__(visit_tokens=False)
        self._text = text

    def start(self, children: list[Any]) -> m.Query:
        query: m.Query = children[0]
        return query

    def query(self, children: list[Any]) -> m.Query:
        parts: dict[str, Any] = {"access_modes": (), "data_categories": (), "for_clauses": ()}
        for child in children:
            if isinstance(child, tuple):
                name, value = child
                parts[name] = parts[name] + value if name in _REPEATED else value
        return m.Query(text=self._text, at=_start(children[0]), **parts)

    def items(self, children: list[Any]) -> tuple[str, tuple[m.SelectItem, ...]]:
        return "items", tuple(children)

    def column(self, children: list[Any]) -> m.Column:
        return m.Column(operand=children[0], alias=children[1] if len(children) > 1 else None)

    @v_args(inline=True)
    def alias(self, name: Token) -> str:
        return str(name)

    def child_query(self, children: list[Any]) -> m.ChildQuery:
        return m.ChildQuery(query=children[1], at=_start(children[0]))

    def type_of(self, children: list[Any]) -> m.TypeOf:
        branches = tuple(child for child in children if isinstance(child, m.Branch))
        otherwise = children[-2] if isinstance(children[-2], tuple) else ()
        return m.TypeOf(
            path=children[1], branches=branches, otherwise=otherwise, at=_start(children[0])
        )

    def branch(self, children: list[Any]) -> m.Branch:
        name = children[1]
        return m.Branch(object_name=str(name), fields=children[3], at=_start(name))

    def otherwise(self, children: list[Any]) -> tuple[m.Path, ...]:
        fields: tuple[m.Path, ...] = children[1]
        return fields

    def path_list(self, children: list[Any]) -> tuple[m.Path, ...]:
        return tuple(children)

    def path(self, children: list[Any]) -> m.Path:
        return m.Path(parts=tuple(str(part) for part in children), at=_start(children[0]))

    def call(self, children: list[Any]) -> m.Call:
        name, *arguments = children
        return m.Call(name=str(name), arguments=tuple(arguments), at=_start(name))

    def sources(self, children: list[Any]) -> tuple[str, tuple[m.From, ...]]:
        return "sources", tuple(children)

    def source(self, children: list[Any]) -> m.From:
        alias = str(children[-1]) if len(children) > 1 else None
        return m.From(path=children[0], alias=alias)

    def scope(self, children: list[Any]) -> tuple[str, m.Clause]:
        return "scope", _clause(children[-1])

    def where(self, children: list[Any]) -> tuple[str, m.Condition]:
        return "where", children[1]

    def having(self, children: list[Any]) -> tuple[str, m.Condition]:
        return "having", children[1]

    def all_of(self, children: list[Any]) -> m.AllOf:
        return m.AllOf(parts=tuple(children[::2]))

    def any_of(self, children: list[Any]) -> m.AnyOf:
        return m.AnyOf(parts=tuple(children[::2]))

    def negation(self, children: list[Any]) -> m.Not:
        return m.Not(part=children[1])

    def comparison(self, children: list[Any]) -> m.Comparison:
        operand, sign, value = children
        sign = str(sign).upper()
        operator = m.Operator("!=" if sign == "<>" else sign)
        return m.Comparison(operand=operand, operator=operator, value=value)

    def membership(self, children: list[Any]) -> m.Membership:
        return m.Membership(operand=children[0], negated=len(children) == 4, values=children[-1])

    def inclusion(self, children: list[Any]) -> m.Inclusion:
        operand, word, values = children
        return m.Inclusion(operand=operand, excludes=word.type == "EXCLUDES", values=values)

    def string_list(self, children: list[Any]) -> tuple[m.Literal, ...]:
        token = children[0]
        return tuple(
            self._string(found.group(), _start(token) + found.start())
            for found in _STRING.finditer(token)
        )

    def value_list(self, children: list[Any]) -> tuple[m.Literal, ...]:
        return tuple(children)

    def literal(self, children: list[Any]) -> m.Literal:
        token = children[0]
        if token.type == "STRING":
            return self._string(str(token), _start(token))
        return m.Literal(kind=_KINDS[token.type], text=str(token), at=_start(token))

    def _string(self, text: str, at: int) -> m.Literal:
        if len(text) - 2 > MAX_STRING:
            raise malformed(
                self._text, at, f"a string in a WHERE clause has at most {MAX_STRING} characters"
            )
        return m.Literal(kind=m.LiteralKind.STRING, text=text, at=at)

    def with_categories(self, children: list[Any]) -> tuple[str, tuple[m.DataCategory, ...]]:
        return "data_categories", _only(m.DataCategory, children)

    def category(self, children: list[Any]) -> m.DataCategory:
        group, selector, *categories = (str(child) for child in children)
        return m.DataCategory(group=group, selector=selector.upper(), categories=tuple(categories))

    def with_mode(self, children: list[Any]) -> tuple[str, tuple[m.Clause, ...]]:
        return "access_modes", (_clause(children[1]),)

    def group_by(self, children: list[Any]) -> tuple[str, m.GroupBy]:
        operands = children[2:]
        first = operands[0]
        if isinstance(first, m.Call) and first.name.upper() in ("ROLLUP", "CUBE"):
            return "group_by", self._subtotals(first, operands)
        return "group_by", m.GroupBy(kind=m.GroupKind.PLAIN, operands=tuple(operands))

    def _subtotals(self, call: m.Call, operands: list[Any]) -> m.GroupBy:
        fields = tuple(arg for arg in call.arguments if not isinstance(arg, m.Literal))
        if len(operands) > 1 or not fields or len(fields) < len(call.arguments):
            raise malformed(self._text, call.at, f"unexpected token: '{call.name}'")
        return m.GroupBy(kind=m.GroupKind[call.name.upper()], operands=fields)

    def order_by(self, children: list[Any]) -> tuple[str, tuple[m.Order, ...]]:
        return "order_by", _only(m.Order, children)

    def order(self, children: list[Any]) -> m.Order:
        words = [str(token).upper() for token in children[1:]]
        nulls_first = words[-1] == "FIRST" if "NULLS" in words else None
        return m.Order(operand=children[0], descending="DESC" in words, nulls_first=nulls_first)

    def limit(self, children: list[Any]) -> tuple[str, int]:
        return "limit", int(children[1])

    def offset(self, children: list[Any]) -> tuple[str, int]:
        return "offset", int(children[1])

    def all_rows(self, children: list[Any]) -> tuple[str, m.Clause]:
        return "all_rows", _clause(children[0])

    def for_clause(self, children: list[Any]) -> tuple[str, tuple[m.Clause, ...]]:
        return "for_clauses", (_clause(children[1]),)

    def updates(self, children: list[Any]) -> tuple[str, tuple[m.Clause, ...]]:
        return "updates", tuple(_clause(token) for token in children[1:])


_REPEATED = frozenset({"access_modes", "data_categories", "for_clauses"})


def _only(kind: type[Any], children: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(child for child in children if isinstance(child, kind))


def _clause(token: Token) -> m.Clause:
    return m.Clause(name=str(token), at=_start(token))


def _start(token: Token) -> int:
    return int(token.start_pos or 0)

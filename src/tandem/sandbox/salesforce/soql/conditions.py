"""WHERE and HAVING as functions of a row, and what indexes may make of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from tandem.sandbox.salesforce.soql import model as m
from tandem.sandbox.salesforce.soql.errors import QueryError, invalid_field, located, malformed
from tandem.sandbox.salesforce.soql.literals import BadEscape, like_pattern
from tandem.sandbox.salesforce.soql.source import Hint, Lookup, Range, text_key
from tandem.sandbox.salesforce.soql.terms import Read, Setting, Term
from tandem.sandbox.salesforce.soql.wanted import (
    IDS,
    TEXTS,
    Single,
    Span,
    Wanted,
    following,
    wanted,
)

Test: TypeAlias = Callable[[Any], bool]
SelectIds: TypeAlias = Callable[[m.Query, Term], frozenset[str]]

_ORDERINGS: dict[m.Operator, Callable[[Any, Any], bool]] = {
    m.Operator.LESS: operator.lt,
    m.Operator.LESS_OR_EQUAL: operator.le,
    m.Operator.GREATER: operator.gt,
    m.Operator.GREATER_OR_EQUAL: operator.ge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Whether a row is wanted, and hints that hold for every wanted row."""

    test: Test
    hints: tuple[Hint, ...] = ()


class Conditions:
    """
    Turns conditions into filters.

    Logic is two-valued: a comparison with an empty field is false except ``!=`` and ``= null``, and
    NOT turns it round. *term* resolves operands, *select_ids* runs the sub-query of a semi-join.
    """

    def __init__(
        self, setting: Setting, term: Callable[[m.Operand], Term], select_ids: SelectIds
    ) -> None:
        self._setting = setting
        self._term = term
        self._select_ids = select_ids

    def filter(self, condition: m.Condition) -> Filter:
        match condition:
            case m.AllOf():
                return self._all(condition.parts)
            case m.AnyOf():
                tests = tuple(self.filter(part).test for part in condition.parts)
                return Filter(test=lambda row: any(test(row) for test in tests))
            case m.Not():
                test = self.filter(condition.part).test
                return Filter(test=lambda row: not test(row))
            case m.Comparison():
                return self._comparison(condition)
            case m.Membership():
                return self._membership(condition)
            case m.Inclusion():
                return self._inclusion(condition)
            case never:
                assert_never(never)

    def _all(self, parts: Sequence[m.Condition]) -> Filter:
        filters = [self.filter(part) for part in parts]
        tests = tuple(one.test for one in filters)
        hints = _merged([hint for one in filters for hint in one.hints])
        return Filter(test=lambda row: all(test(row) for test in tests), hints=hints)

    def _filterable(self, operand: m.Operand) -> Term:
        term = self._term(operand)
        if term.field is not None and not term.field.filterable:
            raise invalid_field(
                self._setting.statement,
                term.at,
                f"field '{term.label}' can not be filtered in a query call",
            )
        return term

    def _comparison(self, condition: m.Comparison) -> Filter:
        term = self._filterable(condition.operand)
        if condition.operator is m.Operator.LIKE:
            return Filter(test=self._like(term, condition.value))
        want = wanted(condition.value, term, self._setting)
        fold = self._fold(term)
        if condition.operator in _ORDERINGS and term.type in ("boolean", "multipicklist"):
            raise self._bad_operator(term, condition.operator.value)
        test = _comparing(_folded(term.read, fold), condition.operator, _fold_wanted(want, fold))
        return Filter(test=test, hints=_comparison_hints(term, condition.operator, want))

    def _fold(self, term: Term) -> Callable[[str], str] | None:
        """How texts are made comparable; None where they are compared as they are."""
        if term.type not in TEXTS and term.type != "multipicklist":
            return None
        if self._setting.rules.case_matters or (term.field and term.field.case_sensitive):
            return None
        return text_key

    def _bad_operator(self, term: Term, sign: str) -> QueryError:
        text = "invalid operator on id field" if term.type in IDS else f"invalid operator: {sign}"
        return QueryError(
            "INVALID_QUERY_FILTER_OPERATOR", located(self._setting.statement, term.at, text)
        )

    def _like(self, term: Term, literal: m.Literal) -> Test:
        if term.type not in TEXTS:
            raise self._bad_operator(term, "LIKE")
        if literal.kind is not m.LiteralKind.STRING:
            want = wanted(literal, term, self._setting)
            return _comparing(term.read, m.Operator.EQUAL, want)
        fold = self._fold(term)
        try:
            pattern = like_pattern(literal.text, fold=fold or str)
        except BadEscape as escape:
            raise malformed(
                self._setting.statement,
                literal.at,
                f"Invalid string literal {literal.text}. Illegal character sequence '{escape}' in string literal.",
            ) from None
        read, matches = _folded(term.read, fold), pattern.fullmatch

        def test(row: Any) -> bool:
            value = read(row)
            return isinstance(value, str) and matches(value) is not None

        return test

    def _membership(self, condition: m.Membership) -> Filter:
        term = self._filterable(condition.operand)
        if isinstance(condition.values, m.Query):
            ids: frozenset[Single] = frozenset(self._select_ids(condition.values, term))
            return self._member(term, ids, (), condition.negated)
        fold = self._fold(term)
        wants = [
            _fold_wanted(wanted(literal, term, self._setting), fold) for literal in condition.values
        ]
        spans = tuple(want for want in wants if isinstance(want, Span))
        singles = frozenset(want for want in wants if not isinstance(want, Span))
        return self._member(term, singles, spans, condition.negated)

    def _member(
        self, term: Term, singles: frozenset[Single], spans: tuple[Span, ...], negated: bool
    ) -> Filter:
        read = _folded(term.read, self._fold(term))
        if not negated:
            hints = _membership_hints(term, singles, spans)
            return Filter(test=_in(read, singles, spans), hints=hints)
        inside = _in(read, singles, spans)
        if self._setting.rules.not_in_keeps_nulls:
            return Filter(test=lambda row: not inside(row))
        return Filter(test=lambda row: read(row) is not None and not inside(row))

    def _inclusion(self, condition: m.Inclusion) -> Filter:
        """``INCLUDES ('A;B', 'C')`` is (A and B) or C."""
        term = self._filterable(condition.operand)
        if term.type != "multipicklist":
            word = "excludes" if condition.excludes else "includes"
            raise self._bad_operator(term, word)
        choices = [
            frozenset(_parts(wanted(literal, term, self._setting))) for literal in condition.values
        ]
        read = term.read

        def includes(row: Any) -> bool:
            have = _parts(read(row))
            return any(bool(choice) and choice <= have for choice in choices)

        if condition.excludes:
            return Filter(test=lambda row: not includes(row))
        return Filter(test=includes)


def _merged(hints: Sequence[Hint]) -> tuple[Hint, ...]:
    """The ranges of one field as one, so that an index sees both ends of a window."""
    merged: list[Hint] = [hint for hint in hints if isinstance(hint, Lookup)]
    ranges: dict[str, Range] = {}
    for hint in hints:
        if isinstance(hint, Range):
            known = ranges.get(hint.field, hint)
            lows = [low for low in (known.low, hint.low) if low is not None]
            highs = [high for high in (known.high, hint.high) if high is not None]
            ranges[hint.field] = Range(
                field=hint.field, low=max(lows, default=None), high=min(highs, default=None)
            )
    return (*merged, *ranges.values())


def _parts(value: object) -> frozenset[str]:
    return frozenset(text_key(value).split(";")) if isinstance(value, str) else frozenset()


def _folded(read: Read, fold: Callable[[str], str] | None) -> Read:
    if fold is None:
        return read

    def folded(row: Any) -> Any:
        value = read(row)
        return fold(value) if isinstance(value, str) else value

    return folded


def _fold_wanted(want: Wanted, fold: Callable[[str], str] | None) -> Wanted:
    return fold(want) if fold is not None and isinstance(want, str) else want


def _comparing(read: Read, sign: m.Operator, want: Wanted) -> Test:
    if isinstance(want, Span):
        return _comparing_span(read, sign, want)
    if sign is m.Operator.EQUAL:
        return lambda row: read(row) == want
    if sign is m.Operator.NOT_EQUAL:
        return lambda row: read(row) != want
    if want is None:
        return lambda row: False
    compare = _ORDERINGS[sign]

    def test(row: Any) -> bool:
        value = read(row)
        return value is not None and compare(value, want)

    return test


def _comparing_span(read: Read, sign: m.Operator, span: Span) -> Test:
    """A date literal is a stretch of days: ``>`` means after its end, ``<`` before its start."""
    match sign:
        case m.Operator.EQUAL | m.Operator.NOT_EQUAL:
            inside = _in(read, frozenset(), (span,))
            if sign is m.Operator.EQUAL:
                return inside
            return lambda row: not inside(row)
        case m.Operator.LESS:
            return _comparing(read, sign, span.first)
        case m.Operator.LESS_OR_EQUAL:
            return _comparing(read, m.Operator.LESS, span.after)
        case m.Operator.GREATER:
            return _comparing(read, m.Operator.GREATER_OR_EQUAL, span.after)
        case _:
            return _comparing(read, m.Operator.GREATER_OR_EQUAL, span.first)


def _in(read: Read, singles: frozenset[Single], spans: tuple[Span, ...]) -> Test:
    if not spans:
        return lambda row: read(row) in singles

    def test(row: Any) -> bool:
        value = read(row)
        if value in singles:
            return True
        return isinstance(value, str) and any(span.first <= value < span.after for span in spans)

    return test


def _comparison_hints(term: Term, sign: m.Operator, want: Wanted) -> tuple[Hint, ...]:
    if not term.is_own_field or term.field is None:
        return ()
    name = term.field.name
    if sign is m.Operator.EQUAL and not isinstance(want, Span):
        return _lookup(term, (want,))
    if term.type not in ("date", "datetime") or want is None:
        return ()
    low, high = _bounds(sign, want, term.type)
    return (Range(field=name, low=low, high=high),) if low or high else ()


def _bounds(sign: m.Operator, want: Wanted, kind: str) -> tuple[str | None, str | None]:
    span = want if isinstance(want, Span) else None
    first = span.first if span else str(want)
    after = span.after if span else following(str(want), kind)
    match sign:
        case m.Operator.EQUAL:
            return first, after
        case m.Operator.LESS:
            return None, first
        case m.Operator.LESS_OR_EQUAL:
            return None, after
        case m.Operator.GREATER:
            return after, None
        case m.Operator.GREATER_OR_EQUAL:
            return first, None
        case _:
            return None, None


def _membership_hints(
    term: Term, singles: frozenset[Single], spans: tuple[Span, ...]
) -> tuple[Hint, ...]:
    if spans or not term.is_own_field:
        return ()
    return _lookup(term, sorted(singles, key=lambda one: (one is None, str(one))))


def _lookup(term: Term, values: Iterable[Wanted]) -> tuple[Hint, ...]:
    """No hint where an index would have to know about empty fields, or about parts of a value."""
    singles = tuple(value for value in values if not isinstance(value, Span))
    if term.field is None or None in singles or term.type in ("boolean", "multipicklist"):
        return ()
    if term.type in TEXTS and not term.field.case_sensitive:
        singles = tuple(text_key(one) if isinstance(one, str) else one for one in singles)
    return (Lookup(field=term.field.name, values=singles),)

"""A SOQL statement as values. Every node knows where it stands in the statement, for error messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class LiteralKind(Enum):
    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DATE_LITERAL = "date literal"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A value as it stands in the statement; `literals` says what it means."""

    kind: LiteralKind
    text: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """``Who.Account.Name``."""

    parts: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """``CALENDAR_YEAR(convertTimezone(CreatedDate))``."""

    name: str
    arguments: tuple[Path | Call | Literal, ...]
    at: int

    @property
    def text(self) -> str:
        return f"{self.name}({', '.join(argument.text for argument in self.arguments)})"


Operand: TypeAlias = Path | Call


class Operator(Enum):
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LIKE = "LIKE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    operand: Operand
    operator: Operator
    value: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """``IN`` and ``NOT IN``, with a list or a sub-query (semi-join, anti-join)."""

    operand: Operand
    negated: bool
    values: tuple[Literal, ...] | Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """``INCLUDES`` and ``EXCLUDES`` of a multi-select picklist."""

    operand: Operand
    excludes: bool
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    part: Condition


Condition: TypeAlias = Comparison | Membership | Inclusion | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    operand: Operand
    alias: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """``WHEN Contact THEN Email``."""

    object_name: str
    fields: tuple[Path, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeOf:
    path: Path
    branches: tuple[Branch, ...]
    otherwise: tuple[Path, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildQuery:
    query: Query
    at: int


SelectItem: TypeAlias = Column | TypeOf | ChildQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """One entry of FROM: an object, a child relationship, or (after the first) an aliased path."""

    path: Path
    alias: str | None


class GroupKind(Enum):
    PLAIN = "plain"
    ROLLUP = "ROLLUP"
    CUBE = "CUBE"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBy:
    kind: GroupKind
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """*nulls_first* is None where the statement does not say."""

    operand: Operand
    descending: bool
    nulls_first: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCategory:
    group: str
    selector: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A word with no inner structure: USING SCOPE mine, WITH USER_MODE, FOR VIEW, UPDATE TRACKING."""

    name: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    text: str
    at: int
    items: tuple[SelectItem, ...]
    sources: tuple[From, ...]
    scope: Clause | None = None
    where: Condition | None = None
    data_categories: tuple[DataCategory, ...] = ()
    access_modes: tuple[Clause, ...] = ()
    group_by: GroupBy | None = None
    having: Condition | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    for_clauses: tuple[Clause, ...] = ()
    updates: tuple[Clause, ...] = ()
    all_rows: Clause | None = None

    @property
    def is_bare_count(self) -> bool:
        """``SELECT COUNT()``, which answers with a number and no records."""
        item = self.items[0]
        return (
            len(self.items) == 1
            and isinstance(item, Column)
            and isinstance(item.operand, Call)
            and item.operand.name.upper() == "COUNT"
            and not item.operand.arguments
        )

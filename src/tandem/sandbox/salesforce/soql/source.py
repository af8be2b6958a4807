"""
What the SOQL engine asks of the organisation it queries.

The engine knows the language; the organisation knows objects, rows and who may see what. The protocols
below are the whole seam between the two. Everything an object, field or row gives away is already what the
running user may see: a field hidden by field-level security is simply not there.

Values are held **in the form the REST API shows them**, so that most answers need no conversion and text
comparison orders them rightly:

==================  =============================================================================
describe type       value of a row
==================  =============================================================================
id, reference       18-character id
datetime            ``2026-03-01T09:15:27.000+0000``, always UTC, always milliseconds
date                ``2026-03-01``
time                ``09:15:00.000Z``
boolean             ``True`` or ``False``; an absent one counts as ``False``
int                 ``int``
double and others   ``int`` or ``float``
multipicklist       ``A;B``
all text            ``str``; the empty text does not occur, it is null
address, location   ``dict``, made of the parts
nothing             ``None``
==================  =============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from typing import Protocol, TypeAlias

Value: TypeAlias = str | int | float | bool | Mapping[str, object] | None


class Visibility(Enum):
    """Which rows a call sees: ``query`` hides deleted and archived ones, ``queryAll`` shows them."""

    QUERY = "query"
    QUERY_ALL = "queryAll"


def text_key(text: str) -> str:
    """The form in which texts that ignore case are equal; indexes on such fields use it as key."""
    return text.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Only rows whose *field* has one of *values* are wanted.

    Ids are the full 18 characters. Texts of a field that ignores case come as `text_key` of the text.
    """

    field: str
    values: tuple[str | int | float | bool | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Only rows with ``low <= field < high`` are wanted; a bound that is None is open.

    Given for date and datetime fields, whose row values order as texts do; once for each field.
    """

    field: str
    low: str | None = None
    high: str | None = None


Hint: TypeAlias = Lookup | Range


class Row(Protocol):
    """One stored record."""

    def get(self, name: str, /) -> Value:
        """The value of the field with this API spelling, None where it has none."""
        ...


class Field(Protocol):
    """One field the running user may see."""

    @property
    def name(self) -> str:
        """API spelling."""
        ...

    @property
    def type(self) -> str:
        """Describe type: id, reference, string, picklist, multipicklist, textarea, datetime, ..."""
        ...

    @property
    def custom(self) -> bool: ...

    @property
    def filterable(self) -> bool: ...

    @property
    def sortable(self) -> bool: ...

    @property
    def groupable(self) -> bool: ...

    @property
    def case_sensitive(self) -> bool: ...

    @property
    def relationship_name(self) -> str | None:
        """``Owner`` for ``OwnerId``; None where the field is no reference."""
        ...

    @property
    def reference_to(self) -> Sequence[str]:
        """Objects a reference may point to; more than one makes the relationship go through ``Name``."""
        ...

    @property
    def picklist(self) -> Sequence[tuple[str, str]]:
        """(value, label) in the administrator's order; empty where the field is no picklist."""
        ...


class ChildRelationship(Protocol):
    """``Tasks`` on Contact: the rows of another object that point here."""

    @property
    def name(self) -> str: ...

    @property
    def child_object(self) -> str: ...

    @property
    def field(self) -> str: ...


class ObjectType(Protocol):
    """One object the running user may see."""

    @property
    def name(self) -> str:
        """API spelling."""
        ...

    @property
    def queryable(self) -> bool:
        """Whether it may stand in a top-level FROM (ActivityHistory may not)."""
        ...

    @property
    def name_field(self) -> str | None:
        """The field that holds the record's name: ``Subject`` for Task, ``Name`` for Account."""
        ...

    def field(self, name: str, /) -> Field | None:
        """The visible field of this name, in any case of letters."""
        ...

    def fields(self) -> Iterable[Field]:
        """All visible fields in the order of describe."""
        ...

    def parent(self, relationship: str, /) -> Field | None:
        """The visible reference field whose relationship has this name, in any case of letters."""
        ...

    def child(self, relationship: str, /) -> ChildRelationship | None:
        """The child relationship of this name, in any case of letters."""
        ...


class Source(Protocol):
    """An organisation as the running user sees it."""

    @property
    def now(self) -> datetime:
        """The organisation's present instant, aware."""
        ...

    @property
    def zone(self) -> tzinfo:
        """The running user's zone: TODAY and its like are days there."""
        ...

    @property
    def user_id(self) -> str:
        """The running user, 18 characters (USING SCOPE mine)."""
        ...

    @property
    def views_all(self) -> bool:
        """Whether the user has View All Data; without it wide queries end in OPERATION_TOO_LARGE."""
        ...

    def object_type(self, name: str, /) -> ObjectType | None:
        """The object of this name, in any case of letters; None if there is none or it is hidden."""
        ...

    def rows(
        self, object_name: str, /, *, visibility: Visibility, hints: Sequence[Hint] = ()
    ) -> Iterable[Row]:
        """
        The rows of an object, at least all that satisfy every hint.

        The hints are an offer: an organisation uses the one its indexes serve best and may return more
        rows than asked for, since the engine checks each row itself. It never returns fewer.
        """
        ...

    def record(self, record_id: str, /) -> tuple[ObjectType, Row] | None:
        """The record an 18-character id stands for, deleted ones too; None if unknown or hidden.

        Used to follow relationships. The object comes with it because Who, What and Owner point anywhere.
        """
        ...

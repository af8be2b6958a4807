"""What public sources leave open about SOQL, as choices with a default (docs/sandbox-soql.md)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    Behaviour that is inferred rather than documented. An organisation passes its own to `execute`.

    Every name is also that of a sandbox switch with the prefix ``soql_``.
    """

    day_functions_in_user_zone: bool = False
    """Whether CALENDAR_YEAR and its like use the user's zone without convertTimezone; [soql-date] says
    convertTimezone is what does that."""

    nulls_first_when_descending: bool = True
    """Where nulls stand under DESC if the statement does not say: [soql-order] says first, without
    telling the directions apart."""

    polymorphic_type_is_name: bool = True
    """``attributes.type`` of a plain path through Who, What or Owner: ``Name``, else the real type."""

    null_parent_is_null: bool = True
    """A path through an empty lookup: ``"Who": null``, else the member is left out."""

    case_matters: bool = False
    """Whether ``=`` and LIKE on ordinary text distinguish upper and lower case."""

    not_in_keeps_nulls: bool = True
    """Whether ``X NOT IN (...)`` is true for an empty X, as ``X != 'a'`` is."""

    empty_children_are_null: bool = True
    """A sub-query without children: ``"Tasks": null``, else an object with no records."""

    distinct_parents: int = 100_000
    """Distinct Who and What ids a user without View All Data may touch in one activity query before
    OPERATION_TOO_LARGE [tap]; 0 means no limit."""

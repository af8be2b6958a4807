"""
A connection's choices as plain, frozen values: what SPEC section 3 calls the Activities settings.

The text form (``activities.toml``), its validation and its defaults live in ``tandem.settings``;
the pure core only ever sees these values.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from tandem.model import Field, Kind, Side

__all__ = [
    "ActivityFilter",
    "ConflictRule",
    "ContactChoice",
    "DeletePolicy",
    "FormerFilter",
    "FormerTaskFilter",
    "KindPolicy",
    "Language",
    "Policy",
    "StatusChoice",
    "TaskFilter",
]


class Language(enum.StrEnum):
    ENGLISH = "en"
    JAPANESE = "ja"


class DeletePolicy(enum.StrEnum):
    """What happens to the other side's record when one is deleted."""

    KEEP = "keep"
    COMPLETE = "complete"
    DELETE = "delete"


class ContactChoice(enum.StrEnum):
    """Who of an activity's contacts is on its task: one (the article's rule), or all through Shared Activities."""

    ONE = "one"
    ALL = "all"


class StatusChoice(enum.StrEnum):
    """Whether tasks of a kind arrive as the rules say, always closed, or open."""

    BY_RULE = "by_rule"
    CLOSED = "closed"
    OPEN = "open"


class ConflictRule(enum.StrEnum):
    NEWEST = "newest"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which activities of a kind sync; an empty member lets everything through, members narrow together."""

    forms: frozenset[str] = frozenset()  # form ids
    campaigns: frozenset[str] = frozenset()  # e-mail campaign ids
    owners: frozenset[str] = frozenset()  # HubSpot owner ids
    lists: frozenset[str] = frozenset()  # HubSpot list ids: the contact must be on one
    subject_contains: tuple[str, ...] = ()  # any of these, ignoring case


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerFilter:
    """What an activity created before ``until`` must pass as well: a filter as it was before it was widened."""

    until: datetime
    filter: ActivityFilter = field(default_factory=ActivityFilter)
    skip_bots: bool = False
    first_open_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPolicy:
    """One row of the Activities table. ``since`` is HubSpot's own time at the moment of switching on."""

    enabled: bool = False
    since: datetime | None = None
    salesforce_task_type: str | None = None  # None: "-- no task type --"
    subject_template: str | None = None
    status: StatusChoice = StatusChoice.BY_RULE
    contacts: ContactChoice = ContactChoice.ONE
    record_type: str | None = None  # developer name
    fixed_fields: Mapping[str, str | bool | float | int] = field(default_factory=dict)
    filter: ActivityFilter = ActivityFilter()
    first_open_only: bool = False
    skip_bots: bool = True
    former_filters: tuple[FormerFilter, ...] = ()  # oldest first

    def filters_for(self, created_at: datetime) -> tuple[FormerFilter | KindPolicy, ...]:
        """Every filter that an activity created then has to pass: today's, and those of its time."""
        return (self, *(former for former in self.former_filters if created_at < former.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which Salesforce tasks appear in HubSpot."""

    subtypes: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    record_types: frozenset[str] = frozenset()
    open_only: bool = False
    condition: str | None = None  # SOQL
    unattached: bool = (
        False  # tasks on no record that syncs are sent all the same, attached to nothing
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerTaskFilter:
    """What a Salesforce task created before ``until`` must pass as well: a filter before it was widened."""

    until: datetime
    filter: TaskFilter = field(default_factory=TaskFilter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything a run may decide by; ``version`` is the settings version it began with."""

    version: int = 0
    language: Language = Language.ENGLISH
    kinds: Mapping[Kind, KindPolicy] = field(default_factory=dict)
    salesforce_task_sync: bool = False
    salesforce_tasks_since: datetime | None = None
    task_filter: TaskFilter = TaskFilter()
    former_task_filters: tuple[FormerTaskFilter, ...] = ()  # oldest first
    task_fields: frozenset[Field] = frozenset(
        {Field.SUBJECT, Field.STATUS, Field.PRIORITY, Field.TYPE}
    )
    conflict_rule: ConflictRule = ConflictRule.NEWEST
    delete_policy: DeletePolicy = DeletePolicy.KEEP
    due_time: time = time(8, 0)
    completed_status: str | None = None  # None: the org's own choice by rule
    inclusion_list: str | None = None
    status_map: Mapping[str, str] = field(default_factory=dict)  # HubSpot -> Salesforce
    priority_map: Mapping[str, str] = field(default_factory=dict)
    daily_calls: Mapping[Side, int | None] = field(default_factory=dict)  # the allocation

    def kind(self, kind: Kind) -> KindPolicy:
        """The choices for *kind*; a kind never mentioned is off."""
        return self.kinds.get(kind, _OFF)

    @property
    def enabled_kinds(self) -> tuple[Kind, ...]:
        return tuple(kind for kind in Kind if self.kind(kind).enabled)

    @property
    def synced_kinds(self) -> tuple[Kind, ...]:
        """The kinds that have anything to write, on whichever side."""
        return tuple(
            kind
            for kind in Kind
            if self.kind(kind).enabled or (kind is Kind.TASK and self.salesforce_task_sync)
        )

    def task_filters_for(self, created_at: datetime) -> tuple[TaskFilter, ...]:
        """Every filter that a Salesforce task created then has to pass: today's, and those of its time."""
        former = (each for each in self.former_task_filters if created_at < each.until)
        return (self.task_filter, *(each.filter for each in former))

    @property
    def lists(self) -> frozenset[str]:
        """The HubSpot lists that what is switched on asks about."""
        named = {name for kind in self.enabled_kinds for name in self.kind(kind).filter.lists}
        return frozenset(named | ({self.inclusion_list} if self.inclusion_list else set()))


_OFF = KindPolicy()

"""
A pair as the rules see it: its base, what each side says now, and an announced write, if any.

Everything is written over ``Side``, so that the rules exist once for both directions.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Final

from tandem.model import Field, Fields, Intent, Kind, Side, Value
from tandem.sync.policy import ConflictRule, DeletePolicy, Policy

__all__ = ["GONE", "NEVER", "UNREAD", "UNSEEN", "Pair", "Presence", "Rules", "Seen", "rules_for"]


class Presence(enum.Enum):
    """A side without fields, and why it has none."""

    UNREAD = "unread"  # there, and not read this time: counts as unchanged
    GONE = "gone"  # deleted, by the CRM's own word
    NEVER = "never"  # not there, for sure
    UNSEEN = "unseen"  # looked for and not found, where a look-up may lag behind writes


UNREAD: Final = Presence.UNREAD
GONE: Final = Presence.GONE
NEVER: Final = Presence.NEVER
UNSEEN: Final = Presence.UNSEEN

Seen = Fields | Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """
    One activity in two CRMs.

    ``base`` is None while the two were never linked.
    ``edited_at`` tells when a side's field was last edited, where the CRM says so. ``by_clock`` names
    fields that only the passing of time has moved on the HubSpot side: they give way to any person's edit.
    """

    key: str
    kind: Kind
    seen: Mapping[Side, Seen]
    base: Mapping[Side, Fields] | None = None
    intent: Intent | None = None
    edited_at: Mapping[tuple[Side, Field], datetime] = field(default_factory=dict)
    by_clock: frozenset[Field] = frozenset()

    @property
    def written(self) -> Side:
        """The side that the announced write goes to; Salesforce's where there is none."""
        return self.intent.side if self.intent is not None else Side.SALESFORCE


Alike = Callable[[Field, Value, Value], bool]
"""Whether a HubSpot value and a Salesforce value say the same, in that order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    The choices that a plan depends on: which sides are written, which fields are kept in step.

    ``left_out`` names fields that are not written on one side although that side is written.
    """

    fields: frozenset[Field]
    writes: frozenset[Side] = frozenset({Side.SALESFORCE})
    left_out: frozenset[tuple[Side, Field]] = frozenset()
    conflict_rule: ConflictRule = ConflictRule.NEWEST
    delete_policy: DeletePolicy = DeletePolicy.KEEP
    zone: tzinfo = UTC
    alike: Alike | None = None

    def is_written(self, side: Side, name: Field) -> bool:
        """Whether *side* takes a new value of the field from the other side."""
        return side in self.writes and (side, name) not in self.left_out

    @property
    def is_two_way(self) -> bool:
        return len(self.writes) == 2

    def goes_both_ways(self, name: Field) -> bool:
        return all(self.is_written(side, name) for side in Side)


def rules_for(
    kind: Kind,
    policy: Policy,
    fields: frozenset[Field],
    zone: tzinfo,
    alike: Alike | None = None,
    left_out: frozenset[tuple[Side, Field]] = frozenset(),
) -> Rules:
    """
    The rules for pairs of *kind* under the tenant's choices.

    The HubSpot box writes to Salesforce, *Salesforce task sync* writes tasks to HubSpot; two-way is about
    tasks only, and is both switches on.
    """
    writes = set()
    if policy.kind(kind).enabled:
        writes.add(Side.SALESFORCE)
    if kind is Kind.TASK and policy.salesforce_task_sync:
        writes.add(Side.HUBSPOT)
    return Rules(
        fields=fields,
        writes=frozenset(writes),
        left_out=left_out,
        conflict_rule=policy.conflict_rule,
        delete_policy=policy.delete_policy,
        zone=zone,
        alike=alike,
    )

"""
Names in the settings that one of the two accounts has to know: types, statuses, users and the like.

What a person chooses now is compared with the account's own list, and refused where it is not on it. What
was chosen before and has vanished since blocks no change; the set-up check reports it.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tandem.i18n import Messages
from tandem.model import Org, SalesforceUser, Side, TaskSchema
from tandem.settings.reading import Problem
from tandem.sync.policy import Policy

__all__ = ["List", "Lists", "Name", "named", "newly_named", "problem_of", "unlisted"]


class List(enum.StrEnum):
    """One list of an account; the value is the key of its name in the catalogue."""

    SUBTYPES = "settings.list.subtypes"
    TYPES = "settings.list.types"
    RECORD_TYPES = "settings.list.record_types"
    USERS = "settings.list.users"
    STATUSES = "settings.list.statuses"
    CLOSED_STATUSES = "settings.list.closed_statuses"
    PRIORITIES = "settings.list.priorities"
    HUBSPOT_STATUSES = "settings.list.hubspot_statuses"
    HUBSPOT_PRIORITIES = "settings.list.hubspot_priorities"

    @property
    def side(self) -> Side:
        of_hubspot = (List.HUBSPOT_STATUSES, List.HUBSPOT_PRIORITIES)
        return Side.HUBSPOT if self in of_hubspot else Side.SALESFORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """``value`` stands at ``key`` and should be on ``list``; ``member`` is the entry of a map that it belongs to."""

    key: str
    value: str
    list: List
    member: str = ""

    @property
    def place(self) -> str:
        return f"{self.key}.{self.member}" if self.member else self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What the accounts said of themselves; None for what was not read."""

    org: Org | None = None
    users: Sequence[SalesforceUser] | None = None
    schema: TaskSchema | None = None

    def of(self, which: List) -> Sequence[str] | None:
        """The members of a list; None where it was not read."""
        if which is List.USERS:
            return None if self.users is None else [user.id for user in self.users]
        if which.side is Side.HUBSPOT:
            return None if self.schema is None else _of_hubspot(which, self.schema) or None
        return None if self.org is None else _of_salesforce(which, self.org)


def _of_salesforce(which: List, org: Org) -> Sequence[str]:
    match which:
        case List.SUBTYPES:
            return org.subtypes
        case List.TYPES:
            return org.task_types
        case List.RECORD_TYPES:
            return sorted(org.record_types)
        case List.CLOSED_STATUSES:
            return [status.value for status in org.statuses if status.closed]
        case List.PRIORITIES:
            return org.priorities
        case _:
            return [status.value for status in org.statuses]


def _of_hubspot(which: List, schema: TaskSchema) -> Sequence[str]:
    if which is List.HUBSPOT_PRIORITIES:
        return schema.priorities
    return [stage.value for stage in schema.statuses]


_FILTER = "salesforce_tasks.filter"


def named(policy: Policy) -> Iterator[Name]:
    """Every name in *policy* that an account has to know."""
    chosen = policy.task_filter
    for key, values, which in (
        ("subtypes", chosen.subtypes, List.SUBTYPES),
        ("types", chosen.types, List.TYPES),
        ("record_types", chosen.record_types, List.RECORD_TYPES),
        ("owners", chosen.owners, List.USERS),
    ):
        for value in sorted(values):
            yield Name(key=f"{_FILTER}.{key}", value=value, list=which)
    if policy.completed_status is not None:
        value = policy.completed_status
        yield Name(key="completed_status", value=value, list=List.CLOSED_STATUSES)
    for key, pairs, ours, theirs in (
        ("status_map", policy.status_map, List.HUBSPOT_STATUSES, List.STATUSES),
        ("priority_map", policy.priority_map, List.HUBSPOT_PRIORITIES, List.PRIORITIES),
    ):
        for word, value in sorted(pairs.items()):
            yield Name(key=key, value=word, list=ours)
            yield Name(key=key, value=value, list=theirs, member=word)


def newly_named(before: Policy, after: Policy) -> tuple[Name, ...]:
    """What *after* names and *before* did not."""
    known = set(named(before))
    return tuple(name for name in named(after) if name not in known)


def unlisted(names: Iterable[Name], lists: Lists) -> tuple[Name, ...]:
    """Those of *names* that are not on their list; what was not read is not judged."""
    found = []
    for name in names:
        members = lists.of(name.list)
        if members is not None and name.value not in members:
            found.append(name)
    return tuple(found)


def problem_of(name: Name, lists: Lists, messages: Messages) -> Problem:
    """The sentence for a name that is not on its list, with the nearest that is, or all."""
    members = lists.of(name.list) or ()
    nearest = _nearest(name.value, members)
    key = "settings.unlisted_near" if nearest else "settings.unlisted"
    if not nearest and name.list is List.USERS:
        key = "settings.unlisted_user"
    return Problem(
        text=messages(
            key,
            key=name.place,
            side=name.list.side.title,
            list=messages(name.list.value),
            given=name.value[:60],
            nearest=nearest,
            choices=messages.joined(list(members)) or "–",
        ),
        key=name.key,
    )


def _nearest(value: str, members: Collection[str]) -> str:
    folded = {member.casefold(): member for member in members}
    close = difflib.get_close_matches(value.casefold(), list(folded), n=1)
    return folded[close[0]] if close else ""

"""
What Tandem alone writes into ``activities.toml``: from when on things sync, and filters as they once were.

Beginnings and former filters stand under one table at the end of the text. A person may read them, and
what they edit there is left out (see ``since.stamped``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tandem.model import Kind
from tandem.settings.values import literal
from tandem.sync.policy import ActivityFilter, FormerFilter, FormerTaskFilter, Policy, TaskFilter

__all__ = ["KEPT", "TASKS", "Kept", "kept_in", "kept_of", "written"]

KEPT = "kept_by_tandem"
"""The table that only Tandem writes: the moments from which things sync."""
TASKS = "salesforce_tasks"
"""Beside the kinds: what goes from Salesforce to HubSpot."""

_WIDENED = "widened"
_SETS = ("forms", "campaigns", "owners", "lists")
_TASK_SETS = ("subtypes", "types", "owners", "record_types")
_FLAGS = ("skip_bots", "first_open_only")
_TASK_FLAGS = ("open_only", "unattached")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """``since`` by the name of a kind or ``TASKS``; former filters oldest first."""

    since: Mapping[str, datetime] = field(default_factory=dict)
    formers: Mapping[Kind, Sequence[FormerFilter]] = field(default_factory=dict)
    task_formers: tuple[FormerTaskFilter, ...] = ()


Report = Callable[[tuple[str, ...], str, Any], None]
"""Told where something is wrong, what was wanted there ("" for a name that does not exist), and what stands there."""


def kept_of(policy: Policy) -> Kept:
    """What is kept with *policy*, as ``policy_of`` takes it back."""
    since = {kind.value: moment for kind in Kind if (moment := policy.kind(kind).since) is not None}
    if policy.salesforce_tasks_since is not None:
        since[TASKS] = policy.salesforce_tasks_since
    return Kept(
        since=since,
        formers={kind: policy.kind(kind).former_filters for kind in Kind},
        task_formers=policy.former_task_filters,
    )


# --------------------------------------------------------------------------- read


def kept_in(tables: Any, report: Report) -> Kept:
    """What *tables*, the text's own, keep; what is wrong goes to *report*."""
    formers: dict[Kind, list[FormerFilter]] = {}
    task_formers: list[FormerTaskFilter] = []
    for row in _rows(tables, _WIDENED):
        try:
            if row["kind"] == TASKS:
                task_formers.append(_former_task_filter(row))
            else:
                formers.setdefault(Kind(row["kind"]), []).append(_former_filter(row))
        except (KeyError, ValueError, TypeError, AttributeError):
            report((KEPT, _WIDENED), "", row)
    return Kept(
        since=_since_in(tables, report),
        formers=formers,
        task_formers=tuple(sorted(task_formers, key=lambda former: former.until)),
    )


def _since_in(tables: Any, report: Report) -> dict[str, datetime]:
    since: dict[str, datetime] = {}
    found = tables.get("since", {}) if isinstance(tables, dict) else {}
    for name, moment in (found if isinstance(found, dict) else {}).items():
        path = (KEPT, "since", name)
        if name not in set(Kind) and name != TASKS:
            report(path, "", moment)
        elif not isinstance(moment, datetime) or moment.tzinfo is None:
            report(path, "wanted.date", moment)
        else:
            since[name] = moment.astimezone(UTC)
    return since


def _rows(tables: Any, name: str) -> list[Mapping[str, Any]]:
    found = tables.get(name, []) if isinstance(tables, dict) else []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _former_filter(row: Mapping[str, Any]) -> FormerFilter:
    return FormerFilter(
        until=row["until"].astimezone(UTC),
        filter=ActivityFilter(
            **{name: frozenset(row.get(name, ())) for name in _SETS},
            subject_contains=tuple(row.get("subject_contains", ())),
        ),
        skip_bots=bool(row.get("skip_bots", False)),
        first_open_only=bool(row.get("first_open_only", False)),
    )


def _former_task_filter(row: Mapping[str, Any]) -> FormerTaskFilter:
    condition = row.get("condition")
    return FormerTaskFilter(
        until=row["until"].astimezone(UTC),
        filter=TaskFilter(
            **{name: frozenset(row.get(name, ())) for name in _TASK_SETS},
            open_only=bool(row.get("open_only", False)),
            condition=None if condition is None else str(condition),
            unattached=bool(row.get("unattached", False)),
        ),
    )


# --------------------------------------------------------------------------- written


def written(policy: Policy) -> Iterator[str]:
    """The lines that ``kept_in`` reads back; none where nothing is switched on."""
    moments = {
        kind.value: policy.kind(kind).since
        for kind in Kind
        if policy.kind(kind).enabled and policy.kind(kind).since
    }
    if policy.salesforce_task_sync and policy.salesforce_tasks_since:
        moments[TASKS] = policy.salesforce_tasks_since
    if not moments:
        return
    yield f"[{KEPT}.since]"
    for name, moment in moments.items():
        yield f"{name} = {literal(moment)}"
    for kind in Kind:
        for former in policy.kind(kind).former_filters:
            yield from _widened(kind.value, former.until)
            yield from _members(former.filter, (*_SETS, "subject_contains"))
            yield from _members(former, _FLAGS)
    for task_former in policy.former_task_filters:
        yield from _widened(TASKS, task_former.until)
        yield from _members(task_former.filter, (*_TASK_SETS, *_TASK_FLAGS, "condition"))


def _widened(name: str, until: datetime) -> Iterator[str]:
    yield from (
        "",
        f"[[{KEPT}.{_WIDENED}]]",
        f"kind = {literal(name)}",
        f"until = {literal(until)}",
    )


def _members(of: object, names: tuple[str, ...]) -> Iterator[str]:
    """What is set; the rest has its default."""
    for name in names:
        value = getattr(of, name)
        if isinstance(value, frozenset):
            value = sorted(value)
        elif isinstance(value, tuple):
            value = list(value)
        if value:
            yield f"{name} = {literal(value)}"

"""
The Activities settings as text: ``activities.toml``, read into a ``Policy`` and written from one.

One form for the page, the file and the command line: whatever a person writes goes through
``parse``, and what they see is ``show``. A key that is left out has its default.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tandem.errors import SettingsError
from tandem.i18n import Messages
from tandem.mapping.subjects import TEMPLATE_VARIABLES, check_template
from tandem.model import Field, Kind, Side
from tandem.settings.kept import KEPT, TASKS, Kept, kept_in, kept_of
from tandem.settings.keys import KINDS, PER_KIND, SETTINGS, Setting
from tandem.settings.reading import InvalidSettings, Problem, line_of, load
from tandem.settings.since import with_former_filters
from tandem.settings.values import Unfit, literal
from tandem.sync.policy import (
    ActivityFilter,
    ConflictRule,
    ContactChoice,
    DeletePolicy,
    KindPolicy,
    Language,
    Policy,
    StatusChoice,
    TaskFilter,
)

__all__ = [
    "KEPT",
    "TASKS",
    "kept_of",
    "parse",
    "policy_of",
    "unfit",
    "unknown",
    "values_in",
    "values_of",
]

_CLAUSES = re.compile(r";|\border\s+by\b|\blimit\b|\boffset\b", re.IGNORECASE)
_LITERALS = re.compile(r"'(?:[^'\\]|\\.)*'")


def parse(text: str, *, language: str = "en") -> Policy:
    """The policy that *text* describes; InvalidSettings names everything wrong with it, each with its line."""
    messages = Messages(language)
    tables = load(text, messages)
    found: list[tuple[tuple[str, ...], str]] = []
    values = values_in(tables, messages, lambda path, problem: found.append((path, problem)))
    kept = kept_in(
        tables.get(KEPT, {}),
        lambda path, sort, given: found.append((path, _kept_problem(path, sort, given, messages))),
    )
    if found:
        raise InvalidSettings(
            [
                Problem(text=problem, key=".".join(path), line=line_of(text, path))
                for path, problem in found
            ],
            messages,
        )
    return policy_of(values, kept)


# --------------------------------------------------------------------------- values

Report = Callable[[tuple[str, ...], str], None]


def values_in(tables: Mapping[str, Any], messages: Messages, report: Report) -> dict[str, Any]:
    """The value of every setting that *tables* mention, by key; what is wrong goes to *report*."""
    values: dict[str, Any] = {}
    _collect(
        {key: each for key, each in tables.items() if key != KEPT}, (), values, messages, report
    )
    return values


def _collect(
    tables: Mapping[str, Any],
    above: tuple[str, ...],
    values: dict[str, Any],
    messages: Messages,
    report: Report,
) -> None:
    for name, given in tables.items():
        path = (*above, name)
        key = ".".join(path)
        setting = SETTINGS.get(key)
        if setting is not None:
            _take(path, setting, given, values, messages, report)
        elif not any(known.startswith(f"{key}.") for known in SETTINGS):
            report(path, unknown(key, messages))
        elif not isinstance(given, dict):
            report(path, messages("settings.is_table", key=key))
        else:
            _collect(given, path, values, messages, report)


def _take(
    path: tuple[str, ...],
    setting: Setting,
    given: Any,
    values: dict[str, Any],
    messages: Messages,
    report: Report,
) -> None:
    key = ".".join(path)
    try:
        values[key] = setting.accepts.read(given)
    except Unfit as wrong:
        report(path, unfit(key, given, wrong, messages))
        return
    problem = _further(key, setting, values[key], messages)
    if problem:
        report(path, problem)


def _further(key: str, setting: Setting, value: Any, messages: Messages) -> str:
    """What the sort of a value cannot tell: a template's variables, a condition's extent."""
    if setting.name == "subject_template" and value:
        return _template_problem(key, value, messages)
    if setting.name.endswith("filter.condition") and value:
        outside = _LITERALS.sub("", value)
        return messages("settings.condition", key=key) if _CLAUSES.search(outside) else ""
    return ""


def _template_problem(key: str, template: str, messages: Messages) -> str:
    try:
        check_template(template)
    except SettingsError as error:
        variables = ", ".join(f"{{{name}}}" for name in TEMPLATE_VARIABLES)
        return messages("settings.template", key=key, problem=error, variables=variables)
    return ""


def _kept_problem(path: tuple[str, ...], wanted: str, given: Any, messages: Messages) -> str:
    key = ".".join(path)
    return unfit(key, given, Unfit(wanted), messages) if wanted else unknown(key, messages)


def unfit(key: str, given: Any, wrong: Unfit, messages: Messages) -> str:
    """The sentence for a value that a setting does not accept."""
    return messages(
        "settings.wants_near" if wrong.nearest else "settings.wants",
        key=key,
        wanted=messages(wrong.wanted, **wrong.values),
        given=_shown(given),
        nearest=wrong.nearest,
    )


def unknown(key: str, messages: Messages) -> str:
    """The sentence for a key that does not exist, naming the one that was probably meant."""
    parts = key.split(".")
    if len(parts) > 2 and parts[0] == KINDS and parts[1] in set(Kind):
        rest = ".".join(parts[2:])
        for setting in PER_KIND:
            if setting.name == rest:
                owners = messages.joined([kind.value for kind in Kind if kind in setting.kinds])
                return messages("settings.not_for_kind", key=key, kind=parts[1], kinds=owners)
    near = difflib.get_close_matches(key, _known_paths(), n=1, cutoff=0.7)
    if near:
        return messages("settings.unknown", key=key, nearest=near[0])
    return messages("settings.unknown_far", key=key)


def _known_paths() -> list[str]:
    paths = dict.fromkeys(SETTINGS)
    for key in SETTINGS:
        parts = key.split(".")
        paths.update(dict.fromkeys(".".join(parts[:end]) for end in range(1, len(parts))))
    return list(paths)


def _shown(given: Any) -> str:
    text = given if isinstance(given, str) and not given else literal(given)
    return text[:60] if text else '""'


# --------------------------------------------------------------------------- values and policy


def policy_of(values: Mapping[str, Any], kept: Kept | None = None) -> Policy:
    """The policy with *values*, by key; what is missing has its default."""

    def of(key: str) -> Any:
        return values.get(key, SETTINGS[key].default)

    kept = kept or Kept()
    since = kept.since
    return Policy(
        language=Language(of("language")),
        kinds={
            kind: with_former_filters(
                _kind_of(kind, values, since.get(kind)), kept.formers.get(kind, ())
            )
            for kind in Kind
        },
        salesforce_task_sync=of("salesforce_tasks.enabled"),
        salesforce_tasks_since=since.get(TASKS),
        task_filter=TaskFilter(
            subtypes=frozenset(of("salesforce_tasks.filter.subtypes")),
            types=frozenset(of("salesforce_tasks.filter.types")),
            owners=frozenset(of("salesforce_tasks.filter.owners")),
            record_types=frozenset(of("salesforce_tasks.filter.record_types")),
            open_only=of("salesforce_tasks.filter.open_only"),
            condition=of("salesforce_tasks.filter.condition"),
            unattached=of("salesforce_tasks.filter.unattached"),
        ),
        former_task_filters=kept.task_formers,
        task_fields=frozenset(Field(name) for name in of("salesforce_tasks.fields")),
        conflict_rule=ConflictRule(of("conflict_rule")),
        delete_policy=DeletePolicy(of("delete_policy")),
        due_time=of("due_time"),
        completed_status=of("completed_status"),
        inclusion_list=of("inclusion_list"),
        status_map=of("status_map"),
        priority_map=of("priority_map"),
        daily_calls={side: of(f"daily_calls.{side.value}") for side in Side},
    )


def _kind_of(kind: Kind, values: Mapping[str, Any], since: datetime | None) -> KindPolicy:
    def of(name: str) -> Any:
        for setting in PER_KIND:
            if setting.name == name:
                return values.get(f"{KINDS}.{kind.value}.{name}", setting.default)
        raise KeyError(name)

    return KindPolicy(
        enabled=of("enabled"),
        since=since,
        salesforce_task_type=of("salesforce_task_type"),
        subject_template=of("subject_template"),
        status=StatusChoice(of("status")),
        contacts=ContactChoice(of("contacts")),
        record_type=of("record_type"),
        fixed_fields=of("fixed_fields"),
        filter=ActivityFilter(
            forms=frozenset(of("filter.forms")),
            campaigns=frozenset(of("filter.campaigns")),
            owners=frozenset(of("filter.owners")),
            lists=frozenset(of("filter.lists")),
            subject_contains=tuple(of("filter.subject_contains")),
        ),
        first_open_only=of("first_open_only"),
        skip_bots=of("skip_bots"),
    )


def values_of(policy: Policy) -> dict[str, Any]:
    """Every setting of *policy* by key, in the order of ``show``."""
    values: dict[str, Any] = {
        "language": policy.language.value,
        "delete_policy": policy.delete_policy.value,
        "conflict_rule": policy.conflict_rule.value,
        "due_time": policy.due_time,
        "completed_status": policy.completed_status,
        "inclusion_list": policy.inclusion_list,
        "daily_calls.hubspot": policy.daily_calls.get(Side.HUBSPOT),
        "daily_calls.salesforce": policy.daily_calls.get(Side.SALESFORCE),
        "status_map": policy.status_map,
        "priority_map": policy.priority_map,
        "salesforce_tasks.enabled": policy.salesforce_task_sync,
        "salesforce_tasks.fields": tuple(
            field.value for field in Field if field in policy.task_fields
        ),
        "salesforce_tasks.filter.subtypes": tuple(sorted(policy.task_filter.subtypes)),
        "salesforce_tasks.filter.types": tuple(sorted(policy.task_filter.types)),
        "salesforce_tasks.filter.owners": tuple(sorted(policy.task_filter.owners)),
        "salesforce_tasks.filter.record_types": tuple(sorted(policy.task_filter.record_types)),
        "salesforce_tasks.filter.open_only": policy.task_filter.open_only,
        "salesforce_tasks.filter.condition": policy.task_filter.condition,
        "salesforce_tasks.filter.unattached": policy.task_filter.unattached,
    }
    for kind in Kind:
        of_kind = _kind_values(policy.kind(kind))
        values.update(
            {
                f"{KINDS}.{kind.value}.{setting.name}": of_kind[setting.name]
                for setting in PER_KIND
                if kind in setting.kinds
            }
        )
    return values


def _kind_values(policy: KindPolicy) -> dict[str, Any]:
    return {
        "enabled": policy.enabled,
        "salesforce_task_type": policy.salesforce_task_type,
        "subject_template": policy.subject_template,
        "status": policy.status.value,
        "contacts": policy.contacts.value,
        "record_type": policy.record_type,
        "first_open_only": policy.first_open_only,
        "skip_bots": policy.skip_bots,
        "fixed_fields": policy.fixed_fields,
        "filter.forms": tuple(sorted(policy.filter.forms)),
        "filter.campaigns": tuple(sorted(policy.filter.campaigns)),
        "filter.owners": tuple(sorted(policy.filter.owners)),
        "filter.lists": tuple(sorted(policy.filter.lists)),
        "filter.subject_contains": policy.filter.subject_contains,
    }

"""
Changing a connection's settings: what a text would change, what that means, and one key at a time.

Nothing is saved here. Whoever saves a change takes the CRM's time then, since a person may have
looked at the difference for an hour: ``change_of`` is cheap and may be called again.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tandem.i18n import Messages
from tandem.mapping.hubspot import KEY_PROPERTY
from tandem.model import Kind
from tandem.settings.activities import (
    parse,
    policy_of,
    unfit,
    unknown,
    values_of,
)
from tandem.settings.kept import TASKS, kept_of
from tandem.settings.keys import SETTINGS, Setting
from tandem.settings.reading import InvalidSettings, Problem
from tandem.settings.show import flat, show
from tandem.settings.since import stamped, switched_on, tasks_moment
from tandem.settings.values import FieldValues, Pairs, Unfit
from tandem.sync.policy import DeletePolicy, Policy

__all__ = ["SettingsChange", "change_of", "with_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChange:
    """
    New settings that passed validation and are not saved yet.

    ``text`` is what will be saved, ``difference`` its unified lines (``- key = before``,
    ``+ key = after``; empty when nothing changes), ``warnings`` what the change means, as
    sentences. ``base_version`` is the version compared with: saving fails if another one came
    between. ``since`` is the beginning in the past that was asked for, if any.
    """

    base_version: int
    text: str
    difference: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    since: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not self.difference


def change_of(
    saved: str,
    text: str,
    *,
    version: int,
    hubspot_now: datetime,
    salesforce_now: datetime | None = None,
    since: datetime | None = None,
    language: str = "en",
) -> SettingsChange:
    """
    What *text* would change in the *saved* settings; InvalidSettings if it cannot be taken.

    What is switched on begins at *hubspot_now* (HubSpot's own clock), or at *since* where the past
    is wanted; what *text* itself says about beginnings is left out, with a warning.
    """
    messages = Messages(language)
    before, given = parse(saved, language=language), parse(text, language=language)
    after = stamped(
        before, given, hubspot_now=hubspot_now, salesforce_now=salesforce_now, since=since
    )
    warnings = [
        *_kind_warnings(before, after, hubspot_now, since, messages),
        *_task_warnings(before, after, tasks_moment(hubspot_now, salesforce_now), messages),
        *_general_warnings(before, after, messages),
    ]
    known = _beginnings(before)
    if any(known.get(kind) != kept for kind, kept in _beginnings(given).items()):
        warnings.append(messages("change.kept"))
    return SettingsChange(
        base_version=version,
        text=show(after, language=language),
        difference=tuple(_difference(before, after)),
        warnings=tuple(warnings),
        since=since,
    )


def _difference(before: Policy, after: Policy) -> Iterator[str]:
    lines = difflib.unified_diff(flat(before), flat(after), n=0, lineterm="")
    for line in lines:
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---")):
            yield f"{line[0]} {line[1:]}"


def _kind_warnings(
    before: Policy, after: Policy, now: datetime, since: datetime | None, messages: Messages
) -> Iterator[str]:
    begun = switched_on(before, after)
    for kind in Kind:
        name = messages(f"kind.{kind.value}")
        if kind in begun:
            key = "change.from_then" if since else "change.from_now"
            yield messages(key, kind=name, since=_moment(begun[kind].since))
        elif before.kind(kind).enabled and not after.kind(kind).enabled:
            yield messages("change.switched_off", kind=name)
        elif any(former.until == now for former in after.kind(kind).former_filters):
            yield messages("change.widened", kind=name, since=_moment(now))


def _task_warnings(
    before: Policy, after: Policy, now: datetime, messages: Messages
) -> Iterator[str]:
    """What becomes of tasks: from when on, and whose edits count."""
    is_begun = after.salesforce_task_sync and not before.salesforce_task_sync
    if is_begun:
        yield messages("change.tasks_from_now", since=_moment(after.salesforce_tasks_since))
        yield messages("change.tasks_key", property=KEY_PROPERTY)
        if not after.task_filter.subtypes and after.task_filter.condition is None:
            yield messages("change.tasks_unfiltered")
    elif before.salesforce_task_sync and not after.salesforce_task_sync:
        yield messages("change.tasks_off")
    elif any(former.until == now for former in after.former_task_filters):
        yield messages("change.tasks_widened", since=_moment(now))
    way = _way(after)
    if way and way != _way(before):
        yield messages(way)


def _way(policy: Policy) -> str:
    """Whose edits of tasks count, while tasks go to HubSpot at all."""
    if not policy.salesforce_task_sync:
        return ""
    both = policy.kind(Kind.TASK).enabled
    return "change.tasks_both_ways" if both else "change.tasks_one_way"


def _general_warnings(before: Policy, after: Policy, messages: Messages) -> Iterator[str]:
    if before.language != after.language and before.enabled_kinds:
        yield messages("change.language")
    if (
        after.delete_policy is DeletePolicy.DELETE
        and before.delete_policy is not DeletePolicy.DELETE
    ):
        yield messages("change.deletes")


def _beginnings(policy: Policy) -> dict[str, tuple[Any, ...]]:
    kept = kept_of(policy)
    formers: dict[str, Any] = {kind.value: tuple(each) for kind, each in kept.formers.items()}
    formers[TASKS] = kept.task_formers
    return {name: (moment, formers[name]) for name, moment in kept.since.items()}


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


# --------------------------------------------------------------------------- one key


def with_value(text: str, key: str, words: str, *, language: str = "en") -> str:
    """
    *text* with the setting *key* changed to what *words* say, as typed on a command line.

    An entry of a table may be named too (``status_map.WAITING``); empty words remove it.
    """
    messages = Messages(language)
    policy = parse(text, language=language)
    values = values_of(policy)
    setting, table, member = _find(key, messages)
    try:
        if member:
            values[table] = _with_member(setting, values[table], member, words)
        else:
            values[table] = setting.accepts.read_words(words)
    except Unfit as wrong:
        problem = Problem(text=unfit(key, words, wrong, messages), key=key)
        raise InvalidSettings([problem], messages) from None
    return show(policy_of(values, kept_of(policy)), language=language)


def _find(key: str, messages: Messages) -> tuple[Setting, str, str]:
    """The setting, its key, and the entry of it that *key* names ("" for the whole of it)."""
    if key in SETTINGS:
        return SETTINGS[key], key, ""
    for known, setting in SETTINGS.items():
        if setting.has_members and key.startswith(f"{known}.") and len(key) > len(known) + 1:
            return setting, known, key[len(known) + 1 :]
        if known.startswith(f"{key}."):
            text = messages("settings.is_group", key=key, example=known)
            raise InvalidSettings([Problem(text=text, key=key)], messages)
    raise InvalidSettings([Problem(text=unknown(key, messages), key=key)], messages)


def _with_member(
    setting: Setting, table: Mapping[str, Any], member: str, words: str
) -> Mapping[str, Any]:
    accepts = setting.accepts
    assert isinstance(accepts, Pairs | FieldValues)
    if not words.strip():
        return {name: value for name, value in table.items() if name != member}
    return accepts.read({**table, member: accepts.read_member(words)})

"""The Activities form: from settings to fields, and from what was sent back to ``activities.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from tandem.i18n import Messages
from tandem.model import Kind
from tandem.settings import Problem, show
from tandem.settings.activities import kept_of, policy_of, unfit, values_of
from tandem.settings.keys import KINDS, SETTINGS, Setting
from tandem.settings.values import Amount, FieldValues, Flag, Pairs, TimeOfDay, Unfit, Words
from tandem.sync.policy import Policy

__all__ = ["PICKED", "Read", "Shown", "label_of", "read", "shown_in", "shown_of"]

Shown = dict[str, Any]
"""
What stands in the fields, by settings key: a flag, picked values as a tuple, a table as a dict, and
everything else as the text a person sees.
"""

PICKED = frozenset(
    {
        "salesforce_tasks.fields",
        "salesforce_tasks.filter.subtypes",
        "salesforce_tasks.filter.types",
        "salesforce_tasks.filter.owners",
        "salesforce_tasks.filter.record_types",
        "filter.owners",
    }
)
"""Lists whose members are picked; the members of all others are typed, with commas between."""

_BOXES = frozenset({"enabled", "first_open_only", "skip_bots"})
_MAPS = frozenset({"status_map", "priority_map"})
_BETWEEN = re.compile(r"[,、\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a sent form says: the new settings as text, or what is wrong with it, by key."""

    text: str = ""
    problems: tuple[Problem, ...] = ()

    def by_key(self) -> Mapping[str, str]:
        return {each.key: each.text for each in self.problems}


def shown_of(policy: Policy) -> Shown:
    """The fields as they stand for *policy*."""
    return {key: _shown(SETTINGS[key], value) for key, value in values_of(policy).items()}


def _shown(setting: Setting, value: Any) -> Any:
    accepts = setting.accepts
    if isinstance(accepts, Flag):
        return bool(value)
    if setting.name in PICKED:
        return tuple(value)
    if isinstance(accepts, Words):
        return _joined(accepts, value)
    if isinstance(accepts, Pairs):
        return dict(value)
    if isinstance(accepts, FieldValues):
        return "\n".join(f"{name} = {_plain(each)}" for name, each in value.items())
    if isinstance(accepts, TimeOfDay):
        return value.strftime("%H:%M:%S" if value.second else "%H:%M")
    return "" if value is None else str(value)


def _joined(accepts: Words, words: tuple[str, ...]) -> str:
    if any(_BETWEEN.search(word) for word in words):
        return accepts.write(words)
    return ", ".join(words)


def _plain(value: str | bool | float | int) -> str:
    """A text that would be read as something else keeps its quotes."""
    written = FieldValues().write({"v": value})[len("{ v = ") : -len(" }")]
    accepts = FieldValues()
    return value if isinstance(value, str) and accepts.read_member(value) == value else written


def shown_in(form: FormData, policy: Policy) -> Shown:
    """The fields as somebody filled them in; what is not on the page stands as in *policy*."""
    shown = shown_of(policy)
    for key, setting in SETTINGS.items():
        accepts = setting.accepts
        if isinstance(accepts, Flag):
            # A box without its tick is not sent at all.
            if setting.name in _BOXES or not setting.kinds:
                shown[key] = key in form
        elif setting.name in PICKED:
            shown[key] = tuple(str(each) for each in form.getlist(key) if each)
        elif isinstance(accepts, Pairs) and setting.name in _MAPS:
            start = f"{key}."
            shown[key] = {
                name[len(start) :]: str(value)
                for name, value in form.multi_items()
                if name.startswith(start) and value
            }
        elif key in form:
            shown[key] = str(form[key]).replace("\r\n", "\n").strip()
    return shown


def read(shown: Shown, policy: Policy, messages: Messages) -> Read:
    """
    The settings that *shown* describes.

    What the sort of a value can tell is checked here, with the field at hand; the rest when the text is
    planned, like any other.
    """
    values = values_of(policy)
    problems = []
    for key, setting in SETTINGS.items():
        try:
            values[key] = _value(setting, shown[key])
        except Unfit as wrong:
            problems.append(Problem(text=unfit(key, str(shown[key]), wrong, messages), key=key))
    if problems:
        return Read(problems=tuple(problems))
    return Read(text=show(policy_of(values, kept_of(policy)), language=messages.language))


def _value(setting: Setting, shown: Any) -> Any:
    accepts = setting.accepts
    if isinstance(accepts, Flag):
        return shown
    if isinstance(accepts, Pairs):
        return accepts.read(shown)
    if isinstance(accepts, FieldValues):
        return accepts.read(_members(accepts, shown))
    if setting.name in PICKED:
        return accepts.read(list(shown))
    if isinstance(accepts, Words):
        if shown.startswith("["):
            return accepts.read_words(shown)
        return accepts.read([each.strip() for each in _BETWEEN.split(shown) if each.strip()])
    if isinstance(accepts, Amount) and not shown:
        return None
    return accepts.read_words(shown)


def _members(accepts: FieldValues, lines: str) -> dict[str, Any]:
    members = {}
    for line in lines.splitlines():
        if line.strip():
            name, equals, value = line.partition("=")
            if not equals:
                raise Unfit("wanted.field_values")
            members[name.strip()] = accepts.read_member(value.strip())
    return members


def label_of(key: str, messages: Messages) -> str:
    """What a setting is called on the page, its kind included."""
    parts = key.split(".")
    if parts[0] == KINDS and parts[1] in set(Kind):
        rest = ".".join(parts[2:])
        name = messages(f"kind.{parts[1]}")
        return f"{name} – {messages.either(f'web.set.kinds.{rest}', rest)}"
    return messages.either(f"web.set.{key}", key)

"""``activities.toml`` written from a policy: commented, in a stable order, ready to be edited and applied."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from tandem.i18n import Messages
from tandem.model import Kind
from tandem.settings.activities import values_of
from tandem.settings.kept import written
from tandem.settings.keys import GENERAL, KINDS, PER_KIND, SETTINGS, Setting
from tandem.sync.policy import Policy

__all__ = ["flat", "show"]

_WIDTH = {"en": 100, "ja": 50}  # a Japanese character is two columns wide


def show(policy: Policy, *, language: str = "en") -> str:
    """*policy* as text that ``parse`` reads back to the same policy, with every key and its comment."""
    messages = Messages(language)
    values = values_of(policy)
    lines = [*_comment(messages("show.heading"), messages), ""]
    lines += _tables(GENERAL, "", values, messages)
    lines += ["", *_comment(messages("show.kinds"), messages), "#"]
    for setting in PER_KIND:
        lines += _comment(f"{setting.name}: {messages(setting.text)}", messages, hanging=True)
    for kind in Kind:
        lines += ["", "", f"# {messages(f'kind.{kind.value}')}", f"[{KINDS}.{kind.value}]"]
        own = [setting for setting in PER_KIND if kind in setting.kinds]
        lines += _tables(own, f"{KINDS}.{kind.value}.", values, messages, explained=False)
    lines += _kept(policy, messages)
    return "\n".join(lines) + "\n"


def flat(policy: Policy) -> list[str]:
    """One line for each setting, ``key = value``: what differences are made of."""
    values = values_of(policy)
    return [f"{key} = {SETTINGS[key].accepts.write(value)}" for key, value in values.items()]


def _tables(
    settings: tuple[Setting, ...] | list[Setting],
    above: str,
    values: dict[str, Any],
    messages: Messages,
    *,
    explained: bool = True,
) -> Iterator[str]:
    """The settings grouped by table; those without one come first, since TOML cannot leave a table again."""
    table = ""
    for setting in sorted(settings, key=lambda each: _rank(each, settings)):
        if setting.table != table:
            table = setting.table
            yield ""
            yield f"[{above}{table}]"
        if explained:
            yield from _comment(messages(setting.text), messages)
        name = setting.name.rpartition(".")[2]
        yield f"{name} = {setting.accepts.write(values[above + setting.name])}"
        if explained and not setting.table:
            yield ""


def _rank(setting: Setting, settings: tuple[Setting, ...] | list[Setting]) -> tuple[int, int]:
    tables = list(dict.fromkeys(each.table for each in settings))
    return (-1 if not setting.table else tables.index(setting.table), settings.index(setting))


def _kept(policy: Policy, messages: Messages) -> Iterator[str]:
    lines = list(written(policy))
    if lines:
        yield from ("", "", *_comment(messages("show.kept"), messages), *lines)


def _comment(text: str, messages: Messages, *, hanging: bool = False) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH[messages.language],
        initial_indent="# ",
        subsequent_indent="#   " if hanging else "# ",
        break_on_hyphens=False,
        break_long_words=messages.language == "ja",
    )

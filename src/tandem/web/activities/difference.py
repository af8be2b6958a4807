"""A change of settings as rows that a person reads: what it is called, before, after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.i18n import Messages
from tandem.model import Kind
from tandem.web.activities.form import label_of

__all__ = ["Row", "rows_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    key: str
    label: str
    before: str
    after: str


def rows_of(difference: Sequence[str], messages: Messages) -> list[Row]:
    """The lines ``- key = before`` and ``+ key = after`` joined by their key, in their order."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for line in difference:
        key, _, value = line[2:].partition(" = ")
        (before if line.startswith("-") else after)[key] = value
    return [
        Row(
            key=key,
            label=label_of(key, messages),
            before=_told(key, before.get(key, ""), messages),
            after=_told(key, after.get(key, ""), messages),
        )
        for key in dict.fromkeys([*before, *after])
    ]


def _told(key: str, literal: str, messages: Messages) -> str:
    """TOML's literals in words, where there are words."""
    if literal in ("true", "false"):
        return messages(f"web.value.{literal}")
    name = key.rpartition(".")[2]
    text = literal.strip('"') if literal.count('"') == 2 else literal
    if name == "salesforce_task_type" and not text:
        return messages("web.no_task_type")
    if literal in ('""', "[]", "{}", '"none"'):
        return messages("web.value.none")
    return messages.either(f"web.value.{name}.{text}", text)


def kind_of(key: str) -> Kind | None:
    """The kind that a key belongs to."""
    parts = key.split(".")
    return Kind(parts[1]) if parts[0] == "kinds" and parts[1] in set(Kind) else None

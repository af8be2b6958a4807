"""
SOQL texts, put together so that no value can become part of the statement.

Strings are quoted and escaped [soql-esc], ids checked, datetimes and dates written unquoted [soql-date].
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from tandem.errors import SettingsError
from tandem.mapping.ids import id18

__all__ = [
    "any_of",
    "batches",
    "grouped",
    "ids_in",
    "instant",
    "is_field_name",
    "like",
    "text",
    "texts_in",
]

STATEMENT_LIMIT = 100_000
"""Characters of one statement [soql-limits]; lists are kept well below."""
LONG_LIST = 80_000
SHORT_LIST = 9_000
"""Encoded characters of a list that still fits into a URL of 16,384 bytes with everything else."""

_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
    }
)


def text(value: str) -> str:
    """A quoted string."""
    return f"'{value.translate(_ESCAPES)}'"


def like(value: str) -> str:
    """What stands inside a LIKE pattern for exactly *value*, without quotes."""
    return value.translate(_ESCAPES).replace("%", "\\%").replace("_", "\\_")


def instant(value: datetime) -> str:
    """A datetime in UTC, to the second, rounded down."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ids_in(field: str, ids: Iterable[str]) -> str:
    """``field IN (…)`` over record ids of either length; ``ValueError`` where one is none."""
    listed = "','".join(map(id18, ids))
    return f"{field} IN ('{listed}')"


def texts_in(field: str, values: Iterable[str]) -> str:
    return f"{field} IN ({','.join(map(text, values))})"


def any_of(conditions: Iterable[str]) -> str:
    """Conditions of which one has to hold; in parentheses, since AND and OR may not be mixed on one level."""
    return f"({' OR '.join(conditions)})"


def grouped(condition: str) -> str:
    """
    A condition somebody wrote, in parentheses, so that it stands for itself beside others.

    ``SettingsError`` for one that would end those parentheses, or that begins a text without ending it.
    """
    depth, in_text, is_escaped = 0, False, False
    for sign in condition:
        if in_text:
            in_text = is_escaped or sign != "'"
            is_escaped = sign == "\\" and not is_escaped
        elif sign == "'":
            in_text = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth < 0:
                break
    if depth or in_text:
        what = "a quotation mark" if in_text else "a parenthesis"
        raise SettingsError(f"In the condition {condition!r} {what} has no counterpart.")
    return f"({condition})"


def is_field_name(name: str) -> bool:
    """Whether *name* can be a field's API name; nothing else is put into a SELECT."""
    return name.isascii() and name.replace("_", "").replace(".", "").isalnum() and name[0].isalpha()


def batches(values: Collection[str], *, most: int, is_long: bool) -> Iterator[list[str]]:
    """*values* in lists of at most *most* that fit into one statement (or, if not *is_long*, one URL)."""
    room = LONG_LIST if is_long else SHORT_LIST
    batch: list[str] = []
    used = 0
    for value in values:
        size = len(text(value)) + 1 if is_long else len(quote(text(value), safe="")) + 3
        if batch and (used + size > room or len(batch) >= most):
            yield batch
            batch, used = [], 0
        batch.append(value)
        used += size
    if batch:
        yield batch

"""Reading TOML so that everything wrong in it can be said at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.errors import SettingsError
from tandem.i18n import Messages

__all__ = ["InvalidSettings", "Problem", "line_of", "load"]

_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong: ``key`` as in ``settings show`` (empty when the text is no TOML), ``line`` from 1."""

    text: str
    key: str = ""
    line: int | None = None


class InvalidSettings(SettingsError):
    """Settings that cannot be taken as they are; the message holds one line for each problem."""

    def __init__(self, problems: Sequence[Problem], messages: Messages) -> None:
        lines = [
            problem.text
            if problem.line is None
            else messages("settings.at_line", line=problem.line, problem=problem.text)
            for problem in problems
        ]
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


def load(text: str, messages: Messages) -> dict[str, Any]:
    """The tables of *text*; InvalidSettings with line and column where it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings([_malformed(str(error), text, messages)], messages) from None


def _malformed(reason: str, text: str, messages: Messages) -> Problem:
    place = _POSITION.search(reason)
    words = _POSITION.sub("", reason)
    if place is None or place[1] is None:
        return Problem(text=messages("settings.not_toml_end", reason=words))
    lines = text.splitlines()
    row = int(place[1])
    source = lines[row - 1].strip() if row <= len(lines) else ""
    return Problem(
        text=messages(
            "settings.not_toml", line=row, column=place[2], reason=words, source=source[:80]
        )
    )


def line_of(text: str, path: Sequence[str]) -> int | None:
    """
    The line on which the value at *path* begins.

    Found by reading ever longer beginnings of the text, since no TOML reader tells positions: the
    statement that brings the value in is the one that was read last.
    """
    begins = 1
    for end, tables in _beginnings(text):
        if _holds(tables, path):
            return begins
        begins = end + 1
    return None


def _beginnings(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = text.splitlines(keepends=True)
    for end in range(1, len(lines) + 1):
        try:
            yield end, tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a value that spans lines


def _holds(tables: Any, path: Sequence[str]) -> bool:
    for part in path:
        if not isinstance(tables, dict) or part not in tables:
            return False
        tables = tables[part]
    return True

"""
The sorts of value a setting may have: what is accepted, and how it is written.

A value is read twice in its life: from TOML (``read``) and from the words of ``tandem settings set``
(``read_words``); both end in the same plain value or in ``Unfit``, which says what was wanted.
"""

from __future__ import annotations

import datetime
import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import tomlkit

from tandem.mapping.ids import id18, is_salesforce_id

__all__ = [
    "Accepts",
    "Amount",
    "Choice",
    "FieldValues",
    "Flag",
    "Pairs",
    "SalesforceIds",
    "Text",
    "TimeOfDay",
    "Unfit",
    "Words",
    "literal",
]

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
NONE = "none"


class Unfit(Exception):
    """The value is not what the setting accepts: ``wanted`` is a text key, ``nearest`` a guess at what was meant."""

    def __init__(self, wanted: str, *, nearest: str = "", **values: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.nearest = nearest
        self.values = values


class Accepts(Protocol):
    """One sort of value."""

    def read(self, given: Any) -> Any:
        """The plain value of a TOML value; Unfit otherwise."""

    def read_words(self, words: str) -> Any:
        """The plain value of what a person typed; Unfit otherwise."""

    def write(self, value: Any) -> str:
        """*value* as TOML, right of the equals sign."""


def literal(value: Any) -> str:
    """*value* as TOML writes it."""
    return str(tomlkit.item(value).as_string())


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, given: Any) -> bool:
        if not isinstance(given, bool):
            raise Unfit("wanted.flag")
        return given

    def read_words(self, words: str) -> bool:
        match words.strip().lower():
            case "true" | "on" | "yes":
                return True
            case "false" | "off" | "no":
                return False
        raise Unfit("wanted.flag")

    def write(self, value: bool) -> str:
        return literal(value)


@dataclass(frozen=True, slots=True)
class Text:
    """A text; an empty one means that nothing is chosen (None)."""

    def read(self, given: Any) -> str | None:
        if not isinstance(given, str):
            raise Unfit("wanted.text")
        return given.strip() or None

    def read_words(self, words: str) -> str | None:
        return words.strip() or None

    def write(self, value: str | None) -> str:
        return literal(value or "")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    choices: tuple[str, ...]

    def read(self, given: Any) -> str:
        if given not in self.choices or not isinstance(given, str):
            raise Unfit(
                "wanted.choice",
                nearest=_nearest(given, self.choices),
                choices=", ".join(self.choices),
            )
        return given

    def read_words(self, words: str) -> str:
        return self.read(words.strip())

    def write(self, value: str) -> str:
        return literal(str(value))


@dataclass(frozen=True, slots=True)
class Words:
    """Some words, each once, in the order given; with *choices* only these."""

    choices: tuple[str, ...] = ()

    def read(self, given: Any) -> tuple[str, ...]:
        if not isinstance(given, list) or not all(
            isinstance(word, str) and word.strip() for word in given
        ):
            raise self._unfit()
        words = tuple(dict.fromkeys(word.strip() for word in given))
        for word in words:
            if self.choices and word not in self.choices:
                raise self._unfit(nearest=_nearest(word, self.choices))
        return words

    def read_words(self, words: str) -> tuple[str, ...]:
        if words.lstrip().startswith("["):
            try:
                return self.read(tomllib.loads(f"v = {words}")["v"])
            except tomllib.TOMLDecodeError:
                raise self._unfit() from None
        return self.read([word for word in words.split(",") if word.strip()])

    def write(self, value: tuple[str, ...]) -> str:
        return "[" + ", ".join(literal(str(word)) for word in value) + "]"

    def _unfit(self, nearest: str = "") -> Unfit:
        if not self.choices:
            return Unfit("wanted.words")
        return Unfit("wanted.choices", nearest=nearest, choices=", ".join(self.choices))


@dataclass(frozen=True, slots=True)
class SalesforceIds(Words):
    """Ids of Salesforce, kept in their form of 18 characters, by which they can be compared."""

    def read(self, given: Any) -> tuple[str, ...]:
        words = Words.read(self, given)
        if not all(is_salesforce_id(word) for word in words):
            raise self._unfit()
        return tuple(dict.fromkeys(id18(word) for word in words))

    def _unfit(self, nearest: str = "") -> Unfit:
        return Unfit("wanted.salesforce_ids")


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day; TOML's own local time is taken too."""

    def read(self, given: Any) -> datetime.time:
        if isinstance(given, datetime.time):
            return given.replace(microsecond=0)
        if not isinstance(given, str):
            raise Unfit("wanted.time")
        return self.read_words(given)

    def read_words(self, words: str) -> datetime.time:
        match = _CLOCK.fullmatch(words.strip())
        if match is None:
            raise Unfit("wanted.time")
        hour, minute, second = match.groups(default="0")
        return datetime.time(int(hour), int(minute), int(second))

    def write(self, value: datetime.time) -> str:
        return literal(value.strftime("%H:%M:%S" if value.second else "%H:%M"))


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number above 0, or none."""

    def read(self, given: Any) -> int | None:
        if given == NONE:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or given < 1:
            raise Unfit("wanted.amount")
        return given

    def read_words(self, words: str) -> int | None:
        word = words.strip().replace(",", "").replace("_", "")
        return self.read(int(word) if re.fullmatch(r"[0-9]{1,12}", word) else word)

    def write(self, value: int | None) -> str:
        return literal(NONE if value is None else value)


@dataclass(frozen=True, slots=True)
class Pairs:
    """A table of texts by text."""

    def read(self, given: Any) -> Mapping[str, str]:
        if not isinstance(given, dict) or not all(
            isinstance(value, str) and value for value in given.values()
        ):
            raise Unfit("wanted.pairs")
        return dict(sorted(given.items()))

    def read_words(self, words: str) -> Mapping[str, str]:
        return self.read(_inline_table(words, "wanted.pairs"))

    def read_member(self, words: str) -> str:
        """The value of one entry as typed."""
        return words.strip()

    def write(self, value: Mapping[str, str]) -> str:
        return _written_table(value)


@dataclass(frozen=True, slots=True)
class FieldValues:
    """A table of texts, numbers and flags by a Salesforce field's API name."""

    def read(self, given: Any) -> Mapping[str, str | bool | float | int]:
        if not isinstance(given, dict) or not all(
            _API_NAME.fullmatch(name) and isinstance(value, str | bool | int | float)
            for name, value in given.items()
        ):
            raise Unfit("wanted.field_values")
        return dict(sorted(given.items()))

    def read_words(self, words: str) -> Mapping[str, str | bool | float | int]:
        return self.read(_inline_table(words, "wanted.field_values"))

    def read_member(self, words: str) -> str | bool | float | int:
        """The value of one entry as typed: a TOML literal if it is one, else a text."""
        try:
            value = tomllib.loads(f"v = {words}")["v"]
        except tomllib.TOMLDecodeError:
            return words.strip()
        return value if isinstance(value, str | bool | int | float) else words.strip()

    def write(self, value: Mapping[str, str | bool | float | int]) -> str:
        return _written_table(value)


def _inline_table(words: str, wanted: str) -> Any:
    try:
        return tomllib.loads(f"v = {words}")["v"]
    except tomllib.TOMLDecodeError:
        raise Unfit(wanted) from None


def _written_table(value: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{quoted(key)} = {literal(each)}" for key, each in sorted(value.items()))
    return f"{{ {inside} }}" if inside else "{}"


def quoted(key: str) -> str:
    """*key* as TOML writes it left of the equals sign."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else literal(key)


def _nearest(given: Any, choices: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(str(given).strip().lower(), choices, n=1)
    return close[0] if close else ""

"""How HubSpot takes and keeps a property's value: always as text [D-props][D-ts]."""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tandem.sandbox.clock import from_ms, to_ms
from tandem.sandbox.hubspot.definitions import LONGEST_TEXT, Definition
from tandem.sandbox.hubspot.errors import ValueProblem, invalid

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
_DAY_MS = 86_400_000
_MOST_DIGITS = 18


def stamp(milliseconds: int) -> str:
    """An instant as HubSpot shows it: `2026-03-12T07:34:48.168Z`."""
    day, rest = divmod(milliseconds, _DAY_MS)
    seconds, thousandths = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day(day)}T{hour:02d}:{minute:02d}:{second:02d}.{thousandths:03d}Z"


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return from_ms(number * _DAY_MS).date().isoformat()


def is_whole(text: str) -> bool:
    """Whether a text is a whole number, of ASCII digits and not absurdly long."""
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def instant_ms(text: str) -> int | None:
    """The instant that an ISO 8601 text or epoch milliseconds mean, None if neither."""
    if is_whole(text.lstrip("-")):
        try:
            from_ms(int(text))
        except (OverflowError, ValueError):
            return None
        return int(text)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_ms(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def normal(definition: Definition, given: Any, before: str | None) -> str | None:
    """
    *given* as HubSpot keeps it, None where it clears the property; ValueProblem if it is refused.

    Owners and stages are checked by the account, which knows them. *before* is the present value,
    to which a leading `;` appends.
    """
    if given is None or given == "":
        return None
    text = _text(definition, given)
    match definition.type:
        case "number":
            return _number(definition, text)
        case "bool":
            lowered = text.lower()
            if lowered not in ("true", "false"):
                raise _not_an_option(definition, text)
            return lowered
        case "datetime":
            return _datetime(definition, text)
        case "date":
            return _date(definition, text)
        case "enumeration":
            return _enumeration(definition, text, before)
        case _:
            return _string(definition, text)


def _text(definition: Definition, given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return given
    if isinstance(given, int | float):
        return str(given)
    raise ValueProblem(
        "INVALID_TYPE", definition.name, f"The value of {definition.name} must be a string"
    )


def _number(definition: Definition, text: str) -> str:
    try:
        finite = math.isfinite(float(text)) and "_" not in text
    except ValueError:
        finite = False
    if not finite:
        raise ValueProblem("INVALID_INTEGER", definition.name, f"{text} was not a valid number.")
    return text.strip()


def _datetime(definition: Definition, text: str) -> str:
    milliseconds = instant_ms(text)
    if milliseconds is None:
        raise ValueProblem("INVALID_LONG", definition.name, f"{text} was not a valid long.")
    # A task's due time comes back exactly as it was written in UTC, without milliseconds added.
    if "T" in text and text.endswith("Z"):
        return text
    return stamp(milliseconds).replace(".000Z", "Z")


def _date(definition: Definition, text: str) -> str:
    milliseconds = instant_ms(text)
    if milliseconds is None:
        raise ValueProblem("INVALID_DATE", definition.name, f"{text} was not a valid date.")
    if milliseconds % _DAY_MS:
        at = from_ms(milliseconds).time()
        raise ValueProblem(
            "INVALID_DATE",
            definition.name,
            f"{milliseconds} is at {at.hour}:{at.minute}:{at.second}.0 UTC, not midnight!",
        )
    return from_ms(milliseconds).date().isoformat()


def _enumeration(definition: Definition, text: str, before: str | None) -> str | None:
    if not definition.takes_several:
        if definition.options and text not in definition.accepts:
            raise _not_an_option(definition, text)
        return text
    kept = [each for each in (before or "").split(";") if each] if text.startswith(";") else []
    for each in filter(None, (part.strip() for part in text.split(";"))):
        if definition.options and each not in definition.accepts:
            raise _not_an_option(definition, each)
        if each not in kept:
            kept.append(each)
    return ";".join(kept) or None


def _string(definition: Definition, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueProblem(
            "VALUE_TOO_LONG",
            definition.name,
            f"The value of {definition.name} has {len(text)} characters; "
            f"the limit is {LONGEST_TEXT}.",
        )
    match definition.name:
        case "email":
            text = text.strip().lower()
            if not _EMAIL.fullmatch(text):
                raise ValueProblem(
                    "INVALID_EMAIL", definition.name, f"Email address {text} is invalid"
                )
        case "hs_task_reminders":  # milliseconds, never ISO 8601 [D-tasks]
            for each in text.split(";"):
                if not is_whole(each):
                    raise ValueProblem(
                        "INVALID_LONG", definition.name, f"{each} was not a valid long."
                    )
        case "hs_call_recording_url":  # only secure addresses are accepted [D-calls]
            if not text.lower().startswith("https://"):
                raise ValueProblem("INVALID_URL", definition.name, f"{text} must begin with https")
    return text


def _not_an_option(definition: Definition, text: str) -> ValueProblem:
    allowed = ", ".join(f'label: "{label}" value: "{value}"' for value, label in definition.options)
    return ValueProblem(
        "INVALID_OPTION",
        definition.name,
        f"{text} was not one of the allowed options: [{allowed}]",
    )


def whole(value: Any, name: str, low: int, high: int | None) -> int:
    """A whole number in a body, given as number or text; 400 outside its bounds."""
    text = str(value)
    if isinstance(value, bool) or not is_whole(text):
        raise invalid(f"{name} must be a whole number, not {value!r}")
    if int(text) < low or (high is not None and int(text) > high):
        raise invalid(f"{name} must be between {low} and {high}, not {text}")
    return int(text)

"""How the REST API writes instants: `2022-03-17T16:21:26.000+0000`, in UTC ([describes])."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def to_wire(instant: datetime) -> str:
    """An instant as the API shows and as the store keeps it: whole seconds, text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="seconds")[:19] + ".000+0000"


@lru_cache(maxsize=4096)
def from_wire(text: str) -> datetime:
    """The instant of a stored text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.000+0000").replace(tzinfo=UTC)


_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)


def instant_from(text: str) -> datetime:
    """
    An instant as clients send it: with or without fractions, `Z`, `+0000` or `+00:00`.

    Raises ValueError for anything else. A text without a zone means UTC.
    """
    matched = _INSTANT.fullmatch(text)
    if matched is None:
        raise ValueError(f"{text!r} is not an ISO 8601 date and time.")
    day, minute, second, zone = matched.groups()
    offset = "+00:00" if zone in (None, "Z") else zone
    if ":" not in offset:
        offset = f"{offset[:3]}:{offset[3:]}"
    return datetime.fromisoformat(f"{day}T{minute}{second or ':00'}{offset}").astimezone(UTC)


@lru_cache(maxsize=4096)
def wire_from(text: str) -> str:
    """The stored form of an instant as clients send it."""
    return to_wire(instant_from(text))


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@lru_cache(maxsize=4096)
def day_from(text: str) -> str:
    """A date as the API keeps it. A date and time gives its day; ValueError for anything else."""
    if _DAY.fullmatch(text):
        return date.fromisoformat(text).isoformat()
    return instant_from(text).date().isoformat()


def day_in(zone: str, instant: datetime) -> date:
    """The calendar day of an instant in a time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()

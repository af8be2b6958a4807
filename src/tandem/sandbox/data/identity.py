"""Ids and stamps in the two vendors' forms, all of them determined by counters and a seed."""

import random
import uuid
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
"""One record as a vendor's JSON shows it."""

_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

POD = "5h"
"""The two characters after the prefix in every Salesforce id of the sample."""


def with_check_characters(id15: str) -> str:
    """
    The 18-character form of a 15-character Salesforce id, which tells letter case apart even
    where case is ignored. [ids]
    """
    checks = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, char in enumerate(id15[start : start + 5]) if char.isupper())
        checks += _CHECKS[bits]
    return id15 + checks


def salesforce_id(prefix: str, number: int) -> str:
    """
    The 18-character id of the *number*th record of a kind, in mixed case, no two alike.

    The numbers are spread by a stride without common factor with 62**5, so that neighbours do not
    look alike but never meet either.
    """
    spread = (number * 48_271_337 + 7_654_321) % 62**5
    letters = ""
    for _ in range(5):
        spread, digit = divmod(spread, 62)
        letters = _DIGITS[digit] + letters
    return with_check_characters(f"{prefix}{POD}00000{letters}")


def without_check_characters(id18: str) -> str:
    """The 15-character form."""
    return id18[:15]


def guid(rng: random.Random) -> str:
    """A random-looking UUID that the seed determines."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def hubspot_stamp(moment: datetime) -> str:
    """UTC with milliseconds and a Z, as HubSpot prints an instant."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def salesforce_stamp(moment: datetime) -> str:
    """UTC to the second, with a numeric offset, as Salesforce prints an instant."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"

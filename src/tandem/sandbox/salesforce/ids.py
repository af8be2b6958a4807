"""Record ids: 15 case-sensitive characters and 3 that make them safe where case is lost ([ids])."""

import random
from functools import lru_cache

_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ALPHABET = frozenset(_DIGITS)


@lru_cache(maxsize=65_536)
def id18(record_id: str) -> str:
    """The 18-character form of an id of 15 or 18 characters; the check characters are made anew."""
    core = record_id[:15]
    return core + _check(core[:5]) + _check(core[5:10]) + _check(core[10:])


@lru_cache(maxsize=65_536)
def _check(five: str) -> str:
    return _CHECK[sum(1 << bit for bit, one in enumerate(five) if "A" <= one <= "Z")]


def is_id(text: object) -> bool:
    """Whether a value has the shape of a record id."""
    return isinstance(text, str) and len(text) in (15, 18) and _ALPHABET.issuperset(text)


class IdSource:
    """Makes ids that follow each other, in an org whose instance letters come from a seed."""

    __slots__ = ("_instance", "_next")

    def __init__(self, chance: random.Random) -> None:
        self._instance = "".join(chance.choices(_DIGITS[10:], k=2))
        self._next = dict[str, int]()

    def make(self, prefix: str) -> str:
        """The next id of the object with that key prefix."""
        number = self._next.get(prefix, 1)
        self._next[prefix] = number + 1
        return id18(f"{prefix}{self._instance}0{_base62(number + _FIRST)}")


_FIRST = 62**5
"""Ids of loaded rows are written by hand and low; made ones begin above them."""


_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]


def _base62(number: int) -> str:
    """Nine digits, taken two at a time."""
    pairs = list[str]()
    for _ in range(5):
        number, rest = divmod(number, 3844)
        pairs.append(_PAIRS[rest])
    pairs.reverse()
    return "".join(pairs)[1:]

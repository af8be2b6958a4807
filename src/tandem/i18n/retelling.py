"""
Saying an error's sentence in another language than the one it was raised in.

An error carries its English sentence, and that is what is logged and kept: with a run, a suspension, a parked
record. Whoever reads it later may read another language than whoever caused it, so the sentence is recognised
by the catalogue's English with its places, and said again with the same values; a value that is a sentence of
the catalogue itself is said again too. Words that nobody here wrote, such as a CRM's, stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache, partial

from tandem.i18n.texts import errors, errors_api, errors_crm, errors_store, errors_watching

__all__ = ["SAID", "retold"]

SAID: Mapping[str, tuple[str, str]] = {
    **errors.SAID,
    **errors_api.SAID,
    **errors_crm.SAID,
    **errors_store.SAID,
    **errors_watching.SAID,
}

_PLACE = re.compile(r"\{(\w+)\}")
_FEW = 6
"""A pattern with fewer letters of its own fits nearly anything: it counts only around a known sentence."""
_SHAPES = {
    "status": r"[^\s:.;,)]+(?: [^\s:.;,)]+)?",
    "operation": r"[^']+",
    "wanted": r"[^`]+",
    "got": r"[^`]+",
    "member": r"`[^`]*`",
    "bound": r"-?\d+",
    "word": r"'.*'",
}
"""What stands at a place that is followed by nothing of its own."""
_LONGEST = 5_000
_DEEP = 4


@lru_cache(maxsize=4_096)
def retold(sentence: str, language: str) -> str:
    """*sentence* in *language*; as it is where the catalogue does not have it."""
    if language == "en" or not sentence or len(sentence) > _LONGEST:
        return sentence
    return _retold(sentence, 0) or sentence


def _retold(sentence: str, depth: int) -> str | None:
    if depth > _DEEP:
        return None
    for pattern, japanese, is_loose in _patterns():
        match = pattern.fullmatch(sentence)
        if match is None:
            continue
        given = match.groupdict()
        known = {name: _retold(value, depth + 1) for name, value in given.items()}
        if is_loose and not any(known.values()):
            continue
        said = given | {name: value for name, value in known.items() if value is not None}
        return _PLACE.sub(partial(_value, said), japanese)
    return None


def _value(said: Mapping[str, str], place: re.Match[str]) -> str:
    return said[place[1]]


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    """The most particular sentences first."""
    by_size = sorted(SAID.values(), key=lambda texts: -len(_PLACE.sub("", texts[0])))
    return tuple(
        (
            re.compile("".join(_pieces(english)), re.DOTALL),
            japanese,
            len(re.sub(r"\W", "", _PLACE.sub("", english))) < _FEW and "{" in english,
        )
        for english, japanese in by_size
    )


def _pieces(english: str) -> Iterator[str]:
    """A place that comes again holds the same again."""
    end, seen = 0, set()
    for place in _PLACE.finditer(english):
        yield re.escape(english[end : place.start()])
        yield (
            f"(?P={place[1]})"
            if place[1] in seen
            else f"(?P<{place[1]}>{_SHAPES.get(place[1], '.+?')})"
        )
        seen.add(place[1])
        end = place.end()
    yield re.escape(english[end:])

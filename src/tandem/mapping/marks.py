"""Keyed marks of long texts: enough to see a change, nothing to read."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable

from tandem.mapping.text import without
from tandem.model import TextMark

__all__ = ["Marker", "canonical_text", "mark_of", "marker"]

Marker = Callable[[str], str]
"""A keyed hash of a text, in hexadecimal."""

# Longer texts are compared as stored only: stripping their markup would not be worth its time.
_LONGEST_CANONICAL = 2_000_000
_TAG = re.compile(r"<[^<>]*>")
_WITHOUT_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


def marker(key: bytes) -> Marker:
    """A marker under *key* (at most 64 bytes); marks of different keys say nothing about each other."""

    def mark(text: str) -> str:
        stored = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(stored, digest_size=16, key=key).hexdigest()

    return mark


def canonical_text(text: str) -> str:
    """
    *text* without markup and white space: what remains when a CRM rewrites the markup of a body.

    It rests on no library's rendering, so that an upgrade of one changes no mark.
    """
    if len(text) > _LONGEST_CANONICAL:
        return text
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    # Blanks first, then whatever else parts words: a pattern takes ten times as long.
    return without("".join(text.replace(" ", "").split()), _WITHOUT_WIDTH)


class _LazyMark(TextMark):
    """A mark whose canonical half is worked out when somebody asks: for most texts nobody does."""

    __slots__ = ("_canonical", "_form", "_marker", "_text")

    _canonical: str | None
    _form: Callable[[str], str]
    _marker: Marker
    _text: str

    def __init__(self, text: str, mark: Marker, form: Callable[[str], str]) -> None:
        assign = object.__setattr__
        assign(self, "stored", mark(text))
        assign(self, "_text", text)
        assign(self, "_marker", mark)
        assign(self, "_form", form)
        assign(self, "_canonical", None)

    @property
    def canonical(self) -> str:
        if self._canonical is None:
            object.__setattr__(self, "_canonical", self._marker(self._form(self._text)))
        assert self._canonical is not None
        return self._canonical

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TextMark):
            return NotImplemented
        # The same bytes mean the same text: the canonical half need not be worked out to know it.
        return self.stored == other.stored

    def __hash__(self) -> int:
        return hash(self.stored)

    def __reduce__(self) -> tuple[type[TextMark], tuple[str, str]]:
        return TextMark, (self.stored, self.canonical)


def mark_of(
    text: str, mark: Marker, form: Callable[[str], str] = canonical_text
) -> TextMark | None:
    """The mark of *text*, None for an empty one; *form* gives the canonical text, on demand only."""
    return _LazyMark(text, mark, form) if text else None

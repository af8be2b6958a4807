"""Lengths and cuts as Salesforce counts them, and text without what no CRM can store."""

from __future__ import annotations

import re

import regex  # type: ignore[import-untyped]

__all__ = ["clean", "cut", "one_line", "utf16_length", "without"]

_ELLIPSIS = "…"
# Control characters (tab and line feed excepted), lone surrogates and non-characters: JSON or XML
# refuses them, or Salesforce drops them.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x85")
_SPACES = re.compile(r"\s+")
_GRAPHEME = regex.compile(r"\X")
_WORD_END = re.compile(r"\s\S*\Z")


def clean(text: str) -> str:
    """*text* with line feeds as its only line ends and without characters that cannot be stored."""
    # Nearly every text is printable but for its line feeds: asking that is far cheaper than a search.
    if text.replace("\n", "").isprintable():
        return text
    return _UNSTORABLE.sub("", _LINE_ENDS.sub("\n", text))


def without(text: str, characters: str) -> str:
    """*text* without *characters*: where they are rare, looking for each is far cheaper than a pattern."""
    if not text.isascii():
        for character in characters:
            if character in text:
                text = text.replace(character, "")
    return text


def one_line(text: str) -> str:
    """*text* on a single line, runs of white space as one blank."""
    return _SPACES.sub(" ", clean(text)).strip()


def utf16_length(text: str) -> int:
    """The length in UTF-16 units: what Java, and so Salesforce, counts."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, *, ellipsis: str = _ELLIPSIS) -> str:
    """
    *text* within *limit* UTF-16 units, ended by *ellipsis* where it was shortened.

    Cut at a word where one ends in the last fifth, else between two graphemes: no emoji, flag or letter
    with its accent is taken apart.
    """
    if len(text) * 2 <= limit or utf16_length(text) <= limit:
        return text
    room = limit - utf16_length(ellipsis)
    if room <= 0:
        return ""
    head = _whole_graphemes(text, room)
    word = _WORD_END.search(head, max(0, len(head) - max(len(head) // 5, 1)))
    following = text[len(head) : len(head) + 1]
    if word is not None and not following.isspace():
        head = head[: word.start()]
    return head.rstrip() + ellipsis


def _whole_graphemes(text: str, room: int) -> str:
    """The longest beginning of *text* that fits *room* and ends between two graphemes."""
    # Only the neighbourhood of the cut is looked at: a grapheme of more than 64 characters may be cut.
    units = text[: room + 1].encode("utf-16-le", "surrogatepass")[: room * 2]
    end = len(units.decode("utf-16-le", "ignore"))
    start = max(0, end - 64)
    last = start
    for grapheme in _GRAPHEME.finditer(text, start, min(len(text), end + 64)):
        if grapheme.end() > end:
            break
        last = grapheme.end()
    return text[: last if last > start else end]

"""What Tandem itself added to Comments, taken out again before they travel back."""

from __future__ import annotations

import re

from tandem.mapping.comments import CATALOGUE, Words
from tandem.mapping.readable import text_from_plain

__all__ = ["is_shortened", "without_own_words"]

_KEY = r"\[tandem:[A-Za-z0-9_-]{1,80}\]"
_BETWEEN = re.compile(r"\\\{[a-z]+\\\}")


def _pattern(sentence: str, **groups: str) -> str:
    """A regular expression for *sentence* with anything, or what *groups* say, in its gaps."""
    return _BETWEEN.sub(
        lambda gap: groups.get(gap[0].strip("\\{}"), r"[^\n]*"), re.escape(sentence)
    )


def _notes(words: Words) -> list[str]:
    names = f"(?:{_pattern(words.named)})?"
    return [
        *map(re.escape, words.remarks.values()),
        _pattern(words.attachments, count=r"\d{1,6}") + names,
        re.escape(words.one_attachment) + names,
        re.escape(words.unreadable),
    ]


def _shortenings(words: Words) -> list[str]:
    return [re.escape(words.shortened), _pattern(words.original, url=r"\S*")]


def _lines(expressions: list[str]) -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(expressions)})[ \t]*$", re.MULTILINE)


_SHORTENED = _lines([one for words in CATALOGUE.values() for one in _shortenings(words)])
_OWN = _lines(
    [_KEY, *(one for words in CATALOGUE.values() for one in (*_notes(words), *_shortenings(words)))]
)


def without_own_words(comments: str) -> str:
    """
    *comments* without the lines that Tandem added: notes on what is attached, remarks, the note on a
    shortened text with its link, and the mark of orgs without the key field.

    In both languages, since a connection may have changed its own. A line counts only if it is one of ours
    from end to end; everything else is a person's.
    """
    text = text_from_plain(comments, drop_history=False)
    if not _OWN.search(text):
        return text.strip()
    return text_from_plain(_OWN.sub("", text), drop_history=False).strip()


def is_shortened(comments: str) -> bool:
    """Whether *comments* say of themselves that HubSpot holds more than they show."""
    return _SHORTENED.search(text_from_plain(comments, drop_history=False)) is not None

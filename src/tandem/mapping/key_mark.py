"""
The line that carries a task's key in its Comments where the org has no field for it.

Description cannot be filtered in SOQL (reference, section 1.1), so the mark is found by reading
candidates; it stands alone on the last line, where a person can see and keep it.
"""

from __future__ import annotations

import re

from tandem.mapping.text import utf16_length

__all__ = ["key_in", "with_key"]

_MARK = re.compile(r"^\[tandem:([A-Za-z0-9_-]{1,80})\]\s*\Z", re.MULTILINE)
_LIMIT = 32_000  # UTF-16 units, as Salesforce counts


def with_key(comments: str, key: str) -> str:
    """*comments* ending in the mark, shortened so that both fit; an older mark is replaced."""
    mark = f"[tandem:{key}]"
    text = _MARK.sub("", comments).rstrip()
    room = _LIMIT - len(mark) - 2
    while (excess := utf16_length(text) - room) > 0:
        # A character takes at most two units, so this many always have to go.
        text = text[: -((excess + 1) // 2)].rstrip()
    return f"{text}\n\n{mark}" if text else mark


def key_in(comments: str) -> str | None:
    """The key that *comments* carries, or None."""
    found = _MARK.search(comments)
    return found.group(1) if found else None

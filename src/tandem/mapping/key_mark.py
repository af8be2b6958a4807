"""
The line that carries a task's key in its Comments, or its body, where there is no field for it.

Description cannot be filtered in SOQL (reference, section 1.1), so the mark is found by reading
candidates; it stands alone on the last line, where a person can see and keep it.
"""

from __future__ import annotations

import re

from tandem.mapping.text import utf16_length

__all__ = ["body_with_key", "key_in", "key_in_body", "with_key", "without_key"]

_MARK = re.compile(r"^\[tandem:([A-Za-z0-9_-]{1,80})\]\s*\Z", re.MULTILINE)
_IN_BODY = re.compile(r"<p[^>]*>\s*\[tandem:([A-Za-z0-9_-]{1,80})\]\s*</p>\s*\Z")
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


def without_key(text: str) -> str:
    """*text* without the mark."""
    return _MARK.sub("", text).rstrip() if "[tandem:" in text else text


def body_with_key(body: str, key: str) -> str:
    """A HubSpot task's *body* ending in the mark as a paragraph of its own; an older mark is replaced."""
    return f"{_IN_BODY.sub('', body)}<p>[tandem:{key}]</p>"


def key_in_body(body: str | None) -> str | None:
    """The key that a HubSpot task's *body* carries, or None."""
    if body is None or "[tandem:" not in body:
        return None
    found = _IN_BODY.search(body)
    return found.group(1) if found else None

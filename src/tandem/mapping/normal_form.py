"""
How Salesforce stores what we send: what reading a task back will say.

Trimming and line ends are not written down by Salesforce (fact mark I), hence ``TextForm``: both
settings are legal and tested, and marks compare canonically anyway, so a wrong guess costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.mapping.text import clean, cut, one_line

__all__ = ["COMMENTS_LIMIT", "LENGTHS", "SUBJECT_LIMIT", "TextForm", "normal_form", "normal_text"]

SUBJECT_LIMIT = 255
COMMENTS_LIMIT = 32_000

LENGTHS: Mapping[str, int] = {
    "Subject": SUBJECT_LIMIT,
    "Description": COMMENTS_LIMIT,
    "CallDisposition": 255,
    "CallObject": 255,
}
"""Text fields of Task and their lengths in UTF-16 units (reference 1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextForm:
    """How an org stores text: whether outer white space is dropped, and the line end it keeps."""

    trims: bool = True
    line_end: str = "\n"


_USUAL = TextForm()


def normal_form(fields: Mapping[str, Any], form: TextForm = _USUAL) -> dict[str, Any]:
    """*fields* (by API name) as Salesforce will show them; the normal form of a normal form is itself."""
    return {
        name: _normal(name, value, form) if isinstance(value, str) else value
        for name, value in fields.items()
    }


def normal_text(text: str, limit: int, form: TextForm = _USUAL) -> str | None:
    """*text* as a long text field keeps it; None where nothing is left."""
    stored = cut(clean(text), limit)
    if form.trims:
        stored = stored.strip()
    if form.line_end != "\n":
        stored = cut(stored.replace("\n", form.line_end), limit)
        stored = stored.strip() if form.trims else stored
    return stored or None


def _normal(name: str, value: str, form: TextForm) -> str | None:
    limit = LENGTHS.get(name)
    if limit is None:
        return value or None
    if name == "Description":
        return normal_text(value, limit, form)
    return cut(one_line(value), limit) or None

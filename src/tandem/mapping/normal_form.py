"""
How the two CRMs store what we send: what reading a task back will say.

Trimming and line ends in Salesforce are not written down (fact mark I), hence ``TextForm``: both
settings are legal and tested, and marks compare canonically anyway, so a wrong guess costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tandem.mapping.text import clean, cut, one_line

__all__ = [
    "BODY_LIMIT",
    "COMMENTS_LIMIT",
    "LENGTHS",
    "SUBJECT_LIMIT",
    "TextForm",
    "hubspot_instant",
    "hubspot_normal_form",
    "normal_form",
    "normal_text",
]

SUBJECT_LIMIT = 255
COMMENTS_LIMIT = 32_000
BODY_LIMIT = 65_536
"""What a text property of HubSpot holds [D-props]; as elsewhere, counted in UTF-16 units."""

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


# --------------------------------------------------------------------------- HubSpot


def hubspot_instant(instant: datetime) -> str:
    """*instant* as HubSpot writes it, to the millisecond: `2026-03-20T14:59:59.000Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hubspot_normal_form(properties: Mapping[str, str | None]) -> dict[str, str | None]:
    """
    The *properties* of a task as HubSpot will show them; twice is once.

    Every value is text, an empty one is null [D-tasks]. HubSpot may trim a subject, rewrite a body's markup or
    write an instant otherwise: what is compared (``mapping.salesforce.seen_fields``) looks through that.
    """
    return {
        name: _HUBSPOT.get(name, str)(value) or None if value else None
        for name, value in properties.items()
    }


def _hubspot_subject(text: str) -> str:
    return cut(one_line(text), BODY_LIMIT)


def _hubspot_body(text: str) -> str:
    return clean(text).strip()


_HUBSPOT = {"hs_task_subject": _hubspot_subject, "hs_task_body": _hubspot_body}

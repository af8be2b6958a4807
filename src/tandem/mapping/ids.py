"""
Ids and addresses of records in both CRMs: their forms, their checks, and reading them back.

Salesforce ids have 15 case-sensitive characters, or 18 with three check characters [ids]; everything
inside Tandem uses the 18-character form. HubSpot ids are whole numbers, unique within an object type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tandem.model import Side

__all__ = [
    "HUBSPOT_TYPE_IDS",
    "Reference",
    "domain_of",
    "hubspot_url",
    "id18",
    "is_salesforce_id",
    "parse_reference",
    "salesforce_url",
]

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_CAPITALS = bytes(ord("1" if 65 <= code <= 90 else "0") for code in range(256))
# Of five characters, which are capitals (the first one counts least), and the letter that says so.
_CHECKS = {f"{number:05b}"[::-1].encode(): letter for number, letter in enumerate(_ALPHABET)}
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[A-Za-z0-5]{3})?")

HUBSPOT_TYPE_IDS = {
    "contacts": "0-1",
    "companies": "0-2",
    "deals": "0-3",
    "communications": "0-18",
    "tasks": "0-27",
    "notes": "0-46",
    "meetings": "0-47",
    "calls": "0-48",
    "emails": "0-49",
    "postal_mail": "0-116",
}
"""HubSpot's objectTypeId by the name its paths use [D-using]."""

_TYPES_BY_ID = {type_id: name for name, type_id in HUBSPOT_TYPE_IDS.items()}
_SALESFORCE_PREFIXES = {
    "00T": "Task",
    "003": "Contact",
    "00Q": "Lead",
    "001": "Account",
    "006": "Opportunity",
    "005": "User",
    "00G": "Group",
    "00D": "Organization",
    "00U": "Event",
}


def is_salesforce_id(text: str) -> bool:
    """Whether *text* has the form of a Salesforce id; of 18 characters the last three must fit."""
    if not _ID.fullmatch(text) or text == "0" * len(text):
        return False
    return len(text) == 15 or id18(text[:15]) == text[:15] + text[15:].upper()


def id18(text: str) -> str:
    """
    The 18-character form of a Salesforce id of 15 or 18 characters.

    ``ValueError`` for anything else, so that nothing but ids gets into a query.
    """
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is not a Salesforce id")
    stem = text[:15]
    signs = stem.encode().translate(_CAPITALS)
    return stem + _CHECKS[signs[:5]] + _CHECKS[signs[5:10]] + _CHECKS[signs[10:]]


def domain_of(text: str | None) -> str | None:
    """The host in a web site's address or a bare domain, lower case and without ``www.``; None where there is none."""
    if text is None or not (text := text.strip().lower()):
        return None
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname
    except ValueError:
        return None
    host = (host or "").rstrip(".").removeprefix("www.")
    return host if "." in host and not any(sign.isspace() for sign in host) else None


def hubspot_url(ui_domain: str, portal_id: str, object_type: str, record_id: str) -> str:
    """
    Where a person sees the record in HubSpot; *object_type* by the name its paths use.

    *ui_domain* is a host, or an address with its scheme where that is not https.
    """
    pages = ui_domain if "://" in ui_domain else f"https://{ui_domain}"
    if object_type == "tasks":
        return f"{pages}/tasks/{portal_id}/view/all/task/{record_id}"
    type_id = HUBSPOT_TYPE_IDS.get(object_type, object_type)
    return f"{pages}/contacts/{portal_id}/record/{type_id}/{record_id}"


def salesforce_url(instance_url: str, record_id: str) -> str:
    """Where a person sees the record in Salesforce: every id has an address of its own."""
    return f"{instance_url.rstrip('/')}/{record_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """
    A record somebody named by its id or its page. ``object_type`` is HubSpot's path name or Salesforce's
    API name, None where the text does not tell.
    """

    side: Side
    id: str
    object_type: str | None = None
    account: str | None = None


def parse_reference(text: str) -> Reference | None:
    """What record *text* means: a HubSpot or Salesforce id, or the address of either's page. None if it is neither."""
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) != 15:
        return Reference(side=Side.HUBSPOT, id=text)
    if is_salesforce_id(text):
        if text.isdecimal():
            # Fifteen digits are a HubSpot id unless they carry a prefix of Salesforce.
            return _salesforce(text) if text[:3] in _SALESFORCE_PREFIXES else _hubspot(text)
        return _salesforce(text)
    if "/" not in text:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return None
    return _from_hubspot_page(parts.path, parts.query) or _from_salesforce_page(parts.path)


def _hubspot(record_id: str) -> Reference:
    return Reference(side=Side.HUBSPOT, id=record_id)


def _salesforce(record_id: str) -> Reference:
    full = id18(record_id)
    return Reference(side=Side.SALESFORCE, id=full, object_type=_SALESFORCE_PREFIXES.get(full[:3]))


_TASK_PAGE = re.compile(r"^/tasks/(\d+)/(?:.*/)?task/(\d+)/?$")
_RECORD_PAGE = re.compile(r"^/contacts/(\d+)/record/(\d+-\d+)/(\d+)")
_OLD_PAGE = re.compile(r"^/contacts/(\d+)/(contact|company|deal)/(\d+)")
_OLD_TYPES = {"contact": "contacts", "company": "companies", "deal": "deals"}


def _from_hubspot_page(path: str, query: str) -> Reference | None:
    if task := _TASK_PAGE.match(path):
        return Reference(side=Side.HUBSPOT, id=task[2], object_type="tasks", account=task[1])
    page = _RECORD_PAGE.match(path) or _OLD_PAGE.match(path)
    if page is None:
        return None
    asked = parse_qs(query)
    # An activity shown on a contact's page: the page's own record is not what is meant.
    for name, kind in (("engagement", None), ("taskId", "tasks")):
        if (named := asked.get(name)) and named[0].isdecimal():
            return Reference(side=Side.HUBSPOT, id=named[0], object_type=kind, account=page[1])
    kind = _TYPES_BY_ID.get(page[2]) or _OLD_TYPES.get(page[2])
    return Reference(side=Side.HUBSPOT, id=page[3], object_type=kind, account=page[1])


_LIGHTNING_PAGE = re.compile(r"/lightning/r/(?:\w+/)?([0-9A-Za-z]{15,18})(?:/|$)")
_CLASSIC_PAGE = re.compile(r"^/([0-9A-Za-z]{15,18})/?$")


def _from_salesforce_page(path: str) -> Reference | None:
    page = _LIGHTNING_PAGE.search(path) or _CLASSIC_PAGE.match(path)
    if page is None or not is_salesforce_id(page[1]):
        return None
    return _salesforce(page[1])

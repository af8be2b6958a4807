"""
What HubSpot posts to a webhook: whether it is HubSpot's, and which records it names [D-wh][D-sig].

Pure: no clock, no network, no store.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from tandem.crm.hubspot.notices import ACTIVITIES, OBJECTS, Happening, Notice, ends_of, moment_from

__all__ = [
    "Delivery",
    "Malformed",
    "Posted",
    "Signature",
    "Verdict",
    "decoded",
    "delivery_from",
    "read_events",
    "refusal_of",
    "signature_of",
    "verdict_on",
]

_WINDOW = timedelta(minutes=5)
_LONGEST = 512
# Only these are decoded in the address that a version 3 signature is made of [D-sig].
_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}


class Signature(enum.StrEnum):
    """The versions HubSpot signs by; only version 3 covers the time."""

    V1 = "v1"
    V2 = "v2"
    V3 = "v3"


class Verdict(enum.StrEnum):
    """What a signature says."""

    GENUINE = "genuine"
    UNSIGNED = "unsigned"  # there is none of a version that is accepted
    STALE = "stale"  # made too long ago, or by a clock that is far ahead
    FORGED = "forged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """
    A request as it came. ``addresses`` are what HubSpot may have called us by, the likeliest first: a proxy may
    have changed scheme, host or path on the way. Header names are lower case. Its ``repr`` shows no body.
    """

    addresses: tuple[str, ...]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"


class Malformed(ValueError):
    """The body is no list of events."""


class _Event(msgspec.Struct, frozen=True, rename="camel", gc=False):
    portal_id: int
    subscription_type: str = ""
    event_type: str = ""  # what older descriptions call it
    app_id: int | None = None
    object_type_id: str | None = None
    object_id: int | None = None
    occurred_at: int | None = None
    association_type: str = ""
    from_object_id: int | None = None
    to_object_id: int | None = None
    from_object_type_id: str | None = None
    to_object_type_id: str | None = None
    primary_object_id: int | None = None
    new_object_id: int | None = None
    merged_object_ids: list[int] = []


_EVENTS = msgspec.json.Decoder(list[_Event])

_HAPPENINGS = {
    "creation": Happening.CREATED,
    "deletion": Happening.DELETED,
    "privacyDeletion": Happening.DELETED,
    "propertyChange": Happening.CHANGED,
    "merge": Happening.MERGED,
    "restore": Happening.RESTORED,
}
_CLASSIC = {"contact": "contacts", "company": "companies", "deal": "deals"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one request says. ``events`` counts all, also those about what Tandem does not read."""

    events: int
    portals: frozenset[str]
    notices: tuple[Notice, ...]

    @property
    def newest(self) -> datetime | None:
        return max((each.occurred_at for each in self.notices if each.occurred_at), default=None)


# --------------------------------------------------------------------------- signatures


def verdict_on(
    posted: Posted, secret: str, now: datetime, *, accepted: Collection[Signature]
) -> Verdict:
    """
    Whether *posted* was signed with *secret*; compared in constant time.

    A version 3 signature decides where there is one: it cannot be replaced by a weaker one beside it.
    """
    version, said, stamp = _signature(posted)
    refused = _refused(version, said, stamp, now, accepted)
    if refused is not None or version is None:
        return refused or Verdict.UNSIGNED
    key = secret.encode()
    for address in dict.fromkeys(posted.addresses):
        for text in dict.fromkeys((decoded(address), address)):
            if hmac.compare_digest(_signed(version, key, posted, text, stamp), said):
                return Verdict.GENUINE
    return Verdict.FORGED


def signature_of(posted: Posted, secret: str, stamp: str) -> str:
    """The version 3 signature of a request made at *stamp*, for whoever plays HubSpot."""
    address = decoded(posted.addresses[0])
    return _signed(Signature.V3, secret.encode(), posted, address, stamp).decode()


def refusal_of(posted: Posted, now: datetime, *, accepted: Collection[Signature]) -> Verdict | None:
    """Why *posted* is refused whatever the secret; None where the secret decides."""
    return _refused(*_signature(posted), now, accepted)


def _refused(
    version: Signature | None,
    said: bytes,
    stamp: str,
    now: datetime,
    accepted: Collection[Signature],
) -> Verdict | None:
    if version is None or version not in accepted or not said:
        return Verdict.UNSIGNED
    if version is Signature.V3 and not _is_recent(stamp, now):
        return Verdict.STALE
    return None


def decoded(address: str) -> str:
    """The address as version 3 signs it: twelve escapes decoded, every other one left [D-sig]."""
    for escape, character in _DECODED.items():
        if "%" not in address:
            break
        address = address.replace(escape, character).replace(escape.lower(), character)
    return address


def _signature(posted: Posted) -> tuple[Signature | None, bytes, str]:
    """The version that decides, what the header says, and the time it was made."""
    third = posted.headers.get("x-hubspot-signature-v3")
    if third is not None:
        stamp = posted.headers.get("x-hubspot-request-timestamp", "")
        return Signature.V3, _bytes_of(third), stamp
    said = posted.headers.get("x-hubspot-signature", "")
    stated = posted.headers.get("x-hubspot-signature-version", "v1").lower()
    if stated not in (Signature.V1, Signature.V2):
        return None, b"", ""
    return Signature(stated), _bytes_of(said.lower()), ""


def _bytes_of(said: str) -> bytes:
    """Bytes, since comparing text in constant time refuses what is not ASCII."""
    return said.strip().encode("utf-8", "replace") if len(said) <= _LONGEST else b""


def _is_recent(stamp: str, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
        return False
    at = moment_from(int(stamp))
    return at is not None and abs(now - at) <= _WINDOW


def _signed(version: Signature, key: bytes, posted: Posted, address: str, stamp: str) -> bytes:
    where = posted.method.encode() + address.encode()
    match version:
        case Signature.V1:
            return hashlib.sha256(key + posted.body).hexdigest().encode()
        case Signature.V2:
            return hashlib.sha256(key + where + posted.body).hexdigest().encode()
        case Signature.V3:
            text = where + posted.body + stamp.encode()
            return base64.b64encode(hmac.digest(key, text, "sha256"))


# --------------------------------------------------------------------------- events


def read_events(body: bytes) -> list[_Event]:
    """The events of a request's body; Malformed if it holds something else."""
    try:
        return _EVENTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The body is no list of HubSpot's events.") from error


def delivery_from(events: list[_Event]) -> Delivery:
    """Which records *events* name; doubles in one request count once."""
    notices = dict.fromkeys(notice for event in events for notice in _notices(event))
    return Delivery(
        events=len(events),
        portals=frozenset(str(event.portal_id) for event in events),
        notices=tuple(notices),
    )


def _notices(event: _Event) -> Iterator[Notice]:
    subject, _, what = (event.subscription_type or event.event_type).partition(".")
    if what == "associationChange":
        yield from _ends(event)
        return
    happening = _HAPPENINGS.get(what)
    name = OBJECTS.get(event.object_type_id or "") if subject == "object" else _CLASSIC.get(subject)
    if happening is None or name is None:
        return
    ids = [event.object_id, event.primary_object_id, event.new_object_id, *event.merged_object_ids]
    for record_id in dict.fromkeys(each for each in ids if each is not None):
        yield Notice(
            portal_id=str(event.portal_id),
            object=name,
            record_id=str(record_id),
            happening=happening,
            occurred_at=moment_from(event.occurred_at),
        )


def _ends(event: _Event) -> Iterator[Notice]:
    """Activities whose associations changed; of the others nothing Tandem remembers depends on them."""
    first, second = ends_of(event.association_type)
    stated = (event.from_object_type_id or "", event.to_object_type_id or "")
    ends = (
        (first or OBJECTS.get(stated[0]), event.from_object_id),
        (second or OBJECTS.get(stated[1]), event.to_object_id),
    )
    for name, record_id in ends:
        if name in ACTIVITIES and record_id is not None:
            yield Notice(
                portal_id=str(event.portal_id),
                object=name,
                record_id=str(record_id),
                happening=Happening.ASSOCIATED,
                occurred_at=moment_from(event.occurred_at),
            )

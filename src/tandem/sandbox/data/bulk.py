"""Any number of plain records in load form, for benchmarks and for the sandbox's own limits."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from tandem.sandbox.data.identity import Record, hubspot_stamp, salesforce_id, salesforce_stamp
from tandem.sandbox.data.texts_en import ENGLISH

BODY_LENGTH = 1_000
"""Characters of a body on average, markup included."""

_FIRST_ACTIVITY, _FIRST_CONTACT = 61_000_000_001, 71_000_000_001
_FIRST_NUMBER = 1_000_000  # of Salesforce ids, far above those of the sample
_SHORTEST, _LONGEST = BODY_LENGTH // 4, BODY_LENGTH * 7 // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Parts that the two sandboxes load in addition to what they hold."""

    hubspot: dict[str, Any]
    salesforce: dict[str, Any]


def bulk_activities(
    n: int,
    kind: str,
    now: datetime,
    seed: int,
    *,
    contacts: int,
    html: bool,
    start: int = 0,
    over: timedelta = timedelta(days=7),
) -> Bulk:
    """
    *n* activities of one object type, made evenly over the time *over* that ends just before *now*.

    Each is associated with one of *contacts* contacts, every tenth with a second one; every contact
    stores the id of a Salesforce contact. *start* counts the activities of earlier parts, so that
    large amounts can be loaded piece by piece: the contacts come with the first piece only.
    """
    if kind not in _SHAPES:
        raise ValueError(f"Bulk activities are {', '.join(_SHAPES)}, not {kind!r}.")
    if contacts < 1 or n < 0 or start < 0:
        raise ValueError("Bulk activities need at least one contact and counts of 0 or more.")
    rng = random.Random(f"bulk/{seed}/{start}")
    objects: dict[str, list[Record]] = {kind: _activities(rng, n, kind, now, start, over, html)}
    people: list[Record] = []
    if start == 0:
        objects["contacts"] = [_contact(number, now) for number in range(contacts)]
        people = [_salesforce_contact(number, now) for number in range(contacts)]
    return Bulk(
        hubspot={
            "objects": objects,
            "associations": _associations(kind, start, n, contacts),
        },
        salesforce={"records": {"Contact": people}},
    )


def _activities(
    rng: random.Random,
    n: int,
    kind: str,
    now: datetime,
    start: int,
    over: timedelta,
    html: bool,
) -> list[Record]:
    shape = _SHAPES[kind]
    body_of = _html_bodies(rng) if html else _plain_bodies(rng)
    begin, step = now.astimezone(UTC) - over, over / max(n, 1)
    records: list[Record] = []
    for place in range(n):
        number = start + place
        record_id = str(_FIRST_ACTIVITY + number)
        stamp = hubspot_stamp(begin + step * place)
        properties = shape(number, body_of(number), stamp)
        properties["hs_timestamp"] = stamp
        properties["hs_createdate"] = properties["hs_lastmodifieddate"] = stamp
        properties["hs_object_id"] = record_id
        records.append(
            {"id": record_id, "createdAt": stamp, "updatedAt": stamp, "properties": properties}
        )
    return records


def _associations(kind: str, start: int, n: int, contacts: int) -> list[tuple[str, str, str, str]]:
    joined = []
    for number in range(start, start + n):
        record_id = str(_FIRST_ACTIVITY + number)
        joined.append((kind, record_id, "contacts", _contact_id(number * 7_919 % contacts)))
        if number % 10 == 9 and contacts > 1:
            other = (number * 7_919 + 1) % contacts
            joined.append((kind, record_id, "contacts", _contact_id(other)))
    return joined


def _plain_bodies(rng: random.Random) -> Callable[[int], str]:
    pool = _pool(rng, ENGLISH.paragraphs)

    def body(number: int) -> str:
        begin = rng.randrange(len(pool) - _LONGEST)
        return f"{number}: {pool[begin : begin + rng.randrange(_SHORTEST, _LONGEST)]}"

    return body


def _html_bodies(rng: random.Random) -> Callable[[int], str]:
    blocks = [
        f'<p style="margin:0;">{escape(paragraph)}</p><p><a href="https://docs.example.com/{place}">'
        f"{escape(rng.choice(ENGLISH.links))}</a>&nbsp;&middot; <b>{escape(rng.choice(ENGLISH.bullets))}</b></p>"
        for place, paragraph in enumerate(ENGLISH.paragraphs)
    ]
    typical = sum(map(len, blocks)) / len(blocks)
    fewest, most = round(_SHORTEST / typical), round(_LONGEST / typical)

    def body(number: int) -> str:
        chosen = rng.choices(blocks, k=rng.randint(fewest, most))
        return f'<div dir="ltr"><p>{number}</p>{"".join(chosen)}</div>'

    return body


def _pool(rng: random.Random, paragraphs: tuple[str, ...]) -> str:
    pool = ""
    while len(pool) < 100_000:
        pool += " ".join(rng.sample(paragraphs, len(paragraphs))) + "\n\n"
    return pool


def _contact_id(number: int) -> str:
    return str(_FIRST_CONTACT + number)


def _contact(number: int, now: datetime) -> Record:
    record_id = _contact_id(number)
    stamp = hubspot_stamp(now - timedelta(days=30, minutes=number % 10_000))
    return {
        "id": record_id,
        "createdAt": stamp,
        "updatedAt": stamp,
        "properties": {
            "email": f"bulk.{number}@bulk.example.com",
            "firstname": "Bulk",
            "lastname": f"No. {number}",
            "salesforcecontactid": _salesforce_contact_id(number),
            "createdate": stamp,
            "lastmodifieddate": stamp,
            "hs_object_id": record_id,
        },
    }


def _salesforce_contact_id(number: int) -> str:
    return salesforce_id("003", _FIRST_NUMBER + number)


def _salesforce_contact(number: int, now: datetime) -> Record:
    """Without an owner: the sandbox gives it to the integration user."""
    stamp = salesforce_stamp(now - timedelta(days=30))
    return {
        "Id": _salesforce_contact_id(number),
        "FirstName": "Bulk",
        "LastName": f"No. {number}",
        "Name": f"Bulk No. {number}",
        "Email": f"bulk.{number}@bulk.example.com",
        "AccountId": None,
        "IsDeleted": False,
        "CreatedDate": stamp,
        "LastModifiedDate": stamp,
        "SystemModstamp": stamp,
    }


def _call(number: int, body: str, stamp: str) -> dict[str, str]:
    return {
        "hs_call_title": f"Call {number}",
        "hs_call_body": body,
        "hs_call_status": "COMPLETED",
        "hs_call_direction": "OUTBOUND",
        "hs_call_duration": "61000",
    }


def _note(number: int, body: str, stamp: str) -> dict[str, str]:
    return {"hs_note_body": body}


def _meeting(number: int, body: str, stamp: str) -> dict[str, str]:
    return {
        "hs_meeting_title": f"Meeting {number}",
        "hs_meeting_body": body,
        "hs_meeting_start_time": stamp,
        "hs_meeting_end_time": stamp,
        "hs_meeting_outcome": "COMPLETED",
    }


def _email(number: int, body: str, stamp: str) -> dict[str, str]:
    return {
        "hs_email_subject": f"E-mail {number}",
        "hs_email_html": body,
        "hs_email_direction": "EMAIL",
        "hs_email_status": "SENT",
    }


def _task(number: int, body: str, stamp: str) -> dict[str, str]:
    return {
        "hs_task_subject": f"Task {number}",
        "hs_task_body": body,
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "NONE",
        "hs_task_type": "TODO",
    }


def _message(number: int, body: str, stamp: str) -> dict[str, str]:
    return {
        "hs_communication_channel_type": "SMS",
        "hs_communication_logged_from": "CRM",
        "hs_communication_body": body,
    }


def _letter(number: int, body: str, stamp: str) -> dict[str, str]:
    return {"hs_postal_mail_body": body, "hs_postal_mail_type": "LETTER"}


_SHAPES: dict[str, Callable[[int, str, str], dict[str, str]]] = {
    "calls": _call,
    "notes": _note,
    "meetings": _meeting,
    "emails": _email,
    "tasks": _task,
    "communications": _message,
    "postal_mail": _letter,
}

"""Notes and sales e-mails of the sample, where the ugly bodies are."""

import json
from datetime import datetime, timedelta
from html import escape
from typing import Any

from tandem.sandbox.data import curiosities
from tandem.sandbox.data.draft import Draft, Owner
from tandem.sandbox.data.engagements import (
    Links,
    add_engagement,
    any_links,
    any_owner,
    newest_does_not_sync_links,
    same_day_links,
    spread,
)
from tandem.sandbox.data.identity import Record, guid, hubspot_stamp, to_ms
from tandem.sandbox.data.mail import Mail, Party, compose, plain
from tandem.sandbox.data.programs import PROGRAMS
from tandem.sandbox.data.words import Words

NOTES, EMAILS = 60, 90

_EXTENSIONS = ("pdf", "xlsx", "pdf", "pdf", "jpg", "docx")
_FILE_TYPES = {"pdf": "DOCUMENT", "docx": "DOCUMENT", "xlsx": "DOCUMENT", "jpg": "IMG"}


def add_files(draft: Draft) -> None:
    """The files that notes and e-mails attach, with names of both languages."""
    names = (*draft.words.files, *draft.foreign_words.files)
    draft.feeds["files"] = [_file(draft, place, name) for place, name in enumerate(names)]


def _file(draft: Draft, place: int, name: str) -> Record:
    extension = _EXTENSIONS[place % len(_EXTENSIONS)]
    stamp = hubspot_stamp(draft.now - timedelta(days=360 - 20 * place))
    return {
        "id": str(118_220_400_100 + 17 * place),
        "name": name,
        "extension": extension,
        "type": _FILE_TYPES[extension],
        "size": 20_480 + 3_333 * place,
        "path": f"/attachments/{name}.{extension}",
        "url": f"https://files.example.com/{draft.home.portal}/{118_220_400_100 + 17 * place}",
        "access": "PRIVATE",
        "archived": False,
        "createdAt": stamp,
        "updatedAt": stamp,
    }


def _attached(draft: Draft, count: int) -> str:
    return ";".join(record["id"] for record in draft.rng.sample(draft.feeds["files"], count))


_NOTE_CASES = (
    "note_pairs_at_the_limit",
    "note_long_first_line",
    "note_empty",
    "note_lists_and_links",
    "note_table",
    "note_right_to_left",
    "note_mixed_scripts",
    "note_attachments",
    "note_without_contact",
    "note_same_day_contacts",
    "note_newest_contact_does_not_sync",
    "note_plain_text",
    "note_scripted",
)


def add_notes(draft: Draft) -> None:
    """Notes from one line to the limit of what a note may hold."""
    cases = spread(_NOTE_CASES, count=NOTES)
    for place, created in enumerate(draft.moments(NOTES)):
        case = cases.get(place)
        words = draft.any_words()
        attached = _attached(draft, 3) if case == "note_attachments" else None
        add_engagement(
            draft,
            "notes",
            {"hs_note_body": _note_body(draft, words, case), "hs_attachment_ids": attached},
            created=created,
            happened=created - timedelta(minutes=draft.rng.choice((0, 0, 0, 30, 2000))),
            links=_note_links(draft, case),
            owner=any_owner(draft),
            case=case,
        )


def _note_body(draft: Draft, words: Words, case: str | None) -> str | None:
    match case:
        case "note_pairs_at_the_limit":
            return curiosities.pairs_around_the_limit(draft.words)
        case "note_long_first_line":
            return f"<p>{escape(''.join(words.paragraphs[:6]))}</p><p>{escape(words.notes[0])}</p>"
        case "note_empty":
            return None
        case "note_lists_and_links":
            return curiosities.lists_and_links(words)
        case "note_table":
            return curiosities.table(words)
        case "note_right_to_left":
            return curiosities.right_to_left(words)
        case "note_mixed_scripts":
            return curiosities.mixed_scripts()
        case "note_plain_text":
            return "\n".join(words.notes[:3])
        case "note_scripted":
            return curiosities.scripted(words)
        case _:
            lines = draft.rng.sample(words.notes, draft.rng.randint(1, 3))
            tag = draft.rng.choice(("p", "div"))
            return "".join(f"<{tag}>{escape(line)}</{tag}>" for line in lines)


def _note_links(draft: Draft, case: str | None) -> Links:
    match case:
        case "note_without_contact":
            return Links()
        case "note_same_day_contacts":
            return same_day_links(draft)
        case "note_newest_contact_does_not_sync":
            return newest_does_not_sync_links(draft)
        case _:
            return any_links(draft)


_EMAIL_CASES = (
    "email_scheduled",
    "email_sending",
    "email_failed",
    "email_bounced",
    "email_empty",
    "email_plain_only",
    "email_newsletter_1",
    "email_emoji_subject",
    "email_long_subject",
    "email_pair_at_the_cut",
    "email_newsletter_2",
    "email_without_subject",
    "email_attachments",
    "email_attachment_gone",
    "email_right_to_left",
    "email_newsletter_3",
    "email_scripted",
    "email_broken_markup",
    "email_table",
    "email_iso_2022_jp",
    "email_mojibake",
    "email_to_many",
    "email_long_thread",
    "email_without_contact",
    "email_opened_in_a_burst",
    "email_opened_late",
)
_EMAIL_STATUSES = {
    "email_scheduled": "SCHEDULED",
    "email_sending": "SENDING",
    "email_failed": "FAILED",
    "email_bounced": "BOUNCED",
}
_OPENED_CASES = ("email_opened_in_a_burst", "email_opened_late")


def add_emails(draft: Draft) -> None:
    """One-to-one e-mails, sent, logged, incoming and forwarded, with their opens and clicks."""
    cases = spread(_EMAIL_CASES, count=EMAILS)
    for place, created in enumerate(draft.moments(EMAILS)):
        _add_email(draft, cases.get(place), created)


def _add_email(draft: Draft, case: str | None, created: datetime) -> None:
    words = draft.any_words()
    direction = draft.rng.choices(("EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"), (60, 32, 8))[0]
    if case in _EMAIL_STATUSES or case in _OPENED_CASES:
        direction = "EMAIL"
    elif case and case.startswith("email_newsletter"):
        direction = "INCOMING_EMAIL"
    status = _EMAIL_STATUSES.get(case or "", "SENT")
    links = _email_links(draft, case)
    owner = any_owner(draft)
    subject = _subject(draft, words, case)
    mail = _mail(draft, words, direction, owner, links, created, subject or "", case)
    opens: list[Record] = []
    clicks: list[Record] = []
    if direction == "EMAIL" and status == "SENT":
        opens, clicks = _reactions(draft, case, created)
    properties = _addresses(mail, links, incoming=direction != "EMAIL")
    properties |= {
        "hs_email_direction": direction,
        "hs_email_status": status,
        "hs_email_subject": subject,
        **_bodies(draft, words, case, mail),
        "hs_email_thread_id": guid(draft.rng).replace("-", "")[:16],
        "hs_email_message_id": f"<{guid(draft.rng)}@mail.example.com>",
        "hs_attachment_ids": _attachments(draft, case),
        "hs_email_open_count": opens[0]["value"] if opens else None,
        "hs_email_click_count": clicks[0]["value"] if clicks else None,
    }
    history = {"hs_email_open_count": opens, "hs_email_click_count": clicks}
    add_engagement(
        draft,
        "emails",
        properties,
        created=created,
        happened=created - timedelta(seconds=draft.rng.randint(1, 4000)),
        links=links,
        owner=owner,
        case=case,
        history={name: entries for name, entries in history.items() if entries},
    )


def _email_links(draft: Draft, case: str | None) -> Links:
    match case:
        case "email_to_many":
            return Links(persons=tuple(draft.rng.sample(draft.persons, 6)))
        case "email_without_contact":
            return Links()
        case _:
            return any_links(draft)


def _subject(draft: Draft, words: Words, case: str | None) -> str | None:
    match case:
        case "email_emoji_subject":
            return curiosities.emoji_subject()
        case "email_long_subject":
            return curiosities.long_subject(words)
        case "email_pair_at_the_cut":
            return curiosities.subject_with_pair_at_the_cut(words)
        case "email_without_subject":
            return None
        case _:
            prefix = draft.rng.choice(words.replies) if draft.rng.random() < 0.4 else ""
            return prefix + draft.rng.choice(words.subjects)


def _mail(
    draft: Draft,
    words: Words,
    direction: str,
    owner: Owner | None,
    links: Links,
    sent: datetime,
    subject: str,
    case: str | None,
) -> Mail:
    seller = Party(
        name=owner.name if owner else draft.home.name,
        first=owner.first if owner else None,
        last=owner.last if owner else None,
        email=(owner.email if owner else "") or f"sales@{draft.home.host}",
        company=draft.home.name,
    )
    person = next((one for one in links.persons if one.email), None)
    customer = Party(
        name=person.name.full if person else "Nobody Known",
        first=person.name.first if person else None,
        last=person.name.last if person else None,
        email=(person.email if person else None) or "nobody.known@mail.example.com",
        title=person.name.title if person else "",
        company=person.firm.name if person else "",
    )
    outgoing = direction == "EMAIL"
    depth = 4 if case == "email_long_thread" else draft.rng.choices((0, 1, 2), (5, 3, 2))[0]
    return compose(
        draft.rng,
        words,
        sender=seller if outgoing else customer,
        reader=customer if outgoing else seller,
        sent=sent.astimezone(draft.zone),
        subject=subject,
        earlier=depth,
    )


def _addresses(mail: Mail, links: Links, *, incoming: bool) -> dict[str, Any]:
    """The header properties; HubSpot keeps the headers as a JSON text. [D-emails]"""
    others = [person.email for person in links.persons[1:] if person.email]
    readers = [mail.reader.email] if incoming else [mail.reader.email, *others]
    sender = mail.sender
    headers = {
        "from": {"email": sender.email, "firstName": sender.first, "lastName": sender.last},
        "to": [{"email": email} for email in readers],
        "cc": [{"email": email} for email in others] if incoming else [],
        "bcc": [],
    }
    return {
        "hs_email_headers": json.dumps(headers, ensure_ascii=False),
        "hs_email_from_email": sender.email,
        "hs_email_from_firstname": sender.first,
        "hs_email_from_lastname": sender.last,
        "hs_email_to_email": ";".join(readers),
        "hs_email_cc_email": ";".join(others) if incoming and others else None,
    }


def _bodies(draft: Draft, words: Words, case: str | None, mail: Mail) -> dict[str, str | None]:
    if case == "email_empty":
        return {"hs_email_html": None, "hs_email_text": None}
    text = plain(mail)
    if case == "email_plain_only":
        return {"hs_email_html": None, "hs_email_text": text}
    html = _curious_html(draft, words, case)
    return {"hs_email_html": html or draft.rng.choice(PROGRAMS)(mail), "hs_email_text": text}


def _curious_html(draft: Draft, words: Words, case: str | None) -> str | None:
    match case:
        case "email_newsletter_1" | "email_newsletter_2" | "email_newsletter_3":
            return curiosities.newsletter(draft.rng, words)
        case "email_right_to_left":
            return curiosities.right_to_left(words)
        case "email_scripted":
            return curiosities.scripted(words)
        case "email_broken_markup":
            return curiosities.broken_markup(words)
        case "email_table":
            return curiosities.table(words)
        case "email_iso_2022_jp":
            return curiosities.mixed_scripts()
        case "email_mojibake":
            return curiosities.mojibake(words)
        case _:
            return None


def _attachments(draft: Draft, case: str | None) -> str | None:
    match case:
        case "email_attachments":
            return _attached(draft, 4)
        case "email_attachment_gone":
            return f"{_attached(draft, 1)};118220499999"
        case _:
            return _attached(draft, 1) if draft.rng.random() < 0.08 else None


def _reactions(draft: Draft, case: str | None, sent: datetime) -> tuple[list[Record], list[Record]]:
    """Histories of the open and click counters, newest first."""
    match case:
        case "email_opened_in_a_burst":
            opens = [(1, sent + timedelta(hours=1)), (4, sent + timedelta(hours=3))]
        case "email_opened_late":
            opens = [(1, sent + timedelta(hours=2)), (2, draft.now - timedelta(hours=20))]
        case _:
            if draft.rng.random() > 0.5:
                return [], []
            opens = _counted(draft, sent, draft.rng.choices((1, 2, 3), (6, 3, 2))[0])
    clicks = _counted(draft, sent, draft.rng.randint(1, 2)) if draft.rng.random() < 0.4 else []
    return _history(draft, opens), _history(draft, clicks)


def _counted(draft: Draft, sent: datetime, times: int) -> list[tuple[int, datetime]]:
    delays = sorted(draft.rng.expovariate(1 / 30) for _ in range(times))
    return [
        (count, sent + timedelta(hours=hours, minutes=count))
        for count, hours in enumerate(delays, start=1)
    ]


def _history(draft: Draft, counted: list[tuple[int, datetime]]) -> list[Record]:
    """Entries that lie in the past, newest first, as propertiesWithHistory shows them."""
    entries = [
        {"value": str(count), "timestamp": hubspot_stamp(moment), "sourceType": "EMAIL"}
        for count, moment in counted
        if to_ms(moment) < to_ms(draft.now)
    ]
    return entries[::-1]

"""New activity without end: what the people of the sample go on doing after the sample was taken."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html import escape
from typing import Any

from tandem.sandbox.data.identity import Record, hubspot_stamp
from tandem.sandbox.data.mail import Party, compose, plain
from tandem.sandbox.data.people import Name
from tandem.sandbox.data.programs import PROGRAMS
from tandem.sandbox.data.sample import Sample
from tandem.sandbox.data.texts_en import ENGLISH
from tandem.sandbox.data.texts_ja import JAPANESE
from tandem.sandbox.data.words import Words

Step = tuple[str, dict[str, Any]]
"""The name of an act of the HubSpot sandbox, and its arguments."""


def trickle(sample: Sample, rng: random.Random) -> Iterator[Step]:
    """
    Acts for the HubSpot sandbox that holds *sample*, one after the other, endless.

    Every act can be done on the sample's own records, in this order; what is done happens when it
    is done. Tasks are completed once each, and a marketing e-mail is opened only after it was sent.
    """
    scene = _Scene(sample, rng)
    acts, weights = zip(*_ACTS, strict=True)
    while True:
        yield rng.choices(acts, weights)[0](scene)


class _Scene:
    """Who and what the acts are about."""

    def __init__(self, sample: Sample, rng: random.Random) -> None:
        self.rng = rng
        self.now = sample.now
        self._own, self._foreign = (
            (JAPANESE, ENGLISH) if sample.language == "ja" else (ENGLISH, JAPANESE)
        )
        objects = sample.hubspot["objects"]
        self.contacts: list[Record] = objects["contacts"]
        self.reachable = [one for one in self.contacts if "email" in one["properties"]]
        self.owners = [
            one
            for one in sample.hubspot["owners"]
            if one["type"] == "PERSON" and not one["archived"]
        ]
        self.forms: list[Record] = sample.hubspot["forms"]
        self.campaigns: list[Record] = sample.hubspot["campaigns"]
        self.events: list[Record] = sample.hubspot["marketing_events"]
        self.notes: list[Record] = objects["notes"]
        self.open_tasks = [one["id"] for one in objects["tasks"] if _is_open(one)]
        self.sent = [one["id"] for one in objects["emails"] if _was_sent(one)]
        self.mailed = [
            (one["emailCampaignId"], one["recipient"])
            for one in sample.hubspot["email_events"]
            if one["type"] == "SENT"
        ]
        self.visitors = 0

    def words(self) -> Words:
        """Mostly the sample's language."""
        return self._foreign if self.rng.random() < 0.12 else self._own

    def some(self) -> list[str]:
        """The ids of one contact, now and then of up to three."""
        count = self.rng.choices((1, 2, 3), (80, 14, 6))[0]
        return [str(one["id"]) for one in self.rng.sample(self.contacts, count)]

    def owner(self) -> Record | None:
        """A colleague who is still there, or nobody."""
        return self.rng.choice(self.owners) if self.rng.random() < 0.88 else None

    def owner_id(self) -> str | None:
        """That colleague's owner id."""
        owner = self.owner()
        return owner["id"] if owner else None

    def email(self) -> str:
        """The address of a contact."""
        return str(self.rng.choice(self.reachable)["properties"]["email"])

    def later(self, days: float) -> str:
        """An instant up to that many days after the sample was taken."""
        return hubspot_stamp(_on_the_hour(self.now + timedelta(days=self.rng.uniform(0.2, days))))


def _is_open(task: Record) -> bool:
    return bool(task["properties"]["hs_task_status"] != "COMPLETED")


def _was_sent(email: Record) -> bool:
    properties = email["properties"]
    return (properties["hs_email_direction"], properties["hs_email_status"]) == ("EMAIL", "SENT")


def _on_the_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _log_call(scene: _Scene) -> Step:
    words = scene.words()
    answered = scene.rng.random() < 0.8
    arguments = {
        "contacts": scene.some(),
        "title": scene.rng.choice(words.call_titles) or None,
        "body": f"<p>{escape(scene.rng.choice(words.call_notes))}</p>",
        "owner": scene.owner_id(),
        "direction": scene.rng.choice(("OUTBOUND", "OUTBOUND", "INBOUND")),
        "status": "COMPLETED" if answered else "NO_ANSWER",
        "duration_ms": scene.rng.randint(10, 1500) * 1000 if answered else None,
    }
    return "log_call", arguments


def _write_note(scene: _Scene) -> Step:
    body = f"<p>{escape(scene.rng.choice(scene.words().notes))}</p>"
    return "write_note", {"body": body, "contacts": scene.some(), "owner": scene.owner_id()}


def _send_email(scene: _Scene) -> Step:
    return "send_email", _letter(scene, incoming=False)


def _log_incoming_email(scene: _Scene) -> Step:
    return "log_incoming_email", _letter(scene, incoming=True)


def _letter(scene: _Scene, *, incoming: bool) -> dict[str, Any]:
    words, owner = scene.words(), scene.owner()
    contact = scene.rng.choice(scene.reachable)
    customer, seller = _customer(contact["properties"]), _seller(owner)
    subject = scene.rng.choice(words.subjects)
    mail = compose(
        scene.rng,
        words,
        sender=customer if incoming else seller,
        reader=seller if incoming else customer,
        sent=scene.now,
        subject=subject,
        earlier=scene.rng.choice((0, 0, 1)),
    )
    return {
        "subject": subject,
        "contacts": [contact["id"]],
        "html": scene.rng.choice(PROGRAMS)(mail),
        "text": plain(mail),
        "owner": owner["id"] if owner else None,
    }


def _customer(properties: Record) -> Party:
    japanese = not properties["lastname"].isascii()
    name = Name(
        first=properties["firstname"],
        last=properties["lastname"],
        local="",
        title=properties["jobtitle"],
        japanese=japanese,
    )
    return Party(name=name.full, email=properties["email"], title=name.title)


def _seller(owner: Record | None) -> Party:
    if owner is None:
        return Party(name="Sales", email="sales@mail.example.com")
    return Party(name=f"{owner['firstName']} {owner['lastName']}", email=owner["email"])


def _hold_meeting(scene: _Scene) -> Step:
    words = scene.words()
    over = scene.rng.random() < 0.5
    agenda = scene.rng.choice(words.agendas).splitlines()
    arguments = {
        "title": scene.rng.choice(words.meeting_titles),
        "contacts": scene.some(),
        "body": "".join(f"<p>{escape(line)}</p>" for line in agenda),
        "start": None if over else scene.later(10),
        "outcome": "COMPLETED" if over else "SCHEDULED",
        "owner": scene.owner_id(),
    }
    return "hold_meeting", arguments


def _create_task(scene: _Scene) -> Step:
    words = scene.words()
    arguments = {
        "subject": scene.rng.choice(words.task_subjects),
        "contacts": scene.some(),
        "body": f"<p>{escape(scene.rng.choice(words.task_bodies))}</p>",
        "due": scene.later(14),
        "priority": scene.rng.choice(("NONE", "MEDIUM", "HIGH")),
        "type": scene.rng.choice(("TODO", "CALL", "EMAIL")),
        "owner": scene.owner_id(),
    }
    return "create_task", arguments


def _complete_task(scene: _Scene) -> Step:
    """One of the sample's open tasks; a new one once all of them are done."""
    if not scene.open_tasks:
        return _create_task(scene)
    place = scene.rng.randrange(len(scene.open_tasks))
    return "complete_task", {"id": scene.open_tasks.pop(place), "by": scene.owner_id()}


def _edit(scene: _Scene) -> Step:
    body = f"<p>{escape(scene.rng.choice(scene.words().notes))}</p>"
    arguments = {
        "object": "notes",
        "id": scene.rng.choice(scene.notes)["id"],
        "properties": {"hs_note_body": body},
        "by": scene.owner_id(),
    }
    return "edit", arguments


def _send_message(scene: _Scene) -> Step:
    arguments = {
        "body": scene.rng.choice(scene.words().messages),
        "contacts": scene.some(),
        "channel": scene.rng.choice(("SMS", "WHATS_APP", "LINKEDIN_MESSAGE")),
        "owner": scene.owner_id(),
    }
    return "send_message", arguments


def _send_letter(scene: _Scene) -> Step:
    body = scene.rng.choice(scene.words().letters)
    return "send_letter", {"body": body, "contacts": scene.some(), "owner": scene.owner_id()}


def _submit_form(scene: _Scene) -> Step:
    """By a contact; now and then by a visitor whom nobody knows yet."""
    email = scene.email()
    if scene.rng.random() < 0.1:
        scene.visitors += 1
        email = f"visitor.{scene.visitors}@mail.example.com"
    arguments = {
        "form": scene.rng.choice(scene.forms)["id"],
        "email": email,
        "values": {"message": scene.rng.choice(scene.words().questions)},
        "page_title": "www.example.com",
    }
    return "submit_form", arguments


def _send_marketing_email(scene: _Scene) -> Step:
    sending = scene.rng.choice(scene.campaigns)["id"], scene.email()
    scene.mailed.append(sending)
    return "send_marketing_email", {"campaign": sending[0], "to": sending[1]}


def _open_marketing_email(scene: _Scene) -> Step:
    campaign, recipient = scene.rng.choice(scene.mailed)
    bot = scene.rng.random() < 0.15
    return "open_marketing_email", {"campaign": campaign, "to": recipient, "bot": bot}


def _click_marketing_email(scene: _Scene) -> Step:
    campaign, recipient = scene.rng.choice(scene.mailed)
    url = f"https://www.example.com/news/{scene.rng.randint(1, 9)}"
    return "click_marketing_email", {"campaign": campaign, "to": recipient, "url": url}


def _open_sales_email(scene: _Scene) -> Step:
    times = scene.rng.choices((1, 2, 3), (85, 10, 5))[0]
    return "open_sales_email", {"id": scene.rng.choice(scene.sent), "times": times}


def _click_sales_email(scene: _Scene) -> Step:
    return "click_sales_email", {"id": scene.rng.choice(scene.sent)}


def _attend_event(scene: _Scene) -> Step:
    arguments = {
        "event": scene.rng.choice(scene.events)["objectId"],
        "contact": scene.rng.choice(scene.contacts)["id"],
        "state": scene.rng.choice(("REGISTERED", "ATTENDED", "NO_SHOW", "CANCELLED")),
    }
    return "attend_event", arguments


_ACTS: tuple[tuple[Callable[[_Scene], Step], int], ...] = (
    (_log_call, 16),
    (_write_note, 12),
    (_send_email, 12),
    (_log_incoming_email, 9),
    (_hold_meeting, 6),
    (_create_task, 6),
    (_complete_task, 4),
    (_edit, 3),
    (_send_message, 3),
    (_send_letter, 1),
    (_submit_form, 8),
    (_send_marketing_email, 6),
    (_open_marketing_email, 6),
    (_click_marketing_email, 3),
    (_open_sales_email, 6),
    (_click_sales_email, 3),
    (_attend_event, 3),
)

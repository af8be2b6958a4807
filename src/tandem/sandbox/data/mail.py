"""One e-mail as its author meant it, before a mail program gets hold of it."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.sandbox.data.words import Words

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who writes or reads mail."""

    name: str
    email: str
    first: str | None = None
    last: str | None = None
    title: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The parts of a message; *earlier* is the message it answers, which programs quote below."""

    words: Words
    sender: Party
    reader: Party
    sent: datetime
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    bullets: tuple[str, ...]
    link: tuple[str, str] | None
    closing: str
    earlier: "Mail | None"

    @property
    def date(self) -> str:
        """When it was sent, the way its language writes it."""
        return self.words.quoting.date.format(
            d=self.sent, weekday=_WEEKDAYS[self.sent.weekday()], month=_MONTHS[self.sent.month - 1]
        )


def compose(
    rng: random.Random,
    words: Words,
    *,
    sender: Party,
    reader: Party,
    sent: datetime,
    subject: str,
    earlier: int = 0,
) -> Mail:
    """A message that answers *earlier* older ones, each written by the other party."""
    before = None
    if earlier:
        before = compose(
            rng,
            words,
            sender=reader,
            reader=sender,
            sent=sent - timedelta(hours=rng.randint(2, 70)),
            subject=subject,
            earlier=earlier - 1,
        )
    return Mail(
        words=words,
        sender=sender,
        reader=reader,
        sent=sent,
        subject=subject,
        greeting=rng.choice(words.greetings).format(name=reader.name),
        paragraphs=tuple(rng.sample(words.paragraphs, rng.randint(1, 4))),
        bullets=tuple(rng.sample(words.bullets, rng.randint(2, 5))) if rng.random() < 0.3 else (),
        link=_link(rng, words) if rng.random() < 0.4 else None,
        closing=rng.choice(words.closings),
        earlier=before,
    )


def _link(rng: random.Random, words: Words) -> tuple[str, str]:
    page = rng.randint(100, 999)
    return rng.choice(
        words.links
    ), f"https://docs.example.com/p/{page}?ref=mail&lang={words.language}"


def plain(mail: Mail) -> str:
    """The message as plain text, older ones quoted with angle brackets."""
    lines = [mail.greeting, "", *_spaced(mail.paragraphs)]
    lines += [f"- {bullet}" for bullet in mail.bullets]
    if mail.link:
        label, url = mail.link
        lines += [f"{label}: {url}", ""]
    lines += [mail.closing, mail.sender.name]
    if mail.sender.company:
        lines += ["-- ", f"{mail.sender.name} | {mail.sender.title}", mail.sender.company]
    if mail.earlier:
        lines += ["", wrote_line(mail.earlier)]
        lines += [f"> {line}".rstrip() for line in plain(mail.earlier).splitlines()]
    return "\n".join(lines)


def wrote_line(mail: Mail) -> str:
    """The line that introduces a quoted message."""
    return mail.words.quoting.wrote.format(
        date=mail.date, name=mail.sender.name, email=mail.sender.email
    )


def _spaced(paragraphs: tuple[str, ...]) -> list[str]:
    return [line for paragraph in paragraphs for line in (paragraph, "")]

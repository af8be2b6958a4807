"""What people write, per language: the shape that both languages' texts fill."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """How mail programs of a language introduce the message that is answered."""

    wrote: str
    """One line with {date}, {name} and {email}."""
    rule: str
    """The line above the old message's head."""
    sender: str
    sent: str
    to: str
    subject: str
    date: str
    """A format of {d}, a datetime, and of the English names {weekday} and {month}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts of one language. Tuples are drawn from at random; {name} is the person addressed."""

    language: str
    greetings: tuple[str, ...]
    closings: tuple[str, ...]
    paragraphs: tuple[str, ...]
    bullets: tuple[str, ...]
    links: tuple[str, ...]
    disclaimer: str
    subjects: tuple[str, ...]
    replies: tuple[str, ...]
    call_titles: tuple[str, ...]
    call_notes: tuple[str, ...]
    meeting_titles: tuple[str, ...]
    agendas: tuple[str, ...]
    places: tuple[str, ...]
    notes: tuple[str, ...]
    task_subjects: tuple[str, ...]
    task_bodies: tuple[str, ...]
    messages: tuple[str, ...]
    letters: tuple[str, ...]
    questions: tuple[str, ...]
    headlines: tuple[str, ...]
    teasers: tuple[str, ...]
    deals: tuple[str, ...]
    forms: tuple[tuple[str, str], ...]
    """Form name and title of the page it stands on."""
    campaigns: tuple[tuple[str, str], ...]
    """Campaign name and subject."""
    events: tuple[tuple[str, str], ...]
    """Marketing event name and type."""
    files: tuple[str, ...]
    lists: tuple[str, ...]
    statuses: tuple[str, ...]
    """Labels of the task statuses, in the order of their sorting."""
    task_types: tuple[str, ...]
    queue: str
    quoting: Quoting

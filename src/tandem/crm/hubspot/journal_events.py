"""A file of HubSpot's journal: which records its events name [D-journal]. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tandem.crm.hubspot.notices import ACTIVITIES, OBJECTS, Happening, Notice
from tandem.errors import TryLater
from tandem.model import Side

__all__ = ["JournalFile", "file_from"]

_HAPPENINGS = {
    "CREATE": Happening.CREATED,
    "UPDATE": Happening.CHANGED,
    "DELETE": Happening.DELETED,
    "GDPR_DELETE": Happening.DELETED,
    "RESTORE": Happening.RESTORED,
    "MERGE": Happening.MERGED,
    "SNAPSHOT": Happening.CHANGED,
    "ASSOCIATION_ADDED": Happening.ASSOCIATED,
    "ASSOCIATION_REMOVED": Happening.ASSOCIATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFile:
    """
    One file. ``unnamed`` are the portals with an event that does not say which record it is about: there is no
    published shape of association events, so one that we cannot read must not pass for nothing.
    """

    offset: str
    events: int
    notices: tuple[Notice, ...]
    unnamed: frozenset[str] = frozenset()
    published_at: datetime | None = None

    @property
    def newest(self) -> datetime | None:
        return max((each.occurred_at for each in self.notices if each.occurred_at), default=None)

    @property
    def delay_seconds(self) -> float:
        """How long HubSpot took from the newest event to the file."""
        if self.newest is None or self.published_at is None:
            return 0.0
        return (self.published_at - self.newest).total_seconds()


class _Event(msgspec.Struct, frozen=True, rename="camel", gc=False):
    portal_id: int | None = None
    action: str = ""
    occurred_at: datetime | None = None
    object_type_id: str = ""
    object_id: int | str | None = None
    merged_object_ids: list[int | str] | None = None
    primary_object_id: int | str | None = None
    new_object_id: int | str | None = None
    associated_object_type_id: str = ""
    associated_object_id: int | str | None = None
    from_object_type_id: str = ""
    from_object_id: int | str | None = None
    to_object_type_id: str = ""
    to_object_id: int | str | None = None


class _File(msgspec.Struct, frozen=True, rename="camel"):
    published_at: datetime | None = None
    journal_events: list[_Event] = []


_file = msgspec.json.Decoder(_File)


def file_from(content: bytes, offset: str) -> JournalFile:
    """
    What a file names; TryLater for one that cannot be read.

    *offset* is where it stands, by the answer that told its address.
    """
    try:
        file = _file.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TryLater(
            "A file of HubSpot's journal is no list of events.",
            side=Side.HUBSPOT,
            operation="read the journal",
        ) from error
    notices: dict[Notice, None] = {}
    unnamed: set[str] = set()
    for event in file.journal_events:
        if event.portal_id is None or event.action not in _HAPPENINGS:
            continue
        ends = list(_ends(event))
        if not any(type_id and record_id is not None for type_id, record_id in ends):
            unnamed.add(str(event.portal_id))
        notices.update(dict.fromkeys(_notices(event, ends)))
    return JournalFile(
        offset=offset,
        events=len(file.journal_events),
        notices=tuple(notices),
        unnamed=frozenset(unnamed),
        published_at=_aware(file.published_at),
    )


def _ends(event: _Event) -> Iterator[tuple[str, int | str | None]]:
    """The records of an event, with their types: one, those of a merge, or both ends of an association."""
    yield event.object_type_id, event.object_id
    yield event.associated_object_type_id, event.associated_object_id
    yield event.from_object_type_id, event.from_object_id
    yield event.to_object_type_id, event.to_object_id
    for each in (event.primary_object_id, event.new_object_id, *(event.merged_object_ids or ())):
        yield event.object_type_id, each


def _notices(event: _Event, ends: list[tuple[str, int | str | None]]) -> Iterator[Notice]:
    happening = _HAPPENINGS[event.action]
    for type_id, record_id in ends:
        name = OBJECTS.get(type_id)
        if name is None or record_id is None:
            continue
        if happening is Happening.ASSOCIATED and name not in ACTIVITIES:
            continue
        yield Notice(
            portal_id=str(event.portal_id),
            object=name,
            record_id=str(record_id),
            happening=happening,
            occurred_at=_aware(event.occurred_at),
        )


def _aware(moment: datetime | None) -> datetime | None:
    """A time that names no zone is no use."""
    return moment if moment is None or moment.tzinfo is not None else None

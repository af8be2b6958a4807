"""What a person asks of an import, as plain values; the same choices are the same import."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from tandem.errors import SettingsError
from tandem.imports import DateOrder, Source, opened
from tandem.model import Kind

__all__ = ["ActivityImport", "Moment", "TaskImport", "beginning", "end"]

Moment = date | datetime
"""A day in the HubSpot account's time zone, or an instant."""

_CHUNK = 1 << 20


def beginning(moment: Moment, zone: tzinfo) -> datetime:
    """The instant at which *moment* begins."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), tzinfo=zone).astimezone(UTC)


def end(moment: Moment, zone: tzinfo) -> datetime:
    """The instant after *moment*: a day counts to its end."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return beginning(moment + timedelta(days=1), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskImport:
    """
    Which Salesforce tasks to bring into HubSpot: those of the org that meet every choice, or those of a file.

    ``owners`` are users by id or e-mail address. ``csv`` is the file or what it holds; ``mapping`` and ``dates`` say
    how it is to be read.
    """

    created_since: Moment | None = None
    created_until: Moment | None = None
    updated_since: Moment | None = None
    open_only: bool = False
    owners: tuple[str, ...] = ()
    where: str | None = None
    csv: Source | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    dates: DateOrder | None = None

    def check(self) -> None:
        """Raise ``SettingsError`` for choices that exclude each other."""
        _check_period(self.created_since, self.created_until)
        chosen = (self.created_since, self.created_until, self.updated_since, self.where)
        if self.csv is not None and (any(chosen) or self.open_only or self.owners):
            raise SettingsError(
                "A file says itself which tasks are meant: --csv goes with none of the other choices."
            )
        if self.csv is None and (self.mapping or self.dates):
            raise SettingsError("--map and --dates say how a file is read: they need --csv FILE.")

    def digest(self) -> str:
        """A name for these choices; a file is known by what it holds."""
        content = "" if self.csv is None else _hash_of(self.csv)
        return _digest(
            "tasks",
            *(self.created_since, self.created_until, self.updated_since),
            *(self.open_only, sorted(self.owners), self.where or ""),
            *(content, dict(sorted(self.mapping.items())), self.dates),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityImport:
    """Which HubSpot activities to bring into Salesforce: of these kinds, created (or, of a feed, happened) in this period."""

    kinds: tuple[Kind, ...]
    since: Moment
    until: Moment | None = None

    def check(self) -> None:
        """Raise ``SettingsError`` for choices that cannot be carried out."""
        if not self.kinds:
            raise SettingsError("Say which kinds to import, for example: --kind call --kind note")
        _check_period(self.since, self.until)

    def digest(self) -> str:
        """A name for these choices."""
        return _digest("activities", sorted(self.kinds), self.since, self.until)


def _check_period(since: Moment | None, until: Moment | None) -> None:
    if since is not None and until is not None and end(until, UTC) <= beginning(since, UTC):
        raise SettingsError("The period ends before it begins.")


def _digest(*choices: object) -> str:
    return hashlib.sha256(msgspec.json.encode(choices, order="deterministic")).hexdigest()[:16]


def _hash_of(source: Source) -> str:
    digest = hashlib.sha256()
    with opened(source) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

"""In which language, zone and format a reader is spoken to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent

from tandem.i18n import LANGUAGES, Messages

__all__ = ["LANGUAGE_COOKIE", "ZONE_COOKIE", "Speech", "speech_for", "zone_of"]

LANGUAGE_COOKIE = "tandem_language"
ZONE_COOKIE = "tandem_zone"
_LONGEST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Speech:
    """Words, dates and numbers for one reader."""

    messages: Messages
    locale: Locale
    zone: ZoneInfo

    @property
    def language(self) -> str:
        return self.messages.language

    def __call__(self, key: str, /, **values: object) -> str:
        return self.messages(key, **values)

    def told(self, said: object) -> str:
        """What an error, or a run that kept its sentence, says."""
        return self.messages.told(said)

    def moment(self, at: datetime | None, *, seconds: bool = False) -> str:
        """Date and time in the reader's zone."""
        if at is None:
            return "–"
        if self.language == "ja":
            pattern = "y/MM/dd H:mm:ss" if seconds else "y/MM/dd H:mm"
            return str(format_datetime(at, pattern, tzinfo=self.zone, locale=self.locale))
        day = format_date(at.astimezone(self.zone), "medium", locale=self.locale)
        time = format_time(
            at, "medium" if seconds else "short", tzinfo=self.zone, locale=self.locale
        )
        return f"{day}, {time}"

    def day(self, at: datetime | None) -> str:
        if at is None:
            return "–"
        return str(format_date(at.astimezone(self.zone), "medium", locale=self.locale))

    def date(self, on: date) -> str:
        """A day of the calendar, which is the same in every zone."""
        return str(format_date(on, "medium", locale=self.locale))

    def number(self, value: float | Decimal | None) -> str:
        return "–" if value is None else str(format_decimal(value, locale=self.locale))

    def percent(self, share: float) -> str:
        return str(format_percent(share, locale=self.locale))

    def span(self, seconds: float | None) -> str:
        """A length of time in its largest unit: "3 minutes"."""
        if seconds is None:
            return "–"
        return str(format_timedelta(timedelta(seconds=seconds), threshold=1.5, locale=self.locale))

    def ago(self, at: datetime | None, now: datetime) -> str:
        if at is None:
            return "–"
        return str(format_timedelta(at - now, add_direction=True, locale=self.locale))

    @property
    def zone_name(self) -> str:
        return self.zone.key


def speech_for(
    *,
    asked: str | None,
    cookies: Mapping[str, str],
    accepted: str,
    zone: str | None = None,
) -> Speech:
    """``?lang``, else the cookie, else what the browser accepts; the zone by its cookie, else *zone*."""
    tags = _tags(accepted)
    chosen = next(
        (each for each in (asked, cookies.get(LANGUAGE_COOKIE)) if each in LANGUAGES), None
    )
    language = chosen or next(
        (tag.split("-")[0] for tag in tags if tag.split("-")[0] in LANGUAGES), "en"
    )
    return Speech(
        Messages(language),
        _locale(language, tags),
        zone_of(unquote(cookies.get(ZONE_COOKIE, ""))) or zone_of(zone) or ZoneInfo("UTC"),
    )


def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone of that name; None where nobody knows it."""
    if not name or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


def _tags(accepted: str) -> list[str]:
    """Language tags by preference, lower case."""
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:_LONGEST_HEADER].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), place, tag.strip().lower()))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(weighted) if tag and weight < 0]


def _locale(language: str, tags: list[str]) -> Locale:
    """The reader's own region where the browser names it: dates differ between en-US and en-GB."""
    for tag in tags:
        if tag.split("-")[0] == language:
            try:
                return Locale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError):
                continue
    return Locale.parse(language)

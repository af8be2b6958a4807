"""What is asked for on the import page, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tandem.engine.importing import ActivityImport, TaskImport
from tandem.errors import SettingsError
from tandem.imports import Column, DateOrder, Preview
from tandem.model import Kind
from tandem.web.speech import Speech

__all__ = ["activities_from", "dates_from", "guessed_mapping", "mapping_from", "tasks_from"]


def tasks_from(given: Mapping[str, str], owners: Sequence[str], speech: Speech) -> TaskImport:
    """SettingsError, in the reader's language, for what cannot be meant."""
    wanted = TaskImport(
        created_since=_day(given, "created_since", speech),
        created_until=_day(given, "created_until", speech),
        updated_since=_day(given, "updated_since", speech),
        open_only="open_only" in given,
        owners=tuple(owner for owner in owners if owner),
        where=given.get("where") or None,
    )
    _check_period(wanted.created_since, wanted.created_until, speech)
    return wanted


def activities_from(
    given: Mapping[str, str], kinds: Sequence[str], speech: Speech
) -> ActivityImport:
    """As ``tasks_from``, of HubSpot's activities."""
    chosen = tuple(kind for kind in Kind if kind.value in kinds)
    since = _day(given, "since", speech)
    if not chosen or since is None:
        raise SettingsError(speech("web.import.needs_kind"))
    until = _day(given, "until", speech)
    _check_period(since, until, speech)
    return ActivityImport(kinds=chosen, since=since, until=until)


def _day(given: Mapping[str, str], name: str, speech: Speech) -> date | None:
    text = given.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        label = speech(f"web.import.{name}")
        raise SettingsError(speech("web.import.no_day", label=label, given=text[:40])) from None


def _check_period(since: object, until: object, speech: Speech) -> None:
    if isinstance(since, date) and isinstance(until, date) and until < since:
        raise SettingsError(speech("import.period"))


# --------------------------------------------------------------------------- the columns of a file


def mapping_from(given: Mapping[str, str], count: int) -> dict[str, str]:
    """Every column by its number, and the field it fills; an empty text leaves it out."""
    fields = {column.value for column in Column}
    chosen = {place: given.get(f"c{place}", "") for place in range(count)}
    return {f"#{place + 1}": name if name in fields else "" for place, name in chosen.items()}


def guessed_mapping(preview: Preview) -> dict[str, str]:
    """The same as the headings say it."""
    return {
        f"#{place + 1}": column.value if column else ""
        for place, column in enumerate(preview.guessed)
    }


def dates_from(given: Mapping[str, str]) -> DateOrder | None:
    """How dates are to be read; None leaves it to what they prove."""
    name = given.get("dates", "")
    return DateOrder(name) if name in {each.value for each in DateOrder} else None

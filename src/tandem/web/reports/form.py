"""What the builder takes: the same fields in an address, so that a report can be linked to, and in a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from tandem.mapping.salesforce_reports import (
    NAME_LIMIT,
    About,
    Grouping,
    Match,
    Report,
    Show,
    check_groupings,
)
from tandem.web.speech import Speech

__all__ = ["PERIODS", "Built", "fields_of", "read"]

PERIODS = ("all", "7", "30", "90", "365", "between")
T = TypeVar("T", bound=StrEnum)
_LEVELS = ("group1", "group2", "group3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """``problems`` are sentences; without any, ``report`` can be run."""

    report: Report
    problems: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def read(given: Mapping[str, str], types: Sequence[str], speech: Speech) -> Built:
    """The report that the fields describe; *types* are those ticked, which may be several."""
    problems: list[str] = []
    texts = tuple(line.strip() for line in given.get("subjects", "").splitlines() if line.strip())
    groupings = tuple(
        Grouping(given[level]) for level in _LEVELS if given.get(level) in tuple(Grouping)
    )
    if not check_groupings(groupings):
        problems.append(speech("web.reports.too_deep"))
    first, last = None, None
    if given.get("period") == "between":
        first, last = _day(given.get("first", "")), _day(given.get("last", ""))
        if first is None or last is None or first > last:
            problems.append(speech("web.reports.wants_days"))
    period = given.get("period", "all")
    name = given.get("name", "") or (texts[0] if texts else speech("web.reports.unnamed"))
    about = _choice(About, given.get("about"), About.CONTACTS)
    report = Report(
        name=name[:NAME_LIMIT],
        code=given.get("code", "") or f"own {about} {' '.join(texts)}"[:200],
        about=about,
        subjects=texts,
        match=_choice(Match, given.get("match"), Match.STARTS_WITH),
        types=tuple(types),
        show=_choice(Show, given.get("show"), Show.ALL),
        groupings=groupings,
        days=int(period) if period in PERIODS and period.isdecimal() else None,
        first=first,
        last=last,
        only_tandem=given.get("whose") != "all",
    )
    return Built(report=report, problems=tuple(problems))


def fields_of(report: Report) -> list[tuple[str, str]]:
    """*report* as the fields that `read` takes."""
    found = [
        ("code", report.code),
        ("name", report.name),
        ("about", report.about.value),
        ("match", report.match.value),
        ("subjects", "\n".join(report.subjects)),
        ("show", report.show.value),
        ("whose", "tandem" if report.only_tandem else "all"),
        *(("type", each) for each in report.types),
        *zip(_LEVELS, (each.value for each in report.groupings), strict=False),
    ]
    if report.first is not None and report.last is not None:
        between = [("first", report.first.isoformat()), ("last", report.last.isoformat())]
        return [*found, ("period", "between"), *between]
    return [*found, ("period", "all" if report.days is None else str(report.days))]


def _choice(of: type[T], given: str | None, default: T) -> T:
    return of(given) if given in {each.value for each in of} else default


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

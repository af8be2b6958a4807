"""Reports: what to show is in the address, so that a page can be passed on; saving is a form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from tandem.errors import CrmError
from tandem.mapping.salesforce_reports import (
    About,
    Cell,
    Grouping,
    Match,
    Report,
    ReportAnswer,
    Show,
)
from tandem.reports import Reporting, sheet
from tandem.web.pages import get, post
from tandem.web.reports.form import PERIODS, Built, fields_of, read
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_ROWS = 200
_BARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A ready-made report on the page: where it is run, and where Salesforce has it if it was saved."""

    report: Report
    address: str
    saved_url: str | None


async def reports(visit: Visit) -> Response:
    if not visit.here.is_complete:
        return visit.page(
            "reports/incomplete.html",
            summary=visit.desk.asking.summary(visit.here),
            tab="reports",
        )
    built = _asked(visit)
    answer = None
    problems = list(built.problems)
    if visit.param("run") and not problems:
        reporting = await _reporting(visit)
        try:
            answer = await reporting.run(built.report)
        except CrmError as error:
            problems.append(visit.speech.told(error))
    return await _page(visit, built.report, answer, problems)


async def save(visit: Visit) -> Response:
    given = await visit.words()
    types = [str(each) for each in (await visit.form()).getlist("type")]
    built = read(given, types, visit.speech)
    if built.problems:
        return await _page(visit, built.report, None, built.problems)
    reporting = await _reporting(visit)
    place = await reporting.folder(given.get("folder", ""))
    made, is_new = await reporting.save(built.report, place.id)
    visit.desk.note(visit.here, "report_saved", f"{made.name} {made.id}")
    key = "web.reports.saved" if is_new else "web.reports.changed"
    visit.flash(key, name=made.name)
    return visit.redirect(_address(visit, built.report))


async def export(visit: Visit) -> Response:
    """Every task of the report, also where Salesforce shows a part of them."""
    built = _asked(visit)
    if built.problems:
        raise Refused(400, "web.reports.too_deep")
    reporting = await _reporting(visit)
    headers = {"content-disposition": 'attachment; filename="tandem-report.csv"'}
    pages = reporting.tasks(built.report)
    # The first page is read before the answer begins: trouble is still a page that says so then.
    first: list[dict[str, object]] = await anext(pages, [])
    return StreamingResponse(
        _csv(visit, first, pages), headers=headers, media_type="text/csv; charset=utf-8"
    )


async def _csv(
    visit: Visit, first: list[dict[str, object]], rest: AsyncIterator[list[dict[str, object]]]
) -> AsyncIterator[bytes]:
    messages = visit.speech.messages
    yield ("\N{ZERO WIDTH NO-BREAK SPACE}" + sheet(first, messages, heads=True)).encode()
    async for rows in rest:
        yield sheet(rows, messages, heads=False).encode()


def _asked(visit: Visit) -> Built:
    given = visit.request.query_params
    return read(dict(given.items()), given.getlist("type"), visit.speech)


async def _reporting(visit: Visit) -> Reporting:
    return await visit.desk.application.reporting(visit.here.name)


async def _page(
    visit: Visit, report: Report, answer: ReportAnswer | None, problems: Sequence[str]
) -> Response:
    org = visit.desk.org(visit.here)
    reporting = await _reporting(visit)
    folders = await reporting.folders() if answer is not None and visit.is_admin else []
    return visit.page(
        "reports/reports.html",
        422 if problems else 200,
        summary=visit.desk.asking.summary(visit.here),
        tab="reports",
        report=report,
        is_asked="about" in visit.request.query_params or answer is not None,
        answer=answer,
        problems=problems,
        ready=await _ready(visit, reporting),
        folders=folders,
        hidden=fields_of(report),
        types=org.task_types if org else (),
        abouts=tuple(About),
        matches=tuple(Match),
        shows=tuple(Show),
        periods=PERIODS,
        groupings=tuple(Grouping),
        csv_url=visit.at("reports/tasks.csv") + "?" + urlencode(fields_of(report)),
        rows=answer.rows[:_ROWS] if answer else (),
        bars=answer.outer[:_BARS] if answer else (),
        most=max((group.count for group in answer.outer), default=0) if answer else 0,
        cell=lambda one: _cell(visit, one),
    )


async def _ready(visit: Visit, reporting: Reporting) -> list[list[Ready]]:
    """By report type; an org that does not answer just now leaves open what is saved."""
    try:
        saved = await reporting.saved()
    except CrmError:
        saved = {}
    return [
        [
            Ready(
                report=each,
                address=_address(visit, each),
                saved_url=reporting.url(saved[each.code].id) if each.code in saved else None,
            )
            for each in await visit.desk.application.ready_reports(visit.here.name, about)
        ]
        for about in About
    ]


def _address(visit: Visit, report: Report) -> str:
    return visit.at("reports") + "?" + urlencode([*fields_of(report), ("run", "1")])


def _cell(visit: Visit, one: Cell) -> str:
    """A date in the reader's form; what is empty is said to be."""
    if one.value is None:
        return visit.speech("report.empty")
    try:
        return visit.speech.date(date.fromisoformat(str(one.value)))
    except ValueError:
        return one.label


_HERE = "/connected-apps/salesforce/{connection:int}/reports"
ROUTES = [
    get(_HERE, reports),
    get(f"{_HERE}/tasks.csv", export),
    post(f"{_HERE}/save", save),
]

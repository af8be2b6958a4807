"""Reports in the connection's Salesforce: those that are ready, and running and saving one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tandem.mapping.salesforce_reports import Cell, Report, ReportAnswer, check_groupings
from tandem.reports import Reporting
from tandem.store.members import Role
from tandem.web.api import shapes
from tandem.web.api.call import Call
from tandem.web.api.operation import operation
from tandem.web.api.problem import Code, Trouble

__all__ = ["OPERATIONS"]


@operation("GET", "/connections/{connection}/reports", tag="reports")
async def list_reports(call: Call, query: shapes.ReportsAsked) -> shapes.Page[shapes.Report]:
    reporting = await _reporting(call)
    saved = await reporting.saved()
    found = []
    for each in await call.desk.application.ready_reports(call.here.name, query.about):
        there = saved.get(each.code)
        found.append(
            shapes.Report(
                code=each.code,
                name=each.name,
                about=each.about,
                subjects=each.subjects,
                groupings=each.groupings,
                report_id=there.id if there else None,
                url=reporting.url(there.id) if there else None,
            )
        )
    return shapes.Page(items=tuple(found))


@operation("GET", "/connections/{connection}/report-folders", tag="reports")
async def list_report_folders(call: Call) -> shapes.Page[shapes.Folder]:
    found = await (await _reporting(call)).folders()
    return shapes.Page(items=tuple(shapes.Folder(id=each.id, name=each.name) for each in found))


@operation("POST", "/connections/{connection}/reports/run", tag="reports")
async def run_report(call: Call, body: shapes.ReportWanted) -> shapes.ReportAnswer:
    report = await _report(call, body)
    return _answer(await (await _reporting(call)).run(report))


@operation("POST", "/connections/{connection}/reports/save", tag="reports", role=Role.ADMIN)
async def save_report(call: Call, body: shapes.ReportSaved) -> shapes.Saved:
    report = await _report(call, body)
    reporting = await _reporting(call)
    place = await reporting.folder(body.folder)
    made, is_new = await reporting.save(report, place.id)
    call.desk.note(call.here, "report_saved", f"{made.name} {made.id}")
    return shapes.Saved(
        report_id=made.id,
        name=made.name,
        url=reporting.url(made.id),
        folder=place.name,
        is_new=is_new,
    )


async def _reporting(call: Call) -> Reporting:
    return await call.desk.application.reporting(call.here.name)


async def _report(call: Call, wanted: shapes.ReportWanted) -> Report:
    """The ready-made report that is named, changed as asked; or one that is built."""
    groupings = wanted.groupings
    if groupings and not check_groupings(groupings):
        raise Trouble(Code.REFUSED, call.speech("web.reports.too_deep"))
    if (wanted.first is None) != (wanted.last is None) or (
        wanted.first is not None and wanted.last is not None and wanted.first > wanted.last
    ):
        raise Trouble(Code.REFUSED, call.speech("web.reports.wants_days"))
    base = await _base(call, wanted)
    changes: dict[str, Any] = {
        name: value
        for name in ("name", "subjects", "types", "groupings")
        if (value := getattr(wanted, name))
    }
    if wanted.subjects:
        changes["match"] = wanted.match
    return replace(
        base,
        show=wanted.show,
        days=wanted.days,
        first=wanted.first,
        last=wanted.last,
        only_tandem=wanted.only_tandem,
        **changes,
    )


async def _base(call: Call, wanted: shapes.ReportWanted) -> Report:
    if wanted.code is None:
        name = wanted.name or (wanted.subjects[0][:40] if wanted.subjects else "")
        code = f"own {wanted.about} {' '.join(wanted.subjects)}"[:200]
        return Report(
            name=name or call.speech("web.reports.unnamed"), code=code, about=wanted.about
        )
    ready = await call.desk.application.ready_reports(call.here.name, wanted.about)
    for each in ready:
        if wanted.code in (each.code, each.code.removesuffix("-leads")):
            return each
    known = ", ".join(each.code for each in ready)
    raise Trouble(
        Code.REFUSED, call.speech("web.api.no_report", code=wanted.code[:40], known=known)
    )


def _answer(found: ReportAnswer) -> shapes.ReportAnswer:
    return shapes.ReportAnswer(
        columns=found.columns,
        rows=tuple(tuple(_cell(each) for each in row) for row in found.rows),
        grouped_by=found.grouped_by,
        groups=tuple(
            shapes.Group(cells=tuple(_cell(each) for each in group.cells), count=group.count)
            for group in found.groups
        ),
        total=found.total,
        is_whole=found.is_whole,
    )


def _cell(cell: Cell) -> shapes.Cell:
    value = None if cell.value is None else str(cell.value)
    return shapes.Cell(label=cell.label, value=value)


OPERATIONS = (list_reports, list_report_folders, run_report, save_report)

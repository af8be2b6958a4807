"""The import page: saying what is meant, a file's columns, and what was imported lately."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.responses import Response

from tandem.engine.long_work import LARGEST_FILE
from tandem.errors import SettingsError
from tandem.imports import Column, DateOrder, preview_of
from tandem.model import Kind
from tandem.store.work import LongWork, WorkKind, WorkState
from tandem.web.importing.form import (
    activities_from,
    dates_from,
    guessed_mapping,
    mapping_from,
    tasks_from,
)
from tandem.web.importing.telling import title_of
from tandem.web.pages import get, post
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES", "work_number"]

_SHOWN = 20
_SOURCES = ("tasks", "file", "activities")
_ROOM = 65_536  # of the other fields beside a file


async def imports(visit: Visit) -> Response:
    what = visit.param("what")
    return await _page(visit, what if what in _SOURCES else "tasks")


async def _page(
    visit: Visit,
    what: str,
    problem: str = "",
    *,
    given: dict[str, str] | None = None,
    chosen: Sequence[str] = (),
) -> Response:
    desk = visit.desk
    works = await visit.kept(desk.application.works.kept.works, visit.here.id, _SHOWN)
    users = sorted(
        ((each.id, each.name) for each in desk.users(visit.here) if each.active),
        key=lambda each: each[1].casefold(),
    )
    return visit.page(
        "importing/imports.html",
        400 if problem else 200,
        summary=desk.asking.summary(visit.here),
        tab="import",
        what=what,
        sources=_SOURCES,
        users=users,
        kinds=tuple(Kind),
        given=given or {},
        chosen=chosen,
        problem=problem,
        megabytes=LARGEST_FILE // 1_048_576,
        works=[(each, title_of(visit.speech, each)) for each in works],
    )


async def import_tasks(visit: Visit) -> Response:
    given = await visit.words()
    owners = [str(each) for each in (await visit.form()).getlist("owner")]
    try:
        _check_complete(visit)
        wanted = tasks_from(given, owners, visit.speech)
        work = await visit.desk.application.works.import_of(visit.here, wanted, visit.desk.who)
    except SettingsError as error:
        return await _page(visit, "tasks", visit.speech.told(error), given=given, chosen=owners)
    return visit.redirect(visit.at(f"long-work/{work}"))


async def import_activities(visit: Visit) -> Response:
    given = await visit.words()
    kinds = [str(each) for each in (await visit.form()).getlist("kind")]
    try:
        _check_complete(visit)
        wanted = activities_from(given, kinds, visit.speech)
        work = await visit.desk.application.works.import_of(visit.here, wanted, visit.desk.who)
    except SettingsError as error:
        return await _page(visit, "activities", visit.speech.told(error), given=given, chosen=kinds)
    return visit.redirect(visit.at(f"long-work/{work}"))


def _check_complete(visit: Visit) -> None:
    if not visit.here.is_complete:
        raise SettingsError(visit.speech("web.import.incomplete"))


# --------------------------------------------------------------------------- a file


async def upload(visit: Visit) -> Response:
    """Keep the file, if it is one that can be read at all."""
    file = (await visit.form()).get("file")
    content, name = b"", ""
    if isinstance(file, UploadFile):
        content, name = await file.read(), file.filename or ""
        await file.close()
    try:
        _check_complete(visit)
        if not content:
            raise SettingsError(visit.speech("web.import.no_file"))
        if len(content) > LARGEST_FILE:
            raise Refused(413, "web.error.too_large")
        await asyncio.to_thread(preview_of, content, language=visit.speech.language)
        work = await visit.desk.application.works.import_of_file(
            visit.here, name, content, visit.desk.who
        )
    except SettingsError as error:
        return await _page(visit, "file", visit.speech.told(error))
    return visit.redirect(visit.at(f"import/file/{work}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ColumnShown:
    """One column of the file: its heading, how its cells look, and what it is taken for."""

    place: int
    heading: str
    cells: str
    field: str


async def columns(visit: Visit) -> Response:
    work = await _file_work(visit)
    return await _columns_page(visit, work)


async def choose_columns(visit: Visit) -> Response:
    """Read the file by the chosen columns, and look at what importing it would do."""
    work = await _file_work(visit)
    given = await visit.words()
    works = visit.desk.application.works
    language = visit.speech.language
    preview = await asyncio.to_thread(preview_of, await works.upload(work), language=language)
    mapping = mapping_from(given, len(preview.header))
    dates = dates_from(given)
    try:
        await works.prepare_file(work, mapping, dates, language)
    except SettingsError as error:
        return await _columns_page(
            visit, work, visit.speech.told(error), mapping=mapping, dates=dates
        )
    return visit.redirect(visit.at(f"long-work/{work.id}"))


async def _file_work(visit: Visit) -> LongWork:
    work = await visit.desk.application.works.work(visit.here, work_number(visit))
    may_change = work.state is WorkState.DRAFT or (work.is_look and not work.state.is_active)
    if work.kind is not WorkKind.IMPORT_FILE or not may_change:
        raise Refused(404, "web.import.gone")
    return work


async def _columns_page(
    visit: Visit,
    work: LongWork,
    problem: str = "",
    *,
    mapping: dict[str, str] | None = None,
    dates: DateOrder | None = None,
) -> Response:
    content = await visit.desk.application.works.upload(work)
    language = visit.speech.language
    preview = await asyncio.to_thread(preview_of, content, language=language)
    chosen = mapping or work.arguments.get("mapping") or guessed_mapping(preview)
    shown = [
        _ColumnShown(
            place=place,
            heading=heading,
            cells=" · ".join(
                row[place][:60] for row in preview.rows if place < len(row) and row[place].strip()
            ),
            field=chosen.get(f"#{place + 1}", ""),
        )
        for place, heading in enumerate(preview.header)
    ]
    return visit.page(
        "importing/columns.html",
        400 if problem else 200,
        summary=visit.desk.asking.summary(visit.here),
        tab="import",
        work=work,
        name=work.arguments.get("file", ""),
        encoding=preview.encoding.upper().removesuffix("-SIG"),
        columns=shown,
        fields=tuple(Column),
        orders=tuple(DateOrder),
        dates=(dates or work.arguments.get("dates") or ""),
        problem=problem,
    )


def work_number(visit: Visit) -> int:
    """The number of the work that the address names."""
    return int(visit.request.path_params["work"])


_HERE = "/connected-apps/salesforce/{connection:int}/import"
ROUTES = [
    get(_HERE, imports),
    post(f"{_HERE}/tasks", import_tasks),
    post(f"{_HERE}/activities", import_activities),
    post(f"{_HERE}/file", upload, largest_form=LARGEST_FILE + _ROOM),
    get(f"{_HERE}/file/{{work:int}}", columns),
    post(f"{_HERE}/file/{{work:int}}", choose_columns),
]

"""The Activities tab: look, change, see the difference, save; and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.responses import PlainTextResponse, Response

from tandem.engine.reports import SettingsChange
from tandem.errors import SettingsError
from tandem.model import Kind
from tandem.settings import InvalidSettings, parse
from tandem.settings.keys import GENERAL, KINDS, PER_KIND, SETTINGS
from tandem.store.web import Role
from tandem.sync.policy import Language, Policy
from tandem.web.activities import choices
from tandem.web.activities.difference import kind_of, rows_of
from tandem.web.activities.form import Shown, read, shown_in, shown_of
from tandem.web.activities.preview import preview
from tandem.web.pages import get, post
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """One row of the table of kinds."""

    kind: Kind
    settings: frozenset[str]
    since: datetime | None

    def key(self, name: str) -> str:
        return f"{KINDS}.{self.kind.value}.{name}"


async def activities(visit: Visit) -> Response:
    await visit.desk.acquaint(visit.here)
    policy, version = visit.desk.policy(visit.here)
    return _form_page(visit, policy, version, shown_of(policy))


def _form_page(
    visit: Visit,
    policy: Policy,
    version: int,
    shown: Shown,
    *,
    problems: tuple[Any, ...] = (),
    is_dirty: bool = False,
) -> Response:
    rows = [
        KindRow(
            kind=kind,
            settings=frozenset(each.name for each in PER_KIND if kind in each.kinds),
            since=policy.kind(kind).since if policy.kind(kind).enabled else None,
        )
        for kind in Kind
    ]
    groups = [
        ("marketing", [row for row in rows if row.kind.is_marketing]),
        ("sales", [row for row in rows if not row.kind.is_marketing]),
    ]
    return visit.page(
        "activities/activities.html",
        422 if problems else 200,
        summary=visit.desk.asking.summary(visit.here),
        tab="activities",
        groups=groups,
        shown=shown,
        version=version,
        pick=choices.of(visit, shown),
        others=[each.name for each in GENERAL if each.name not in choices.PLACED],
        settings=SETTINGS,
        tasks_since=policy.salesforce_tasks_since if policy.salesforce_task_sync else None,
        problems=[each.text for each in problems],
        wrong={each.key: each.text for each in problems},
        is_dirty=is_dirty,
    )


async def review(visit: Visit) -> Response:
    """The difference that the sent form would make; nothing is saved yet."""
    form = await visit.form()
    policy, version = visit.desk.policy(visit.here)
    shown = shown_in(form, policy)
    found = read(shown, policy, visit.speech.messages)
    problems = found.problems
    if not problems:
        try:
            return await _review_page(visit, found.text)
        except InvalidSettings as error:
            problems = tuple(replace(each, line=None) for each in error.problems)
    return _form_page(visit, policy, version, shown, problems=problems, is_dirty=True)


async def _review_page(visit: Visit, text: str) -> Response:
    change = await visit.desk.change(visit.here, text, visit.speech.language)
    if change.is_empty:
        visit.flash("web.activities.nothing", "warning")
        return visit.redirect(visit.at("activities"))
    rows = rows_of(change.difference, visit.speech.messages)
    return visit.page(
        "activities/review.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="activities",
        change=change,
        rows=rows,
        previews=await _previews(visit, change),
    )


async def _previews(visit: Visit, change: SettingsChange) -> list[tuple[Kind, Any]]:
    """The new subjects of the kinds whose words change."""
    policy = parse(change.text)
    keys = [line[2:].partition(" = ")[0] for line in change.difference]
    kinds = [kind_of(key) for key in keys if key.endswith(".subject_template")]
    return [
        (
            kind,
            await preview(visit, kind, policy.kind(kind).subject_template or "", policy.language),
        )
        for kind in dict.fromkeys(kinds)
        if kind is not None
    ]


async def save(visit: Visit) -> Response:
    """Save what was reviewed, unless somebody else saved meanwhile."""
    given = await visit.words()
    text = given.get("text", "")
    change = await visit.desk.change(visit.here, text, visit.speech.language)
    if str(change.base_version) != given.get("version"):
        saved = visit.desk.store.settings(visit.here.id)
        visit.flash(
            "web.activities.changed_meanwhile",
            "error",
            who=saved.changed_by,
            when=visit.speech.moment(saved.changed_at),
        )
        return visit.redirect(visit.at("activities"))
    version = await visit.desk.save(visit.here, change)
    visit.flash("web.activities.saved", version=version)
    return visit.redirect(visit.at("activities"))


async def edit(visit: Visit) -> Response:
    """Back from the difference to the form, with everything as it was filled in."""
    given = await visit.words()
    _, version = visit.desk.policy(visit.here)
    wanted = parse(given.get("text", ""), language=visit.speech.language)
    return _form_page(visit, wanted, version, shown_of(wanted), is_dirty=True)


# --------------------------------------------------------------------------- preview


async def show_preview(visit: Visit) -> Response:
    try:
        kind = Kind(visit.request.path_params["kind"])
    except ValueError:
        raise Refused(404, "web.error.not_found") from None
    wanted = visit.param("language")
    policy, _ = visit.desk.policy(visit.here)
    language = Language(wanted) if wanted in set(Language) else policy.language
    template = visit.param(f"{KINDS}.{kind.value}.subject_template")
    found = await preview(visit, kind, template[:2_000], language)
    return visit.page("activities/preview.html", found=found)


# --------------------------------------------------------------------------- as a file


async def show_file(visit: Visit) -> Response:
    return await _file_page(visit, None, "")


async def _file_page(visit: Visit, text: str | None, problem: str) -> Response:
    shown = text
    if shown is None:
        shown = await visit.desk.application.settings_text(visit.here.name)
    return visit.page(
        "activities/file.html",
        422 if problem else 200,
        summary=visit.desk.asking.summary(visit.here),
        tab="activities",
        text=shown,
        problem=problem,
    )


async def download(visit: Visit) -> Response:
    text = await visit.desk.application.settings_text(visit.here.name)
    name = f"activities-{visit.here.id}.toml"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(text, headers=headers, media_type="application/toml")


async def apply_file(visit: Visit) -> Response:
    """A pasted or uploaded file goes the way of the form: first the difference."""
    form = await visit.form()
    text = str(form.get("text", ""))
    uploaded = form.get("file")
    if uploaded is not None and not isinstance(uploaded, str) and uploaded.filename:
        try:
            text = (await uploaded.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            return await _file_page(visit, text, visit.speech("web.file.not_utf8"))
    try:
        return await _review_page(visit, text)
    except SettingsError as error:
        return await _file_page(visit, text, str(error))


_HERE = "/connected-apps/salesforce/{connection:int}"
ROUTES = [
    get(_HERE, activities),
    get(f"{_HERE}/activities", activities),
    post(f"{_HERE}/activities", review),
    post(f"{_HERE}/activities/edit", edit),
    post(f"{_HERE}/activities/save", save),
    get(f"{_HERE}/activities/preview/{{kind}}", show_preview),
    get(f"{_HERE}/activities/file", show_file),
    post(f"{_HERE}/activities/file", apply_file),
    get(f"{_HERE}/activities/activities.toml", download, role=Role.VIEWER),
]

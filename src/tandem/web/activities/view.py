"""The Activities tab: look, change, see the difference, save; and the same as a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import PlainTextResponse, Response

from tandem.engine.brakes import MOST_CREATED
from tandem.engine.importing_wanted import beginning
from tandem.engine.reports import SettingsChange
from tandem.errors import SettingsError
from tandem.model import Kind
from tandem.settings import InvalidSettings, Problem, parse
from tandem.settings.keys import GENERAL, KINDS, PER_KIND, SETTINGS
from tandem.settings.since import switched_on
from tandem.settings.values import Unfit
from tandem.store.web import Role
from tandem.sync.policy import Language, Policy
from tandem.web.activities import choices
from tandem.web.activities.difference import kind_of, rows_of
from tandem.web.activities.forecast import DAYS, figures_since, known_figures, last_days
from tandem.web.activities.form import Shown, read, shown_in, shown_of
from tandem.web.activities.preview import preview
from tandem.web.activities.trying import ROUTES as TRYING
from tandem.web.activities.trying import begin as begin_trial
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
    if visit.param("days"):
        await last_days(visit)
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
    begin: str = "",
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
        begin=begin,
        figures=known_figures(visit),
        days=DAYS,
    )


async def review(visit: Visit) -> Response:
    """The difference that the sent form would make; nothing is saved yet."""
    return await _filled_in(visit, lambda text, since: _review_page(visit, text, since))


async def try_it(visit: Visit) -> Response:
    """The sent form's settings with one contact; nothing is saved."""
    return await _filled_in(visit, lambda text, since: begin_trial(visit, text))


async def _filled_in(
    visit: Visit, go_on: Callable[[str, datetime | None], Awaitable[Response]]
) -> Response:
    """Go on with what the form says, or show it again with what is wrong."""
    form = await visit.form()
    policy, version = visit.desk.policy(visit.here)
    shown = shown_in(form, policy)
    found = read(shown, policy, visit.speech.messages)
    problems = found.problems
    day = str(form.get("begin_day", "")) if form.get("begin") == "earlier" else ""
    try:
        since = _since(visit, day, is_wanted=form.get("begin") == "earlier")
    except Unfit as wrong:
        problems = (*problems, Problem(text=visit.speech(wrong.wanted), key="begin_day"))
    if not problems:
        try:
            return await go_on(found.text, since)
        except InvalidSettings as error:
            problems = tuple(replace(each, line=None) for each in error.problems)
    return _form_page(visit, policy, version, shown, problems=problems, is_dirty=True, begin=day)


def _since(visit: Visit, day: str, *, is_wanted: bool) -> datetime | None:
    """The beginning of *day* in the HubSpot account's zone; None for now."""
    if not is_wanted:
        return None
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise Unfit("web.begin.which_day") from None
    portal = visit.desk.portal(visit.here)
    since = beginning(chosen, ZoneInfo(portal.zone) if portal else visit.speech.zone)
    if since > visit.now:
        raise Unfit("web.begin.future")
    return since


async def _review_page(visit: Visit, text: str, since: datetime | None = None) -> Response:
    change = await visit.desk.change(visit.here, text, visit.speech.language, since)
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
        **await _brings(visit, change),
    )


async def _brings(visit: Visit, change: SettingsChange) -> dict[str, Any]:
    """What the kinds that are newly on bring: since the chosen day, else as the last days were."""
    before, _ = visit.desk.policy(visit.here)
    kinds = tuple(switched_on(before, parse(change.text)))
    if change.since is not None:
        figures = await figures_since(visit, kinds, change.since)
    else:
        figures = known_figures(visit)
    shown = [figures[kind] for kind in kinds if kind in figures]
    return {
        "brings": shown,
        "begins_idly": change.since is not None and not kinds,
        "is_flood": change.since is not None and sum(each.tasks for each in shown) > MOST_CREATED,
        "days": DAYS,
    }


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
    change = await visit.desk.change(visit.here, text, visit.speech.language, _sent_since(given))
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
    since = _sent_since(given)
    portal = visit.desk.portal(visit.here)
    zone = ZoneInfo(portal.zone) if portal else visit.speech.zone
    day = since.astimezone(zone).date().isoformat() if since else ""
    return _form_page(visit, wanted, version, shown_of(wanted), is_dirty=True, begin=day)


def _sent_since(given: Mapping[str, str]) -> datetime | None:
    """The beginning that the difference was shown with."""
    try:
        since = datetime.fromisoformat(given["since"]) if given.get("since") else None
    except ValueError:
        raise Refused(400, "web.begin.which_day") from None
    if since is not None and since.tzinfo is None:
        raise Refused(400, "web.begin.which_day")
    return since


async def show_last_days(visit: Visit) -> Response:
    """The figures to be put into the table that is shown already."""
    figures = await last_days(visit)
    return visit.page("activities/last_days.html", figures=figures)


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
        return await _file_page(visit, text, visit.speech.told(error))


_HERE = "/connected-apps/salesforce/{connection:int}"
ROUTES = [
    get(_HERE, activities),
    get(f"{_HERE}/activities", activities),
    post(f"{_HERE}/activities", review),
    post(f"{_HERE}/activities/edit", edit),
    post(f"{_HERE}/activities/save", save),
    post(f"{_HERE}/activities/try", try_it),
    get(f"{_HERE}/activities/last-days", show_last_days),
    *TRYING,
    get(f"{_HERE}/activities/preview/{{kind}}", show_preview),
    get(f"{_HERE}/activities/file", show_file),
    post(f"{_HERE}/activities/file", apply_file),
    get(f"{_HERE}/activities/activities.toml", download, role=Role.VIEWER),
]

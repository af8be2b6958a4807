"""Recent runs, one run, and looking a record up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from tandem.engine.reports import Event, Explanation, Outcome
from tandem.engine.runs import report_of
from tandem.errors import SettingsError, StoreError
from tandem.model import Field, Fields, Link
from tandem.store.rows import Run
from tandem.web.pages import get
from tandem.web.sentences import reason_sentence
from tandem.web.start.form import is_email, normal_email
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_RUNS = 50
_PAGE = 100
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_LONG_AGO = timedelta(days=36_500)


async def runs(visit: Visit) -> Response:
    before = visit.param("before")
    found = visit.desk.mine(visit.here).runs(
        _RUNS + 1, before=int(before) if before.isdecimal() and len(before) < 19 else None
    )
    return visit.page(
        "runs/runs.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        runs=[(run, report_of(visit.here.name, run)) for run in found[:_RUNS]],
        before=found[_RUNS - 1].id if len(found) > _RUNS else 0,
        columns=(Outcome.CREATED, Outcome.UPDATED, Outcome.WAITING, Outcome.PARKED),
        asked="",
        problem="",
    )


async def one_run(visit: Visit) -> Response:
    mine = visit.desk.mine(visit.here)
    try:
        run = mine.run_of(int(visit.request.path_params["run"]))
    except StoreError:
        raise Refused(404, "web.runs.gone") from None
    links = mine.of_run(run.id, after=visit.param("after"), limit=_PAGE + 1)
    report = report_of(visit.here.name, run)
    return visit.page(
        "runs/run.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        run=run,
        report=report,
        seconds=_seconds(run),
        outcomes=[each for each in Outcome if report.total(each)],
        links=links[:_PAGE],
        after=links[_PAGE - 1].key if len(links) > _PAGE else "",
    )


def _seconds(run: Run) -> float | None:
    return None if run.finished_at is None else (run.finished_at - run.started_at).total_seconds()


# --------------------------------------------------------------------------- one record


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry of a record's history in words."""

    event: Event
    said: str
    fields: str
    kept: Mapping[str, str]


async def record(visit: Visit) -> Response:
    """By key, id, address or e-mail; several finds are listed, one is explained."""
    asked = visit.param("q")
    if not asked:
        return visit.redirect(visit.at("runs"))
    if is_email(asked):
        return await _of_person(visit, normal_email(asked))
    try:
        answer = await visit.desk.application.explain(visit.here.name, asked)
    except SettingsError:
        return _nothing(visit, asked, visit.speech("web.record.not_an_id", asked=asked[:200]))
    if answer.state is None:
        return _nothing(visit, asked, visit.speech("web.record.unknown", asked=asked[:200]))
    return _record_page(visit, answer)


def _record_page(visit: Visit, answer: Explanation) -> Response:
    link = visit.desk.mine(visit.here).links([answer.key or ""]).get(answer.key or "")
    return visit.page(
        "runs/record.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        answer=answer,
        sides=_sides(visit, link) if link else [],
        history=[_told(visit, each) for each in answer.history],
    )


def _sides(visit: Visit, link: Link) -> list[tuple[str, str, str]]:
    """What each side said when the two last agreed; long texts are kept as marks only."""
    names = [*link.salesforce, *(name for name in link.hubspot if name not in link.salesforce)]
    return [
        (
            visit.speech(f"field.{name.value}"),
            _value(visit, link.hubspot, name),
            _value(visit, link.salesforce, name),
        )
        for name in names
    ]


def _value(visit: Visit, fields: Fields, name: Field) -> str:
    if name not in fields:
        return ""
    value = fields[name]
    if value is None:
        return visit.speech("web.record.empty")
    if not isinstance(value, str):
        return visit.speech("web.record.long_text")
    if name is Field.OWNER:
        return _owner(visit, value)
    if _INSTANT.fullmatch(value):
        return visit.speech.moment(datetime.fromisoformat(value))
    return value.replace("\x1f", " · ")


def _owner(visit: Visit, owner_id: str) -> str:
    """By name, as both accounts last told."""
    names = {each.id: each.name for each in visit.desk.owners(visit.here)}
    names |= {each.id: each.name for each in visit.desk.users(visit.here)}
    name = names.get(owner_id)
    return f"{name} ({owner_id})" if name else owner_id


def _told(visit: Visit, event: Event) -> Told:
    messages = visit.speech.messages
    said = [messages.either(f"event.{event.what}", event.what)]
    if event.side is not None:
        said.append(event.side.title)
    if event.reason:
        said.append(reason_sentence(visit.speech, event.reason, event.detail))
    elif event.detail:
        said.append(event.detail)
    return Told(
        event=event,
        said=" ".join(said),
        fields=messages.joined(
            [
                messages.either(f"field.{name}", name)
                for name, text in event.values.items()
                if not text
            ]
        ),
        kept={name: text for name, text in event.values.items() if text},
    )


async def _of_person(visit: Visit, email: str) -> Response:
    mine = visit.desk.mine(visit.here)
    known = mine.people_by_email([email], visit.now - _LONG_AGO).get(email)
    keys = (
        await visit.kept(visit.members.keys_of_contact, visit.here.id, known.contact.id, _PAGE)
        if known
        else []
    )
    if not keys:
        return _nothing(visit, email, visit.speech("web.record.nobody", asked=email))
    found = mine.links(keys)
    return visit.page(
        "runs/found.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        asked=email,
        links=[found[key] for key in keys if key in found],
    )


def _nothing(visit: Visit, asked: str, problem: str) -> Response:
    return visit.page(
        "runs/found.html",
        404,
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        asked=asked,
        links=[],
        problem=problem,
    )


_HERE = "/connected-apps/salesforce/{connection:int}"
ROUTES = [
    get(f"{_HERE}/runs", runs),
    get(f"{_HERE}/runs/{{run:int}}", one_run),
    get(f"{_HERE}/records", record),
]

"""Recent runs, one run, and looking a record up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from tandem.engine.reports import Event, Explanation, Outcome
from tandem.engine.runs import report_of
from tandem.errors import SettingsError, StoreError
from tandem.store.rows import Run
from tandem.web.pages import get
from tandem.web.runs.sides import named, names_of, sides
from tandem.web.sentences import reason_sentence
from tandem.web.start.form import is_email, normal_email
from tandem.web.visit import Refused, Visit

__all__ = ["ROUTES"]

_RUNS = 50
_PAGE = 100
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
    names = names_of(visit)
    return visit.page(
        "runs/record.html",
        summary=visit.desk.asking.summary(visit.here),
        tab="runs",
        answer=answer,
        link=link,
        decisions=[named(each, names) for each in answer.decisions],
        sides=sides(visit.speech, link, names) if link else [],
        history=[_told(visit, each) for each in answer.history],
    )


def _told(visit: Visit, event: Event) -> Told:
    messages = visit.speech.messages
    said = [messages.either(f"event.{event.what}", event.what)]
    if event.side is not None:
        said.append(event.side.title)
    if event.reason:
        said.append(reason_sentence(visit.speech, event.reason, event.detail))
    elif event.detail:
        said.append(visit.speech.told(event.detail))
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
        kept={
            messages.either(f"field.{name}", name): text
            for name, text in event.values.items()
            if text
        },
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

"""Try with one contact: the settings as they stand on the form, over one person's activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from tandem.engine.reports import Operation, Outcome, PlannedAction, RunState
from tandem.engine.trying import Trial
from tandem.errors import AlreadyRunning, BudgetSpent, CrmError, SettingsError
from tandem.mapping.ids import salesforce_url
from tandem.model import Contact
from tandem.settings import parse
from tandem.sync.policy import Policy
from tandem.web.pages import post
from tandem.web.sentences import decision_sentence, reason_sentence, stop_sentence
from tandem.web.visit import Visit

__all__ = ["ROUTES", "begin"]

_SENTENCES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What would become of one activity, and why."""

    operation: str
    badge: str
    name: str
    title: str
    at: datetime | None
    person_url: str
    assignee: str
    why: tuple[str, ...]


async def begin(visit: Visit, text: str) -> Response:
    """The search for a contact; *text* are the settings to try."""
    problem = "" if parse(text).enabled_kinds else visit.speech("web.try.no_kind")
    return _page(visit, text, problem=problem)


def _page(visit: Visit, text: str, *, status: int = 200, **shown: object) -> Response:
    values = {"asked": "", "problem": "", "found": (), "trial": None, "rows": (), "writes": 0}
    return visit.page(
        "activities/try.html",
        status,
        summary=visit.desk.asking.summary(visit.here),
        tab="activities",
        text=text,
        **(values | shown),
    )


async def find(visit: Visit) -> Response:
    """Whoever is meant; of several a person chooses, one is tried at once."""
    given = await visit.words()
    text, asked = given.get("text", ""), given.get("asked", "")[:200]
    policy = parse(text, language=visit.speech.language)
    if given.get("contact"):
        return await _tried(visit, text, policy, given["contact"], asked)
    if not asked:
        return _page(visit, text, problem=visit.speech("web.try.say_whom"), status=422)
    try:
        found = await visit.desk.trying.find(visit.here, asked)
    except (CrmError, BudgetSpent) as error:
        return _page(visit, text, asked=asked, problem=visit.speech.told(error), status=502)
    if not found:
        return _page(visit, text, asked=asked, problem=visit.speech("web.try.nobody", asked=asked))
    if len(found) == 1:
        return await _tried(visit, text, policy, found[0].id, asked)
    return _page(visit, text, asked=asked, found=[(each, _named(each)) for each in found])


async def _tried(visit: Visit, text: str, policy: Policy, contact_id: str, asked: str) -> Response:
    try:
        trial = await visit.desk.trying.with_contact(visit.here, contact_id, policy, dry_run=True)
    except (AlreadyRunning, SettingsError, CrmError, BudgetSpent) as error:
        return _page(visit, text, asked=asked, problem=visit.speech.told(error), status=409)
    if trial.run.state is not RunState.DONE:
        problem = stop_sentence(visit.speech, trial.run.reason, trial.run.message)
        return _page(visit, text, asked=asked, problem=problem, status=409)
    return _page(
        visit,
        text,
        asked=asked,
        trial=trial,
        name=_named(trial.contact),
        rows=_rows(visit, trial),
        writes=sum(each.operation is Operation.CREATE for each in trial.run.planned),
        there=trial.run.total(Outcome.UNCHANGED),
    )


async def write(visit: Visit) -> Response:
    """Write what was just shown; what is not written now is not remembered either."""
    given = await visit.words()
    text, contact_id = given.get("text", ""), given.get("contact", "")
    policy = parse(text, language=visit.speech.language)
    try:
        trial = await visit.desk.trying.with_contact(visit.here, contact_id, policy, dry_run=False)
    except (AlreadyRunning, SettingsError, CrmError, BudgetSpent) as error:
        return _page(visit, text, problem=visit.speech.told(error), status=409)
    visit.desk.note(visit.here, "tried", f"{contact_id} {trial.run.total(Outcome.CREATED)}")
    run = trial.run
    if run.state is not RunState.DONE:
        problem = stop_sentence(visit.speech, run.reason, run.message)
        visit.flash("web.said", "error", said=problem)
    else:
        parked = run.total(Outcome.PARKED)
        level = "error" if parked else "ok"
        visit.flash("web.try.written", level, count=run.total(Outcome.CREATED), parked=parked)
    return visit.redirect(visit.at(f"runs/{run.run_id}" if run.run_id else "activities"))


def _named(contact: Contact) -> str:
    address = contact.emails[0] if contact.emails else ""
    if contact.name and address:
        return f"{contact.name} <{address}>"
    return contact.name or address or contact.id


# --------------------------------------------------------------------------- what would be written


_BADGES = {
    Operation.CREATE: "ok",
    Operation.UPDATE: "ok",
    Operation.WAIT: "waiting",
    Operation.PARK: "parked",
}


def _rows(visit: Visit, trial: Trial) -> list[Row]:
    """What is written first, then what is not."""
    instance = visit.desk.asking.summary(visit.here).salesforce_url or ""
    users = {each.id: each.name for each in visit.desk.users(visit.here)}
    rows = [_row(visit, trial, each, instance, users) for each in trial.run.planned]
    return sorted(rows, key=lambda row: row.badge != "ok")


def _row(
    visit: Visit, trial: Trial, action: PlannedAction, instance: str, users: Mapping[str, str]
) -> Row:
    speech = visit.speech
    activity = trial.activities.get((action.kind, action.hubspot_id or ""))
    decided = [decision_sentence(speech, each) for each in action.decisions]
    why = (
        [reason_sentence(speech, action.reason, "")]
        if action.reason
        else list(dict.fromkeys(decided))[:_SENTENCES]
    )
    return Row(
        operation=speech(f"web.try.{action.operation.value}"),
        badge=_BADGES.get(action.operation, ""),
        name=speech(f"kind.{action.kind.value}"),
        title=action.subject or (activity.title if activity else ""),
        at=activity.occurred_at if activity else None,
        person_url=salesforce_url(instance, action.person) if action.person else "",
        assignee=users.get(action.assignee, action.assignee),
        why=tuple(why),
    )


_HERE = "/connected-apps/salesforce/{connection:int}/activities/try"
ROUTES = [post(f"{_HERE}/look", find), post(f"{_HERE}/write", write)]

"""Texts whose key is put together when a page is made: each that may be asked for is in the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import tandem
from tandem.alerts.causes import Cause
from tandem.engine.conflicts import RestoredHow
from tandem.engine.findings import Check, Level
from tandem.engine.forecast import Sure
from tandem.engine.long_work.works import _ACTIONS
from tandem.engine.record_pairs import Way
from tandem.engine.recreating import RecreatedHow
from tandem.engine.reports import ConnectionState, Match, Operation, Outcome, RunState
from tandem.engine.undoing_report import TakingKind
from tandem.i18n.texts import TEXTS
from tandem.imports import Column, DateOrder
from tandem.mapping import salesforce_reports
from tandem.model import Field, Kind, LinkState, Side
from tandem.reports.ready import READY
from tandem.settings.keys import SETTINGS
from tandem.settings.values import Choice
from tandem.store.hints import FeedHealth, FeedName
from tandem.store.members import Purpose, Role
from tandem.store.rows import RecordKind
from tandem.store.work import WorkKind, WorkState
from tandem.sync.undo import WhyLeft
from tandem.web.api.operations import OPERATIONS
from tandem.web.api.problem import Code

SOURCE = Path(tandem.__file__).parent
PAGES = [*(SOURCE / "web").rglob("*.py"), *(SOURCE / "web").rglob("*.html")]
APART = ("sandbox", "simulation", "bench")
IN_PYTHON = re.compile(r"""\bf"((?:[a-z_]+\.)+[a-z_]*)\{""")
IN_TEMPLATES = re.compile(r"""\bt\(["']((?:[a-z_]+\.)+[a-z_]*)["'] ~""")

COMPOSED: Mapping[str, Iterable[str]] = {
    "alert.title.": Cause,
    "conflicts.did.": RestoredHow,
    "conflicts.made.": RecreatedHow,
    "connection.state.": ConnectionState,
    "doctor.": Check,
    "doctor.level.": Level,
    "event.": (
        "created",
        "updated",
        "deleted",
        "deleting",
        "replaced",
        "adopted",
        "parked",
        "ended",
    ),
    "feeds.name.": FeedName,
    "feeds.state.": FeedHealth,
    "field.": Field,
    "kind.": Kind,
    "match.": Match,
    "outcome.": Outcome,
    "report.about.": salesforce_reports.About,
    "report.group.": salesforce_reports.Grouping,
    "report.match.": salesforce_reports.Match,
    "report.show.": salesforce_reports.Show,
    "state.": LinkState,
    "undo.": TakingKind,
    "undo.why.": WhyLeft,
    "web.activities.": ("marketing", "sales"),
    "web.alerts.channel.": ("email", "webhook"),
    "web.alerts.event.": ("began", "lasts", "ended", "test"),
    "web.api.op.": (each.id for each in OPERATIONS),
    "web.api.path.": {name for each in OPERATIONS for name in each.named},
    "web.api.problem.": (each.word for each in Code),
    "web.api.remedy.": (each.word for each in Code),
    "web.api.role.": Role,
    "web.api.tag.": {each.tag for each in OPERATIONS},
    "web.connect.address_": Side,
    "web.connect.by_browser_": Side,
    "web.connect.by_token_": Side,
    "web.connect.client_secret_hint_": Side,
    "web.connect.scopes_": Side,
    "web.connect.url_": Side,
    "web.connect.url_hint_": Side,
    "web.connect.url_token_": Side,
    "web.connect.what_": Side,
    "web.forecast.": (each for each in Sure if each is not Sure.UNKNOWN),
    "web.import.": ("created_since", "created_until", "updated_since", "since", "until"),
    "web.import.dates.": DateOrder,
    "web.import.field.": Column,
    "web.import.source.": ("tasks", "file", "activities"),
    "web.import.source_what.": ("tasks", "file", "activities"),
    "web.owners.part.": ("owners", "records"),
    "web.records.hubspot.": RecordKind,
    "web.records.kind.": RecordKind,
    "web.records.salesforce.": RecordKind,
    "web.records.way.": Way,
    "web.role.": Role,
    "web.runs.state.": RunState,
    "web.start.": (f"{each}{end}" for each in Purpose for end in ("", "_what", "_go")),
    "web.try.": Operation,
    "web.value.": ("true", "false", "none"),
    "web.work.begin.": (each for each in WorkKind if each is not WorkKind.RECREATE),
    "web.work.state.": WorkState,
    "web.work.title.": WorkKind,
    "worker.": ("name", "role", "version", "seen", "runs"),
}
"""By how the key begins, all that may follow."""

ELSEWHERE = {
    "rule.",  # of a decision: a rule without a sentence is named as it is
    "stop.",
    "web.stop.",
    "web.work.why.",
    "web.doctor.",  # a remedy of the page, where it has another than the command
    "web.set.",
    "web.audit.",
    "web.alerts.outcome.",
    "web.hubspot.",  # a value of HubSpot's, which an account may have more of
    "web.said.",
}
"""Told another way where there is no sentence, or asked about in a test of its own."""


def beginnings() -> set[str]:
    found = set()
    for path in PAGES:
        pattern = IN_PYTHON if path.suffix == ".py" else IN_TEMPLATES
        found |= set(pattern.findall(path.read_text("utf-8")))
    return found


def calls(name: str) -> Iterator[ast.Call]:
    """Every call in the product of something called *name*."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text("utf-8")
        if f"{name}(" not in text or set(APART) & set(path.relative_to(SOURCE).parts):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and name in (
                getattr(node.func, "attr", ""),
                getattr(node.func, "id", ""),
            ):
                yield node


def words_of(node: ast.expr) -> set[str]:
    """The codes that an argument may be."""
    match node:
        case ast.Constant(value=str(text)) if re.fullmatch(r"[a-z]+(?:_[a-z]+)*", text):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            return words_of(body) | words_of(orelse)
    return set()


def test_every_text_that_is_put_together_is_there_for_all_that_may_follow() -> None:
    missing = {
        f"{start}{end}"
        for start, ends in COMPOSED.items()
        for end in map(str, ends)
        if f"{start}{end}" not in TEXTS
    }

    assert sorted(missing) == []


def test_every_beginning_that_a_page_puts_together_is_known_here() -> None:
    known = COMPOSED.keys() | ELSEWHERE

    assert sorted(beginnings() - known) == []


def test_every_entry_of_the_audit_log_is_named() -> None:
    """What is noted under a name that the page lacks would stand there as a code."""
    noted = {
        word for call in calls("note") for each in call.args[1:3] for word in words_of(each)
    } | {f"link_used_{each}" for each in Purpose}
    long_work = {f"{one}_{what}" for one in _ACTIONS.values() for what in _moves()}
    others = {"settings", "disconnected", "change_events"}
    missing = {f"web.audit.{each}" for each in noted | long_work | others} - TEXTS.keys()

    assert {"import_stopped", "undo_resumed"} <= long_work
    assert {"signed_in", "webhook_secret", "resumed"} <= noted
    assert sorted(missing) == []


def _moves() -> set[str]:
    return {word for call in calls("_moved") for each in call.args for word in words_of(each)}


def test_every_way_in_which_an_alert_stays_undelivered_is_named() -> None:
    codes = {word for call in calls("Undelivered") for word in words_of(call.args[0])}

    assert codes
    assert sorted({f"web.alerts.outcome.{each}" for each in {*codes, "sent"}} - TEXTS.keys()) == []


def test_why_long_work_waits_or_ended_is_told() -> None:
    reasons = {
        word
        for call in calls("Ending")
        for each in call.keywords
        if each.arg == "reason"
        for word in words_of(each.value)
    } | {"gives_way", "suspended", "no_calls_left", "settings_changed", "lease_lost", "interrupted"}
    untold = {
        each for each in reasons if not {f"web.work.why.{each}", f"stop.{each}"} & TEXTS.keys()
    }

    assert {"busy", "store", "crashed"} <= reasons
    assert sorted(untold) == []


def test_every_choice_of_the_activities_page_is_worded() -> None:
    codes = {
        f"web.value.{setting.name.rpartition('.')[2]}.{choice}"
        for setting in SETTINGS.values()
        if isinstance(setting.accepts, Choice)
        for choice in setting.accepts.choices
    }

    assert sorted(codes - TEXTS.keys()) == []


def test_every_ready_made_report_has_a_name() -> None:
    assert sorted({f"report.ready.{each}" for each in READY} - TEXTS.keys()) == []


def test_both_languages_say_something() -> None:
    mute = [key for key, pair in TEXTS.items() if len(pair) != 2 or not all(map(str.strip, pair))]

    assert mute == []

"""The checker itself: whatever is tampered with, one law notices it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tandem.model import Kind, Link, Side
from tandem.simulation.laws import LAWS, broken_laws
from tandem.simulation.people import Edit
from tandem.simulation.playing import History, play
from tandem.simulation.story import Act, Pause, Setting, Story, Sync


def _act(where: str, verb: str, on: str, **given: Any) -> Act:
    return Act(where=where, verb=verb, on=on, given=given)


def _log(label: str, kind: Kind, *people: str) -> Act:
    word = f"zq{label.split()[1]}x"
    given = {"kind": kind, "people": people, "owner": None, "days": 0, "word": word}
    return _act("hubspot", "log", label, **given)


_STORY = Story(
    seed=1,
    setting=Setting(kinds=(Kind.FORM_SUBMISSION, Kind.CALL, Kind.TASK)),
    moments=(
        _act("hubspot", "meet", "Ann"),
        _act("hubspot", "meet", "Bob"),
        _act("salesforce", "meet", "Ann (Contact)", person="Ann", table="Contact"),
        _act("salesforce", "meet", "Bob (Lead)", person="Bob", table="Lead"),
        _log("call 1", Kind.CALL, "Ann"),
        _log("task 2", Kind.TASK, "Bob"),
        _act("hubspot", "submit", "Trial", person="Ann"),
        Pause(seconds=5.0),
        Sync(),
        _act("salesforce", "edit_task", "call 1", field="title", value="Theirs"),
        _act("hubspot", "edit", "task 2", field="title", value="Ours"),
    ),
)


@pytest.fixture
def history() -> History:
    played = play(_STORY)

    assert not broken_laws(played)

    return played


def _link(history: History, label: str) -> Link:
    task = history.people.task_of(label)
    assert task is not None
    link = history.process.mine.link_by_salesforce_id(task["Id"])
    assert link is not None
    return link


def _saved(history: History, link: Link) -> None:
    mine = history.process.mine
    lease = mine.acquire("a tamperer", history.process.now(), 60)
    with mine.transaction(lease) as unit:
        unit.save_links([link])
    mine.release(lease)


def _relink(label: str, **changes: Any) -> Callable[[History], None]:
    return lambda history: _saved(history, replace(_link(history, label), **changes))


def _retask(label: str, **changes: Any) -> Callable[[History], None]:
    def tamper(history: History) -> None:
        task = history.people.task_of(label)
        assert task is not None
        history.around.salesforce.store.table("Task").put({**task, **changes})

    return tamper


def _another_task(**fields: Any) -> Callable[[History], None]:
    def tamper(history: History) -> None:
        salesforce = history.around.salesforce
        salesforce.act("create_task", {"fields": fields, "as": salesforce.username})

    return tamper


def _unseen_activity(history: History) -> None:
    history.people.in_hubspot(_log("call 9", Kind.CALL, "Ann"), is_hasty=False)


def _unseen_event(history: History) -> None:
    history.people.in_hubspot(_act("hubspot", "submit", "Trial", person="Bob"), is_hasty=False)


def _deleted_and_back(history: History) -> None:
    history.people.has_changed("salesforce", "call 1", "gone", True, is_hasty=False)


def _deleted_by_tandem(history: History) -> None:
    _retask("task 2", IsDeleted=True)(history)


def _lost_edit(history: History) -> None:
    _retask("call 1", Subject="Title zq1x")(history)
    history.people.in_hubspot(
        _act("hubspot", "edit", "call 1", field="title", value="Title"), is_hasty=False
    )


def _edit_of_nobody(history: History) -> None:
    edit = Edit(
        side="salesforce",
        label="call 1",
        field="body",
        value="Lost words",
        before="",
        at=1.0,
        is_hasty=False,
    )
    history.people.edits.append(edit)


def _on_somebody_else(history: History) -> None:
    _retask("call 1", WhoId=history.people.records["Bob (Lead)"])(history)


def _late_write(history: History) -> None:
    history.still_writes = 1


def _many_writes(history: History) -> None:
    history.around.writes[Side.SALESFORCE] += 1_000


def _crashed(history: History) -> None:
    history.wrong.append("a run crashed")


_TAMPERED: list[tuple[str, Callable[[History], None]]] = [
    ("no run goes wrong", _crashed),
    ("nothing is lost", _unseen_activity),
    ("nothing is lost", _unseen_event),
    ("whatever is not written has its reason", _relink("call 1", state="waiting", reason="locked")),
    ("whatever is not written has its reason", _relink("call 1", state="parked", reason="refused")),
    ("whatever is not written has its reason", _relink("call 1", state="skipped", reason="")),
    ("nobody waits in vain", _relink("call 1", state="waiting", reason="no_salesforce_record")),
    ("nobody waits in vain", _relink("call 1", state="skipped", reason="no_contact")),
    ("nothing is written twice", _another_task(Subject="Call zq1x")),
    ("no record is a stray", _another_task(Subject="Whatever")),
    ("what is gone stays gone", _deleted_and_back),
    ("what is gone stays gone", _deleted_by_tandem),
    ("both sides agree", _retask("task 2", Subject="Something else zq2x")),
    ("both sides agree", _retask("task 2", IsClosed=True)),
    ("both sides agree", _retask("task 2", ActivityDate="2020-01-01")),
    ("a task is on the right person", _on_somebody_else),
    ("every edit survives", _edit_of_nobody),
    ("every edit survives", _lost_edit),
    ("a further run writes nothing", _late_write),
    ("writes are bounded by edits", _many_writes),
]


@pytest.mark.parametrize(("law", "tamper"), _TAMPERED)
def test_a_history_that_was_tampered_with_breaks_the_law(
    history: History, law: str, tamper: Callable[[History], None]
) -> None:
    tamper(history)

    assert law in {broken.law for broken in broken_laws(history)}


def test_every_law_has_been_seen_to_fail() -> None:
    assert {law for law, _ in _TAMPERED} == set(LAWS)

"""
The laws of a history, checked when edits have stopped and faults have ended.

The checker reads both CRMs' own states and Tandem's links. It uses neither Tandem's connectors nor its
mapping: what a task should say is worked out here anew, from what people did.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tandem.model import Kind, Link, LinkState
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.salesforce.store import Row
from tandem.settings.activities import parse
from tandem.simulation.people import ADDRESS, KINDS, Edit, Logged
from tandem.simulation.playing import History
from tandem.simulation.world import CONNECTION
from tandem.sync.policy import KindPolicy

__all__ = ["LAWS", "Broken", "Seen", "broken_laws"]


@dataclass(frozen=True, slots=True)
class Broken:
    """One law that does not hold, and where."""

    law: str
    what: str

    def __str__(self) -> str:
        return f"{self.law}: {self.what}"


class Seen:
    """What there is in the end: both CRMs and Tandem's memory, read once."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.people = history.people
        around = history.around
        self.hubspot = around.hubspot
        self.salesforce = around.salesforce
        around.hubspot.crm.tick()
        around.salesforce.settle()
        self.portal = around.hubspot.account.portal_id
        self.zone = ZoneInfo(around.hubspot.account.time_zone)
        self.tasks: Mapping[str, Row] = around.salesforce.store.table("Task").raw
        self.ours = {
            task_id: row
            for task_id, row in self.tasks.items()
            if row.get("CreatedById") == around.salesforce.integration_id
        }
        self.ever = {**self.ours, **around.made}
        store = history.process.store
        connection = store.connection(CONNECTION)
        policy = parse(store.settings(connection.id).text)
        self.kinds: Mapping[Kind, KindPolicy] = policy.kinds
        mine = store.for_connection(connection.id)
        self.links: list[Link] = [
            link for state in LinkState for link in mine.in_state(state, limit=100_000)
        ]
        self.by_key = {link.key: link for link in self.links}
        self.history_of = mine.history
        self.edits: dict[str, list[Edit]] = defaultdict(list)
        for edit in self.people.edits:
            self.edits[edit.label].append(edit)

    def link_of(self, logged: Logged) -> Link | None:
        return self.by_key.get(f"{self.portal}-{logged.kind.value}-{logged.id}")

    def record_of(self, logged: Logged) -> Record | None:
        """The activity in HubSpot, None once it is in the bin or destroyed."""
        return self.hubspot.crm.tables[KINDS[logged.kind].object].live.get(logged.id)

    def is_required(self, kind: Kind, at: float) -> bool:
        """Whether what came up in the second *at* of the history has to be known to Tandem."""
        policy = self.kinds.get(kind)
        if policy is None or not policy.enabled or policy.since is None:
            return False
        since = policy.since.timestamp() - self.history.around.clock.began.timestamp()
        return at >= since + 1

    def was_off(self, kind: Kind) -> bool:
        """Whether the kind was ever off: what was edited meanwhile stays as it is."""
        return self.history.was_put_back or any(
            switched.kind is kind and not switched.is_on for switched in self.history.switched
        )

    def tasks_of(self, word: str) -> list[str]:
        """Ids of the tasks that Tandem ever made for the activity of that word, not for opens of it."""
        return [
            task_id
            for task_id, row in self.ever.items()
            if word in f"{row.get('Subject')} {row.get('Description')}".split()
            and not str(row.get("Subject")).startswith(("Opened:", "Clicked:"))
        ]

    def lives(self, task_id: str) -> bool:
        row = self.tasks.get(task_id)
        return row is not None and not row.get("IsDeleted")

    def addresses(self, names: Iterable[str]) -> set[str]:
        """The addresses of those people who have one in HubSpot."""
        return {ADDRESS.format(name.lower()) for name in names if name not in self.people.nameless}

    def last(self, label: str, side: str, field: str) -> Edit | None:
        """The last edit of a field on one side."""
        found = [e for e in self.edits[label] if e.side == side and e.field == field]
        return found[-1] if found else None

    def pairs(self) -> Iterator[tuple[Logged, Record, Row, Link]]:
        """Activities that live in both CRMs as a pair, of kinds that are on."""
        for logged in self.people.logged.values():
            link, record = self.link_of(logged), self.record_of(logged)
            if link is None or record is None or link.state is not LinkState.PAIRED:
                continue
            task = self.tasks.get(link.salesforce_id or "")
            if task is not None and not task.get("IsDeleted") and self.kinds[logged.kind].enabled:
                yield logged, record, task, link

    def live_people(self, addresses: set[str]) -> list[Row]:
        """Salesforce contacts and leads of these addresses that can have a task."""
        return [
            row
            for name in ("Contact", "Lead")
            for row in self.salesforce.store.table(name).raw.values()
            if str(row.get("Email") or "").lower() in addresses
            and not row.get("IsDeleted")
            and not row.get("IsConverted")
        ]


Law = Callable[[Seen], Iterator[str]]


def _nothing_went_wrong(seen: Seen) -> Iterator[str]:
    """No run crashed, every count added up, and every run in the quiet was done."""
    yield from seen.history.wrong


# --------------------------------------------------------------------------- nothing lost


_MAY_WAIT = frozenset({"no_salesforce_record", "not_finished", "not_editable"})
_MAY_PARK = frozenset({"unmappable"})


def _everything_is_known(seen: Seen) -> Iterator[str]:
    """Every eligible activity and event has a link."""
    for logged in seen.people.logged.values():
        is_there = seen.record_of(logged) is not None
        if is_there and seen.is_required(logged.kind, logged.at) and seen.link_of(logged) is None:
            yield f"Tandem does not know {logged.label}"
    known = {(link.kind, link.hubspot_id) for link in seen.links}
    for event in seen.people.happened:
        if seen.is_required(event.kind, event.at) and (event.kind, event.id) not in known:
            yield f"Tandem does not know the {event.kind} of {event.person} at {event.at:.0f} s"
    for logged in seen.people.logged.values():
        yield from _counters(seen, logged)


def _counters(seen: Seen, logged: Logged) -> Iterator[str]:
    """The newest count of opens or clicks of a sales e-mail is known."""
    record = seen.record_of(logged)
    if logged.kind is not Kind.SALES_EMAIL or record is None:
        return
    counted = (
        (Kind.SALES_EMAIL_OPENED, "hs_email_open_count"),
        (Kind.SALES_EMAIL_CLICKED, "hs_email_click_count"),
    )
    for kind, name in counted:
        value = record.values.get(name)
        if value is None or not seen.is_required(kind, logged.at):
            continue
        if f"{seen.portal}-{kind.value}-{logged.id}-{value}" not in seen.by_key:
            yield f"Tandem does not know {kind} number {value} of {logged.label}"


def _every_state_has_its_reason(seen: Seen) -> Iterator[str]:
    """What is not written says why, and what it says is true."""
    for link in seen.links:
        if link.state is LinkState.PAIRED:
            if link.salesforce_id is None:
                yield f"{link.key} is a pair of one"
            continue
        if not link.reason:
            yield f"{link.key} is {link.state} without a reason"
        if not seen.kinds[link.kind].enabled:
            continue
        if link.state is LinkState.WAITING and link.reason not in _MAY_WAIT:
            yield f"{link.key} still waits: {link.reason}"
        if link.state is LinkState.PARKED and link.reason not in _MAY_PARK:
            yield f"{link.key} is still parked: {link.reason} ({link.detail})"
        if link.intent is not None:
            yield f"{link.key} is still announced"


def _nobody_waits_in_vain(seen: Seen) -> Iterator[str]:
    """An activity that waits for somebody, or is left out for want of one, finds nobody in Salesforce."""
    for logged in seen.people.logged.values():
        link = seen.link_of(logged)
        if link is None or not seen.kinds[logged.kind].enabled or logged.is_moved:
            continue
        addresses = seen.addresses(logged.people)
        if seen.people.troubled.intersection(logged.people):
            continue
        if link.reason == "no_salesforce_record" and seen.live_people(addresses):
            yield f"{logged.label} is {link.state} for want of somebody who is there"
        if link.reason == "no_contact" and logged.people:
            yield f"{logged.label} has contacts, but is {link.state}: no_contact"
        if link.reason == "older" and seen.is_required(logged.kind, logged.at):
            yield f"{logged.label} is new, but {link.state} as older"


# --------------------------------------------------------------------------- nothing twice


def _nothing_twice(seen: Seen) -> Iterator[str]:
    """At most one task was ever made for an activity, and no two links name the same task."""
    for logged in seen.people.logged.values():
        made = seen.tasks_of(logged.word)
        if len(made) > 1:
            told = ", ".join(f"{one}{'' if seen.lives(one) else ' (gone)'}" for one in made)
            yield f"{logged.label} has {len(made)} tasks: {told}"
    named = Counter(link.salesforce_id for link in seen.links if link.salesforce_id)
    for task_id, times in named.items():
        if times > 1:
            yield f"{times} links name the task {task_id}"
    keys = Counter(row.get("Tandem_Key__c") for row in seen.ever.values())
    for key, times in keys.items():
        if key and times > 1:
            yield f"the key {key} is on {times} tasks"


def _no_strays(seen: Seen) -> Iterator[str]:
    """Every living task that Tandem made is named by a link, under the key that link has."""
    named = {link.salesforce_id: link for link in seen.links if link.salesforce_id}
    for task_id, row in seen.ours.items():
        if row.get("IsDeleted"):
            continue
        link = named.get(task_id)
        if link is None:
            yield f"no link names the task {task_id} ({row.get('Subject')})"
        elif row.get("Tandem_Key__c") not in (None, link.key):
            yield f"the task {task_id} has the key {row.get('Tandem_Key__c')} instead of {link.key}"
    for link in seen.links:
        if link.state is LinkState.PAIRED and link.salesforce_id not in seen.ever:
            yield f"{link.key} names the task {link.salesforce_id}, which never was"


def _what_is_gone_stays_gone(seen: Seen) -> Iterator[str]:
    """A task that people deleted is not made again; only the delete policy deletes."""
    for label, logged in seen.people.logged.items():
        last = seen.last(label, "salesforce", "gone")
        living = [one for one in seen.tasks_of(logged.word) if seen.lives(one)]
        if last is not None and last.value and living:
            yield f"the task of {label} was deleted, and is there again"
        task = seen.people.task_of(label)
        if task is None or not task.get("IsDeleted") or last is not None:
            continue
        ever = seen.last(label, "hubspot", "gone")
        if ever is None or "delete" not in seen.history.delete_policies:
            yield f"Tandem deleted the task of {label}"


# --------------------------------------------------------------------------- agreement


def _both_agree(seen: Seen) -> Iterator[str]:
    """Each field of a pair says what HubSpot says, unless Salesforce's people changed it last."""
    for logged, record, task, _ in seen.pairs():
        if seen.was_off(logged.kind):
            continue
        for field, (expected, found) in _fields(seen, logged, record, task).items():
            if expected is None or expected == found:
                continue
            theirs = seen.last(logged.label, "salesforce", field)
            leading = seen.last(logged.label, "hubspot", field)
            if theirs is not None and (leading is None or leading.at <= theirs.at + 1):
                continue
            if theirs is not None and (
                theirs.is_hasty or (leading is not None and leading.is_hasty)
            ):
                continue
            yield f"{logged.label}: {field} should be {expected!r} and is {found!r}"


def _fields(
    seen: Seen, logged: Logged, record: Record, task: Row
) -> dict[str, tuple[object, object]]:
    """What each field of the task should say (None: open) and what it says."""
    names, values = KINDS[logged.kind], record.values
    found: dict[str, tuple[object, object]] = {}
    if names.title is not None:
        found["title"] = (values.get(names.title), task.get("Subject"))
    found["body"] = _body(seen, logged, task)
    due = values.get(names.due)
    if due is not None:
        expected = datetime.fromisoformat(due).astimezone(seen.zone).date()
        found["due"] = (expected.isoformat(), str(task.get("ActivityDate"))[:10])
    found["status"] = (_is_closed(logged, values, seen), bool(task.get("IsClosed")))
    if logged.kind is Kind.TASK:
        priority = _PRIORITIES.get(values.get("hs_task_priority", ""))
        found["priority"] = (priority, task.get("Priority"))
    found["owner"] = (_owner(seen, logged, record), task.get("OwnerId"))
    return found


_PRIORITIES = {"LOW": "Low", "MEDIUM": "Normal", "HIGH": "High"}


def _body(seen: Seen, logged: Logged, task: Row) -> tuple[object, object]:
    """The newest text is there, and none that it replaced."""
    told = [e.value for e in seen.edits[logged.label] if e.side == "hubspot" and e.field == "body"]
    text = str(task.get("Description") or "")
    if not told:
        return None, text
    wrong = [
        value for value in dict.fromkeys(told) if value and (value in text) != (value == told[-1])
    ]
    return ("the newest text", "the newest text" if not wrong else f"{text!r}")


def _is_closed(logged: Logged, values: Mapping[str, str], seen: Seen) -> bool | None:
    if logged.kind is Kind.TASK:
        return values.get("hs_task_status") == "COMPLETED"
    if logged.kind is Kind.MEETING:
        if values.get("hs_meeting_outcome") == "COMPLETED":
            return True
        end = values.get("hs_meeting_end_time")
        ended = end is not None and datetime.fromisoformat(end) < seen.history.around.clock.now()
        reopened = seen.last(logged.label, "hubspot", "status")
        return None if reopened is not None else ended
    return True


def _owner(seen: Seen, logged: Logged, record: Record) -> str | None:
    """The user of the activity's owner, where nothing about that owner has changed."""
    name = logged.owner
    is_open = name is None or name in seen.people.troubled or name not in seen.people.users
    return None if is_open else seen.people.users[str(name)]


def _the_right_person(seen: Seen) -> Iterator[str]:
    """A task hangs on one of its activity's contacts, or on nobody."""
    for logged, _, task, _ in seen.pairs():
        if logged.is_moved or seen.people.troubled.intersection(logged.people):
            continue
        if seen.last(logged.label, "salesforce", "person") is not None or not task.get("WhoId"):
            continue
        who = seen.salesforce.store.row(str(task["WhoId"])) or {}
        addresses = seen.addresses(logged.people)
        if str(who.get("Email") or "").lower() not in addresses:
            yield f"the task of {logged.label} is on {who.get('Email')}, who is none of its contacts"


def _every_edit_survives(seen: Seen) -> Iterator[str]:
    """What people put into a task is there, was changed by people since, or is kept in the history."""
    for logged, _, task, link in seen.pairs():
        for field in ("title", "body"):
            theirs = seen.last(logged.label, "salesforce", field)
            if theirs is None or theirs.is_hasty or not theirs.value:
                continue
            name = {"title": "Subject", "body": "Description"}[field]
            if str(theirs.value) in str(task.get(name) or ""):
                continue
            kept = "".join(str(dict(line.detail)) for line in seen.history_of(link.key))
            if str(theirs.value) not in kept and not seen.history.was_put_back:
                yield f"{logged.label}: the {field} {theirs.value!r} that somebody wrote is lost"


# --------------------------------------------------------------------------- quiet


def _a_further_run_writes_nothing(seen: Seen) -> Iterator[str]:
    """Nothing happens, so nothing is written."""
    if seen.history.still_writes:
        yield f"a run after the quiet wrote {seen.history.still_writes} records"


def _writes_are_bounded(seen: Seen) -> Iterator[str]:
    """Tandem writes no more than people do, however often it is interrupted."""
    made = len(seen.ours)
    changes = sum(
        count
        for verb, count in seen.history.acts.items()
        if verb.split()[1] not in ("log", "hire", "resume", "retry", "restart")
    )
    # An act on a person can touch every task; a crash, a fault or a second look repeats a write once.
    bound = made + (changes + 2) * max(made, 1) + seen.history.around.fired.total()
    written = seen.history.around.writes.total()
    if written > bound:
        yield f"{written} records were written for {made} tasks and {changes} changes"


LAWS: Mapping[str, Law] = {
    "no run goes wrong": _nothing_went_wrong,
    "nothing is lost": _everything_is_known,
    "whatever is not written has its reason": _every_state_has_its_reason,
    "nobody waits in vain": _nobody_waits_in_vain,
    "nothing is written twice": _nothing_twice,
    "no record is a stray": _no_strays,
    "what is gone stays gone": _what_is_gone_stays_gone,
    "both sides agree": _both_agree,
    "a task is on the right person": _the_right_person,
    "every edit survives": _every_edit_survives,
    "a further run writes nothing": _a_further_run_writes_nothing,
    "writes are bounded by edits": _writes_are_bounded,
}
"""Every law by its sentence."""


def broken_laws(history: History) -> list[Broken]:
    """What does not hold, in the order of the laws; empty for a good history."""
    seen = Seen(history)
    return [Broken(law, what) for law, check in LAWS.items() for what in check(seen)]

"""
The laws of a history, checked when edits have stopped and faults have ended.

The checker reads both CRMs' own states and Tandem's links. It uses neither Tandem's connectors nor its
mapping: what a task should say is worked out here anew, from what people did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tandem.model import Kind, Link, LinkState
from tandem.simulation.agreement import both_agree, every_edit_survives, on_the_right_person
from tandem.simulation.people import Edit, Logged
from tandem.simulation.playing import History
from tandem.simulation.seen import Seen

__all__ = ["LAWS", "Broken", "broken_laws"]


@dataclass(frozen=True, slots=True)
class Broken:
    """One law that does not hold, and where."""

    law: str
    what: str

    def __str__(self) -> str:
        return f"{self.law}: {self.what}"


Law = Callable[[Seen], Iterator[str]]


def _nothing_went_wrong(seen: Seen) -> Iterator[str]:
    """No run crashed, every count added up, and every run in the quiet was done."""
    yield from seen.history.wrong


# --------------------------------------------------------------------------- nothing lost


_MAY_WAIT = frozenset({"no_salesforce_record", "no_hubspot_record", "not_finished", "not_editable"})
_MAY_PARK = frozenset({"unmappable"})


def _everything_is_known(seen: Seen) -> Iterator[str]:
    """Every eligible activity, event and Salesforce task has a link."""
    for logged in seen.people.logged.values():
        is_required = seen.is_required(logged.kind, logged.at, logged.origin)
        if is_required and _is_at_home(seen, logged) and seen.link_of(logged) is None:
            yield f"Tandem does not know {logged.label}"
        yield from _counters(seen, logged)
    known = {(link.kind, link.hubspot_id) for link in seen.links}
    for event in seen.people.happened:
        if seen.is_required(event.kind, event.at) and (event.kind, event.id) not in known:
            yield f"Tandem does not know the {event.kind} of {event.person} at {event.at:.0f} s"


def _is_at_home(seen: Seen, logged: Logged) -> bool:
    """Whether the record lives where it came from."""
    if logged.origin == "salesforce":
        return seen.lives(str(logged.salesforce_id))
    return seen.record_of(logged) is not None


def _is_pair(seen: Seen, logged: Logged) -> bool:
    link = seen.link_of(logged)
    return link is not None and link.state is LinkState.PAIRED


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
        if f"{seen.portal}-{kind.value}-{record.id}-{value}" not in seen.by_key:
            yield f"Tandem does not know {kind} number {value} of {logged.label}"


def _every_state_has_its_reason(seen: Seen) -> Iterator[str]:
    """What is not written says why, and nothing is left half done."""
    for link in seen.links:
        if link.state is LinkState.PAIRED:
            if link.salesforce_id is None or link.hubspot_id is None:
                yield f"{link.key} is a pair of one"
        elif not link.reason:
            yield f"{link.key} is {link.state} without a reason"
        if not seen.is_on(link):
            continue
        if link.state is LinkState.WAITING and link.reason not in _MAY_WAIT:
            yield f"{link.key} still waits: {link.reason}"
        if link.state is LinkState.PARKED and not _may_park(seen, link):
            yield f"{link.key} is still parked: {link.reason} ({link.detail})"
        if link.intent is not None:
            yield f"{link.key} is still announced"


def _may_park(seen: Seen, link: Link) -> bool:
    """Whether a person has to act: for a choice, or for the tasks of a user who left, where the org refuses their edits."""
    owner = seen.tasks.get(link.salesforce_id or "", {}).get("OwnerId")
    refuses = seen.salesforce.switches["inactive_owner_edit"] == "refuse"
    is_owners = link.reason == "refused" and link.detail.startswith("INACTIVE_OWNER_OR_USER")
    return link.reason in _MAY_PARK or (is_owners and refuses and not seen.is_active(owner))


def _nobody_waits_in_vain(seen: Seen) -> Iterator[str]:
    """What waits for somebody, or is left out for want of one, finds nobody; what is new is not old."""
    for logged in seen.people.logged.values():
        link = seen.link_of(logged)
        if link is None or not seen.is_on(link) or logged.is_moved:
            continue
        if seen.people.troubled.intersection(logged.people):
            continue
        addresses = seen.addresses(logged.people)
        if link.reason == "no_salesforce_record" and seen.live_people(addresses):
            yield f"{logged.label} is {link.state} for want of somebody who is there"
        if link.reason == "no_hubspot_record" and seen.live_contacts(addresses):
            yield f"{logged.label} is {link.state} for want of somebody who is in HubSpot"
        wants_somebody = link.reason in ("no_contact", "no_related_record")
        if wants_somebody and logged.people and _is_at_home(seen, logged):
            yield f"{logged.label} is on somebody, but {link.state}: {link.reason}"
        if link.reason == "older" and seen.is_required(logged.kind, logged.at, logged.origin):
            yield f"{logged.label} is new, but {link.state} as older"


# --------------------------------------------------------------------------- nothing twice


def _nothing_twice(seen: Seen) -> Iterator[str]:
    """At most one record was ever made for each, none where it came from, and no two links share one."""
    for logged in seen.people.logged.values():
        in_salesforce = seen.tasks_of(logged.word)
        in_hubspot = seen.hubspot_tasks_of(logged.word)
        if seen.may_forget_in_hubspot:
            in_hubspot = [each for each in in_hubspot if seen.lives_in_hubspot(each)]
        most = (0, 1) if logged.origin == "salesforce" else (1, 0)
        if len(in_salesforce) > most[0]:
            told = ", ".join(f"{i}{'' if seen.lives(i) else ' (gone)'}" for i in in_salesforce)
            yield f"for {logged.label} Tandem made {len(in_salesforce)} Salesforce tasks: {told}"
        if len(in_hubspot) > most[1]:
            told = ", ".join(
                f"{i}{'' if seen.lives_in_hubspot(i) else ' (gone)'}" for i in in_hubspot
            )
            yield f"for {logged.label} Tandem made {len(in_hubspot)} HubSpot tasks: {told}"
    # What was left out as Tandem's own names the task of a pair, which a restored database did not know yet.
    kept = [link for link in seen.links if link.reason != "written_by_tandem" or link.is_pair]
    named = Counter(link.salesforce_id for link in kept if link.salesforce_id)
    for task_id, times in named.items():
        if times > 1:
            yield f"{times} links name the Salesforce task {task_id}"
    of_tasks = [link for link in seen.links if link.kind is Kind.TASK and link.hubspot_id]
    for record_id, times in Counter(link.hubspot_id for link in of_tasks).items():
        if times > 1:
            yield f"{times} links name the HubSpot task {record_id}"
    keys = Counter(row.get("Tandem_Key__c") for row in seen.ever.values())
    for key, times in keys.items():
        if key and times > 1:
            yield f"the key {key} is on {times} tasks"


def _no_strays(seen: Seen) -> Iterator[str]:
    """
    Every living record that Tandem made is named by a link, under the key that link has.

    But for those whose pair a restored database never knew, and whose origin was deleted since or is on
    nobody any more: nothing leads to them, until it is on somebody again.
    """
    words = {
        logged.word
        for logged in seen.people.logged.values()
        if seen.history.was_put_back and not (_is_at_home(seen, logged) and _is_pair(seen, logged))
    }
    named = {link.salesforce_id: link for link in seen.links if link.salesforce_id}
    for task_id, row in seen.ours.items():
        if row.get("IsDeleted"):
            continue
        link = named.get(task_id)
        if link is None and not words.intersection(_words(row, "Subject", "Description")):
            yield f"no link names the Salesforce task {task_id} ({row.get('Subject')})"
        elif link is not None and row.get("Tandem_Key__c") not in (None, link.key):
            yield f"the task {task_id} has the key {row.get('Tandem_Key__c')} instead of {link.key}"
    in_hubspot = {link.hubspot_id for link in seen.links}
    for record_id, values in seen.ever_in_hubspot.items():
        if not seen.lives_in_hubspot(record_id) or record_id in in_hubspot:
            continue
        if not words.intersection(_words(values, "hs_task_subject")):
            yield f"no link names the HubSpot task {record_id} ({values.get('hs_task_subject')})"
    for link in seen.links:
        if link.state is not LinkState.PAIRED or link.salesforce_id in seen.tasks:
            continue
        if link.salesforce_id not in seen.ever and not link.key.endswith(str(link.salesforce_id)):
            yield f"{link.key} names the task {link.salesforce_id}, which never was"


def _words(values: Mapping[str, object], *names: str) -> list[str]:
    return " ".join(str(values.get(name)) for name in names).split()


def _what_is_gone_stays_gone(seen: Seen) -> Iterator[str]:
    """A record that people deleted is not made again, and only the delete policy deletes."""
    for label, logged in seen.people.logged.items():
        in_salesforce = seen.last(label, "salesforce", "gone")
        in_hubspot = seen.last(label, "hubspot", "gone")
        yield from _gone_on_one_side(
            f"the Salesforce task of {label}",
            in_salesforce,
            is_there_again=any(map(seen.lives, seen.tasks_of(logged.word))),
            is_gone=logged.salesforce_id is not None and not seen.lives(logged.salesforce_id),
            may_delete=_may_delete(seen, in_hubspot),
        )
        yield from _gone_on_one_side(
            f"the HubSpot record of {label}",
            in_hubspot,
            is_there_again=not seen.may_forget_in_hubspot
            and any(map(seen.lives_in_hubspot, seen.hubspot_tasks_of(logged.word))),
            is_gone=logged.hubspot_id is not None and seen.record_of(logged) is None,
            may_delete=_may_delete(seen, in_salesforce),
        )


def _gone_on_one_side(
    what: str, last: Edit | None, *, is_there_again: bool, is_gone: bool, may_delete: bool
) -> Iterator[str]:
    if last is not None and last.value and is_there_again:
        yield f"{what} was deleted, and is there again"
    if last is None and is_gone and not may_delete:
        yield f"Tandem deleted {what}"


def _may_delete(seen: Seen, other: Edit | None) -> bool:
    return other is not None and "delete" in seen.history.delete_policies


# --------------------------------------------------------------------------- quiet


def _a_further_run_writes_nothing(seen: Seen) -> Iterator[str]:
    """Nothing happens, so nothing is written."""
    if seen.history.still_writes:
        yield f"a run after the quiet wrote {seen.history.still_writes} records"


def _writes_are_bounded(seen: Seen) -> Iterator[str]:
    """Tandem writes no more than people do, however often it is interrupted."""
    made = len(seen.ever) + len(seen.ever_in_hubspot)
    changes = sum(
        count
        for verb, count in seen.history.acts.items()
        if verb.split()[1] not in ("log", "make_task", "hire", "resume", "retry", "restart")
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
    "both sides agree": both_agree,
    "a task is on the right person": on_the_right_person,
    "every edit survives": every_edit_survives,
    "a further run writes nothing": _a_further_run_writes_nothing,
    "writes are bounded by edits": _writes_are_bounded,
}
"""Every law by its sentence."""


def broken_laws(history: History) -> list[Broken]:
    """What does not hold, in the order of the laws; empty for a good history."""
    seen = Seen(history)
    return [Broken(law, what) for law, check in LAWS.items() for what in check(seen)]

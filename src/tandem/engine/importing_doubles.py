"""
Likely doubles: what people, or another program, made already of what is about to be created.

Same person, same day, same subject. Such a record is adopted: linked, and given the key where there is a
field for it, but otherwise left as people wrote it. Both sides as they are become the base. One record is
the double of one other at most, and never of anything that Tandem knows or wrote.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tandem.crm.connector import TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.drafting import Drafter
from tandem.engine.importing_loop import LikelyDouble
from tandem.engine.reports import Outcome
from tandem.engine.resolve import Resolver
from tandem.engine.work import Done, Work, line
from tandem.engine.writers import writer_of
from tandem.mapping.hubspot import KEY_PROPERTY
from tandem.mapping.key_mark import key_in
from tandem.mapping.keys import KEY_FIELD
from tandem.mapping.salesforce import seen_in_salesforce
from tandem.model import Activity, Field, KeyProperty, Kind, Link, ObjectType, Side
from tandem.sync.dates import day_of

__all__ = ["Adopted", "HubSpotDoubles", "SalesforceDoubles", "Signature", "signature"]

_REMEMBERED = 20_000
"""Contacts whose tasks are remembered: an import meets the same person in many portions."""

Signature = tuple[str, str, str]


def signature(person: str, day: date | str, subject: str | None) -> Signature:
    """What two records of the same thing have in common; width, case and white space of the subject do not count."""
    folded = unicodedata.normalize("NFKC", subject or "").casefold()
    return person, str(day), " ".join(folded.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What is still to be written, what is settled without a write, and the doubles that were found, by key."""

    works: tuple[Work, ...]
    done: tuple[Done, ...] = ()
    doubles: Mapping[str, LikelyDouble] = field(default_factory=dict)


class _Taken:
    """Candidates by what they are about; each is given once."""

    def __init__(self) -> None:
        self._left: dict[Signature, list[str]] = {}
        self._given: set[str] = set()

    def offer(self, about: Signature, record_id: str) -> None:
        ids = self._left.setdefault(about, [])
        if record_id not in ids:
            ids.append(record_id)

    def take(self, about: Signature) -> str | None:
        for record_id in self._left.get(about, ()):
            if record_id not in self._given:
                self._given.add(record_id)
                return record_id
        return None


# --------------------------------------------------------------------------- tasks in HubSpot


@dataclass(frozen=True, slots=True)
class _Made:
    """A task that people made in HubSpot, as far as doubles are told by it."""

    id: str
    day: str
    subject: str


class HubSpotDoubles:
    """Finds, for new HubSpot tasks, those that are there already."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._zone = ZoneInfo(run.portal.zone)
        self._resolver = Resolver(run)
        self._drafter = Drafter(run)
        self._made: dict[str, tuple[_Made, ...]] = {}
        self._given: set[str] = set()

    async def adopt(self, works: Sequence[Work]) -> Adopted:
        """*works* with adoptions in place of creates where somebody was first."""
        chosen = await self.found(works)
        if not chosen:
            return Adopted(works=tuple(works))
        # One that Tandem wrote itself, in a time that its database forgot, comes before one of people.
        if self._has_key:
            writer = writer_of(self._run, Side.HUBSPOT)
            links = [work.link for work in works if work.link.key in chosen]
            for key in await writer.existing(links, ()):
                del chosen[key]
        about = await self._resolver.resolve(list(chosen.values()))
        left: list[Work] = []
        done: list[Done] = []
        doubles: dict[str, LikelyDouble] = {}
        for work in works:
            activity = chosen.get(work.link.key)
            if activity is None:
                left.append(work)
                continue
            resolved = about[activity.kind, activity.id]
            contact = next(
                (p.contact for p in resolved.people if p.contact.id == work.target.contact_id), None
            )
            said = self._drafter.said(activity, contact, resolved)
            target = replace(
                work.target,
                hubspot_id=activity.id,
                hubspot={**work.target.hubspot, **said},
                modified_at=activity.modified_at,
            )
            record = {"id": activity.id, KEY_PROPERTY: work.link.key}
            _sort(_adopting(self._run, work, target, record, self._has_key), left, done)
            doubles[work.link.key] = LikelyDouble(
                key=work.link.key,
                hubspot_id=activity.id,
                salesforce_id=work.link.salesforce_id or "",
                day=self._day(work),
                subject=_subject(work),
            )
        return Adopted(works=tuple(left), done=tuple(done), doubles=doubles)

    @property
    def _has_key(self) -> bool:
        return self._run.schema.key is not KeyProperty.NONE

    async def found(self, works: Sequence[Work]) -> dict[str, Activity]:
        """The HubSpot task that each of *works* is a likely double of, by key."""
        mine = [work for work in works if work.operation == "create" and work.target.contact_id]
        contacts = list(dict.fromkeys(str(work.target.contact_id) for work in mine))
        read = await self._learn([one for one in contacts if one not in self._made])
        candidates = _Taken()
        for contact in contacts:
            for one in self._made[contact]:
                if one.id not in self._given:
                    candidates.offer((contact, one.day, one.subject), one.id)
        matched: dict[str, str] = {}
        for work in mine:
            task_id = candidates.take(
                signature(str(work.target.contact_id), self._day(work), _subject(work))
            )
            if task_id is not None:
                matched[work.link.key] = task_id
        self._given |= set(matched.values())
        self._forget()
        missing = [task_id for task_id in matched.values() if task_id not in read]
        read |= await self._read(await self._unlinked(missing))
        return {key: read[task_id] for key, task_id in matched.items() if task_id in read}

    async def _learn(self, contacts: Sequence[str]) -> dict[str, Activity]:
        """What people made on *contacts*, remembered in short; in full for now."""
        if not contacts:
            return {}
        run = self._run
        ids = await run.hubspot.tasks_of(contacts)
        wanted = list(dict.fromkeys(task_id for found in ids.values() for task_id in found))
        read = await self._read(await self._unlinked(wanted))
        for contact in contacts:
            self._made[contact] = tuple(
                _Made(
                    task_id, *signature("", self._said_day(read[task_id]), read[task_id].title)[1:]
                )
                for task_id in sorted(ids.get(contact, ()))
                if task_id in read
            )
        return read

    async def _unlinked(self, ids: Sequence[str]) -> list[str]:
        """Asked anew for what is remembered: a live run may have linked it, which goes first now and then."""
        run = self._run
        known = await run.db(run.store.links_of, Kind.TASK, ids) if ids else ()
        linked = {link.hubspot_id for link in known}
        return [task_id for task_id in ids if task_id not in linked]

    async def _read(self, ids: Sequence[str]) -> dict[str, Activity]:
        """Those that are there and that no Tandem wrote."""
        if not ids:
            return {}
        found = await self._run.hubspot.read(ObjectType.TASKS, ids)
        return {
            task_id: activity
            for task_id, activity in found.items()
            if activity is not None and not activity.tandem_key and not activity.trouble
        }

    def _forget(self) -> None:
        while len(self._made) > _REMEMBERED:
            del self._made[next(iter(self._made))]

    def _said_day(self, activity: Activity) -> date:
        return day_of(activity.occurred_at, self._zone)

    def _day(self, work: Work) -> str:
        """The due day; that of its creation where there is none, as HubSpot will say."""
        due = work.target.salesforce.get(Field.DUE)
        made_at = work.link.created_at or self._run.now
        return str(due) if due else day_of(made_at, self._zone).isoformat()


# --------------------------------------------------------------------------- tasks in Salesforce


class SalesforceDoubles:
    """Finds, for new Salesforce tasks, those that are there already."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._given: set[str] = set()

    async def adopt(self, works: Sequence[Work]) -> Adopted:
        """*works* with adoptions in place of creates where somebody was first."""
        mine = [work for work in works if work.operation == "create" and _signature_of(work)]
        days = [date.fromisoformat(str(work.target.salesforce[Field.DUE])) for work in mine]
        if not mine:
            return Adopted(works=tuple(works))
        run = self._run
        people = list(dict.fromkeys(str(work.record["WhoId"]) for work in mine))
        tasks = {
            task.id: task
            for task in await run.salesforce.tasks_between(people, min(days), max(days))
            if task.id not in self._given
            and not (task.key or key_in(str(task.fields.get("Description") or "")))
        }
        linked = await run.db(run.store.links_of_tasks, tasks.keys())
        candidates = _Taken()
        for task in sorted(tasks.values(), key=_age):
            if task.id not in linked:
                fields = task.fields
                candidates.offer(
                    signature(fields["WhoId"], fields["ActivityDate"], fields.get("Subject")),
                    task.id,
                )
        left: list[Work] = []
        done: list[Done] = []
        doubles: dict[str, LikelyDouble] = {}
        for work in works:
            about = _signature_of(work) if work.operation == "create" else None
            task_id = candidates.take(about) if about else None
            if task_id is None or about is None:
                left.append(work)
                continue
            self._given.add(task_id)
            _sort(self._adopting(work, tasks[task_id]), left, done)
            doubles[work.link.key] = LikelyDouble(
                key=work.link.key,
                hubspot_id=work.link.hubspot_id or "",
                salesforce_id=task_id,
                day=about[1],
                subject=work.subject,
            )
        return Adopted(works=tuple(left), done=tuple(done), doubles=doubles)

    def _adopting(self, work: Work, task: TaskSeen) -> Work | Done:
        target = replace(
            work.target,
            salesforce_id=task.id,
            salesforce=seen_in_salesforce(task.fields, self._run.marker),
            salesforce_modified_at=task.system_modstamp,
        )
        record = {"Id": task.id, KEY_FIELD: work.link.key}
        has_key = self._run.org.has_key_field and not task.is_archived
        return _adopting(self._run, work, target, record, has_key)


def _signature_of(work: Work) -> Signature | None:
    due, who = work.target.salesforce.get(Field.DUE), work.record.get("WhoId")
    if not due or not who:
        return None
    return signature(str(who), str(due), _subject(work))


def _subject(work: Work) -> str:
    """The subject as Salesforce has it, or will have it."""
    return str(work.target.salesforce.get(Field.SUBJECT) or "")


def _age(task: TaskSeen) -> tuple[datetime | str, ...]:
    return (task.created_at.isoformat() if task.created_at else "", task.id)


# --------------------------------------------------------------------------- adopting


def _adopting(
    run: RunContext, work: Work, target: Link, record: Mapping[str, Any], has_key: bool
) -> Work | Done:
    """The write that puts the key on what is there, or a link alone where no key can be kept."""
    if not has_key:
        adoption = replace(work, link=target, target=target, fields=())
        entry = line(run, adoption, "adopted", record_id=adoption.record_id)
        return Done(link=target, outcome=Outcome.UNCHANGED, history=entry)
    return replace(
        work,
        operation="update",
        # Linked from the announcement on: whatever becomes of the key, nothing is created beside it.
        link=target,
        target=target,
        record=record,
        fields=(),
        fallbacks=(),
        participants=(),
        look_first=False,
        is_adoption=True,
    )


def _sort(outcome: Work | Done, works: list[Work], done: list[Done]) -> None:
    if isinstance(outcome, Work):
        works.append(outcome)
    else:
        done.append(outcome)

"""
The rows of a file. A row with an Activity ID is read again from the org, and nothing else of it counts.

A row without one is first looked for in the org: a task of the same person, day and subject is the task
that the row was exported from. What is not found there (purged, or of another org) becomes a HubSpot task of
its own. Its key follows from what the row says, so that the same row is never brought in twice; it has no
counterpart in Salesforce and is not kept in step with anything.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tandem.crm.connector import People, TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Places
from tandem.engine.importing_doubles import Signature, signature
from tandem.engine.importing_loop import LikelyDouble, Portion
from tandem.engine.importing_tasks import TaskPortions, policy_for_tasks
from tandem.engine.importing_wanted import TaskImport
from tandem.engine.prepare import remembered
from tandem.engine.pull import BATCH
from tandem.engine.reports import Outcome
from tandem.engine.salesforce_tasks import read_tasks
from tandem.engine.task_plan import Plan
from tandem.engine.work import Done, Work
from tandem.errors import Unmappable
from tandem.imports import ImportRow, Source, Table, open_table, read_rows
from tandem.mapping.ids import id18
from tandem.mapping.salesforce import seen_in_salesforce
from tandem.model import (
    Associations,
    Contact,
    Field,
    Kind,
    Link,
    LinkState,
    Person,
    PersonType,
    SalesforceUser,
    Side,
)
from tandem.sync.dates import instant_on
from tandem.sync.policy import Policy
from tandem.sync.reasons import Reason

__all__ = ["CsvSource"]


class CsvSource:
    """The tasks that the rows of a file name or are. Wrong rows are whoever opened the file's to tell."""

    def __init__(self, wanted: TaskImport, source: Source) -> None:
        self._wanted = wanted
        self._source = source

    def policy(self, policy: Policy) -> Policy:
        return policy_for_tasks(policy)

    async def total(self, run: RunContext) -> int | None:
        return sum(1 for _ in self._rows(run))

    async def portions(self, run: RunContext, earlier: frozenset[int]) -> AsyncIterator[Portion]:
        tasks = TaskPortions(run, earlier)
        loose = _LooseRows(run, tasks)
        rows = self._rows(run)
        while part := list(islice(rows, BATCH)):
            ids = [row.activity_id for row in part if row.activity_id is not None]
            read = await read_tasks(run, ids)
            missing = [tasks.unknown(task_id) for task_id in ids if task_id not in read]
            found, own, doubles = await loose.sorted_out(
                [row for row in part if row.activity_id is None], read.keys()
            )
            also = Plan(
                works=own.works,
                done=(*missing, *own.done),
                looked_at=(*(Kind.TASK for _ in missing), *own.looked_at),
            )
            portion = await tasks.of([*read.values(), *found], also=also, size=len(part))
            yield replace(portion, doubles={**portion.doubles, **doubles})

    def _rows(self, run: RunContext) -> Iterator[ImportRow]:
        table: Table = open_table(
            self._source, self._wanted.mapping, language=run.policy.language.value
        )
        outcomes = read_rows(table, dates=self._wanted.dates, language=run.policy.language.value)
        return (each for each in outcomes if isinstance(each, ImportRow))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row without Activity ID, with the key it has and the people it may mean, the likeliest first."""

    row: ImportRow
    key: str
    people: tuple[str, ...] = ()

    @property
    def who(self) -> str | None:
        return next(iter(self.people), None)


class _LooseRows:
    """Decides about rows without an Activity ID."""

    def __init__(self, run: RunContext, tasks: TaskPortions) -> None:
        self._run = run
        self._tasks = tasks
        self._zone = ZoneInfo(run.portal.zone)
        self._occurred: Counter[bytes] = Counter()
        self._named: set[str] = set()
        self._users = _Users(remembered(run.store, "users", tuple[SalesforceUser, ...]) or ())
        self._members: frozenset[str] | None = None

    async def sorted_out(
        self, rows: Sequence[ImportRow], taken: Iterable[str]
    ) -> tuple[list[TaskSeen], Plan, dict[str, LikelyDouble]]:
        """The tasks of the org that *rows* were exported from, what is done about the others, and their doubles."""
        self._named |= set(taken)
        if not rows:
            return [], Plan(), {}
        known = await self._with_people(rows)
        found, left = await self._in_org(known)
        return found, *await self._of_their_own(left)

    # ------------------------------------------------------------------ whose they are

    async def _with_people(self, rows: Sequence[ImportRow]) -> list[_Row]:
        ids = {row.person_id for row in rows if row.person_id}
        emails = {row.person_email for row in rows if row.person_email}
        people = await self._run.salesforce.people(sorted(ids), sorted(emails))
        ahead = {
            person.converted_contact_id
            for person in _all(people)
            if person.converted_contact_id and person.converted_contact_id not in people.by_id
        }
        converted = await self._run.salesforce.people(sorted(ahead), ()) if ahead else People()
        by_id = {**people.by_id, **converted.by_id}
        return [
            _Row(row=row, key=self._key(row), people=_people_of(row, by_id, people)) for row in rows
        ]

    def _key(self, row: ImportRow) -> str:
        """The key of the task that a row becomes; the second of two equal rows has one of its own."""
        said = msgspec.json.encode([None, *astuple(row)[1:]])
        digest = hashlib.sha256(said).digest()[:16]
        self._occurred[digest] += 1
        return f"{id18(self._run.org.id)}-row-{digest.hex()}-{self._occurred[digest]}"

    # ------------------------------------------------------------------ those that the org has

    async def _in_org(self, rows: Sequence[_Row]) -> tuple[list[TaskSeen], list[_Row]]:
        people = list(dict.fromkeys(person for each in rows for person in each.people))
        if not people:
            return [], list(rows)
        days = [each.row.due for each in rows if each.row.due is not None] or [date(1700, 1, 1)]
        tasks = await self._run.salesforce.tasks_between(
            people, min(days), max(days), undated=any(each.row.due is None for each in rows)
        )
        candidates: dict[Signature, list[TaskSeen]] = {}
        for task in sorted(tasks, key=lambda one: one.id, reverse=True):
            fields = task.fields
            about = signature(
                fields["WhoId"], fields.get("ActivityDate") or "", fields.get("Subject")
            )
            candidates.setdefault(about, []).append(task)
        matched = [(each, self._match(each, candidates)) for each in rows]
        found = [task for _, task in matched if task is not None]
        return found, [each for each, task in matched if task is None]

    def _match(self, each: _Row, candidates: dict[Signature, list[TaskSeen]]) -> TaskSeen | None:
        for person in each.people:
            day = "" if each.row.due is None else each.row.due.isoformat()
            alike = candidates.get(signature(person, day, each.row.subject), [])
            while alike:
                task = alike.pop()
                if task.id not in self._named:
                    self._named.add(task.id)
                    return task
        return None

    # ------------------------------------------------------------------ those that it has not

    async def _of_their_own(self, rows: Sequence[_Row]) -> tuple[Plan, dict[str, LikelyDouble]]:
        run = self._run
        links = await run.db(run.store.links, [each.key for each in rows])
        open_ = [each for each in rows if not _is_brought(links.get(each.key))]
        done = [
            Done(link=links[each.key], outcome=Outcome.UNCHANGED, is_changed=False)
            for each in rows
            if _is_brought(links.get(each.key))
        ]
        await self._tasks.counterparts.look_up([_task_of(each, {}) for each in open_])
        by_email = await self._contacts([each for each in open_ if each.row.person_email])
        await self._load_members()
        works: list[Work] = []
        for each in open_:
            decided = self._decided(each, links.get(each.key), by_email)
            if isinstance(decided, Work):
                works.append(decided)
            else:
                done.append(decided)
        found = await self._tasks.doubles.found(works)
        doubles = {
            work.link.key: LikelyDouble(
                key=work.link.key,
                hubspot_id=found[work.link.key].id,
                salesforce_id="",
                day=str(work.target.salesforce.get(Field.DUE) or ""),
                subject=work.subject,
            )
            for work in works
            if work.link.key in found
        }
        done += [
            _left_out(work.link, Outcome.UNCHANGED) for work in works if work.link.key in found
        ]
        left = [work for work in works if work.link.key not in found]
        looked_at = tuple(Kind.TASK for _ in rows)
        return Plan(works=tuple(left), done=tuple(done), looked_at=looked_at), doubles

    async def _contacts(self, rows: Sequence[_Row]) -> dict[str, Contact]:
        emails = sorted({str(each.row.person_email) for each in rows})
        return dict(await self._run.hubspot.contacts_by_email(emails)) if emails else {}

    async def _load_members(self) -> None:
        named = self._run.policy.inclusion_list
        if named is not None and self._members is None:
            self._members = await self._run.hubspot.members_of(named)

    def _decided(self, each: _Row, link: Link | None, by_email: dict[str, Contact]) -> Work | Done:
        known = link or Link(
            key=each.key,
            kind=Kind.TASK,
            hubspot_id=None,
            state=LinkState.WAITING,
            created_at=self._created_at(each.row),
            first_seen_at=self._run.now,
        )
        places = self._places(each, by_email)
        if places.contact_id is None:
            return _left_out(known, Outcome.SKIPPED, Reason.NO_HUBSPOT_RECORD)
        if self._members is not None and places.contact_ids.isdisjoint(self._members):
            return _left_out(known, Outcome.SKIPPED, Reason.NOT_ON_INCLUSION_LIST)
        try:
            return self._create(each, known, places)
        except Unmappable:
            return _left_out(known, Outcome.SKIPPED, Reason.UNMAPPABLE)

    def _places(self, each: _Row, by_email: dict[str, Contact]) -> Places:
        for person in each.people or (None,):
            places = self._tasks.counterparts.places(person, each.row.related_id)
            if places.contact_id is not None:
                return places
        places = self._tasks.counterparts.places(None, each.row.related_id)
        contact = by_email.get(each.row.person_email or "")
        if contact is None:
            return places
        ids = frozenset((contact.id, *contact.merged_ids))
        return replace(places, contact_id=contact.id, contact_ids=ids)

    def _create(self, each: _Row, known: Link, places: Places) -> Work:
        run = self._run
        task = _task_of(each, self._fields(each.row))
        created_at = known.created_at or run.now
        draft = self._tasks.drafter.new_task(each.key, task, created_at, places)
        mine = replace(known, run_id=run.run_id, settings_version=run.policy.version)
        target = replace(
            mine,
            # Nothing to keep in step with: brought in, and that is all.
            state=LinkState.ENDED,
            reason=Reason.WRITTEN_BY_TANDEM,
            detail="",
            hubspot=draft.said,
            salesforce=seen_in_salesforce(task.fields, run.marker),
            contact_id=places.contact_id,
            due_at=None,
            intent=None,
        )
        return Work(
            operation="create",
            side=Side.HUBSPOT,
            link=replace(mine, state=LinkState.WAITING, reason=Reason.INTERRUPTED, due_at=None),
            target=target,
            record=draft.properties,
            fields=tuple(Field),
            attached=Associations(
                contact_ids=(places.contact_id,) if places.contact_id else (),
                company_ids=(places.company_id,) if places.company_id else (),
                deal_ids=(places.deal_id,) if places.deal_id else (),
            ),
            decisions=draft.decisions,
            subject=each.row.subject or "",
            look_first=True,
        )

    def _created_at(self, row: ImportRow) -> datetime:
        if row.created is None:
            return self._run.now
        return instant_on(row.created, self._run.policy.due_time, self._zone)

    def _fields(self, row: ImportRow) -> dict[str, Any]:
        said: dict[str, Any] = {
            "Subject": row.subject,
            "Status": self._status(row.status),
            "Priority": row.priority,
            "Type": row.type,
            "TaskSubtype": row.subtype,
            "ActivityDate": row.due.isoformat() if row.due else None,
            "Description": row.comments,
            "OwnerId": self._users.of(row),
        }
        return {name: value for name, value in said.items() if value is not None}

    def _status(self, said: str | None) -> str | None:
        """A report has the labels of the reader's language, an export the values."""
        statuses = self._run.org.statuses
        named = {status.label.casefold(): status.value for status in statuses}
        named |= {status.value.casefold(): status.value for status in statuses}
        return None if said is None else named.get(said.casefold(), said)


class _Users:
    """Salesforce's users by whatever a file calls them."""

    def __init__(self, users: Sequence[SalesforceUser]) -> None:
        self._by_email = {(user.email or "").casefold(): user.id for user in users}
        names = Counter(user.name.casefold() for user in users)
        self._by_name = {
            user.name.casefold(): user.id for user in users if names[user.name.casefold()] == 1
        }

    def of(self, row: ImportRow) -> str | None:
        """The owner of *row*; a name that several have is nobody's."""
        return (
            row.owner_id
            or self._by_email.get((row.owner_email or "-").casefold())
            or self._by_name.get((row.owner_name or "").casefold())
        )


def _is_brought(link: Link | None) -> bool:
    return link is not None and (link.hubspot_id is not None or link.state is LinkState.ENDED)


def _left_out(link: Link, outcome: Outcome, reason: str = "") -> Done:
    """Counted, and nothing remembered: the file can be imported again."""
    return Done(link=link, outcome=outcome, reason=reason, is_changed=False)


def _task_of(each: _Row, fields: dict[str, Any]) -> TaskSeen:
    """The row as the task it once was."""
    places = {"WhoId": each.who, "WhatId": each.row.related_id}
    named = {name: value for name, value in places.items() if value}
    return TaskSeen(id="", key=None, fields={**fields, **named}, who_email=each.row.person_email)


def _all(people: People) -> list[Person]:
    return [*people.by_id.values(), *(one for group in people.by_email.values() for one in group)]


def _people_of(row: ImportRow, by_id: dict[str, Person], people: People) -> tuple[str, ...]:
    """Whom the row may be about: its id, else contacts before leads, the oldest first; a converted lead's contact, too."""
    if row.person_id is not None:
        named = [by_id[row.person_id]] if row.person_id in by_id else []
    else:
        alike = people.by_email.get(row.person_email or "", ())
        named = sorted(
            (one for one in alike if not one.is_deleted),
            key=lambda one: (one.type is not PersonType.CONTACT, one.created_at, one.id),
        )
    ids = [i for one in named for i in (one.converted_contact_id, one.merged_into, one.id) if i]
    return tuple(dict.fromkeys(ids or ([row.person_id] if row.person_id else [])))

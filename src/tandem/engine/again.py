"""Deciding again about activities that have a task: what HubSpot changed since the two last agreed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from tandem.crm.connector import TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.drafting import Drafter
from tandem.engine.first import next_look
from tandem.engine.reports import Outcome
from tandem.engine.resolve import Resolved
from tandem.engine.work import Done, Work, ended, text_of
from tandem.errors import Unmappable
from tandem.mapping.hubspot_task import due_of
from tandem.mapping.keys import is_from_hubspot
from tandem.mapping.salesforce import (
    FIELDS_READ,
    base_of,
    fitting,
    followed_fields,
    seen_in_salesforce,
)
from tandem.model import Activity, Contact, Field, Fields, Link, LinkState, Side
from tandem.sync.contact_choice import Candidate, contact_for, still_chosen
from tandem.sync.merge import is_same
from tandem.sync.pair import GONE, UNREAD, Pair, Rules, Seen, rules_for
from tandem.sync.plan import Settle, Unlink, Update, plan
from tandem.sync.reasons import Reason
from tandem.sync.status import closes_at, closes_by_clock

__all__ = ["Again", "Change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One pair with what HubSpot says of it now, and whom its task is to be on."""

    link: Link
    activity: Activity
    about: Resolved
    said: Fields
    moved_to: Candidate | None  # None: the contact stays
    is_only_better: bool

    @property
    def kept(self) -> Contact | None:
        """The contact chosen at creation, if the activity is still associated with it."""
        return _kept(self.link, self.about)


class Again:
    """Decides about pairs."""

    def __init__(self, run: RunContext, drafter: Drafter) -> None:
        self._run = run
        self._drafter = drafter
        self._zone = ZoneInfo(run.portal.zone)

    async def decide(self, pairs: Sequence[tuple[Link, Activity, Resolved]]) -> list[Work | Done]:
        """An update, or nothing, for each pair; Salesforce is read only where something is to be written."""
        changes = [self.change(*pair) for pair in pairs]
        to_write: dict[str, Mapping[str, Any]] = {}
        parked: dict[str, Done] = {}
        for change in changes:
            try:
                if fields := self._fields(change, UNREAD):
                    to_write[change.link.key] = self.record(change, fields)
            except Unmappable as error:
                parked[change.link.key] = self._parked(change, error)
        tasks = await self._read([c for c in changes if c.link.key in to_write], to_write)
        return [
            parked.get(change.link.key)
            or (
                self._against(change, tasks.get(change.link.salesforce_id or ""))
                if change.link.key in to_write
                else self._settled(change, {}, self._untold(change))
            )
            for change in changes
        ]

    def _parked(self, change: Change, error: Unmappable) -> Done:
        link = replace(
            change.link,
            state=LinkState.PARKED,
            reason=Reason.UNMAPPABLE,
            detail=str(error),
            modified_at=change.activity.modified_at or change.link.modified_at,
            due_at=None,
        )
        return Done(link=link, outcome=Outcome.PARKED, reason=Reason.UNMAPPABLE)

    # ------------------------------------------------------------------ what HubSpot changed

    def change(self, link: Link, activity: Activity, about: Resolved) -> Change:
        """What HubSpot says of the pair now, and whom its task is to be on."""
        moved_to, is_only_better = self._move(link, about)
        said = dict(self._drafter.said(activity, moved_to.contact if moved_to else None, about))
        if moved_to is None:
            said[Field.PERSON] = link.hubspot.get(Field.PERSON)
        return Change(
            link=link,
            activity=activity,
            about=about,
            said=said,
            moved_to=moved_to,
            is_only_better=is_only_better,
        )

    def _move(self, link: Link, about: Resolved) -> tuple[Candidate | None, bool]:
        """The contact to move the task to (None: it stays), and whether that is merely a better one."""
        kept = _kept(link, about)
        best = contact_for(about.candidates, self._zone)
        if kept is None:
            return best, False
        in_look_window = link.due_at is not None and link.looks < 2
        if in_look_window and best is not None and best.contact.id != kept.id:
            return best, True
        return None, False

    def _fields(self, change: Change, salesforce: Seen) -> frozenset[Field]:
        """What is to be written, given what Salesforce says (or that it was not read)."""
        if self._was_off(change):
            return frozenset()
        for action in plan(self._pair(change, salesforce), self._rules(change)):
            if isinstance(action, Update):
                # Another contact has another owner, whom the chain may come to.
                moved = Field.PERSON in action.fields
                return action.fields | ({Field.OWNER} if moved else frozenset())
        return frozenset()

    def _untold(self, change: Change) -> Fields:
        """What becomes the base although nothing is written: a body in other markup, say."""
        if self._was_off(change):
            return change.said
        actions = plan(self._pair(change, UNREAD), self._rules(change))
        settles = [action for action in actions if isinstance(action, Settle)]
        return {name: value for one in settles for name, value in one.hubspot.items()}

    def _pair(self, change: Change, salesforce: Seen) -> Pair:
        link = change.link
        by_clock = closes_by_clock(change.activity, self._run.now) and salesforce is not UNREAD
        return Pair(
            key=link.key,
            kind=link.kind,
            seen={Side.HUBSPOT: change.said, Side.SALESFORCE: salesforce},
            base={Side.HUBSPOT: link.hubspot, Side.SALESFORCE: link.salesforce},
            by_clock=frozenset({Field.STATUS}) if by_clock else frozenset(),
        )

    def _rules(self, change: Change) -> Rules:
        kind = change.activity.kind
        policy = self._run.policy
        return rules_for(kind, policy, followed_fields(kind, policy.kind(kind)), self._zone)

    def _was_off(self, change: Change) -> bool:
        """Whether the newest edit fell into a time when the kind was off: both sides as they are are the base."""
        since = self._run.policy.kind(change.activity.kind).since
        before, newest = change.link.modified_at, change.activity.modified_at
        if since is None or before is None or newest is None:
            return False
        return before < newest <= since

    def fallbacks(self, change: Change) -> tuple[str, ...]:
        """Who comes next in the chain, should Salesforce refuse the assignee."""
        on = change.moved_to.contact if change.moved_to else change.kept
        return self._drafter.fallbacks(on, self._drafter.assignee(change.activity, on))

    def kept(self, link: Link, about: Resolved) -> Contact | None:
        """The contact chosen at creation, if the activity is still associated with it."""
        return _kept(link, about)

    def record(self, change: Change, fields: Collection[Field]) -> Mapping[str, Any]:
        """The task's API fields that say *fields* as HubSpot has them now."""
        activity, about, contact = change.activity, change.about, change.kept
        candidate = change.moved_to or next(
            (one for one in about.candidates if contact and one.contact.id == contact.id), None
        )
        on = candidate.contact if candidate else contact
        context = self._drafter.context(
            activity,
            # A task that people made in Salesforce gets no mark in its Comments.
            key=change.link.key if is_from_hubspot(change.link.key, self._run.portal.id) else "",
            due=due_of(change.link.hubspot, change.link.salesforce),
            assignee_id=self._drafter.assignee(activity, on).user_id,
            who_id=candidate.person.id if candidate else None,
            what_id=self._drafter.related(candidate, about),
        )
        return self._drafter.changes(activity, fields, context)

    # ------------------------------------------------------------------ against what Salesforce says

    async def _read(
        self, changes: Sequence[Change], records: Mapping[str, Mapping[str, Any]]
    ) -> Mapping[str, TaskSeen]:
        """
        The tasks as they are now: a value that a person put there is kept in full before it is covered.

        Only the fields that will be written are read, all of them where the whole task must be untouched.
        """
        if not changes:
            return {}
        names = {name for record in records.values() for name in record} | {"Status"}
        if "WhatId" in names:
            names |= {"WhoId"}
        if any(change.is_only_better for change in changes):
            names |= FIELDS_READ
        ids = [change.link.salesforce_id for change in changes if change.link.salesforce_id]
        return await self._run.salesforce.tasks(ids, sorted(names & self._run.org.task_fields))

    def _against(self, change: Change, task: TaskSeen | None) -> Work | Done:
        if task is None or task.is_deleted:
            actions = plan(self._pair(change, GONE), self._rules(change))
            reason = next(action.reason for action in actions if isinstance(action, Unlink))
            return ended(self._run, change.link, reason)
        now = seen_in_salesforce(task.fields, self._run.marker)
        touched = {
            name
            for name, value in now.items()
            if name in change.link.salesforce
            and not is_same(name, change.link.salesforce[name], value, self._zone)
        }
        if change.is_only_better and touched:
            change = replace(
                change,
                moved_to=None,
                is_only_better=False,
                said={**change.said, Field.PERSON: change.link.hubspot.get(Field.PERSON)},
            )
        fields = self._fields(change, now)
        new = {
            name: value
            for name, value in fitting(self.record(change, fields), task.fields).items()
            if name not in task.fields or (task.fields[name] or None) != (value or None)
        }
        said = {name: change.said[name] for name in change.said if name in fields}
        by_clock = self._fields(change, UNREAD) - fields
        said |= {name: change.said[name] for name in by_clock if name in change.said}
        settled = self._settled(change, new, {**self._untold(change), **said})
        if not new:
            return settled
        return Work(
            operation="update",
            link=change.link,
            target=settled.link,
            record={"Id": task.id, **new},
            fields=tuple(sorted(fields)),
            fallbacks=self.fallbacks(change),
            said_before=now,
            read_at_version=task.modified_at,
            before={name: text_of(task.fields.get(name)) for name in new},
            replaced=_replaced(task, new, touched, self._run),
            account_id=change.moved_to.person.account_id or "" if change.moved_to else "",
        )

    def _settled(self, change: Change, record: Mapping[str, Any], said: Fields) -> Done:
        """The pair once *record* is written; only what is written or settled moves the base."""
        link, activity, now = change.link, change.activity, self._run.now
        is_due = link.due_at is not None and link.due_at <= now
        looks = link.looks + 1 if is_due else link.looks
        closing = closes_at(activity, self._run.policy.kind(activity.kind), now)
        target = replace(
            link,
            state=LinkState.PAIRED,  # a parked pair is one again once it agrees
            attempts=0,
            hubspot={**link.hubspot, **said},
            salesforce={**link.salesforce, **base_of(record, self._run.marker)},
            contact_id=change.moved_to.contact.id if change.moved_to else link.contact_id,
            modified_at=activity.modified_at or link.modified_at,
            looks=looks,
            due_at=next_look(activity, looks, now, closing) if link.due_at or closing else None,
            run_id=self._run.run_id,
            settings_version=self._run.policy.version,
            reason="",
            detail="",
        )
        return Done(link=target, outcome=Outcome.UNCHANGED)


def _kept(link: Link, about: Resolved) -> Contact | None:
    if link.contact_id is None:
        return None
    return still_chosen(link.contact_id, [known.contact for known in about.people])


def _replaced(
    task: TaskSeen, record: Mapping[str, Any], touched: Collection[Field], run: RunContext
) -> dict[str, str]:
    """What people had put where this write goes, in full."""
    kept = {}
    for name in record:
        said = seen_in_salesforce({name: task.fields.get(name)}, run.marker)
        if not said.keys().isdisjoint(touched) and task.fields.get(name) is not None:
            kept[name] = str(task.fields[name])
    return kept

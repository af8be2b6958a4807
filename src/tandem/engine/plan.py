"""
From a batch of activities to what shall be done about each: the pure rules of ``sync``, fed in bulk.

No rule is decided here. This module fetches what the rules ask about and turns their answers into
links, works and lines of explanation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tandem.engine import feeds
from tandem.engine.again import Again
from tandem.engine.context import RunContext
from tandem.engine.drafting import Drafter
from tandem.engine.first import First
from tandem.engine.first_opens import LaterOpens
from tandem.engine.gone import decide_gone
from tandem.engine.holding import is_edited, is_held, still_held
from tandem.engine.pull import Batch
from tandem.engine.resolve import Resolved, Resolver
from tandem.engine.task_pair import PLACES, TaskPair
from tandem.engine.task_plan import Plan, TaskPlanner, as_it_is
from tandem.engine.work import Done, Work
from tandem.errors import Unmappable
from tandem.mapping.keys import task_key
from tandem.mapping.salesforce import seen_fields
from tandem.model import Activity, Kind, Link, LinkState, Side
from tandem.observing import Stage, during
from tandem.sync.eligibility import Skip, Wait, verdict
from tandem.sync.merge import has_changed
from tandem.sync.reasons import Reason

__all__ = ["Planner"]

_FINISHED = timedelta(seconds=2)


class Planner:
    """Plans the batches of one run."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._zone = ZoneInfo(run.portal.zone)
        self._resolver = Resolver(run)
        self._drafter = Drafter(run)
        self._later_opens = LaterOpens(run)
        self._first = First(run, self._drafter)
        self._again = Again(run, self._drafter)
        self._tasks = TaskPlanner(run, self._again, self._resolver)

    def take_appeared(self) -> set[str]:
        """The contacts whose person was found since this was last asked."""
        appeared, self._resolver.appeared = self._resolver.appeared, set()
        return appeared

    @during(Stage.PLAN)
    async def plan(self, batch: Batch) -> Plan:
        """A decision for every activity of *batch* and every link whose record is gone."""
        run = self._run
        activities = _newest(batch.activities)
        derived = await self._counter_activities(activities)
        wanted = [a for a in (*activities, *derived) if a.kind in run.policy.synced_kinds]
        later_opens = await self._later_opens.among(wanted)
        keyed = await self._keyed(wanted)
        links = dict(await run.db(run.store.links, keyed.keys()))
        keyed = await self._made_again(keyed, links)
        done: list[Done] = []
        open_: list[tuple[str, Activity]] = []
        looked_at: list[Kind] = []
        for key, activity in keyed.items():
            link = links.get(key)
            if link is None and activity.tandem_key:
                looked_at.append(activity.kind)
                done.append(self._first.not_kept(key, activity, Reason.WRITTEN_BY_TANDEM))
                continue
            if link is not None and self._is_settled(activity, link, is_look=batch.is_look):
                if _is_news(activity, batch.news_since):
                    looked_at.append(activity.kind)
                    done.append(as_it_is(link))
                continue
            looked_at.append(activity.kind)
            if (activity.kind, activity.id) in later_opens:
                done.append(self._first.skipped(key, activity, link, Reason.NOT_FIRST_OPEN))
                continue
            settled = self._ineligible(key, activity, link)
            if settled is None:
                open_.append((key, activity))
            else:
                done.append(settled)
        resolved = await self._resolver.resolve([activity for _, activity in open_])
        await self._drafter.name_files([activity for _, activity in open_])
        works: list[Work] = []
        pairs = []
        task_pairs: list[TaskPair] = []
        for key, activity in open_:
            link = links.get(key)
            about = resolved[activity.kind, activity.id]
            if link is not None and _has_task(link):
                if self._tasks.has(link):
                    task_pairs.append(
                        TaskPair(link=link, hubspot=activity, about=about, is_look=batch.is_look)
                    )
                else:
                    pairs.append((link, activity, about))
            else:
                _sort(self._decide_first(key, activity, link, about), works, done)
        for pair, outcome in zip(pairs, await self._again.decide(pairs), strict=True):
            _sort(still_held(pair[0], outcome), works, done)
        for outcome in await decide_gone(run, batch.gone):
            _sort(outcome, works, done)
        looked_at += [link.kind for link in batch.gone]
        also = await self._tasks.plan(batch, task_pairs)
        looked_at += also.looked_at
        works += also.works
        done += also.done
        return Plan(works=tuple(works), done=tuple(done), looked_at=tuple(looked_at))

    def _decide_first(
        self, key: str, activity: Activity, link: Link | None, about: Resolved
    ) -> Work | Done:
        try:
            return self._first.decide(key, activity, link, about)
        except Unmappable as error:
            return self._first.parked(key, activity, link, Reason.UNMAPPABLE, str(error))

    async def _keyed(self, activities: Sequence[Activity]) -> dict[str, Activity]:
        """Activities by the key of their link; a task may have come from Salesforce."""
        ids = [activity.id for activity in activities if activity.kind is Kind.TASK]
        known: dict[str | None, str] = {}
        if ids:
            links = await self._run.db(self._run.store.links_of, Kind.TASK, ids)
            known = {link.hubspot_id: link.key for link in links}
        keyed = {}
        for activity in activities:
            key = self._key(activity.kind, activity.id)
            if activity.kind is Kind.TASK:
                key = known.get(activity.id) or activity.tandem_key or key
            keyed[key] = activity
        return keyed

    async def _made_again(
        self, keyed: Mapping[str, Activity], links: dict[str, Link]
    ) -> dict[str, Activity]:
        """
        *keyed*, where an activity whose first task was deleted goes by the key it has now.

        The tombstone of that task has lost its HubSpot record to the new link, which is added to *links*.
        """
        ended: dict[Kind, list[str]] = {}
        for key, activity in keyed.items():
            link = links.get(key)
            if link is not None and link.state is LinkState.ENDED and link.hubspot_id is None:
                ended.setdefault(activity.kind, []).append(activity.id)
        known: dict[tuple[Kind, str | None], str] = {}
        for kind, ids in ended.items():
            for link in await self._run.db(self._run.store.links_of, kind, ids):
                known[kind, link.hubspot_id] = link.key
                links[link.key] = link
        return {known.get((each.kind, each.id), key): each for key, each in keyed.items()}

    def _key(self, kind: Kind, activity_id: str) -> str:
        return task_key(self._run.portal.id, kind, activity_id)

    def _is_settled(self, activity: Activity, link: Link, *, is_look: bool) -> bool:
        """Whether *link* already says what became of this version of *activity*."""
        if link.state is LinkState.ENDED or link.hubspot_id is None:
            # A task that Tandem is just writing to HubSpot is Salesforce's to decide about.
            return True
        if is_held(link) and not link.is_pair:
            said = seen_fields(activity, self._run.now, self._run.marker)
            known = {name: value for name, value in said.items() if name not in PLACES}
            return not is_edited(link, Side.HUBSPOT, known, self._zone)
        is_due = link.due_at is not None and link.due_at <= self._run.now
        if is_look or (link.state is LinkState.WAITING and is_due):
            return False
        if activity.modified_at is None:
            return True
        if link.modified_at is None:
            return False
        if not self._tasks.has(link) or activity.modified_at < link.modified_at:
            # An older version is the search lagging behind: what it says is not so any more.
            return activity.modified_at <= link.modified_at
        # This version may be our own write, and what a person did just before it is in it, too.
        is_ours = activity.modified_at == link.modified_at or _is_finished_by_itself(activity)
        return is_ours and not self._says_something_new(activity, link)

    def _says_something_new(self, activity: Activity, link: Link) -> bool:
        if link.state is not LinkState.PAIRED:
            return False
        said = seen_fields(activity, self._run.now, self._run.marker)
        known = {name: base for name, base in link.hubspot.items() if name not in PLACES}
        return any(name in said and has_changed(base, said[name]) for name, base in known.items())

    async def _counter_activities(self, activities: Sequence[Activity]) -> list[Activity]:
        emails = [a for a in activities if a.kind is Kind.SALES_EMAIL and (a.opens or a.clicks)]
        if not emails:
            return []
        keys = [self._key(k, i) for email in emails for k, i in feeds.counter_ids(email)]
        known = await self._run.db(self._run.store.links, keys)
        return await feeds.counter_activities(self._run, emails, frozenset(known), self._key)

    def _unreadable(self, key: str, activity: Activity, link: Link | None) -> Done:
        """What cannot be read cannot be decided about; an old record's trouble is nobody's concern."""
        since = self._run.policy.kind(activity.kind).since
        if link is None and since is not None and activity.created_at < since:
            return self._first.skipped(key, activity, link, Reason.OLDER)
        return self._first.parked(key, activity, link, Reason.UNREADABLE, activity.trouble)

    def _ineligible(self, key: str, activity: Activity, link: Link | None) -> Done | None:
        """The outcome of an activity that the rules stop before anything is looked up, else None."""
        if link is not None and link.state is LinkState.ENDED:
            return as_it_is(link)
        is_waiting = link is not None and link.state is LinkState.WAITING
        has_task = link is not None and _has_task(link)
        if activity.trouble:
            return self._unreadable(key, activity, link)
        if has_task:
            return None
        if link is not None and link.reason != Reason.WRITTEN_BY_TANDEM:
            # Who wrote it was decided before: it may be the one that is left of an earlier pair.
            activity = replace(activity, tandem_key=None)
        match verdict(activity, self._run.policy, now=self._run.now, is_accepted=is_waiting):
            case Skip(reason=reason):
                return self._first.skipped(key, activity, link, reason)
            case Wait(reason=reason, until=until):
                return self._first.waiting(key, activity, link, reason, due_at=until)
            case _:
                return None


def _has_task(link: Link) -> bool:
    """Whether it is a pair, be it one whose last update was refused."""
    return link.state is LinkState.PAIRED or link.salesforce_id is not None


def _is_finished_by_itself(activity: Activity) -> bool:
    """Whether its only change is HubSpot's own: 0.3 to 1 s after a creation the date moves once more [F-nango]."""
    changed = activity.modified_at
    return changed is not None and changed - activity.created_at <= _FINISHED


def _is_news(activity: Activity, since: datetime | None) -> bool:
    return since is None or (activity.modified_at or activity.occurred_at) >= since


def _newest(activities: Sequence[Activity]) -> list[Activity]:
    """One version of each activity: pages that shift while being read show a record twice."""
    newest: dict[tuple[Kind, str], Activity] = {}
    for activity in activities:
        known = newest.get((activity.kind, activity.id))
        if known is None or _version(activity) >= _version(known):
            newest[activity.kind, activity.id] = activity
    return list(newest.values())


def _version(activity: Activity) -> float:
    return activity.modified_at.timestamp() if activity.modified_at else 0.0


def _sort(outcome: Work | Done, works: list[Work], done: list[Done]) -> None:
    if isinstance(outcome, Work):
        works.append(outcome)
    else:
        done.append(outcome)

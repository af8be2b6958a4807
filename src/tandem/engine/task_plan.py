"""What is to be done about a batch of Salesforce tasks: pairs, tasks that are new to HubSpot, and all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tandem.crm.connector import TaskSeen
from tandem.engine import holding
from tandem.engine.again import Again
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts
from tandem.engine.first_task import FirstTask, NewTaskOf
from tandem.engine.hubspot_drafting import HubSpotDrafter
from tandem.engine.pull import Batch
from tandem.engine.reports import Outcome
from tandem.engine.resolve import Resolver
from tandem.engine.task_pair import TaskPair
from tandem.engine.two_way import TwoWay
from tandem.engine.work import Done, Work
from tandem.mapping.salesforce import seen_in_salesforce
from tandem.model import Kind, Link, LinkState, Side
from tandem.sync.merge import has_changed

__all__ = ["Plan", "TaskPlanner", "as_it_is"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written, what is settled without a write, and which kinds were looked at."""

    works: tuple[Work, ...] = ()
    done: tuple[Done, ...] = ()
    looked_at: tuple[Kind, ...] = ()


class TaskPlanner:
    """Plans what concerns tasks while *Salesforce task sync* is on."""

    def __init__(self, run: RunContext, again: Again, resolver: Resolver) -> None:
        self._run = run
        self._zone = ZoneInfo(run.portal.zone)
        counterparts, drafter = Counterparts(run), HubSpotDrafter(run)
        self._first = FirstTask(run, counterparts, drafter)
        self._two_way = TwoWay(run, again, resolver, counterparts, drafter)

    def has(self, link: Link) -> bool:
        """Whether *link* is for this planner: a pair of tasks that Salesforce may have news of."""
        return link.kind is Kind.TASK and self._run.policy.salesforce_task_sync

    async def plan(self, batch: Batch, pairs: Sequence[TaskPair]) -> Plan:
        """
        A decision for every Salesforce task of *batch* and for *pairs*, whose HubSpot side was read.

        What Tandem wrote for other kinds comes by as well, and is no news.
        """
        tasks = {task.id: task for task in batch.tasks}
        known = await self._links(batch.tasks)
        joined = [
            replace(pair, task=tasks.pop(pair.link.salesforce_id or "", pair.task))
            for pair in pairs
        ]
        done: list[Done] = []
        looked_at: list[Kind] = []
        new: list[NewTaskOf] = []
        gone = {link.key for link in batch.gone}
        for task in tasks.values():
            link = known.get(task.id)
            if self._is_foreign(task, link) or (link is not None and link.key in gone):
                continue
            if link is not None and self._is_counted(task, link):
                continue
            if link is not None and self._is_settled(task, link, is_look=batch.is_look):
                if _is_news(task, batch.news_since):
                    looked_at.append(Kind.TASK)
                    done.append(as_it_is(link))
                continue
            looked_at.append(Kind.TASK)
            if link is not None and link.is_pair:
                joined.append(TaskPair(link=link, task=task, is_look=batch.is_look))
            else:
                new.append(self._first.of(task, link))
        paired = await self._two_way.decide(joined)
        decided = [
            *(holding.still_held(p.link, each) for p, each in zip(joined, paired, strict=True)),
            *await self._first.decide(new),
        ]
        done += [each for each in decided if isinstance(each, Done)]
        works = [each for each in decided if isinstance(each, Work)]
        return Plan(works=tuple(works), done=tuple(done), looked_at=tuple(looked_at))

    async def _links(self, tasks: Sequence[TaskSeen]) -> dict[str, Link]:
        """The links of *tasks* by the task's id."""
        run = self._run
        if not tasks:
            return {}
        found: dict[str, Link] = dict(
            await run.db(run.store.links_of_tasks, [task.id for task in tasks])
        )
        keyed = {task.key: task.id for task in tasks if task.key and task.id not in found}
        if keyed:
            by_key = await run.db(run.store.links, keyed.keys())
            found |= {keyed[key]: link for key, link in by_key.items()}
        return found

    def _is_foreign(self, task: TaskSeen, link: Link | None) -> bool:
        """Whether *task* is nobody's news: Tandem's own for another kind, or one that was never to be seen."""
        if link is not None:
            return link.kind is not Kind.TASK
        return bool(task.key) or task.is_deleted

    def _is_counted(self, task: TaskSeen, link: Link) -> bool:
        """Whether this very run dealt with the pair, and *task* says what was agreed then."""
        return (
            bool(self._run.run_id)
            and link.run_id == self._run.run_id
            and link.state is LinkState.PAIRED
            and not task.is_deleted
            and not self._says_something_new(task, link)
        )

    def _is_settled(self, task: TaskSeen, link: Link, *, is_look: bool) -> bool:
        """Whether *link* already says what became of this version of *task*."""
        if link.state is LinkState.ENDED or link.salesforce_id is None:
            # A task that Tandem is just writing to Salesforce is HubSpot's to decide about.
            return True
        if holding.is_held(link) and not link.is_pair and not task.is_deleted:
            said = seen_in_salesforce(task.fields, self._run.marker)
            return not holding.is_edited(link, Side.SALESFORCE, said, self._zone)
        is_due = link.due_at is not None and link.due_at <= self._run.now
        if is_look or (is_due and link.state is LinkState.WAITING):
            return False
        if task.is_deleted or not _is_known(task.system_modstamp, link.salesforce_modified_at):
            return False
        # Stamps are whole seconds: within the one that was read a person may have edited it since.
        return link.state is not LinkState.PAIRED or not self._says_something_new(task, link)

    def _says_something_new(self, task: TaskSeen, link: Link) -> bool:
        said = seen_in_salesforce(task.fields, self._run.marker)
        base = link.salesforce
        return any(name in base and has_changed(base[name], said[name]) for name in said)


def _is_known(stamp: datetime | None, known: datetime | None) -> bool:
    return stamp is not None and known is not None and stamp <= known


def _is_news(task: TaskSeen, since: datetime | None) -> bool:
    return since is None or task.system_modstamp is None or task.system_modstamp >= since


_AS_IT_IS = {
    LinkState.PAIRED: Outcome.UNCHANGED,
    LinkState.WAITING: Outcome.WAITING,
    LinkState.SKIPPED: Outcome.SKIPPED,
    LinkState.PARKED: Outcome.PARKED,
    LinkState.ENDED: Outcome.SKIPPED,
}


def as_it_is(link: Link) -> Done:
    """Count *link* as it stands, without changing it."""
    reason = "" if link.state is LinkState.PAIRED else link.reason
    return Done(link=link, outcome=_AS_IT_IS[link.state], reason=reason, is_changed=False)

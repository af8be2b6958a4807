"""Past Salesforce tasks into HubSpot: those of the org that meet the choices, or those that a file names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from tandem.crm.connector import TaskSeen
from tandem.crm.salesforce.choices import tasks_chosen
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Counterparts
from tandem.engine.first_task import FirstTask, NewTaskOf
from tandem.engine.hubspot_drafting import HubSpotDrafter
from tandem.engine.importing_doubles import HubSpotDoubles
from tandem.engine.importing_loop import Portion, is_left
from tandem.engine.importing_wanted import TaskImport, beginning, end
from tandem.engine.prepare import remembered
from tandem.engine.pull import BATCH
from tandem.engine.reports import Outcome
from tandem.engine.salesforce_tasks import TASK_READ
from tandem.engine.task_plan import Plan, as_it_is
from tandem.engine.work import Done, Work
from tandem.errors import SettingsError
from tandem.mapping.ids import id18, is_salesforce_id
from tandem.mapping.keys import salesforce_task_key
from tandem.model import Kind, Link, LinkState, SalesforceUser
from tandem.sync.policy import Policy, TaskFilter
from tandem.sync.reasons import Reason

__all__ = ["OrgSource", "TaskPortions", "policy_for_tasks"]


def policy_for_tasks(policy: Policy) -> Policy:
    """
    *policy* for bringing past tasks into HubSpot: written to even where the switch is off, without a lower
    bound, and let through by the choices of the import instead of the connection's filter.
    """
    return replace(
        policy,
        salesforce_task_sync=True,
        salesforce_tasks_since=None,
        task_filter=TaskFilter(unattached=policy.task_filter.unattached),
        former_task_filters=(),
    )


class TaskPortions:
    """Decides about Salesforce tasks, a portion at a time."""

    def __init__(self, run: RunContext, earlier: frozenset[int]) -> None:
        self._run = run
        self._earlier = earlier
        self.counterparts = Counterparts(run)
        self.drafter = HubSpotDrafter(run)
        self.doubles = HubSpotDoubles(run)
        self._first = FirstTask(run, self.counterparts, self.drafter)

    async def of(self, tasks: Sequence[TaskSeen], *, also: Plan = Plan(), size: int = 0) -> Portion:  # noqa: B008 - frozen
        """What is to be done about *tasks*, together with what is decided *also*."""
        run = self._run
        # Announcements are dated by it, and an import may take hours.
        run.now = await run.hubspot.now()
        links = await self._links(tasks)
        done: list[Done] = []
        new: list[NewTaskOf] = []
        for task in {task.id: task for task in tasks}.values():
            link = links.get(task.id)
            if self._is_ours(task, link):
                done.append(self._left_out(task, Reason.WRITTEN_BY_TANDEM))
            elif link is not None and is_left(link, self._earlier):
                done.append(as_it_is(link))
            else:
                new.append(self._first.of(task, link))
        looked_at = [Kind.TASK] * (len(done) + len(new))
        decided = await self._first.decide(new)
        done += [each for each in decided if isinstance(each, Done)]
        works = [each for each in decided if isinstance(each, Work)]
        adopted = await self.doubles.adopt(works)
        return Portion(
            plan=Plan(
                works=(*adopted.works, *also.works),
                done=(*done, *adopted.done, *also.done),
                looked_at=(*looked_at, *also.looked_at),
            ),
            doubles=adopted.doubles,
            size=size or len(tasks),
        )

    def unknown(self, task_id: str) -> Done:
        """A task that Salesforce does not know, or no longer."""
        task = TaskSeen(id=task_id, key=None, fields={}, is_deleted=True)
        return self._left_out(task, Reason.DELETED_IN_SALESFORCE)

    async def _links(self, tasks: Sequence[TaskSeen]) -> dict[str, Link]:
        """The links of *tasks* by the task's id, also of one that was made again under another id."""
        run = self._run
        ids = [task.id for task in tasks]
        found: dict[str, Link] = dict(await run.db(run.store.links_of_tasks, ids))
        keyed = {salesforce_task_key(run.org.id, i): i for i in ids if i not in found}
        keyed |= {task.key: task.id for task in tasks if task.key and task.id not in found}
        by_key = await run.db(run.store.links, keyed.keys()) if keyed else {}
        return found | {keyed[key]: link for key, link in by_key.items()}

    def _is_ours(self, task: TaskSeen, link: Link | None) -> bool:
        """Whether Tandem wrote *task* for an activity of HubSpot."""
        if link is not None:
            return link.kind is not Kind.TASK
        return bool(task.key)

    def _left_out(self, task: TaskSeen, reason: Reason) -> Done:
        """Counted, and nothing remembered of it."""
        link = Link(
            key=salesforce_task_key(self._run.org.id, task.id),
            kind=Kind.TASK,
            hubspot_id=None,
            salesforce_id=task.id,
            state=LinkState.SKIPPED,
        )
        return Done(link=link, outcome=Outcome.SKIPPED, reason=reason, is_changed=False)


class OrgSource:
    """The tasks of the org that meet every choice; archived ones are looked at, too."""

    def __init__(self, wanted: TaskImport) -> None:
        self._wanted = wanted

    def policy(self, policy: Policy) -> Policy:
        return policy_for_tasks(policy)

    async def total(self, run: RunContext) -> int | None:
        if self._wanted.where:
            trouble = await run.salesforce.check_condition(self._wanted.where)
            if trouble is not None:
                raise SettingsError(f"Salesforce refuses the condition of --where: {trouble}")
        return await run.salesforce.count_tasks(self._condition(run))

    async def portions(self, run: RunContext, earlier: frozenset[int]) -> AsyncIterator[Portion]:
        portions = TaskPortions(run, earlier)
        pending: list[TaskSeen] = []
        async for rows in run.salesforce.tasks_where(self._condition(run), fields=TASK_READ):
            pending.extend(rows)
            while len(pending) >= BATCH:
                part, pending = pending[:BATCH], pending[BATCH:]
                yield await portions.of(part)
        if pending:
            yield await portions.of(pending)

    def _condition(self, run: RunContext) -> str:
        wanted, zone = self._wanted, ZoneInfo(run.portal.zone)
        since, until, updated = wanted.created_since, wanted.created_until, wanted.updated_since
        return tasks_chosen(
            created_since=None if since is None else beginning(since, zone),
            created_before=None if until is None else end(until, zone),
            updated_since=None if updated is None else beginning(updated, zone),
            open_only=wanted.open_only,
            owner_ids=_owner_ids(run, wanted.owners),
            where=wanted.where,
        )


def _owner_ids(run: RunContext, named: Sequence[str]) -> list[str]:
    """Users and queues by id or e-mail address."""
    users = remembered(run.store, "users", tuple[SalesforceUser, ...]) or ()
    found: list[str] = []
    for name in named:
        if is_salesforce_id(name):
            ids = [user.id for user in users if user.id == id18(name)]
        else:
            ids = [user.id for user in users if (user.email or "").casefold() == name.casefold()]
        if not ids:
            raise SettingsError(
                f"--owner {name}: Salesforce has no user or queue with this id or e-mail address."
            )
        found += ids
    return found

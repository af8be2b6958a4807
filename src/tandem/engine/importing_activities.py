"""
Past HubSpot activities into Salesforce, by kind and period, from wherever each kind is read.

The period is judged as every beginning is: by when a record was created in HubSpot, and for events by when
they happened. So an import up to the day on which a kind was switched on leaves no gap.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tandem.engine.context import RunContext
from tandem.engine.importing_doubles import SalesforceDoubles
from tandem.engine.importing_loop import Portion, is_left
from tandem.engine.importing_wanted import ActivityImport, beginning, end
from tandem.engine.plan import Planner
from tandem.engine.pull import BATCH, Batch
from tandem.engine.task_plan import Plan, as_it_is
from tandem.engine.work import Done, Work
from tandem.mapping.keys import task_key
from tandem.model import Activity, Kind, Link, ObjectType
from tandem.sync.policy import Policy

__all__ = ["ActivitySource"]

_EMAIL_EVENTS = frozenset(
    {Kind.MARKETING_EMAIL_SENT, Kind.MARKETING_EMAIL_OPENED, Kind.MARKETING_EMAIL_CLICKED}
)
_COUNTERS = frozenset({Kind.SALES_EMAIL_OPENED, Kind.SALES_EMAIL_CLICKED})
"""Kept on the e-mail's record, which may be older than they are."""


class ActivitySource:
    """Activities of the chosen kinds in the chosen period."""

    def __init__(self, wanted: ActivityImport) -> None:
        self._wanted = wanted

    def policy(self, policy: Policy) -> Policy:
        """The chosen kinds as they are set up, without a lower bound and whether or not they are switched on."""
        kinds = {
            kind: replace(
                policy.kind(kind),
                enabled=kind in self._wanted.kinds,
                since=None,
                former_filters=(),
            )
            for kind in Kind
        }
        return replace(policy, kinds=kinds, salesforce_task_sync=False)

    async def total(self, run: RunContext) -> int | None:
        """Nobody can tell: HubSpot's feeds do not say how long they are."""
        return None

    async def portions(self, run: RunContext, earlier: frozenset[int]) -> AsyncIterator[Portion]:
        portions = _Portions(run, earlier, *self._period(run))
        pending: list[Activity] = []
        async for page in self._pages(run):
            pending.extend(page)
            while len(pending) >= BATCH:
                part, pending = pending[:BATCH], pending[BATCH:]
                yield await portions.of(part)
        if pending:
            yield await portions.of(pending)

    def _period(self, run: RunContext) -> tuple[datetime, datetime]:
        zone = ZoneInfo(run.portal.zone)
        until = self._wanted.until
        return beginning(self._wanted.since, zone), run.now if until is None else end(until, zone)

    # ------------------------------------------------------------------ where each kind is read

    async def _pages(self, run: RunContext) -> AsyncIterator[Sequence[Activity]]:
        since, until = self._period(run)
        kinds = frozenset(self._wanted.kinds)
        for object_type in ObjectType:
            if any(kind.object_type is object_type for kind in kinds):
                async for page in _records(run, object_type, kinds, since, until):
                    yield page
        if Kind.FORM_SUBMISSION in kinds:
            for form in await run.hubspot.forms():
                async for rows in run.hubspot.submissions(form, since):
                    yield rows
        if kinds & _EMAIL_EVENTS:
            async for rows in run.hubspot.email_events(since, until):
                yield rows
        if Kind.INTEGRATION_EVENT in kinds:
            for event in await run.hubspot.marketing_events():
                async for rows in run.hubspot.participations(event):
                    yield rows
            for event_type in await run.hubspot.occurrence_types():
                async for rows in run.hubspot.occurrences(event_type, since):
                    yield rows


async def _records(
    run: RunContext,
    object_type: ObjectType,
    kinds: frozenset[Kind],
    since: datetime,
    until: datetime,
) -> AsyncIterator[Sequence[Activity]]:
    if object_type is ObjectType.EMAILS and kinds & _COUNTERS:
        # Every open moves the e-mail's modified date: what was opened since was modified since.
        async for page in run.hubspot.changed(object_type, since):
            yield page.activities
        return
    async for page in run.hubspot.created(object_type, since, until):
        yield page.activities


class _Portions:
    """Decides about activities, a portion at a time."""

    def __init__(
        self, run: RunContext, earlier: frozenset[int], since: datetime, until: datetime
    ) -> None:
        self._run = run
        self._earlier = earlier
        self._since, self._until = since, until
        self._planner = Planner(run)
        self._doubles = SalesforceDoubles(run)

    async def of(self, activities: Sequence[Activity]) -> Portion:
        run = self._run
        # Announcements are dated by it, and an import may take hours.
        run.now = await run.hubspot.now()
        mine = {(one.kind, one.id): one for one in activities if self._is_read(one)}
        links = await self._links(mine.values())
        left = {
            key: link
            for key in mine
            if (link := links.get(key)) is not None and is_left(link, self._earlier)
        }
        new = tuple(one for key, one in mine.items() if key not in left)
        plan = await self._planner.plan(Batch(activities=new, is_look=True))
        works, done = self._within(plan)
        looked_at = [*(work.link.kind for work in works), *(each.link.kind for each in done)]
        kept = [as_it_is(link) for key, link in left.items() if self._is_wanted(mine[key])]
        adopted = await self._doubles.adopt(works)
        return Portion(
            plan=Plan(
                works=adopted.works,
                done=(*kept, *done, *adopted.done),
                looked_at=(*(each.link.kind for each in kept), *looked_at),
            ),
            doubles=adopted.doubles,
            size=len(activities),
        )

    def _is_read(self, activity: Activity) -> bool:
        """Whether to decide about it: an e-mail of another time may have been opened in this one."""
        return self._is_wanted(activity) or (
            activity.kind is Kind.SALES_EMAIL and bool(activity.opens or activity.clicks)
        )

    def _is_wanted(self, activity: Activity) -> bool:
        is_kind = self._run.policy.kind(activity.kind).enabled
        return is_kind and self._since <= activity.created_at < self._until

    def _within(self, plan: Plan) -> tuple[list[Work], list[Done]]:
        """What of *plan* is of the period, and new: what is a pair already is left as it is."""
        works: list[Work] = []
        done: list[Done] = []
        for work in plan.works:
            if not self._is_of_period(work.link):
                continue
            if work.operation == "create":
                works.append(work)
            else:
                done.append(as_it_is(work.link))
        done += [each for each in plan.done if self._is_of_period(each.link)]
        return works, done

    def _is_of_period(self, link: Link) -> bool:
        return link.created_at is None or self._since <= link.created_at < self._until

    async def _links(self, activities: Iterable[Activity]) -> dict[tuple[Kind, str], Link]:
        """The links of *activities*; a task may have come from Salesforce, and so have another key."""
        run = self._run
        keys = {task_key(run.portal.id, one.kind, one.id): (one.kind, one.id) for one in activities}
        found = {keys[key]: link for key, link in (await run.db(run.store.links, keys)).items()}
        tasks = [record_id for kind, record_id in keys.values() if kind is Kind.TASK]
        known = await run.db(run.store.links_of, Kind.TASK, tasks) if tasks else []
        return found | {(Kind.TASK, str(link.hubspot_id)): link for link in known}

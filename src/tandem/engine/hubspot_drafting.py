"""Putting together what a HubSpot task's properties follow from: the owner, the key, lists and places."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tandem.crm.connector import TaskSeen
from tandem.engine.context import RunContext
from tandem.engine.counterparts import Places
from tandem.engine.drafting import related_words
from tandem.engine.reports import Decision
from tandem.mapping.hubspot_task import (
    HubSpotTaskContext,
    alike_for,
    base_of_task,
    due_of,
    render_new_task,
    render_task,
)
from tandem.mapping.keys import is_from_hubspot
from tandem.model import Activity, Field, Fields, Link
from tandem.sync.owners import owner_of
from tandem.sync.pair import Alike

__all__ = ["HubSpotDraft", "HubSpotDrafter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotDraft:
    """A HubSpot task as it would be written, and what HubSpot will say of it then."""

    properties: Mapping[str, str | None]
    said: Fields
    decisions: tuple[Decision, ...] = ()


class HubSpotDrafter:
    """Drafts the HubSpot tasks of one run."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        self._zone = ZoneInfo(run.portal.zone)

    def new_task(
        self, key: str, task: TaskSeen, created_at: datetime, places: Places
    ) -> HubSpotDraft:
        """All of a new task; raises ``Unmappable`` where its status has no counterpart."""
        context = self._context(key, task.fields, created_at)
        properties = render_new_task(task.fields, context)
        said = base_of_task(
            properties,
            self._run.marker,
            person=places.contact_id,
            related=related_words(
                (places.deal_id,) if places.deal_id else (),
                (places.company_id,) if places.company_id else (),
            ),
            places=True,
        )
        # A property left empty is said, too: HubSpot will say nothing of it.
        nothing: dict[Field, None] = dict.fromkeys((Field.OWNER, Field.COMMENTS, Field.SUBJECT))
        return HubSpotDraft(
            properties=properties,
            said={**nothing, **said},
            decisions=(self._owner_decision(task, context),),
        )

    def changes(
        self, link: Link, task: TaskSeen, fields: Collection[Field], was: Activity | None
    ) -> HubSpotDraft:
        """The properties that say *fields* as the Salesforce task has them now."""
        created_at = task.created_at or link.created_at or self._run.now
        context = self._context(link.key, task.fields, created_at, link=link, was=was)
        properties = render_task(task.fields, fields, context)
        decisions = (self._owner_decision(task, context),) if Field.OWNER in fields else ()
        return HubSpotDraft(
            properties=properties,
            said=base_of_task(properties, self._run.marker, was=was),
            decisions=decisions,
        )

    def alike(self, link: Link) -> Alike:
        """Whether two values of *link*'s sides say the same, by the rules of writing."""
        context = self._context(link.key, {}, link.created_at or self._run.now, link=link)
        return alike_for(context, self._run.owners)

    def _context(
        self,
        key: str,
        task: Mapping[str, Any],
        created_at: datetime,
        *,
        link: Link | None = None,
        was: Activity | None = None,
    ) -> HubSpotTaskContext:
        run, policy = self._run, self._run.policy
        return HubSpotTaskContext(
            schema=run.schema,
            org=run.org,
            zone=self._zone,
            created_at=created_at,
            due_time=policy.due_time,
            task_fields=policy.task_fields,
            status_map=policy.status_map,
            priority_map=policy.priority_map,
            completed_status=policy.completed_status,
            owner_id=owner_of(
                task.get("OwnerId"),
                run.owners,
                by_user=run.owners_by_user,
                present=was.owner_id if was is not None else None,
            ),
            # What came from HubSpot is found there by its own id.
            key="" if is_from_hubspot(key, run.portal.id) else key,
            was=was,
            due=due_of(link.hubspot, link.salesforce) if link is not None else None,
        )

    def _owner_decision(self, task: TaskSeen, context: HubSpotTaskContext) -> Decision:
        user = str(task.fields.get("OwnerId") or "")
        if context.owner_id is None:
            return Decision(about="assignee", rule="nobody_mapped", values={"user": user})
        values = {"user": user, "owner": context.owner_id}
        return Decision(about="assignee", rule="owner_mapping", values=values)

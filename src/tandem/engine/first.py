"""The first decision about an activity that has no task yet: create one, wait, or leave it, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tandem.engine import standing
from tandem.engine.context import RunContext
from tandem.engine.drafting import Draft, Drafter
from tandem.engine.resolve import Resolved
from tandem.engine.work import Done, Work
from tandem.mapping.salesforce import base_of_new
from tandem.model import Activity, Field, Kind, Link, LinkState
from tandem.sync.contact_choice import Candidate, contact_for
from tandem.sync.reasons import Reason
from tandem.sync.schedule import second_look
from tandem.sync.status import closes_at

__all__ = ["First", "next_look"]

_WHOLE = tuple(Field)
"""What the creation of a task writes."""

_WAITS = frozenset({Reason.NO_SALESFORCE_RECORD, Reason.NOT_EDITABLE})
"""Why a contact does not sync, where that may change without anybody touching the activity."""


def next_look(
    activity: Activity, looks: int, now: datetime, closing: datetime | None
) -> datetime | None:
    """When a pair is looked at again without news: second looks, and the clock closing a meeting."""
    look = second_look(activity.created_at, looks, now) if activity.kind.is_record else None
    return min((moment for moment in (look, closing) if moment is not None), default=None)


class First:
    """Decides about activities without a task."""

    def __init__(self, run: RunContext, drafter: Drafter) -> None:
        self._run = run
        self._drafter = drafter
        self._zone = ZoneInfo(run.portal.zone)

    def decide(
        self, key: str, activity: Activity, link: Link | None, about: Resolved
    ) -> Work | Done:
        """A create, or why there is none; *link* is what was decided before, if anything."""
        chosen = contact_for(about.candidates, self._zone)
        draft = self._drafter.new_task(key, activity, chosen, about)
        if chosen is None and not (activity.kind is Kind.TASK and draft.related_id):
            return self._without_contact(key, activity, link, about)
        return self._create(key, activity, link, chosen, draft)

    def _without_contact(
        self, key: str, activity: Activity, link: Link | None, about: Resolved
    ) -> Done:
        has_records = about.associations.company_ids or about.associations.deal_ids
        if not about.people and activity.kind is Kind.TASK and has_records:
            return self.waiting(key, activity, link, Reason.NO_SALESFORCE_RECORD)
        if not about.people:
            look = second_look(activity.created_at, link.looks if link else 0, self._run.now)
            if activity.kind.is_record and look is not None:
                # Associations land after the record: it may still get its contact.
                return self.waiting(key, activity, link, Reason.NO_CONTACT, due_at=look)
            return self.skipped(key, activity, link, Reason.NO_CONTACT)
        waits = [reason for reason in about.reasons if reason in _WAITS]
        if waits:
            return self.waiting(
                key, activity, link, waits[0], contact_id=about.people[0].contact.id
            )
        return self.skipped(key, activity, link, about.reasons[0])

    def _create(
        self,
        key: str,
        activity: Activity,
        link: Link | None,
        chosen: Candidate | None,
        draft: Draft,
    ) -> Work:
        known = self._link(key, activity, link)
        closing = closes_at(activity, self._run.policy.kind(activity.kind), self._run.now)
        target = replace(
            known,
            state=LinkState.PAIRED,
            reason="",
            detail="",
            hubspot=draft.hubspot,
            salesforce=base_of_new(draft.record, self._run.marker),
            contact_id=chosen.contact.id if chosen else None,
            due_at=next_look(activity, known.looks, self._run.now, closing),
            attempts=0,
            payload=None,
        )
        return Work(
            operation="create",
            link=replace(
                known,
                state=LinkState.WAITING,
                reason=Reason.INTERRUPTED,
                payload=_payload(activity),
            ),
            target=target,
            record=draft.record,
            fields=_WHOLE,
            fallbacks=draft.fallbacks,
            decisions=draft.decisions,
            account_id=(chosen.person.account_id or "") if chosen else "",
            participants=draft.participants,
            subject=draft.subject,
            look_first=not self._run.org.has_key_field
            or not self._run.is_certainly_new(activity.created_at),
        )

    # ------------------------------------------------------------------ not written

    def skipped(self, key: str, activity: Activity, link: Link | None, reason: Reason) -> Done:
        """See ``standing.skipped``."""
        return standing.skipped(self._link(key, activity, link), reason)

    def not_kept(self, key: str, activity: Activity, reason: Reason) -> Done:
        """Left out and counted, and nothing remembered of it."""
        done = standing.skipped(self._link(key, activity, None), reason)
        return replace(done, is_changed=False)

    def waiting(
        self,
        key: str,
        activity: Activity,
        link: Link | None,
        reason: Reason,
        due_at: datetime | None = None,
        contact_id: str | None = None,
    ) -> Done:
        """See ``standing.waiting``."""
        return standing.waiting(
            self._run,
            self._link(key, activity, link),
            reason,
            due_at=due_at,
            contact_id=contact_id,
            payload=_payload(activity),
        )

    def parked(
        self, key: str, activity: Activity, link: Link | None, reason: Reason, detail: str = ""
    ) -> Done:
        """See ``standing.parked``."""
        known = self._link(key, activity, link)
        return standing.parked(known, reason, detail, payload=_payload(activity))

    def _link(self, key: str, activity: Activity, link: Link | None) -> Link:
        if link is None:
            return Link(
                key=key,
                kind=activity.kind,
                hubspot_id=activity.id,
                state=LinkState.WAITING,
                created_at=activity.created_at,
                first_seen_at=self._run.now,
                modified_at=activity.modified_at,
                run_id=self._run.run_id,
                settings_version=self._run.policy.version,
            )
        return replace(
            link,
            modified_at=activity.modified_at,
            run_id=self._run.run_id,
            settings_version=self._run.policy.version,
        )


def _payload(activity: Activity) -> bytes | None:
    """A feed event in full, since a feed cannot be asked for one event again; records are read again."""
    return None if activity.kind.is_record else msgspec.json.encode(activity)

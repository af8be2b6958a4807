"""
Trying settings with one contact: what they would write of this person's activities, and writing just these.

A trial is a run like any other, under the lease and with the keys of every run, but its choices hold for it
alone and it looks at nothing but the activities of one contact. It saves no word about what it did not write:
the settings it was run with may never be saved.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tandem.crm.hubspot import HubSpotConnector
from tandem.engine.connectors import Connectors
from tandem.engine.context import LONG_AGO, RunContext
from tandem.engine.importing_activities import ActivitySource
from tandem.engine.importing_wanted import ActivityImport
from tandem.engine.job import Job
from tandem.engine.pull import Batch
from tandem.engine.recover import recover
from tandem.engine.reports import PlannedAction, ProgressCallback, RunReport
from tandem.engine.run import StopReason, carry_out, planned_actions
from tandem.engine.running import Runner
from tandem.engine.task_plan import Plan
from tandem.errors import SettingsError
from tandem.model import Activity, Contact, Kind, ObjectType
from tandem.store.rows import Connection
from tandem.sync.policy import Policy

__all__ = ["Trial", "Trying"]

_NEWEST = 20
_PERIOD = timedelta(days=30)
_FEEDS_ASKED = 10
_FOUND = 10
_EMAIL_EVENTS = frozenset(
    {Kind.MARKETING_EMAIL_SENT, Kind.MARKETING_EMAIL_OPENED, Kind.MARKETING_EMAIL_CLICKED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """
    A run over one contact's activities: the newest 20 of each sort of record, and 30 days of each feed.

    ``run.planned`` says of a dry run what would become of each; ``activities`` are those looked at, by kind and id.
    """

    contact: Contact
    run: RunReport
    activities: Mapping[tuple[Kind, str], Activity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """Trials, for whichever way in."""

    runner: Runner
    connectors: Connectors

    async def find(self, connection: Connection, asked: str) -> Sequence[Contact]:
        """Contacts by id or e-mail address, else by HubSpot's free-text search."""
        hubspot = (await self.connectors.connect(connection)).hubspot
        asked = asked.strip()
        if asked.isdecimal():
            return list((await hubspot.contacts([asked])).values())
        if "@" in asked and (known := await hubspot.contacts_by_email([asked])):
            return list(dict.fromkeys(known.values()))
        return await hubspot.contacts_like(asked, _FOUND)

    async def with_contact(
        self, connection: Connection, contact_id: str, policy: Policy, *, dry_run: bool
    ) -> Trial:
        """
        Run *policy* over the activities of one contact, whenever they were created.

        Raises ``SettingsError`` for a contact that HubSpot does not have, and else what every run does.
        """
        connected = await self.connectors.connect(connection)
        asked = [contact_id] if contact_id.isdecimal() else []
        known = await connected.hubspot.contacts(asked)
        if contact_id not in known:
            raise SettingsError(f"HubSpot has no contact {contact_id}.")
        contact = known[contact_id]
        now = await connected.hubspot.now()
        activities = await _activities_of(connected.hubspot, contact, policy, now)
        source = _OfContact(policy, activities)
        report = await self.runner.run(
            connection,
            trigger="trial",
            dry_run=dry_run,
            job=Job(work=source.work, policy=source.policy, is_import=True),
        )
        return Trial(
            contact=contact,
            run=report,
            activities={(each.kind, each.id): each for each in activities},
        )


class _OfContact(ActivitySource):
    """The given activities, decided by the given choices without a lower bound."""

    def __init__(self, policy: Policy, activities: Sequence[Activity]) -> None:
        super().__init__(ActivityImport(kinds=policy.enabled_kinds, since=LONG_AGO))
        self._policy = policy
        self._activities = activities

    def policy(self, policy: Policy) -> Policy:
        """The choices to be tried; the version stays, for a run stops when somebody saves another."""
        kinds = {
            kind: replace(self._policy.kind(kind), since=None, former_filters=()) for kind in Kind
        }
        return replace(
            self._policy, version=policy.version, kinds=kinds, salesforce_task_sync=False
        )

    async def _pages(self, run: RunContext) -> AsyncIterator[Sequence[Activity]]:
        yield self._activities

    async def work(
        self, run: RunContext, *, tell: ProgressCallback, is_stopped: StopReason
    ) -> tuple[PlannedAction, ...]:
        """See ``run.sync``."""
        if not run.dry_run:
            await recover(run)
        planned: list[PlannedAction] = []
        async for portion in self.portions(run, frozenset()):
            plan = portion.plan
            if not run.dry_run:
                # What is skipped or waits by choices that are not saved is no news to keep.
                plan = Plan(works=plan.works, looked_at=tuple(w.link.kind for w in plan.works))
            for kind in plan.looked_at:
                run.tally.pulled(kind)
            if run.dry_run:
                planned += planned_actions(run, plan)
            elif plan.works:
                await carry_out(run, Batch(), plan, is_stopped)
        return tuple(planned)


# --------------------------------------------------------------------------- what the contact has


async def _activities_of(
    hubspot: HubSpotConnector, contact: Contact, policy: Policy, now: datetime
) -> list[Activity]:
    kinds = frozenset(policy.enabled_kinds)
    found: list[Activity] = []
    for object_type in ObjectType:
        if any(kind.object_type is object_type for kind in kinds):
            found += await _newest(hubspot, object_type, contact.id)
    since = now - _PERIOD
    if kinds & _EMAIL_EVENTS:
        for email in contact.emails:
            async for page in hubspot.email_events(
                since, now, kinds & _EMAIL_EVENTS, recipient=email
            ):
                found += page
    if Kind.FORM_SUBMISSION in kinds:
        for form in list(await hubspot.forms())[:_FEEDS_ASKED]:
            async for page in hubspot.submissions(form, since):
                found += _by(contact, page)
    if Kind.INTEGRATION_EVENT in kinds:
        for event in list(await hubspot.marketing_events())[:_FEEDS_ASKED]:
            async for page in hubspot.participations(event):
                found += _by(contact, page)
    return found


async def _newest(
    hubspot: HubSpotConnector, object_type: ObjectType, contact_id: str
) -> list[Activity]:
    """Ids grow with time, so the largest are the newest."""
    ids = (await hubspot.activities_of(object_type, [contact_id])).get(contact_id, ())
    newest = sorted(ids, key=lambda each: (len(each), each))[-_NEWEST:]
    read = await hubspot.read(object_type, newest)
    return [activity for activity in read.values() if activity is not None]


def _by(contact: Contact, activities: Collection[Activity]) -> list[Activity]:
    return [
        each
        for each in activities
        if each.person_id == contact.id
        or (each.person_email is not None and each.person_email.lower() in contact.emails)
    ]

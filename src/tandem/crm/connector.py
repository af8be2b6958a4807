"""
What the engine asks of the two CRMs; each connector module implements one of these protocols.

Values in and out are of ``tandem.model``; vendor JSON stays inside ``crm`` and ``mapping``. All
methods raise the ``CrmError`` family of ``tandem.errors``; batch methods take any number of ids or
records and split them into calls as large as the vendor allows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from tandem.errors import Rejected
from tandem.model import (
    Activity,
    Associations,
    Company,
    Contact,
    Deal,
    Field,
    HubSpotOwner,
    KeyProperty,
    ObjectType,
    Org,
    Person,
    Portal,
    SalesforceUser,
    TaskSchema,
    Written,
)

__all__ = [
    "TASK_FACTS",
    "AssociationChange",
    "Conversion",
    "Deleted",
    "DeletionsForgotten",
    "Form",
    "HubSpot",
    "KeptTask",
    "MarketingEvent",
    "NewTask",
    "Page",
    "People",
    "Salesforce",
    "TaskPage",
    "TaskSeen",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some activities in the order the source gives them, and the watermark they reach."""

    activities: tuple[Activity, ...]
    watermark: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A contact's form-conversion summary: which form it last sent, and how many in all."""

    contact_id: str
    at: datetime
    count: int
    event_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketingEvent:
    """``tally`` changes whenever somebody registers, attends or cancels."""

    id: str
    name: str
    tally: str
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A HubSpot task to be created: its properties by HubSpot's names, and the ids it will be attached to."""

    properties: Mapping[str, str | None]
    contacts: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    deals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTask:
    """The HubSpot task that has a key; ``activity`` is None where it cannot be read as one."""

    id: str
    activity: Activity | None = None
    is_archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationChange:
    """What one task is to be attached to, and detached from; *to* is ``contacts``, ``companies`` or ``deals``."""

    task_id: str
    to: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class HubSpot(Protocol):
    """The HubSpot account of a connection."""

    async def now(self) -> datetime:
        """HubSpot's own clock, to the second (from the Date header of an answer)."""

    async def portal(self) -> Portal: ...

    async def owners(self) -> Sequence[HubSpotOwner]:
        """All owners, deactivated ones and queues included."""

    async def has_own_connector(self) -> bool:
        """Whether HubSpot's own Salesforce integration is or was installed: it leaves properties on contacts."""

    async def scopes(self) -> frozenset[str] | None:
        """The scopes the token was granted; None where the credential does not tell."""

    def changed(
        self, object_type: ObjectType, since: datetime, *, until: datetime | None = None
    ) -> AsyncIterator[Page]:
        """
        Activities of *object_type* modified at or after *since*, ascending, pages of 200, past 10,000 by keyset.

        E-mails come once, as ``Kind.SALES_EMAIL`` with their counters; opens and clicks are derived by
        ``counter_history``.
        """

    def created(
        self, object_type: ObjectType, since: datetime, until: datetime
    ) -> AsyncIterator[Page]:
        """As ``changed``, by when the record was created in HubSpot: at or after *since* and before *until*."""

    async def read(
        self, object_type: ObjectType, ids: Collection[str]
    ) -> Mapping[str, Activity | None]:
        """The present state of each id; None when HubSpot says it is archived or gone."""

    async def associations(
        self, object_type: ObjectType, ids: Collection[str], *, to: Collection[str]
    ) -> Mapping[str, Associations]:
        """
        Contacts, companies and deals (as named in *to*) of each activity: one call per 1,000 and target type, or
        one per activity where that is fewer.
        """

    async def contacts(self, ids: Collection[str]) -> Mapping[str, Contact]:
        """By id; an id that was merged away answers with the winner; unknown ids are absent."""

    async def contacts_by_email(self, emails: Collection[str]) -> Mapping[str, Contact]:
        """By primary or secondary address (lower case keys); unknown addresses are absent."""

    async def companies(self, ids: Collection[str]) -> Mapping[str, Company]: ...

    async def deals(self, ids: Collection[str]) -> Mapping[str, Deal]: ...

    async def companies_named(self, words: str) -> Sequence[Company]:
        """The newest companies whose name or domain holds *words*, at most 20."""

    async def deals_named(self, words: str) -> Sequence[Deal]:
        """The same of deals."""

    async def counter_history(
        self, email_ids: Collection[str]
    ) -> Mapping[str, tuple[Sequence[tuple[datetime, int]], Sequence[tuple[datetime, int]]]]:
        """Of each e-mail, the history of opens and of clicks, oldest first, as (when, value)."""

    def conversions(self, since: datetime) -> AsyncIterator[Sequence[Conversion]]: ...

    async def forms(self) -> Sequence[Form]: ...

    def submissions(self, form: Form, since: datetime) -> AsyncIterator[Sequence[Activity]]:
        """Submissions of one form, newest first, back to *since*."""

    def email_events(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Activity]]:
        """Marketing e-mails sent, opened and clicked in a period by creation, titled with the e-mail's subject, bots marked."""

    async def marketing_events(self) -> Sequence[MarketingEvent]: ...

    def participations(self, event: MarketingEvent) -> AsyncIterator[Sequence[Activity]]: ...

    async def occurrence_types(self) -> Sequence[str]:
        """Event types that other integrations record on contacts; empty where the account has none."""

    def occurrences(self, event_type: str, since: datetime) -> AsyncIterator[Sequence[Activity]]:
        """Events of one type on contacts, newest first, back to *since*; one call per 100."""

    async def file_names(self, ids: Collection[str]) -> Mapping[str, str]:
        """Names of attached files; empty where the ``files`` scope is not granted."""

    async def members_of(self, list_id: str) -> frozenset[str]:
        """Contact ids on a list (segment)."""

    # ----------------------------------------------------------------- its tasks

    def begin_run(self) -> None:
        """A new run may spend its own calls on repeating what failed."""

    async def task_schema(self) -> TaskSchema:
        """The statuses, priorities and types tasks can have, and whether a key can be kept on them."""

    def know_tasks(self, schema: TaskSchema) -> None:
        """Take over a schema read earlier, so that it is not asked again in this run."""

    async def create_key_property(self) -> KeyProperty:
        """
        Make the key property on tasks, unique where the account accepts that, else plain, else none.

        Raises ``AccessLost`` with what an admin has to do where the token may not. Asking again changes nothing.
        """

    async def create_tasks(self, records: Sequence[NewTask]) -> Sequence[Written]:
        """
        Create tasks with their associations, 100 a call, in request order; each row stands for itself.

        A taken unique key answers ``EXISTS`` with the id of who has it. A lost answer marks every record of
        that call ``UNKNOWN`` rather than raising; a row that the answer says nothing of is ``UNKNOWN`` too.
        """

    async def update_tasks(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Written]:
        """Patch tasks; each record holds ``id`` and only the properties that change, None to clear one."""

    async def delete_tasks(self, ids: Sequence[str]) -> Sequence[Written]:
        """To the recycle bin. ``DONE`` also for a task that is gone already: HubSpot does not tell."""

    async def tasks_by_key(self, keys: Collection[str]) -> Mapping[str, KeptTask]:
        """
        The tasks that have these keys; of a living and an archived one the living.

        With a plain property through the search, which lags and shows no archived tasks; without one nothing.
        """

    async def tasks_like(
        self,
        contact_ids: Collection[str],
        created_since: datetime,
        *,
        created_until: datetime | None = None,
    ) -> Sequence[Activity]:
        """
        Where there is no key property: tasks created in a period on one of these contacts or, for an empty
        collection, on no contact.

        From the list, which does not lag, and from the search; where there are too many to look at, from what hangs
        on the contacts, and without contacts ``TryLater``.
        """

    async def tasks_of(self, contact_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """The ids of each contact's tasks; contacts without are absent. One call per 1,000 contacts."""

    async def task_edits(self, ids: Collection[str]) -> Mapping[str, Mapping[Field, datetime]]:
        """When each field of each task was last written, by the history of its property; 50 a call."""

    async def task_past(
        self, ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Sequence[tuple[datetime, str | None]]]]:
        """What each property of each task said, by its name: since when and which value, oldest first; 50 a call."""

    async def move_associations(self, changes: Sequence[AssociationChange]) -> Sequence[Written]:
        """Attach first, then detach: one answer for each change. ``GONE`` where the task itself is."""

    async def contacts_by_salesforce_id(
        self, ids: Collection[str]
    ) -> Mapping[str, Sequence[Contact]]:
        """
        By the contact or lead id that HubSpot's own connector stored, keyed by its 18 characters.

        Empty where the account does not have that connector's properties. The search behind it lags.
        """

    async def companies_by_salesforce_id(
        self, ids: Collection[str]
    ) -> Mapping[str, Sequence[Company]]: ...

    async def deals_by_salesforce_id(
        self, ids: Collection[str]
    ) -> Mapping[str, Sequence[Deal]]: ...

    async def companies_by_domain(
        self, domains: Collection[str]
    ) -> Mapping[str, Sequence[Company]]:
        """By website domain (lower case, without ``www.``); a domain nobody has is absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What Salesforce knows of some ids and addresses; deleted and converted ones included, by 18-character id."""

    by_id: Mapping[str, Person] = field(default_factory=dict)
    by_email: Mapping[str, Sequence[Person]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSeen:
    """
    A Salesforce task as read: ``fields`` by API name; datetimes as ISO strings, dates as ``YYYY-MM-DD``.

    What follows ``modified_by`` is read by ``changed_tasks`` and ``tasks_where`` as far as the org shows it, and
    by others where `TASK_FACTS` are asked for.
    ``owner_type`` is ``User`` or ``Queue``; ``is_recurrence`` marks the head of a series.
    """

    id: str
    key: str | None
    fields: Mapping[str, Any]
    is_deleted: bool = False
    is_archived: bool = False
    modified_at: datetime | None = None
    modified_by: str | None = None
    system_modstamp: datetime | None = None
    created_at: datetime | None = None
    created_by: str | None = None
    who_email: str | None = None
    who_type: str | None = None
    what_type: str | None = None
    owner_type: str | None = None
    is_recurrence: bool = False
    is_private: bool = False


TASK_FACTS = (
    "SystemModstamp",
    "CreatedDate",
    "CreatedById",
    "IsRecurrence",
    "IsPrivate",
    "Who.Type",
    "Who.Email",
    "What.Type",
    "Owner.Type",
)
"""What the later attributes of `TaskSeen` are read from: name them among the fields to have them filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """Some tasks in the order of their SystemModstamp, and the stamp they reach."""

    tasks: tuple[TaskSeen, ...]
    watermark: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """Deletions by id with their time; there are no others before ``covered_until``."""

    ids: Mapping[str, datetime]
    covered_until: datetime


class DeletionsForgotten(Rejected):
    """Salesforce no longer knows all deletions of the period asked for: compare all ids instead."""


class Salesforce(Protocol):
    """The Salesforce org of a connection, as the integration user."""

    async def now(self) -> datetime: ...

    async def org(self) -> Org: ...

    async def users(self) -> Sequence[SalesforceUser]:
        """Users (inactive too) and the queues that may own tasks."""

    async def create_tasks(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Written]:
        """
        Insert tasks by API field names, up to 1,000 a call (composite of 5 × 200), in request order.

        A taken key answers ``EXISTS`` with the existing id where Salesforce names it. A lost answer marks
        every record of that call ``UNKNOWN`` rather than raising.
        """

    async def update_tasks(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Written]:
        """Patch tasks; each record holds ``Id`` and only what changes."""

    async def delete_tasks(self, ids: Sequence[str]) -> Sequence[Written]: ...

    async def tasks_by_key(self, keys: Collection[str]) -> Mapping[str, TaskSeen]:
        """By unique key, through queryAll: recycle bin and archive included."""

    async def tasks(self, ids: Collection[str], fields: Collection[str]) -> Mapping[str, TaskSeen]:
        """By id, through queryAll; ids nobody knows are absent. With `TASK_FACTS` among *fields* those too."""

    async def tasks_like(
        self, person_ids: Collection[str], created_since: datetime, *, ours: bool = False
    ) -> Sequence[TaskSeen]:
        """
        Where there is no key field: tasks on these people (or, for an empty collection, on nobody) created since, with
        Subject, ActivityDate and Description; with *ours* all that the integration user created since, too, since
        somebody may have moved one.
        """

    async def tasks_between(
        self, person_ids: Collection[str], first: date, last: date, *, undated: bool = False
    ) -> Sequence[TaskSeen]:
        """
        Living tasks on these people that are due on a day of the period, archived ones too, with all that a task
        says and `TASK_FACTS`; *undated* adds those without a due date.
        """

    async def people(self, ids: Collection[str], emails: Collection[str]) -> People:
        """Contacts and leads by id or address, in as few calls as the API allows (≤ 3 per 1,000, rights to edit included)."""

    async def accounts(
        self, ids: Collection[str], domains: Collection[str]
    ) -> tuple[frozenset[str], Mapping[str, Sequence[str]]]:
        """Which account ids exist, and the accounts whose website has each domain."""

    async def account_domains(self, ids: Collection[str]) -> Mapping[str, str]:
        """The website domain of each account that has one (lower case, without ``www.``)."""

    async def opportunities(self, ids: Collection[str]) -> frozenset[str]:
        """Which opportunity ids exist."""

    async def names_of(self, ids: Collection[str]) -> Mapping[str, str]:
        """The names of accounts and opportunities that exist, by id."""

    async def records_named(self, object_name: str, words: str) -> Mapping[str, str]:
        """Names by id of the newest 20 records of ``Account`` or ``Opportunity`` whose name holds *words*."""

    async def limits(self) -> Mapping[str, tuple[int, int]]:
        """Name of a limit to (max, remaining); ``DailyApiRequests`` among them."""

    async def create_key_field(self) -> str:
        """
        Create the unique key field on activities with read access for people; a sentence on success.

        Raises ``AccessLost`` with the two clicks an admin has to do where the user may not.
        """

    async def add_participants(self, rows: Sequence[tuple[str, str]]) -> Sequence[Written]:
        """Shared Activities: put further contacts (task id, contact id) on tasks."""

    # ----------------------------------------------------------------- tasks people made

    def changed_tasks(
        self,
        since: datetime,
        until: datetime | None,
        *,
        fields: Collection[str],
        condition: str | None = None,
    ) -> AsyncIterator[TaskPage]:
        """
        Tasks whose SystemModstamp is at or after *since* and before *until*, ascending, deleted and archived ones too.

        One call for each 2,000 rows. A task that changes meanwhile may come again with its newer stamp.
        """

    async def deleted_tasks(self, since: datetime, until: datetime) -> Deleted:
        """Deletions of a period, emptied recycle bins included; ``DeletionsForgotten`` beyond 15 days or less."""

    def tasks_where(
        self, condition: str, *, fields: Collection[str]
    ) -> AsyncIterator[Sequence[TaskSeen]]:
        """
        All living tasks, archived ones too, that meet a SOQL condition (empty: all), in no particular order.

        A query up to 2,000 rows, above that a Bulk query job whose result streams.
        """

    async def count_tasks(self, condition: str) -> int:
        """How many tasks ``tasks_where`` would give."""

    async def tasks_meeting(self, ids: Collection[str], condition: str) -> frozenset[str]:
        """Those of *ids* that meet a SOQL condition; deleted ones may be among them."""

    async def check_condition(self, condition: str) -> str | None:
        """What Salesforce says is wrong with a condition; None for a good one."""

    async def update_task_if_unmodified(
        self, record: Mapping[str, Any], since: datetime
    ) -> Written:
        """Patch one task unless it changed after *since*: then ``TRY_LATER`` with code ``PRECONDITION``."""

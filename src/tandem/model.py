"""
The nouns of Tandem: sides, kinds, fields, activities, people, links and outcomes.

Plain values without behaviour beyond what follows from themselves. No module of Tandem is
imported here; everything else may import this one. Vendor field names never appear: they live
in ``mapping`` and ``sandbox`` alone.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# --------------------------------------------------------------------------- sides and kinds


class Side(enum.StrEnum):
    """One of the two CRMs."""

    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"

    @property
    def other(self) -> Side:
        return Side.SALESFORCE if self is Side.HUBSPOT else Side.HUBSPOT

    @property
    def title(self) -> str:  # type: ignore[override]
        """The CRM's name as its maker writes it."""
        return "HubSpot" if self is Side.HUBSPOT else "Salesforce"


class Kind(enum.StrEnum):
    """A kind of HubSpot activity; the value is the settings key (SPEC section 1)."""

    FORM_SUBMISSION = "form_submission"
    MARKETING_EMAIL_SENT = "marketing_email_sent"
    MARKETING_EMAIL_OPENED = "marketing_email_opened"
    MARKETING_EMAIL_CLICKED = "marketing_email_clicked"
    INTEGRATION_EVENT = "integration_event"
    SALES_EMAIL = "sales_email"
    SALES_EMAIL_OPENED = "sales_email_opened"
    SALES_EMAIL_CLICKED = "sales_email_clicked"
    CALL = "call"
    MEETING = "meeting"
    NOTE = "note"
    TASK = "task"
    MESSAGE = "message"
    POSTAL_MAIL = "postal_mail"

    @property
    def is_marketing(self) -> bool:
        return self in _MARKETING

    @property
    def has_owner(self) -> bool:
        """Whether activities of this kind have an owner of their own (the article's list)."""
        return self in _OWNED

    @property
    def object_type(self) -> ObjectType | None:
        """The HubSpot object the kind is read from; None for kinds that come from a marketing feed."""
        return _READ_FROM.get(self)

    @property
    def is_record(self) -> bool:
        """
        Whether an activity of this kind is a HubSpot record of its own.

        Such a record can be read again, edited and deleted; a submission, an open or a click happened once.
        """
        return self in _OWNED


class ObjectType(enum.StrEnum):
    """HubSpot's activity objects, by the name its paths use."""

    CALLS = "calls"
    MEETINGS = "meetings"
    NOTES = "notes"
    TASKS = "tasks"
    EMAILS = "emails"
    COMMUNICATIONS = "communications"
    POSTAL_MAIL = "postal_mail"


_MARKETING = frozenset(
    {
        Kind.FORM_SUBMISSION,
        Kind.MARKETING_EMAIL_SENT,
        Kind.MARKETING_EMAIL_OPENED,
        Kind.MARKETING_EMAIL_CLICKED,
        Kind.INTEGRATION_EVENT,
    }
)
_OWNED = frozenset(
    {
        Kind.SALES_EMAIL,
        Kind.CALL,
        Kind.MEETING,
        Kind.NOTE,
        Kind.TASK,
        Kind.MESSAGE,
        Kind.POSTAL_MAIL,
    }
)
_READ_FROM = {
    Kind.SALES_EMAIL: ObjectType.EMAILS,
    Kind.SALES_EMAIL_OPENED: ObjectType.EMAILS,
    Kind.SALES_EMAIL_CLICKED: ObjectType.EMAILS,
    Kind.CALL: ObjectType.CALLS,
    Kind.MEETING: ObjectType.MEETINGS,
    Kind.NOTE: ObjectType.NOTES,
    Kind.TASK: ObjectType.TASKS,
    Kind.MESSAGE: ObjectType.COMMUNICATIONS,
    Kind.POSTAL_MAIL: ObjectType.POSTAL_MAIL,
}


class Field(enum.StrEnum):
    """What a pair keeps in step, in words that belong to neither CRM."""

    SUBJECT = "subject"
    STATUS = "status"
    PRIORITY = "priority"
    TYPE = "type"
    DUE = "due"
    COMMENTS = "comments"
    OWNER = "owner"
    PERSON = "person"
    RELATED = "related"
    CALL = "call"


# --------------------------------------------------------------------------- activities


class Progress(enum.StrEnum):
    """How far an activity is: what the status rules (SPEC section 5) decide from."""

    PENDING = "pending"  # not finished yet (queued call, scheduled e-mail): waits
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"  # a failed e-mail: skipped


class Remark(enum.StrEnum):
    """Facts about an activity that are said in Comments rather than in a field."""

    BOUNCED = "bounced"
    CANCELED = "canceled"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a call adds: ``direction`` is ``inbound``, ``outbound`` or None; duration in whole seconds."""

    direction: str | None = None
    duration_seconds: int | None = None
    result: str | None = (
        None  # the outcome's name where HubSpot's default list knows it, else its id
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The text of an activity as HubSpot holds it; ``html`` wins over ``text``, ``preview`` is the last resort."""

    html: str | None = None
    text: str | None = None
    preview: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """
    One HubSpot activity as it is now, in our words.

    ``id`` is unique within ``kind``. ``created_at`` is when the record was created in HubSpot (for
    feed events: when the event happened); ``occurred_at`` is the moment whose day becomes the due
    date. Both are aware and in UTC. Records of a feed name their person by ``person_email`` or
    ``person_id`` and have no associations of their own.
    """

    kind: Kind
    id: str
    created_at: datetime
    occurred_at: datetime
    modified_at: datetime | None = None
    ends_at: datetime | None = None
    title: str = ""  # e-mail subject, call or meeting title, form, event name
    state: str = ""  # attendance state of an integration event
    count: int = 1  # several opens at once: ×n
    progress: Progress = Progress.DONE
    status: str | None = None  # HubSpot's own word (a task's status, a meeting's outcome)
    priority: str | None = None
    task_type: str | None = None
    remarks: tuple[Remark, ...] = ()
    owner_id: str | None = None
    body: Body = Body()
    attachment_ids: tuple[str, ...] = ()
    call: Call | None = None
    form_values: tuple[tuple[str, str], ...] = ()
    page_url: str | None = None
    source_id: str | None = None  # form or e-mail campaign, for filters
    record_id: str | None = None  # the HubSpot record it is shown on (opens: the e-mail)
    is_bot: bool = False
    person_email: str | None = None
    person_id: str | None = None
    opens: int = 0  # counters of an e-mail record
    clicks: int = 0
    tandem_key: str | None = None  # set when Tandem itself wrote the record
    trouble: str = ""  # why it cannot be read as its CRM gave it; then little else holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Associations:
    """The CRM records an activity is attached to, by HubSpot id; order carries no meaning."""

    contact_ids: tuple[str, ...] = ()
    company_ids: tuple[str, ...] = ()
    deal_ids: tuple[str, ...] = ()


# --------------------------------------------------------------------------- people and records


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A HubSpot contact as far as deciding needs it. Addresses are lower case, the primary one first."""

    id: str
    created_at: datetime
    emails: tuple[str, ...] = ()
    owner_id: str | None = None
    name: str = ""
    salesforce_contact_id: str | None = None  # 18 characters, as HubSpot's own connector stored it
    salesforce_lead_id: str | None = None
    merged_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A HubSpot company; ``domain`` lower case without ``www.``."""

    id: str
    domain: str | None = None
    name: str = ""
    salesforce_account_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    id: str
    name: str = ""
    salesforce_opportunity_id: str | None = None


class PersonType(enum.StrEnum):
    CONTACT = "contact"
    LEAD = "lead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A Salesforce contact or lead. ``converted_contact_id`` is set on a converted lead; ``merged_into`` on a merge's loser."""

    id: str
    type: PersonType
    created_at: datetime
    email: str | None = None
    account_id: str | None = None
    is_deleted: bool = False
    converted_contact_id: str | None = None
    merged_into: str | None = None
    editable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSpotOwner:
    """``type`` is ``PERSON`` or ``QUEUE``."""

    id: str
    email: str | None
    name: str
    active: bool = True
    type: str = "PERSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesforceUser:
    """A user, or a queue (``is_queue``) that may own tasks."""

    id: str
    email: str | None
    name: str
    active: bool = True
    is_queue: bool = False


# --------------------------------------------------------------------------- the two accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The HubSpot account; ``zone`` is an IANA name."""

    id: str
    zone: str
    ui_domain: str = "app.hubspot.com"
    account_type: str = "STANDARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    value: str
    label: str
    closed: bool
    default: bool
    sort_order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Org:
    """
    The Salesforce org as the integration user sees it: everything that writing a task depends on.

    ``task_fields`` are the API names of Task's fields visible to that user; ``writable_fields`` those
    it may set on create, and ``required_fields`` those it must. ``has_key_field`` says that the unique
    key field exists and is writable.
    """

    id: str
    name: str
    is_sandbox: bool
    user_id: str
    user_name: str
    statuses: tuple[TaskStatus, ...]
    priorities: tuple[str, ...]
    task_types: tuple[str, ...]
    task_fields: frozenset[str]
    writable_fields: frozenset[str]
    required_fields: frozenset[str] = frozenset()
    has_key_field: bool
    default_priority: str | None = None
    high_priorities: tuple[str, ...] = ()
    record_types: Mapping[str, str] = field(default_factory=dict)  # developer name -> id
    subtypes: tuple[str, ...] = ("Task", "Email", "Call")
    zone: str = "UTC"


# --------------------------------------------------------------------------- links


@dataclass(frozen=True, slots=True)
class TextMark:
    """A long text remembered as two keyed hashes: the bytes as the CRM stores them, and the canonical text."""

    stored: str
    canonical: str


Value = str | TextMark | None
"""One remembered value: short ones as they are, long texts as marks, None for empty."""

Fields = Mapping[Field, Value]


class LinkState(enum.StrEnum):
    """Where an activity stands: exactly one of these at any time (promise 1, nothing lost)."""

    PAIRED = "paired"
    WAITING = "waiting"
    SKIPPED = "skipped"
    PARKED = "parked"
    ENDED = "ended"  # one of the two is gone: a tombstone, nothing is created under its key again


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """
    An announced write to ``side``: what the pair's base will be once it has landed.

    ``before`` is what that side said of the fields when the write was announced: empty where it was not
    read, None where it said its base.
    """

    operation: str  # "create", "update", "delete"
    side: Side = Side.SALESFORCE
    hubspot: Fields
    salesforce: Fields
    before: Fields | None = None
    announced_at: datetime
    run_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    Our record of one activity: its pair, or why it has none.

    ``hubspot`` and ``salesforce`` are the base: what each side said when the two last agreed.
    ``due_at`` is when it is looked at again without news (waiting, second looks, a meeting's end).
    A Salesforce task that is not in HubSpot yet has no ``hubspot_id``, an activity without a task no
    ``salesforce_id``; ``contact_id`` is then whom it waits for: the Salesforce person, or the HubSpot contact.
    """

    key: str
    kind: Kind
    hubspot_id: str | None
    state: LinkState
    reason: str = ""
    detail: str = ""
    salesforce_id: str | None = None
    hubspot: Fields = field(default_factory=dict)
    salesforce: Fields = field(default_factory=dict)
    intent: Intent | None = None
    contact_id: str | None = None  # the HubSpot contact chosen at creation
    created_at: datetime | None = None  # of the activity, in its CRM
    modified_at: datetime | None = None  # newest version of the activity that was decided about
    salesforce_modified_at: datetime | None = (
        None  # newest version of the task that was decided about
    )
    first_seen_at: datetime | None = None
    due_at: datetime | None = None
    attempts: int = 0
    looks: int = 0  # second looks done (0, 1, 2)
    payload: bytes | None = (
        None  # a waiting feed event, since a feed cannot be asked for one event again
    )
    run_id: int | None = None
    settings_version: int = 0

    @property
    def is_pair(self) -> bool:
        """Whether both records are known, be it of a pair whose last update was refused."""
        return self.hubspot_id is not None and self.salesforce_id is not None

    @property
    def origin(self) -> Side:
        """Where the record of an activity that has no counterpart yet is; HubSpot's for a pair."""
        return Side.SALESFORCE if self.hubspot_id is None else Side.HUBSPOT


# --------------------------------------------------------------------------- writes


class WriteResult(enum.StrEnum):
    """What became of one record of a batch."""

    DONE = "done"
    EXISTS = "exists"  # the unique key is taken: adopt, never overwrite
    GONE = "gone"  # the record to change is deleted
    REJECTED = "rejected"
    TRY_LATER = "try_later"  # locks and the like: nothing written
    UNKNOWN = "unknown"  # the answer was lost: look before repeating


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """
    One record's outcome, in the order of the request; ``message`` holds the CRM's own words.

    ``modified_at`` is the version that the write made, where the answer tells it.
    """

    result: WriteResult
    id: str | None = None
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    modified_at: datetime | None = None


# --------------------------------------------------------------------------- HubSpot's own task lists


class KeyProperty(enum.StrEnum):
    """What HubSpot's tasks offer for the key that makes writing safe to repeat."""

    UNIQUE = "unique"  # HubSpot itself refuses a second task with the same key
    PLAIN = "plain"  # the key can be written and searched, and nothing more
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStage:
    """One status a HubSpot task may have, with its place in the account's task pipeline."""

    value: str
    label: str
    closed: bool
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSchema:
    """What the tasks of a HubSpot account can say; lists in the account's own order."""

    key: KeyProperty
    statuses: tuple[TaskStage, ...]
    priorities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

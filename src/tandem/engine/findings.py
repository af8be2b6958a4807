"""What the set-up check answers: codes with the values that their sentences need, as in `tandem.engine.reports`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Check", "Finding", "Level"]


class Level(enum.StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Check(enum.StrEnum):
    """What the set-up check looks at; the comment names the values its sentence needs."""

    ENCRYPTION_KEY = "encryption_key"  # path
    DATABASE = "database"  # url (without password)
    SIGNED_IN = "signed_in"  # side, account
    NOT_CONNECTED = "not_connected"  # side
    ACCESS_LOST = "access_lost"  # side, message
    UNREACHABLE = "unreachable"  # side, message
    SCOPES_COMPLETE = "scopes_complete"
    SCOPE_MISSING = "scope_missing"  # scope, kinds
    API_DISABLED = "api_disabled"  # user
    OTHER_ORG = "other_org"  # expected, found
    KEY_FIELD_READY = "key_field_ready"
    KEY_FIELD_MISSING = "key_field_missing"
    TYPE_FIELD_HIDDEN = "type_field_hidden"  # user
    FIELD_NOT_WRITABLE = "field_not_writable"  # field, user
    REQUIRED_FIELD = "required_field"  # field
    TASK_TYPE_GONE = "task_type_gone"  # kind, type
    STATUS_UNMAPPED = "status_unmapped"  # status
    NO_CLOSED_STATUS = "no_closed_status"
    COMPLETED_STATUS_GONE = "completed_status_gone"  # status
    RECORD_TYPE_GONE = "record_type_gone"  # kind, record_type
    OTHER_CONNECTOR = "other_connector"
    OWNERS_MAPPED = "owners_mapped"  # mapped, total
    OWNERS_UNMAPPED = "owners_unmapped"  # count
    CALLS_LEFT = "calls_left"  # side, remaining, limit
    NO_CALLS_LEFT = "no_calls_left"  # side, limit
    CALLS_SPENT = "calls_spent"  # side, message
    NOTHING_ENABLED = "nothing_enabled"
    SUSPENDED = "suspended"  # reason
    INCLUSION_LIST_GONE = "inclusion_list_gone"  # list
    # of Salesforce task sync
    TASK_SCOPE_MISSING = "task_scope_missing"  # scope
    HUBSPOT_KEY_READY = "hubspot_key_ready"  # property
    HUBSPOT_KEY_PLAIN = "hubspot_key_plain"  # property
    HUBSPOT_KEY_MISSING = "hubspot_key_missing"  # property
    TASK_FIELD_HIDDEN = "task_field_hidden"  # field, user
    SERIES_HIDDEN = "series_hidden"  # field, user
    NO_CLOSED_STAGE = "no_closed_stage"
    NO_OPEN_STAGE = "no_open_stage"
    STAGES_BY_PROGRESS = "stages_by_progress"  # statuses
    STATUSES_BY_PROGRESS = "statuses_by_progress"  # statuses
    PRIORITIES_BY_RULE = "priorities_by_rule"  # priorities
    HUBSPOT_TYPES_MISSING = "hubspot_types_missing"  # types
    SETTING_GONE = "setting_gone"  # key, value, side
    CONDITION_REFUSED = "condition_refused"  # problem
    OTHER_CONNECTOR_TASKS = "other_connector_tasks"
    # of how changes are heard of; each may say side and detail
    FEEDS_LEFT = "feeds_left"
    FEEDS_UNHEARD = "feeds_unheard"
    WEBHOOKS_HEARD = "webhooks_heard"
    WEBHOOKS_STARTING = "webhooks_starting"
    WEBHOOKS_OFF = "webhooks_off"
    WEBHOOKS_SILENT = "webhooks_silent"
    WEBHOOKS_NO_SECRET = "webhooks_no_secret"
    WEBHOOKS_REFUSED = "webhooks_refused"
    WEBHOOKS_LATE = "webhooks_late"
    JOURNAL_HEARD = "journal_heard"
    JOURNAL_STARTING = "journal_starting"
    JOURNAL_OFF = "journal_off"
    JOURNAL_NO_APP = "journal_no_app"
    JOURNAL_REFUSED = "journal_refused"
    JOURNAL_LIMITED = "journal_limited"
    JOURNAL_RECONNECTING = "journal_reconnecting"
    JOURNAL_LATE = "journal_late"
    EVENTS_HEARD = "events_heard"
    EVENTS_OFF = "events_off"
    EVENTS_STARTING = "events_starting"
    EVENTS_NOT_SELECTED = "events_not_selected"
    EVENTS_PARTLY_SELECTED = "events_partly_selected"
    EVENTS_REFUSED = "events_refused"
    EVENTS_LIMIT = "events_limit"
    EVENTS_RECONNECTING = "events_reconnecting"
    EVENTS_LATE = "events_late"
    EVENTS_NOT_INSTALLED = "events_not_installed"
    EVENTS_NO_ADDRESS = "events_no_address"
    # of who runs the connection
    TURN_OVERDUE = "turn_overdue"  # minutes
    WORKERS_ALIVE = "workers_alive"  # count, runs
    WORKERS_NONE = "workers_none"
    WORKERS_MIXED = "workers_mixed"  # versions
    WORKER_SILENT = "worker_silent"  # name, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of ``tandem doctor``; what to do about it follows from ``code`` (i18n, ``doctor.<code>.remedy``)."""

    level: Level
    code: Check
    values: Mapping[str, str] = field(default_factory=dict)

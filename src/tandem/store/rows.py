"""What the store answers, as plain values."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tandem.model import Contact, Field, Person, Side

__all__ = [
    "RESTORED_AT",
    "Account",
    "AuditEntry",
    "CachedPerson",
    "Checkpoint",
    "Connection",
    "Erased",
    "History",
    "KeptConflict",
    "Lease",
    "RecordKind",
    "Run",
    "SettingsVersion",
]


RESTORED_AT = "restored_at"
"""The cached value that tells when a connection's database was last replaced by a backup."""


class RecordKind(enum.StrEnum):
    """Records besides people that a person may pair by hand."""

    COMPANY = "company"  # with a Salesforce account
    DEAL = "deal"  # with a Salesforce opportunity


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An authorised HubSpot portal or Salesforce org; ``external_id`` is the CRM's own id of it."""

    id: int
    side: Side
    external_id: str
    name: str
    base_url: str
    has_credential: bool
    connected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The two accounts one tenant keeps in step; a side is None until it is attached."""

    id: int
    name: str
    hubspot_account_id: int | None = None
    salesforce_account_id: int | None = None
    suspended_reason: str = ""
    suspended_detail: str = ""
    suspended_at: datetime | None = None
    created_at: datetime

    def account_id(self, side: Side) -> int | None:
        return self.hubspot_account_id if side is Side.HUBSPOT else self.salesforce_account_id

    @property
    def is_complete(self) -> bool:
        """Whether both sides are attached."""
        return None not in (self.hubspot_account_id, self.salesforce_account_id)

    @property
    def is_suspended(self) -> bool:
        return bool(self.suspended_reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsVersion:
    """One version of a connection's settings; version 0 with an empty text before anything was saved."""

    version: int = 0
    text: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    at: datetime
    who: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to run one connection until ``expires_at``; ``token`` is new each time it is taken."""

    connection_id: int
    owner: str
    token: str
    names: tuple[str, ...]
    seconds: float
    acquired_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One thing that happened to a link; ``detail`` holds lost or overwritten values in full."""

    key: str
    at: datetime
    what: str
    run_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptConflict:
    """
    One field that both sides had changed: the value that stayed, and in full the one that lost.

    ``lost`` and ``kept`` are the losing and the winning side's own field names and values; ``id`` is 0
    before it is saved.
    """

    id: int = 0
    key: str
    field: Field
    winner: Side
    at: datetime
    run_id: int | None = None
    lost: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    kept: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    restored_at: datetime | None = None
    restored_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a feed is read, in the feed's own words, and when that was saved."""

    name: str
    value: Mapping[str, Any]
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedPerson:
    """A HubSpot contact and the whole ``Person`` it corresponds to in Salesforce, or the reason why nobody."""

    contact: Contact
    person: Person | None = None
    reason: str = ""
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run; ``state`` is ``running`` until it is finished, or for ever if the program was killed."""

    id: int
    settings_version: int
    trigger: str
    started_at: datetime
    finished_at: datetime | None = None
    state: str = "running"
    counts: Mapping[str, Any] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much was kept about a person and is gone now."""

    people: int = 0
    payloads: int = 0
    links: int = 0
    history: int = 0

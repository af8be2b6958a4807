"""What operations take and give beyond the engine's own answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from tandem.engine.findings import Level
from tandem.engine.reports import ConnectionState, KindTally
from tandem.mapping.salesforce_reports import NAME_LIMIT, About, Grouping, Match, Show
from tandem.model import Kind, LinkState, Side
from tandem.store.members import Role

T = TypeVar("T")

Words = Annotated[str, Meta(min_length=1, max_length=500, pattern="^[^\\u0000]+$")]
Moment = Annotated[datetime, Meta(tz=True)]
Cursor = Annotated[str, Meta(max_length=500, description="What the page before gave as `next`.")]
Limit = Annotated[int, Meta(ge=1, le=200, description="How many at most.")]


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some of a longer list; `next` is the cursor of the page behind it, null on the last one."""

    items: tuple[T, ...]
    next: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller sends: a name that is unknown is refused, for it may be a name misspelt."""


class PageAsked(Asked, frozen=True, kw_only=True):
    limit: Limit = 50
    cursor: Cursor | None = None


# --------------------------------------------------------------------------- connections


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """The token that the request came with."""

    id: int
    name: str
    role: Role
    created_at: Moment
    expires_at: Moment | None = None


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """Two accounts that are kept in step. `reason` and `message` tell why it rests, where it does."""

    id: int
    name: str
    state: ConnectionState
    hubspot_account: str | None = None
    hubspot_url: str | None = None
    salesforce_account: str | None = None
    salesforce_name: str | None = None
    salesforce_url: str | None = None
    salesforce_is_sandbox: bool = False
    integration_user: str | None = None
    enabled_kinds: tuple[Kind, ...] = ()
    settings_version: int = 0
    last_run: Moment | None = None
    reason: str = ""
    message: str = ""
    said: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the set-up check, and what to do about it."""

    level: Level
    code: str
    said: str
    remedy: str
    values: Mapping[str, str]


# --------------------------------------------------------------------------- settings


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings as they are saved: `text` is `activities.toml`, `values` the same by key, as TOML writes them."""

    version: int
    text: str
    values: Mapping[str, str]
    changed_at: Moment | None = None
    changed_by: str = ""


class SettingsWanted(Asked, frozen=True, kw_only=True):
    """
    A whole `text`, or single keys under `set` as one types them after `tandem settings set`; not both.

    `since` begins what is switched on in the past.
    """

    text: Annotated[str, Meta(max_length=500_000)] | None = None
    set: dict[Words, Annotated[str, Meta(max_length=10_000)]] | None = None
    since: Moment | None = None


class SettingsSaved(SettingsWanted, frozen=True, kw_only=True):
    """The same, with the `version` that was looked at: where somebody saved another one since, nothing is saved."""

    version: Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One setting that changes, as TOML writes it before and after."""

    key: str
    label: str
    before: str | None = None
    after: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What new settings change, and what that means; `version` is the one compared with, or the one saved."""

    version: int
    text: str
    difference: tuple[Line, ...]
    warnings: tuple[str, ...]


class ActivityKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of activity, and the settings that it has beside `enabled`."""

    kind: Kind
    name: str
    is_marketing: bool
    has_owner: bool
    settings: tuple[str, ...]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the settings: what it means, its default as TOML writes it, and its choices where they are few."""

    key: str
    label: str
    said: str
    default: str
    kind: Kind | None = None
    choices: tuple[str, ...] = ()


# --------------------------------------------------------------------------- health, runs, records


class ErrorsAsked(Asked, frozen=True, kw_only=True):
    reason: Words | None = None


class RetryAsked(Asked, frozen=True, kw_only=True):
    """Single records by key, all of one reason, or (neither is given) all that are set aside."""

    keys: Annotated[list[Words], Meta(min_length=1, max_length=1_000)] | None = None
    reason: Words | None = None


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many records it concerned."""

    count: int


class RecordsAsked(PageAsked, frozen=True, kw_only=True):
    state: LinkState = LinkState.PARKED
    reason: Words | None = None
    kind: Kind | None = None


class ExportAsked(Asked, frozen=True, kw_only=True):
    state: LinkState = LinkState.PARKED
    reason: Words | None = None


class FindAsked(Asked, frozen=True, kw_only=True):
    q: Words


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An activity and its counterpart, or why it has none; `said` is the reason as a sentence."""

    key: str
    kind: Kind
    state: LinkState
    reason: str
    said: str
    detail: str
    hubspot_id: str | None = None
    salesforce_id: str | None = None
    created_at: Moment | None = None
    due_at: Moment | None = None
    run_id: int | None = None
    settings_version: int = 0


class RunAsked(Asked, frozen=True, kw_only=True):
    """With `dry_run` nothing is written to either CRM, and the answer tells what would be."""

    dry_run: bool = False


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run; `state` is `running` until it has ended, or for ever where the program was killed."""

    id: int
    trigger: str
    state: str
    started_at: Moment
    settings_version: int
    seen: int
    kinds: Mapping[Kind, KindTally]
    calls: Mapping[Side, int]
    finished_at: Moment | None = None
    message: str = ""


# --------------------------------------------------------------------------- conflicts, owners


class ConflictsAsked(PageAsked, frozen=True, kw_only=True):
    everything: bool = False


class RestoreAsked(Asked, frozen=True, kw_only=True):
    """With `force` also over a value that somebody has edited since."""

    force: bool = False


class RecreateAsked(Asked, frozen=True, kw_only=True):
    """`record` is a key, an id of either CRM, or the address of its page there."""

    record: Words


class OwnerWanted(Asked, frozen=True, kw_only=True):
    """The Salesforce user by id, e-mail address or name; null: nobody."""

    salesforce_user: Words | None


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what when; `said` is `action` as a sentence."""

    id: int
    at: Moment
    who: str
    action: str
    said: str
    detail: str


# --------------------------------------------------------------------------- reports


class ReportsAsked(Asked, frozen=True, kw_only=True):
    about: About = About.CONTACTS


class ReportWanted(Asked, frozen=True, kw_only=True):
    """
    A ready-made report by its `code`, or one that is built; what is given beside a code changes that report.

    `days` counts back from today; otherwise `first` and `last`, or all time.
    """

    code: Words | None = None
    name: (
        Annotated[str, Meta(min_length=1, max_length=NAME_LIMIT, pattern="^[^\\u0000]+$")] | None
    ) = None
    about: About = About.CONTACTS
    subjects: Annotated[tuple[Words, ...], Meta(max_length=20)] = ()
    match: Match = Match.STARTS_WITH
    types: Annotated[tuple[Words, ...], Meta(max_length=50)] = ()
    show: Show = Show.ALL
    groupings: Annotated[tuple[Grouping, ...], Meta(max_length=3)] = ()
    days: Annotated[int, Meta(ge=1, le=9_999)] | None = None
    first: date | None = None
    last: date | None = None
    only_tandem: bool = True


class ReportSaved(ReportWanted, frozen=True, kw_only=True):
    """`folder` is the id or name of a report folder; empty: public reports."""

    folder: Annotated[str, Meta(max_length=200, pattern="^[^\\u0000]*$")] = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report; `report_id` and `url` are Salesforce's where it was saved there."""

    code: str
    name: str
    about: About
    subjects: tuple[str, ...]
    groupings: tuple[Grouping, ...]
    report_id: str | None = None
    url: str | None = None


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """A report in Salesforce; `is_new` where it was made and not changed."""

    report_id: str
    name: str
    url: str
    folder: str
    is_new: bool


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    value: str | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    cells: tuple[Cell, ...]
    count: int


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a report shows; `is_whole` is false where Salesforce kept back rows beyond the 2,000 it sends."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    grouped_by: tuple[str, ...]
    groups: tuple[Group, ...]
    total: int
    is_whole: bool


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """A report folder; the one without a name is public reports, which everybody sees."""

    id: str
    name: str

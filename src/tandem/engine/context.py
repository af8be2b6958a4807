"""What one run knows and works with, joined once at its beginning."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tandem.engine.awaited import Told
from tandem.model import KeyProperty, Org, Portal, Side, TaskSchema
from tandem.sync.owners import OwnerMap
from tandem.sync.policy import Policy

if TYPE_CHECKING:
    from tandem.crm.connector import HubSpot, Salesforce
    from tandem.engine.tally import Tally
    from tandem.store.connection_store import ConnectionStore
    from tandem.store.rows import Lease

__all__ = ["AT_ONCE", "FRESH", "LONG_AGO", "NO_SCHEMA", "MakeWay", "Pace", "RunContext", "goes_on"]

NO_SCHEMA = TaskSchema(key=KeyProperty.NONE, statuses=())
"""For runs that do not write to HubSpot: its task lists are not read."""

LONG_AGO = datetime.fromtimestamp(0, UTC)
"""Older than anything remembered: for asking a cache for what it has, however old."""

_CERTAINLY_NEW = timedelta(minutes=15)

FRESH = timedelta(minutes=15)
"""How old correspondence, owners and the org's own lists may be when they are used (DESIGN)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a source rests after it was asked: usually, and where its feed is relied on."""

    polled: timedelta = timedelta(0)
    swept: timedelta = timedelta(0)


AT_ONCE = Pace()
"""For a person who asks for a run: every source, however lately it was asked."""


MakeWay = Callable[[], Awaitable[None]]
"""Asked between two batches, while nothing is planned: whether others go first, or have their turn."""


async def goes_on() -> None:
    """Nobody is waited for."""


@dataclass(slots=True, kw_only=True)
class RunContext:
    """
    One run of one connection; ``db`` calls a method of ``store`` without blocking the loop for long.

    ``now`` is HubSpot's clock at the beginning: "from then on" and watermarks are judged by the CRM's
    own time, never the host's. ``at`` is called with the name of each point at which a crash is
    survivable, so that tests can crash there.
    """

    run_id: int
    connection: str
    lease: Lease
    policy: Policy
    portal: Portal
    org: Org
    schema: TaskSchema = NO_SCHEMA
    owners: OwnerMap
    owners_by_user: Mapping[str, str] = field(default_factory=dict)
    company_pairs: Mapping[str, str]
    deal_pairs: Mapping[str, str]
    hubspot: HubSpot
    salesforce: Salesforce
    store: ConnectionStore
    db: Callable[..., Awaitable[Any]]
    tally: Tally
    marker: Callable[[str], str]
    now: datetime
    restored_at: datetime | None = None  # when the database was last replaced by a backup
    dry_run: bool = False
    is_import: bool = False  # a person asked for what is old, too: no brake on how much is created
    pace: Pace = AT_ONCE
    heard: frozenset[Side] = frozenset()  # the sides with a feed in good health
    blind: set[Side] = field(
        default_factory=set
    )  # the sides whose feed says that it missed something
    make_way: MakeWay = goes_on
    told: Told = field(default_factory=Told)
    is_org_new: bool = False  # the org was read again in this run, after a refusal
    at: Callable[[str], None] = field(default=lambda point: None)

    def is_certainly_new(self, created_at: datetime) -> bool:
        """
        Whether nothing can have been written for a record created then that Tandem does not know of.

        An older one may have been written before, forgotten by a database that was lost or restored, and
        deleted by a person since: the key's uniqueness does not count in the recycle bin. One query tells.
        """
        if self.restored_at is not None and created_at <= self.restored_at:
            return False
        return self.now - created_at <= _CERTAINLY_NEW

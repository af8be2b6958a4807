"""What there is at the end of a history: both CRMs' own states and Tandem's memory, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from tandem.model import Kind, Link, LinkState, Side
from tandem.sandbox.hubspot.records import Record
from tandem.sandbox.salesforce.store import Row
from tandem.settings.activities import parse
from tandem.simulation.people import ADDRESS, Edit, Logged
from tandem.simulation.playing import TASK_SYNC, History
from tandem.simulation.world import CONNECTION

__all__ = ["Pair", "Seen"]


@dataclass(frozen=True, slots=True)
class Pair:
    """An activity that lives in both CRMs and that Tandem keeps in step; ``leads`` are the sides that lead."""

    logged: Logged
    record: Record
    task: Row
    link: Link
    leads: frozenset[Side]


class Seen:
    """
    Both CRMs and Tandem's links. Neither Tandem's connectors nor its mapping take part: the vendors' own
    names are used, and the keys of links are made here anew.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.people = history.people
        around = history.around
        self.hubspot, self.salesforce = around.hubspot, around.salesforce
        around.hubspot.crm.tick()
        around.salesforce.settle()
        self.portal = around.hubspot.account.portal_id
        self.zone = ZoneInfo(around.hubspot.account.time_zone)
        self.tasks: Mapping[str, Row] = around.salesforce.store.table("Task").raw
        self.ours = {
            task_id: row
            for task_id, row in self.tasks.items()
            if row.get("CreatedById") == around.salesforce.integration_id
        }
        self.ever: Mapping[str, Mapping[str, object]] = {
            **self.ours,
            **around.made[Side.SALESFORCE],
        }
        self.ever_in_hubspot = around.made[Side.HUBSPOT]
        store = history.process.store
        connection = store.connection(CONNECTION)
        self.policy = parse(store.settings(connection.id).text)
        mine = store.for_connection(connection.id)
        self.links: list[Link] = [
            link for state in LinkState for link in mine.in_state(state, limit=100_000)
        ]
        self.by_key = {link.key: link for link in self.links}
        self._mine = mine
        self.edits: dict[str, list[Edit]] = defaultdict(list)
        for edit in self.people.edits:
            self.edits[edit.label].append(edit)

    # ------------------------------------------------------------------ Tandem

    def link_of(self, logged: Logged) -> Link | None:
        if logged.origin == "salesforce":
            return self.by_key.get(f"{self.salesforce.org_id}-{logged.salesforce_id}")
        return self.by_key.get(f"{self.portal}-{logged.kind.value}-{logged.hubspot_id}")

    @property
    def may_forget_in_hubspot(self) -> bool:
        """
        Whether a task that Tandem made in HubSpot since the backup, and that people deleted since, may be made again.

        HubSpot's search and lists leave deleted records out; only a unique key would still be taken.
        """
        refuses = self.hubspot.world.switches["task_unique_property"] == "refused"
        return self.history.was_put_back and refuses

    def is_active(self, user_id: object) -> bool:
        """Whether that Salesforce user may still work; a queue always does."""
        user = self.salesforce.store.table("User").raw.get(str(user_id))
        return user is None or bool(user.get("IsActive"))

    def is_on(self, link: Link) -> bool:
        """Whether anything is done about that link at present."""
        is_ticked = self.policy.kind(link.kind).enabled
        if link.kind is not Kind.TASK:
            return is_ticked
        from_hubspot = link.key.startswith(f"{self.portal}-")
        return self.policy.salesforce_task_sync or (is_ticked and from_hubspot)

    def is_required(self, kind: Kind, at: float, origin: str = "hubspot") -> bool:
        """Whether what came up in the second *at* of the history has to be known to Tandem."""
        if origin == "salesforce":
            is_on, since = self.policy.salesforce_task_sync, self.policy.salesforce_tasks_since
        else:
            is_on, since = self.policy.kind(kind).enabled, self.policy.kind(kind).since
        if not is_on or since is None:
            return False
        return at >= since.timestamp() - self.history.around.clock.began.timestamp() + 1

    def was_off(self, kind: Kind) -> bool:
        """Whether the kind was ever off: what was edited meanwhile stays as it is."""
        names = {kind.value, TASK_SYNC} if kind is Kind.TASK else {kind.value}
        return self.history.was_put_back or any(
            switched.kind in names and (switched.at > 0 and not switched.is_on)
            for switched in self.history.switched
        )

    @cached_property
    def kept(self) -> str:
        """Every value that Tandem says it kept because it covered it or decided against it."""
        told = [str(dict(conflict.lost)) for conflict in self._mine.conflicts(limit=10_000)]
        for link in self.links:
            told += [str(dict(line.detail)) for line in self._mine.history(link.key)]
        return "\n".join(told)

    # ------------------------------------------------------------------ the CRMs

    def record_of(self, logged: Logged) -> Record | None:
        """The activity in HubSpot, None once it is in the bin or destroyed."""
        return self.people.activity_of(logged.label)

    def lives(self, task_id: str) -> bool:
        row = self.tasks.get(task_id)
        return row is not None and not row.get("IsDeleted")

    def lives_in_hubspot(self, record_id: str) -> bool:
        return int(record_id) in self.hubspot.crm.tables["tasks"].live

    def tasks_of(self, word: str) -> list[str]:
        """Ids of the tasks that Tandem ever made for the activity of that word, not for opens of it."""
        return [
            task_id
            for task_id, row in self.ever.items()
            if word in f"{row.get('Subject')} {row.get('Description')}".split()
            and not str(row.get("Subject")).startswith(("Opened:", "Clicked:"))
        ]

    def hubspot_tasks_of(self, word: str) -> list[str]:
        """Ids of the HubSpot tasks that Tandem ever made for the Salesforce task of that word."""
        return [
            record_id
            for record_id, values in self.ever_in_hubspot.items()
            if word in str(values.get("hs_task_subject")).split()
        ]

    def addresses(self, names: Iterable[str]) -> set[str]:
        """The addresses of those people who have one in HubSpot."""
        return {ADDRESS.format(name.lower()) for name in names if name not in self.people.nameless}

    def live_people(self, addresses: set[str]) -> list[Row]:
        """Salesforce contacts and leads of these addresses that can have a task."""
        return [
            row
            for name in ("Contact", "Lead")
            for row in self.salesforce.store.table(name).raw.values()
            if str(row.get("Email") or "").lower() in addresses
            and not row.get("IsDeleted")
            and not row.get("IsConverted")
        ]

    def live_contacts(self, addresses: set[str]) -> list[Record]:
        """HubSpot contacts of these addresses."""
        return [
            record
            for record in self.hubspot.crm.tables["contacts"].live.values()
            if record.values.get("email", "").lower() in addresses
        ]

    # ------------------------------------------------------------------ both

    def last(self, label: str, side: str, field: str) -> Edit | None:
        """The last edit of a field on one side."""
        found = [e for e in self.edits[label] if e.side == side and e.field == field]
        return found[-1] if found else None

    def pairs(self) -> Iterator[Pair]:
        """Activities that live in both CRMs as a pair, of kinds that are on."""
        for logged in self.people.logged.values():
            link, record = self.link_of(logged), self.record_of(logged)
            if link is None or record is None or link.state is not LinkState.PAIRED:
                continue
            task = self.tasks.get(link.salesforce_id or "")
            is_same = str(record.id) == link.hubspot_id
            if task is not None and not task.get("IsDeleted") and is_same and self.is_on(link):
                yield Pair(logged, record, task, link, self._leads(logged.kind))

    def _leads(self, kind: Kind) -> frozenset[Side]:
        leads = set()
        if self.policy.kind(kind).enabled:
            leads.add(Side.HUBSPOT)
        if kind is Kind.TASK and self.policy.salesforce_task_sync:
            leads.add(Side.SALESFORCE)
        return frozenset(leads)

"""The simulated org: everything it knows and how its parts reach each other, without HTTP."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tandem.sandbox.salesforce import acts, archive, loading, org
from tandem.sandbox.salesforce.access import Access, Rights
from tandem.sandbox.salesforce.auth import Sessions
from tandem.sandbox.salesforce.behaviour import declare_faults, declare_switches
from tandem.sandbox.salesforce.cursors import Cursors
from tandem.sandbox.salesforce.errors import SalesforceError
from tandem.sandbox.salesforce.events import EventBus, disturbing
from tandem.sandbox.salesforce.events import behaviour as events_behaviour
from tandem.sandbox.salesforce.ids import IdSource
from tandem.sandbox.salesforce.limits import Limits
from tandem.sandbox.salesforce.locks import Locks
from tandem.sandbox.salesforce.records import Writer
from tandem.sandbox.salesforce.rules import Trigger, ValidationRule
from tandem.sandbox.salesforce.schema import Field, FieldType, Schema, SObject
from tandem.sandbox.salesforce.store import Row, Store
from tandem.sandbox.salesforce.values import Values
from tandem.sandbox.salesforce.wire import to_wire
from tandem.sandbox.world import SALESFORCE, World

ACCESS_LEVELS = ("none", "read", "edit", "all")


class SalesforceState:
    """
    One org. A new one is empty but for its administrator, the integration user and the standard lists.

    `access_token` is a session of the integration user that lives until `reset`; `client_id`,
    `client_secret`, `refresh_token`, `username`, `password` and `security_token` sign in without it.
    """

    client_id = "sandbox-client-id"
    client_secret = "sandbox-client-secret"
    password = "sandbox"
    security_token = "token"

    def __init__(self, world: World) -> None:
        self.world = world
        self.switches = world.switches
        self.faults = world.faults[SALESFORCE]
        declare_switches(world.switches)
        declare_faults(self.faults)
        events_behaviour.declare_switches(world.switches)
        events_behaviour.declare_faults(self.faults)
        self.values = Values(world.switches)
        self.locks = Locks(world.clock.now_ms)
        self.limits = Limits(world)
        self.reset()

    def reset(self) -> None:
        """Forget everything: an org as on its first day."""
        self.events = EventBus(self)
        self.schema = Schema()
        self.store = Store(self.schema, self.world.clock.now_ms)
        self.access = Access(self.schema, self.store)
        self.ids = IdSource(self.world.random)
        self.admin_id = self.integration_id = self.org_id = ""
        self.closed_statuses: dict[str, bool] = {}
        self.high_priorities: dict[str, bool] = {}
        self.validation_rules: list[ValidationRule] = []
        self.triggers: list[Trigger] = []
        self.record_access: dict[str, dict[str, str]] = {}
        self.deleted_with: dict[str, str] = {}
        self.hidden_objects: set[tuple[str, str]] = set()
        self.api_enabled = True
        self.extensions: dict[str, Any] = {}
        self._defaults: dict[str, Row] = {}
        self._unique: dict[str, tuple[Field, ...]] = {}
        self._references: dict[str, tuple[Field, ...]] = {}
        self._required: dict[str, tuple[Field, ...]] = {}
        self._archived_on = ""
        self._held: dict[str, Any] | None = None
        self.locks.clear()
        self.limits.reset()
        self.cursors = Cursors(self.world)
        org.found(self)
        self.sessions = Sessions(self)
        self.access_token = self.sessions.permanent(self.integration_id)
        self.store.commit()
        self.store.on_commit = self.events.capture

    def load(self, part: Mapping[str, Any]) -> None:
        """Take in vendor-shaped rows with explicit ids; ValueError names what does not fit."""
        self.events.is_loading = True
        try:
            loading.load(self, part)
        finally:
            self.events.is_loading = False
            self.events.catalog_changed()

    def summary(self) -> dict[str, Any]:
        """What the org holds, how to sign in, and what can be done in it."""
        self.settle()
        tables = sorted(self.store.tables.items())
        return {
            "organization_id": self.org_id,
            "integration_user": self.rights().username,
            "records": {
                name: len(table)
                for name, table in tables
                if table.raw and not table.sobject.is_setup
            },
            "users": len(self.store.table("User")),
            "tasks": self._task_counts(),
            "task_statuses": [one.value for one in self.schema["Task"].fields["Status"].values],
            "task_types": [one.value for one in self.schema["Task"].fields["Type"].values],
            "custom_fields": sorted(
                f"{one.name}.{field.name}"
                for one in self.schema.objects.values()
                for field in one.fields.values()
                if field.custom
            ),
            "shared_activities": self.schema.shared_activities,
            "api_calls": self.limits.used(),
            "open_transactions": len(self.store.pending),
            "access_token": self.access_token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "username": self.username,
            "password": self.password,
            "security_token": self.security_token,
            "acts": sorted(acts.ACTS),
        }

    def act(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person, an administrator or another system does; ValueError if it cannot be done."""
        return acts.act(self, name, dict(arguments))

    def change_feeds(self) -> dict[str, Any]:
        """The state of the change feeds, for `GET /_sandbox/feeds`."""
        return disturbing.feeds(self)

    def disturb(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Lose, break or confuse the change feeds; ValueError if it cannot be done."""
        return disturbing.disturb(self, asked)

    @property
    def username(self) -> str:
        """The integration user's name."""
        return self.rights().username

    @property
    def refresh_token(self) -> str:
        """A refresh token of the integration user for the built-in app."""
        return self.sessions.first_refresh_token

    @property
    def organization(self) -> Row:
        """The Organization row; empty before there is one."""
        return self.store.table("Organization").raw.get(self.org_id, {})

    def stamp(self) -> str:
        """The present second as rows carry it."""
        return to_wire(self.world.clock.now())

    def settle(self) -> None:
        """Let time have its effects: late commits, archiving, the recycle bin."""
        self.store.settle()
        today = self.stamp()[:10]
        if today != self._archived_on:
            self._archived_on = today
            archive.nightly(self)

    def rights(self, user_id: str | None = None) -> Rights:
        """What a user may do; without an id the integration user."""
        return self.access.of(user_id or self.integration_id)

    def writer(self, rights: Rights | None = None) -> Writer:
        """Somebody who writes; without rights the platform itself."""
        return Writer(self, rights or self.access.system())

    @contextmanager
    def one_transaction(self) -> Iterator[Callable[[], None]]:
        """
        Make the writes within one transaction; calling what it yields undoes them all.

        Without that a failed part leaves the others as they are, and all commit at the end.
        """
        if self._held is not None:
            mark = self.store.mark()
            yield lambda: self.store.rollback(mark)
            return
        self._held = {"began": self.stamp(), "locked": {}, "late": 0.0}
        mark = self.store.mark()
        try:
            yield lambda: self.store.rollback(mark)
        finally:
            held, self._held = self._held, None
            self.end_write(held["began"], held["locked"], held["late"])

    def end_write(self, began: str, locked: Mapping[str, None], late_seconds: float) -> None:
        """Commit what was written, now or later, and release its locks when the switch says."""
        if self._held is not None:
            self._held["locked"].update(locked)
            self._held["late"] = max(self._held["late"], late_seconds)
            return
        self.store.commit(began=began, after_seconds=late_seconds)
        seconds = max(late_seconds, float(self.switches["lock_seconds"]))
        if seconds > 0 and locked:
            self.locks.keep(locked, seconds)

    def make_id(self, sobject: SObject) -> str:
        """A new id for a record of that object."""
        table = self.store.table(sobject.name)
        while True:
            made = self.ids.make(sobject.key_prefix or "000")
            if made not in table.raw:
                return made

    def defaults(self, sobject: SObject) -> Row:
        """A new row with every default of its object."""
        known = self._defaults.get(sobject.name)
        if known is None:
            known = {}
            for field in sobject.fields.values():
                value = field.default
                if value is None and field.type is FieldType.BOOLEAN:
                    value = False
                if value is not None:
                    known[field.name] = value
            self._defaults[sobject.name] = known
        return dict(known)

    def unique_fields(self, sobject: SObject) -> tuple[Field, ...]:
        """The fields of an object whose values no two records may share."""
        known = self._unique.get(sobject.name)
        if known is None:
            known = tuple(
                one
                for one in sobject.fields.values()
                if one.unique or (sobject.name, one.name) == ("User", "Username")
            )
            self._unique[sobject.name] = known
        return known

    def reference_fields(self, sobject: SObject) -> tuple[Field, ...]:
        """The fields of an object that point at records."""
        known = self._references.get(sobject.name)
        if known is None:
            known = tuple(one for one in sobject.fields.values() if one.reference_to)
            self._references[sobject.name] = known
        return known

    def required_fields(self, sobject: SObject) -> tuple[Field, ...]:
        """The fields of an object that may not be empty and are somebody's to fill."""
        known = self._required.get(sobject.name)
        if known is None:
            known = tuple(
                one
                for one in sobject.fields.values()
                if not one.nillable and (one.createable or one.updateable)
            )
            self._required[sobject.name] = known
        return known

    def setup_changed(self) -> None:
        """Work out anew what follows from users, permissions, lists and the catalog."""
        self.access.forget()
        self.catalog_stamp = self.stamp()
        self._defaults.clear()
        self._unique.clear()
        self._references.clear()
        self._required.clear()
        statuses = self.store.table("TaskStatus").raw.values()
        self.closed_statuses = {one["ApiName"]: bool(one["IsClosed"]) for one in statuses}
        priorities = self.store.table("TaskPriority").raw.values()
        self.high_priorities = {one["ApiName"]: bool(one["IsHighPriority"]) for one in priorities}

    def catalog_changed(self, object_name: str) -> None:
        """The fields of an object changed: indexes, defaults and rights follow."""
        names = ("Task", "Event") if object_name == "Activity" else (object_name,)
        for name in names:
            if name in self.store.tables:
                self.store.table(name).reindex()
        self.events.catalog_changed()
        self.setup_changed()

    def object_for(self, rights: Rights, name: str) -> SObject | None:
        """The object of that name, if this org has it and the user may reach it."""
        found = self.schema.get(name)
        if found is None or (rights.user_id, found.name) in self.hidden_objects:
            return None
        return found

    def level(self, rights: Rights, record_id: str) -> str:
        """How far a user reaches a record: one of `ACCESS_LEVELS`."""
        if rights.is_system:
            return "all"
        return self.record_access.get(record_id, {}).get(rights.user_id, "all")

    def sees(self, rights: Rights, row: Row) -> bool:
        """Whether a record is shared with the user at all."""
        return not self.record_access or self.level(rights, row["Id"]) != "none"

    def edits(self, rights: Rights, row: Row) -> bool:
        """Whether the user may edit a record."""
        return not self.record_access or self.level(rights, row["Id"]) in ("edit", "all")

    def may_edit(self, rights: Rights, row: Row) -> None:
        """INSUFFICIENT_ACCESS_OR_READONLY if the user may not."""
        if not self.edits(rights, row):
            raise SalesforceError(
                "INSUFFICIENT_ACCESS_OR_READONLY",
                "insufficient access rights on object id",
                status=400,
            )

    def _task_counts(self) -> dict[str, int]:
        rows = self.store.table("Task").raw.values()
        return {
            "open": sum(not one["IsClosed"] and not one["IsDeleted"] for one in rows),
            "closed": sum(bool(one["IsClosed"]) and not one["IsDeleted"] for one in rows),
            "deleted": sum(bool(one["IsDeleted"]) for one in rows),
            "archived": sum(bool(one["IsArchived"]) for one in rows),
        }

"""The records of one account and the rules for writing them; no HTTP."""

import heapq
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from sys import intern
from typing import Any

from tandem.sandbox.hubspot import computed
from tandem.sandbox.hubspot.account import Account
from tandem.sandbox.hubspot.associations import Associations
from tandem.sandbox.hubspot.definitions import Definition
from tandem.sandbox.hubspot.errors import (
    HubSpotError,
    ValueProblem,
    conflict,
    invalid,
    invalid_properties,
    not_found,
)
from tandem.sandbox.hubspot.happenings import Happening, Happenings, Relation, What
from tandem.sandbox.hubspot.kinds import KINDS, association_pairs
from tandem.sandbox.hubspot.owners import Owners
from tandem.sandbox.hubspot.pipelines import Pipelines, Stage
from tandem.sandbox.hubspot.records import Record, Source, Table
from tandem.sandbox.hubspot.values import instant_ms, is_whole, normal, stamp
from tandem.sandbox.world import World

BIN_MS = 90 * 86_400_000
"""How long an archived record can be restored [D-using]."""

PERSON = Source(type="CRM_UI", id="userId:77000000", user_id=77_000_000)
"""Who did what no API call did, where an act does not say."""

_BUMP = "bump"
_DUE = "due"
_SCRIPT = re.compile(r"<(script|style|iframe|object)\b.*?</\1\s*>", re.S | re.I)
_EVENT_ATTRIBUTE = re.compile(r"\son\w+\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I)


class Crm:
    """
    Tables, associations, owners and pipelines of one account.

    Call `tick` before looking at records: what happens by itself (a modified date that moves after a
    create, an overdue flag) happens then.
    """

    def __init__(self, world: World, account: Account) -> None:
        self.world = world
        self.account = account
        self.tables = {
            kind.name: Table(kind, _first_id(world, at)) for at, kind in enumerate(KINDS)
        }
        self.happenings = Happenings()
        self.actor = PERSON
        self.associations = Associations(self._tell_association)
        self.owners = Owners()
        self.pipelines: Pipelines = Pipelines()
        self._timers: list[tuple[int, int, str, str, int]] = []
        self._timer_count = 0

    def now(self) -> int:
        return self.world.clock.now_ms()

    def tick(self) -> int:
        """Let happen what is due by now; the present time."""
        now = self.now()
        while self._timers and self._timers[0][0] <= now:
            at, _, what, kind, record_id = heapq.heappop(self._timers)
            self._happen(at, what, kind, record_id)
        return now

    def definition(self, kind: str, name: str) -> Definition | None:
        """A property that exists and is not archived."""
        found = self.tables[kind].definitions.get(name)
        if found is None or found.archived_at is not None:
            return None
        if found.is_salesforce and self.world.switches["salesforce_properties"] == "absent":
            return None
        return found

    def read(self, kind: str, record: Record, name: str) -> str | None:
        """The value of one property, None where it has none."""
        value = record.values.get(name)
        return computed.derived(self, kind, record, name) if value is None else value

    def task_stage(self, record: Record) -> Stage | None:
        """The stage a task is in, None for a task without status."""
        stage_id = record.values.get("hs_pipeline_stage")
        if stage_id is not None:
            return self.pipelines.stage("tasks", stage_id)
        status = record.values.get("hs_task_status")
        return None if status is None else self.pipelines.task_stage_of(status)

    def get(self, kind: str, record_id: str, id_property: str | None = None) -> Record:
        """The live record of that id, of one merged into it, or with that unique value; 404 if none."""
        table = self.tables[kind]
        if id_property and id_property != "hs_object_id":
            self.require_unique(kind, id_property)
            found = table.by_unique(id_property, record_id)
        else:
            found = table.find(int(record_id)) if is_whole(record_id) else None
        if found is None:
            raise not_found("resource not found")
        return found

    def require_unique(self, kind: str, name: str, action: str = "read") -> None:
        """400 for a property that does not identify records [GH-segment]."""
        definition = self.definition(kind, name)
        if definition is None or not definition.is_unique or name not in self.tables[kind].uniques:
            type_id = self.tables[kind].kind.type_id
            raise invalid(
                f"Unable to perform {action} by non-unique {type_id} property {name} "
                f"in portal ID {self.account.portal_id}"
            )

    def create(
        self,
        kind: str,
        properties: Mapping[str, Any],
        source: Source,
        associations: Iterable[tuple[str, int, tuple[int, ...]]] = (),
    ) -> Record:
        """A new record with its associations, or the vendor's error and nothing done."""
        self.tick()
        return self.add(kind, self.prepared(kind, properties), source, associations)

    def add(
        self,
        kind: str,
        values: Mapping[str, str | None],
        source: Source,
        associations: Iterable[tuple[str, int, tuple[int, ...]]] = (),
    ) -> Record:
        """A new record of values that are `prepared`."""
        now, table = self.now(), self.tables[kind]
        record = Record(
            id=table.take_id(),
            created=now,
            updated=now,
            values={name: value for name, value in values.items() if value is not None},
            source=source,
        )
        table.put(record, now)
        self.tell(What.CREATED, kind, record.id, source)
        if self.world.switches["webhooks_properties_of_new"]:
            self.tell(What.CHANGED, kind, record.id, source, record.values)
        for target, target_id, types in associations:
            self.associations.add(kind, record.id, target, target_id, types)
        self.schedule(kind, record, is_new=True)
        return record

    def prepared(self, kind: str, properties: Mapping[str, Any]) -> dict[str, str | None]:
        """The values of a new record, or the vendor's error: refused, missing, or taken."""
        table = self.tables[kind]
        values = self.checked(kind, properties, None)
        if kind == "meetings" and values.get("hs_timestamp") is None:
            values["hs_timestamp"] = values.get("hs_meeting_start_time")
        missing = [name for name in table.kind.required if values.get(name) is None]
        if missing:
            raise invalid(
                f"Error creating {table.kind.singular.upper()}. "
                "Some required properties were not set.",
                context={"properties": missing},
            )
        if kind == "tasks" and self.world.switches["task_defaults"] == "filled":
            values = {**_task_defaults(values), **values}
        self._follow_status(kind, values, None, self.now())
        self.refuse_doubles(kind, values, None)
        return values

    def update(
        self, kind: str, record: Record, properties: Mapping[str, Any], source: Source
    ) -> Record:
        """The record after a write. A write that changes nothing leaves the modified date alone."""
        self.tick()
        record = self.tables[kind].live.get(record.id, record)
        return self.write(kind, record, self.prepared_change(kind, record, properties), source)

    def prepared_change(
        self, kind: str, record: Record, properties: Mapping[str, Any]
    ) -> dict[str, str | None]:
        """The values of a change, or the vendor's error: refused or taken."""
        values = self.checked(kind, properties, record)
        self._follow_status(kind, values, record, self.now())
        self.refuse_doubles(kind, values, record)
        return values

    def write(
        self, kind: str, record: Record, values: Mapping[str, str | None], source: Source
    ) -> Record:
        """Put values that are known to be good, read-only ones too, as HubSpot itself does."""
        now = self.now()
        changes = {
            intern(name): value
            for name, value in values.items()
            if record.values.get(name) != value
        }
        if not changes:
            return record
        changed = record.with_values(changes, now, source)
        self.tables[kind].put(changed, now)
        self.tell(What.CHANGED, kind, changed.id, source, changes)
        self.schedule(kind, changed, is_new=False)
        return changed

    def archive(self, kind: str, record_id: int) -> bool:
        """Move a record to the bin; e-mails are destroyed [D-emails]. False for an unknown id."""
        now, table = self.tick(), self.tables[kind]
        record = table.find(record_id)
        if record is None:
            return False
        if kind == "emails":
            table.remove(record.id, now)
            self.associations.drop(kind, record.id)
        else:
            table.archive(record, now)
        self.tell(What.DELETED, kind, record.id, self.actor)
        return True

    def restore(self, kind: str, record_id: int) -> Record:
        """Take a record out of the bin, within 90 days."""
        now, table = self.tick(), self.tables[kind]
        record = table.archived.get(record_id)
        if record is None or now - (record.archived_at or 0) > BIN_MS:
            raise not_found(f"There is no {table.kind.singular} {record_id} in the recycle bin")
        self.refuse_doubles(kind, record.values, record)
        table.restore(record, now)
        self.tell(What.RESTORED, kind, record_id, self.actor)
        return table.live[record_id]

    def in_bin(self, kind: str, record_id: int) -> Record | None:
        """The archived record of that id, while it is kept."""
        record = self.tables[kind].archived.get(record_id)
        if record is not None and self.now() - (record.archived_at or 0) > BIN_MS:
            self.tables[kind].purge(record_id)
            return None
        return record

    def tell(
        self,
        what: What,
        kind: str,
        record_id: int,
        source: Source,
        values: Mapping[str, str | None] | None = None,
        merged: tuple[int, ...] = (),
    ) -> None:
        """Let those who listen know what happened to a record."""
        if self.happenings.are_heard:
            self.happenings.tell(
                Happening(
                    what=what,
                    kind=kind,
                    id=record_id,
                    at=self.now(),
                    source=source,
                    values=values or {},
                    merged=merged,
                )
            )

    def touch(self, kind: str, record_id: int) -> None:
        """Move the modified date without changing a value."""
        now, table = self.now(), self.tables[kind]
        record = table.live.get(record_id)
        if record is not None:
            table.put(replace(record, updated=now), now)

    def checked(
        self, kind: str, properties: Mapping[str, Any], before: Record | None
    ) -> dict[str, str | None]:
        """Properties as they will be kept, or 400 naming every one that is refused."""
        values: dict[str, str | None] = {}
        problems: list[ValueProblem] = []
        for name, given in properties.items():
            definition = self.definition(kind, name)
            try:
                if definition is None:
                    raise ValueProblem(
                        "PROPERTY_DOESNT_EXIST", name, f'Property "{name}" does not exist'
                    )
                values[definition.name] = self._checked_one(definition, kind, given, before)
            except ValueProblem as problem:
                problems.append(problem)
        if problems:
            raise invalid_properties(problems)
        return values

    def refuse_doubles(
        self, kind: str, values: Mapping[str, str | None], record: Record | None
    ) -> None:
        """409 (or 400, by switch) where another record holds a unique value."""
        table = self.tables[kind]
        for name in table.uniques:
            value = values.get(name)
            holder = table.by_unique(name, value) if value is not None else None
            is_held = self.world.switches["archived_unique_value"] == "held"
            if holder is None and value is not None and is_held:
                holder = table.archived_by_unique(name, value)
            if holder is None or (record is not None and holder.id == record.id):
                continue
            raise self._double(kind, name, str(value), holder)

    def schedule(self, kind: str, record: Record, *, is_new: bool) -> None:
        """Remember what will happen to a record by itself."""
        bump = self.world.switches["modified_bump_ms"]
        if is_new and bump and self.tables[kind].kind.is_activity:
            self._remind(record.created + bump, _BUMP, kind, record.id)
        if kind == "tasks" and self.world.switches["overdue_moves_modified"]:
            due = instant_ms(record.values.get("hs_timestamp", ""))
            if due is not None and due > self.now():
                self._remind(due + 1, _DUE, kind, record.id)

    def _checked_one(
        self, definition: Definition, kind: str, given: Any, before: Record | None
    ) -> str | None:
        if definition.is_read_only:
            raise ValueProblem(
                "READ_ONLY_VALUE",
                definition.name,
                f'"{definition.name}" is a read only property; its value cannot be set.',
            )
        present = before.values.get(definition.name) if before is not None else None
        if kind == "tasks" and definition.name == "hs_task_status":
            return self._task_status(definition, given)
        value = normal(definition, given, present)
        if value is None:
            return None
        if definition.refers_to_owner and value != present:
            refuse = bool(self.world.switches["archived_owner_refused"])
            self.owners.check(definition.name, value, refuse_archived=refuse)
        if definition.refers_to_stage:
            self._check_stage(definition, kind, value)
        if definition.field_type == "html" and self.world.switches["html_sanitiser"] == "scripts":
            value = _EVENT_ATTRIBUTE.sub("", _SCRIPT.sub("", value)) if "<" in value else value
        return value

    def _task_status(self, definition: Definition, given: Any) -> str | None:
        if given is None or given == "":
            return None
        stage = self.pipelines.task_stage_of(str(given))
        if stage is None:
            return normal(definition, given, None)
        return self.pipelines.task_status_of(stage, self.world.switches["added_stage_status"])

    def _check_stage(self, definition: Definition, kind: str, value: str) -> None:
        is_pipeline = definition.name.endswith("pipeline")
        known = self.pipelines.of(kind)
        if is_pipeline and any(pipeline.id == value for pipeline in known):
            return
        if not is_pipeline and self.pipelines.stage(kind, value) is not None:
            return
        raise ValueProblem(
            "INVALID_OPTION", definition.name, f"{value} was not one of the allowed options"
        )

    def _follow_status(
        self, kind: str, values: dict[str, str | None], before: Record | None, now: int
    ) -> None:
        """Keep a task's status and stage in step; note when it was completed."""
        if kind != "tasks" or not {"hs_task_status", "hs_pipeline_stage"} & set(values):
            return
        stage_id, status = values.get("hs_pipeline_stage"), values.get("hs_task_status")
        by_stage = self.world.switches["stage_or_status"] == "stage" or status is None
        if stage_id is not None and by_stage:
            stage = self.pipelines.stage("tasks", stage_id)
        else:
            stage = self.pipelines.task_stage_of(status) if status is not None else None
        was_closed = before is not None and computed.is_closed(self, before)
        values["hs_pipeline_stage"] = stage.id if stage is not None else None
        values["hs_task_status"] = (
            self.pipelines.task_status_of(stage, self.world.switches["added_stage_status"])
            if stage is not None
            else None
        )
        values["hs_pipeline"] = self.pipelines.of("tasks")[0].id if stage is not None else None
        if stage is not None and stage.is_closed and not was_closed:
            count = before.values.get("hs_task_completion_count", "0") if before else "0"
            values["hs_task_completion_date"] = stamp(now)
            values["hs_task_completion_count"] = str(int(count) + 1)
        reopened = was_closed and (stage is None or not stage.is_closed)
        if reopened and self.world.switches["reopening_clears_completion"]:
            values["hs_task_completion_date"] = None

    def _double(self, kind: str, name: str, value: str, holder: Record) -> HubSpotError:
        singular = self.tables[kind].kind.singular
        if name == "email":
            return conflict(f"Contact already exists. Existing ID: {holder.id}")
        problem = ValueProblem(
            "CONFLICTING_UNIQUE_VALUE",
            name,
            f"A {singular} with value {value} of property {name} already exists: {holder.id}",
        )
        error = invalid_properties([problem])
        if self.world.switches["unique_conflict_status"] == 409:
            error.status, error.category = 409, "CONFLICT"
        return error

    def _tell_association(
        self,
        source: str,
        source_id: int,
        target: str,
        target_id: int,
        types: tuple[int, ...],
        gone: bool,
    ) -> None:
        if not self.happenings.are_heard:
            return
        labels = association_pairs(source, target)
        is_primary = any(type_id == each for each, _ in labels[1:] for type_id in types)
        relation = Relation(
            kind=target,
            id=target_id,
            type_id=types[0] if types else labels[0][0],
            is_removed=gone,
            is_primary=is_primary,
        )
        self.happenings.tell(
            Happening(
                what=What.ASSOCIATED,
                kind=source,
                id=source_id,
                at=self.now(),
                source=self.actor,
                relation=relation,
            )
        )

    def _remind(self, at: int, what: str, kind: str, record_id: int) -> None:
        self._timer_count += 1
        heapq.heappush(self._timers, (at, self._timer_count, what, kind, record_id))

    def _happen(self, at: int, what: str, kind: str, record_id: int) -> None:
        table = self.tables[kind]
        record = table.live.get(record_id)
        if record is None or record.updated >= at:
            return
        if what == _DUE and not computed.is_overdue(self, record, at):
            return
        table.put(replace(record, updated=at), at)


def _task_defaults(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """What a task gets that says nothing of it; no document tells."""
    filled: dict[str, str | None] = {"hs_task_type": "TODO", "hs_task_priority": "NONE"}
    if values.get("hs_pipeline_stage") is None:
        filled["hs_task_status"] = "NOT_STARTED"
    return filled


def _first_id(world: World, at: int) -> int:
    """Where ids of a kind begin: apart for each kind, so that a mixed-up id is noticed."""
    return (at + 1) * 10_000_000_000 + world.random.randrange(1, 1_000_000) * 1_000

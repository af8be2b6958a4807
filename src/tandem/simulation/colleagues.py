"""What people do in Salesforce, through its pages, and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tandem.model import Kind
from tandem.simulation.people import ADDRESS, Logged, People
from tandem.simulation.story import Act

__all__ = ["FIELDS", "Colleagues"]

FIELDS = {
    "title": "Subject",
    "body": "Description",
    "due": "ActivityDate",
    "status": "Status",
    "priority": "Priority",
    "owner": "OwnerId",
    "person": "WhoId",
    "related": "WhatId",
}
"""The fields of a task that people edit, by the word used in a history."""

_MARK = "[tandem:"


@dataclass(slots=True)
class Colleagues:
    """Does acts in Salesforce; what both CRMs' people know of each other is in ``people``."""

    people: People

    def do(self, act: Act, *, is_hasty: bool) -> bool:
        """Do *act*; False if there is nothing to do it to."""
        return bool(getattr(self, f"_{act.verb}")(act.on, is_hasty, **act.given))

    def _act(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        return self.people.around.salesforce.act(name, arguments)

    # ------------------------------------------------------------------ people and users

    def _meet(self, on: str, is_hasty: bool, person: str, table: str) -> bool:
        if on in self.people.records:
            return False
        fields = {"LastName": person, "Email": ADDRESS.format(person.lower())}
        if table == "Lead":
            fields["Company"] = f"{person} & Co"
        made = self._act("create_record", object=table, fields=fields)
        self.people.records[on] = str(made["id"])
        return True

    def _found(self, on: str, is_hasty: bool) -> bool:
        """An account, known by its website."""
        if on in self.people.records:
            return False
        fields = {"Name": on, "Website": f"https://www.{on.lower()}.example/"}
        self.people.records[on] = str(
            self._act("create_record", object="Account", fields=fields)["id"]
        )
        return True

    def _readdress(self, on: str, is_hasty: bool, to: str) -> bool:
        self.people.troubled |= {on.split(" ")[0], to}
        return self._edited(on, {"Email": ADDRESS.format(to.lower())})

    def _rename(self, on: str, is_hasty: bool, to: str) -> bool:
        return self._edited(on, {"FirstName": to})

    def _edited(self, on: str, fields: dict[str, Any]) -> bool:
        if on not in self.people.records:
            return False
        self._act("edit_record", id=self.people.records[on], fields=fields)
        return True

    def _convert(self, on: str, is_hasty: bool) -> bool:
        if on not in self.people.records:
            return False
        self.people.troubled.add(on.split(" ")[0])
        self._act("convert_lead", id=self.people.records[on], opportunity=False)
        return True

    def _merge(self, on: str, is_hasty: bool, loser: str) -> bool:
        records = self.people.records
        if on not in records or loser not in records:
            return False
        self.people.troubled |= {on.split(" ")[0], loser.split(" ")[0]}
        self._act("merge", master=records[on], losers=[records[loser]])
        return True

    def _delete_person(self, on: str, is_hasty: bool) -> bool:
        if on not in self.people.records:
            return False
        self.people.troubled.add(on.split(" ")[0])
        before = self._living()
        self._act("delete_record", id=self.people.records[on])
        self._lost(before, is_hasty)
        return True

    def _restore_person(self, on: str, is_hasty: bool) -> bool:
        if on not in self.people.records:
            return False
        self._act("undelete_record", id=self.people.records[on])
        return True

    def _close_to_tandem(self, on: str, is_hasty: bool, level: str) -> bool:
        if on not in self.people.records:
            return False
        self.people.troubled.add(on.split(" ")[0])
        self._act("set_record_access", id=self.people.records[on], level=level)
        return True

    def _hire(self, on: str, is_hasty: bool) -> bool:
        address = ADDRESS.format(on.lower())
        made = self._act(
            "create_user", username=address, first_name=on, last_name="Owner", email=address
        )
        self.people.users[on] = str(made["id"])
        return True

    def _dismiss(self, on: str, is_hasty: bool) -> bool:
        if on not in self.people.users:
            return False
        self.people.troubled.add(on)
        self._act("deactivate_user", user=self.people.users[on])
        return True

    def _take_back(self, on: str, is_hasty: bool) -> bool:
        if on not in self.people.users:
            return False
        self._act("activate_user", user=self.people.users[on])
        return True

    # ------------------------------------------------------------------ tasks

    def _make_task(
        self,
        on: str,
        is_hasty: bool,
        person: str | None,
        owner: str | None,
        days: int | None,
        word: str,
        late: float = 0.0,
    ) -> bool:
        """A task on somebody's contact or lead, committed at once or a while later."""
        people = self.people
        fields: dict[str, Any] = {"Subject": f"Job {word}", "Description": f"About {word}"}
        record = people.records.get(person or "")
        if record is not None:
            fields["WhoId"] = record
        if owner in people.users:
            fields["OwnerId"] = people.users[str(owner)]
        if days is not None:
            fields["ActivityDate"] = self._day(days)
        given = {"commit_after_seconds": late} if late else {}
        made = self._act("create_task", fields=fields, **given)
        people.logged[on] = Logged(
            origin="salesforce",
            label=on,
            kind=Kind.TASK,
            salesforce_id=str(made["id"]),
            word=word,
            people=(str(person).split(" ")[0],) if record is not None else (),
            owner=owner if owner in people.users else None,
            at=people.now,
        )
        return True

    def _day(self, days: int) -> str:
        return f"{self.people.around.clock.now() + timedelta(days=days):%Y-%m-%d}"

    def _edit_task(self, on: str, is_hasty: bool, field: str, value: Any) -> bool:
        """A field of the task of activity *on*; a title keeps the words that were there."""
        task = self.people.task_of(on)
        if task is None:
            return False
        written = value
        if field == "title":
            written = f"{value} {self.people.logged[on].word}"
        elif field == "body":
            # Where Tandem has no field for its key, people leave the line that says it is needed.
            marks = [
                line for line in str(task.get("Description") or "").splitlines() if _MARK in line
            ]
            written = "\n".join([*([value] if value else []), *marks]) or None
        elif field == "due":
            written = value = None if value is None else self._day(value)
        elif field == "owner":
            admin = self.people.around.salesforce.admin_id
            written = value = self.people.users.get(value or "") or admin
        elif field in ("person", "related"):
            written = self.people.records.get(value or "")
            if written is None:
                return False
            self.people.logged[on].is_moved = True
            value = written
        before = task.get(FIELDS[field])
        self._act("edit_task", id=task["Id"], fields={FIELDS[field]: written})
        if before == written:
            return True  # saved again as it stood: no edit
        return self.people.has_changed("salesforce", on, field, value, before, is_hasty=is_hasty)

    def _finish_task(self, on: str, is_hasty: bool) -> bool:
        return self._edit_task(on, is_hasty, "status", "Completed")

    def _reopen_task(self, on: str, is_hasty: bool) -> bool:
        return self._edit_task(on, is_hasty, "status", "In Progress")

    def _delete_task(self, on: str, is_hasty: bool) -> bool:
        task = self.people.task_of(on)
        if task is None:
            return False
        self._act("delete_task", id=task["Id"])
        return self.people.has_changed("salesforce", on, "gone", True, is_hasty=is_hasty)

    def _restore_task(self, on: str, is_hasty: bool) -> bool:
        task = self.people.task_of(on)
        if task is None:
            return False
        self._act("undelete_task", id=task["Id"])
        return self.people.has_changed("salesforce", on, "gone", False, is_hasty=is_hasty)

    def _empty_the_bin(self, on: str, is_hasty: bool) -> bool:
        for label in self.people.logged:
            self.people.task_of(label)
        self._act("empty_recycle_bin")
        return True

    def _living(self) -> set[str]:
        table = self.people.around.salesforce.store.table("Task").raw
        return {task_id for task_id, row in table.items() if not row.get("IsDeleted")}

    def _lost(self, before: set[str], is_hasty: bool) -> None:
        """Tasks that went with the person whom they hung on."""
        gone = before - self._living()
        for label in [*self.people.logged]:
            task = self.people.task_of(label)
            if task is not None and task["Id"] in gone:
                self.people.has_changed("salesforce", label, "gone", True, is_hasty=is_hasty)

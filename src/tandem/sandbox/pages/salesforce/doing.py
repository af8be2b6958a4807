"""What the forms do: each becomes an act of the Salesforce state, by the user one plays."""

from collections.abc import Callable, Mapping
from typing import Any

from tandem.sandbox.pages.salesforce.reading import title_of
from tandem.sandbox.pages.visit import Go, Refused, Visit
from tandem.sandbox.salesforce import SalesforceState
from tandem.sandbox.salesforce.ids import id18, is_id

ACTING = "sandbox_acting"
TASK_FIELDS = (
    "Subject", "Status", "Priority", "Type", "ActivityDate", "OwnerId", "WhoId", "WhatId", "Description",
)  # fmt: skip
_REFERENCES = ("OwnerId", "WhoId", "WhatId")


class Doings:
    """The acts by the name a form gives in its field `do`. Each goes back to the page it came from."""

    def __init__(self, state: SalesforceState, acting: Callable[[Visit], str]) -> None:
        self._state = state
        self._acting = acting
        self._known: dict[str, Callable[[Visit], Go]] = {
            "act_as": self._act_as,
            "complete_task": self._complete_task,
            "convert_lead": self._convert_lead,
            "create_task": self._create_task,
            "delete": self._delete,
            "edit_task": self._edit_task,
            "reopen_task": self._reopen_task,
            "undelete": self._undelete,
        }

    def __call__(self, visit: Visit) -> Go:
        """Do what the form asks for; ValueError says why it cannot be done."""
        doing = self._known.get(visit.do)
        if doing is None:
            raise Refused("refused.act", act=visit.do)
        return doing(visit)

    def _act_as(self, visit: Visit) -> Go:
        user = self._state.store.table("User").raw.get(visit.needed("user", "acting"))
        if user is None or not user.get("IsActive"):
            raise Refused("refused.user")
        return Go(
            to=visit.here(),
            said="said.acting",
            values={"name": title_of(user)},
            keep={ACTING: user["Id"]},
        )

    def _create_task(self, visit: Visit) -> Go:
        visit.needed("Subject", "label.Subject")
        fields = {name: value for name in TASK_FIELDS if (value := self._filled(visit, name))}
        made = self._act(visit, "create_task", fields=fields)
        if visit.given("stay"):
            return self._back(visit, "said.todo_created", subject=fields["Subject"])
        return Go(
            to=f"/lightning/r/Task/{made['id']}/view",
            said="said.todo_created",
            values={"subject": fields["Subject"]},
        )

    def _edit_task(self, visit: Visit) -> Go:
        """Writes only what was changed, so that an edit on the other side in the meantime survives."""
        task_id = self._task_id(visit)
        visit.needed("Subject", "label.Subject")
        fields = {
            name: self._filled(visit, name)
            for name in TASK_FIELDS
            if name in visit.form
            and _lines(visit.form[name]) != _lines(visit.form.get(f"was_{name}", ""))
        }
        if not fields:
            return self._back(visit, "said.nothing_changed")
        self._act(visit, "edit_task", id=task_id, fields=fields)
        return self._back(visit, "said.todo_saved", subject=self._title(task_id))

    def _complete_task(self, visit: Visit) -> Go:
        task_id = self._task_id(visit)
        self._act(visit, "complete_task", id=task_id)
        return self._back(visit, "said.todo_completed", subject=self._title(task_id))

    def _reopen_task(self, visit: Visit) -> Go:
        task_id = self._task_id(visit)
        still_open = [name for name, closed in self._state.closed_statuses.items() if not closed]
        if not still_open:
            raise Refused("refused.no_open_status")
        self._act(visit, "edit_task", id=task_id, fields={"Status": still_open[0]})
        return self._back(visit, "said.todo_reopened", subject=self._title(task_id))

    def _delete(self, visit: Visit) -> Go:
        task_id = self._task_id(visit)
        title = self._title(task_id)
        self._act(visit, "delete_task", id=task_id)
        return self._back(visit, "said.deleted", subject=title)

    def _undelete(self, visit: Visit) -> Go:
        task_id = self._task_id(visit)
        self._act(visit, "undelete_task", id=task_id)
        return self._back(visit, "said.todo_restored", subject=self._title(task_id))

    def _convert_lead(self, visit: Visit) -> Go:
        lead_id = id18(visit.parts["id"])
        options = {
            name: value
            for name in ("account", "owner")
            if (value := _id_in(visit, name)) is not None
        }
        title = self._title(lead_id)
        made = self._act(
            visit,
            "convert_lead",
            id=lead_id,
            opportunity=bool(visit.given("opportunity")),
            **options,
        )
        return Go(
            to=f"/lightning/r/Contact/{made['contact']}/view",
            said="said.lead_converted",
            values={"name": title},
        )

    def _act(self, visit: Visit, name: str, /, **arguments: Any) -> Mapping[str, Any]:
        return self._state.act(name, {**arguments, "as": self._acting(visit)})

    def _back(self, visit: Visit, said: str, **values: str) -> Go:
        return Go(to=visit.here(), said=said, values=values)

    def _task_id(self, visit: Visit) -> str:
        found = _id_in(visit, "id") or visit.parts.get("id", "")
        if not is_id(found) or not found.startswith("00T"):
            raise Refused("refused.task")
        return id18(found)

    def _title(self, record_id: str) -> str:
        row = self._state.store.row(record_id)
        return "" if row is None else title_of(row)

    def _filled(self, visit: Visit, name: str) -> str | None:
        """What was filled into a field of the task; null empties it."""
        if name in _REFERENCES:
            return _id_in(visit, name)
        return visit.given(name)


def _id_in(visit: Visit, name: str) -> str | None:
    value = visit.given(name)
    if value is None:
        return None
    if not is_id(value):
        raise Refused("refused.id", text=value)
    return id18(value)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()

"""A story's vocabulary: people who are in both CRMs, what they do, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tandem.engine.reports import RunReport
from tandem.model import Kind
from tandem.store import KeptConflict
from tests.support.installation import Installation

__all__ = ["SEARCH_LAG", "Story", "keys", "reasons"]

SEARCH_LAG = 5.0  # seconds; the sandbox's search is three behind


class Story:
    """What happens in the two CRMs, in a few words."""

    def __init__(self, running: Installation) -> None:
        self.running = running
        self.tandem = running.tandem
        self.first_contact = ""
        self._people = 0

    # ------------------------------------------------------------------ the CRMs

    def in_hubspot(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Somebody does *name* in HubSpot."""
        return self.running.hubspot.act(name, arguments)

    def in_salesforce(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Somebody does *name* in Salesforce."""
        return self.running.salesforce.act(name, arguments)

    def contact(self, email: str | None = None, **properties: Any) -> str:
        """A HubSpot contact, by id."""
        self._people += 1
        email = email or f"person{self._people}@example.com"
        made = self.in_hubspot(
            "create",
            object="contacts",
            properties={"email": email, "lastname": f"Person {self._people}", **properties},
        )
        self.first_contact = self.first_contact or str(made["id"])
        return str(made["id"])

    def salesforce_contact(self, email: str, **fields: Any) -> str:
        """A Salesforce contact, by id."""
        made = self.in_salesforce(
            "create_record",
            object="Contact",
            fields={"LastName": email.split("@")[0], "Email": email, **fields},
        )
        return str(made["id"])

    def lead(self, email: str, **fields: Any) -> str:
        made = self.in_salesforce(
            "create_record",
            object="Lead",
            fields={
                "LastName": email.split("@")[0],
                "Company": "Example",
                "Email": email,
                **fields,
            },
        )
        return str(made["id"])

    def person(self, email: str | None = None, **properties: Any) -> tuple[str, str]:
        """Somebody both CRMs know: the HubSpot and the Salesforce contact's id."""
        contact = self.contact(email, **properties)
        address = email or f"person{self._people}@example.com"
        return contact, self.salesforce_contact(address)

    def owner(self, name: str, *, is_user: bool = True) -> tuple[str, str]:
        """A HubSpot owner and the Salesforce user of the same address (or none)."""
        email = f"{name.lower()}@example.com"
        made = self.in_hubspot("create_owner", email=email, first_name=name, last_name="Owner")
        user = ""
        if is_user:
            user = self.in_salesforce(
                "create_user", username=email, last_name="Owner", first_name=name, email=email
            )["id"]
        return str(made["id"]), user

    # ------------------------------------------------------------------ Tandem

    async def switch_on(self, *kinds: Kind, **options: Any) -> None:
        """Tick boxes; what happens from the next second on is new."""
        await self.running.switch_on(kinds or tuple(Kind), **options)
        self.running.advance(1)

    async def switch_on_tasks(self, *, first: str = "", options: str = "") -> None:
        """Turn *Salesforce task sync* on, and no box."""
        await self.running.settings(f"{first}\n[salesforce_tasks]\nenabled = true\n{options}")
        self.running.advance(1)

    async def both_ways(self, *kinds: Kind, first: str = "", options: str = "") -> None:
        """Both switches on: tasks are two-way; *kinds* are ticked as well."""
        await self.switch_on(
            Kind.TASK,
            *kinds,
            first=first,
            options={Kind.TASK: f"\n[salesforce_tasks]\nenabled = true\n{options}"},
        )

    async def sync(self) -> RunReport:
        """A run, once HubSpot's search has caught up."""
        self.running.advance(SEARCH_LAG)
        return await self.running.sync()

    async def later(self, **span: float) -> RunReport:
        """Let time pass, then sync."""
        self.running.advance(timedelta(**span).total_seconds())
        return await self.running.sync()

    async def tasks(self, where: str = "Id != null") -> list[dict[str, Any]]:
        """All Salesforce tasks that are not deleted, oldest id first."""
        return [task for task in await self.running.tasks(where) if not task["IsDeleted"]]

    async def hubspot_tasks(self) -> list[dict[str, Any]]:
        """All HubSpot tasks that are not archived; see ``Installation.hubspot_tasks``."""
        return await self.running.hubspot_tasks()

    async def hubspot_task(self) -> dict[str, Any]:
        """The one HubSpot task there is."""
        [task] = await self.hubspot_tasks()
        return task

    def new_task(self, person: str | None = None, subject: str = "Call back", **fields: Any) -> str:
        """Somebody creates a task in Salesforce; its id."""
        who = {"WhoId": person} if person else {}
        made = self.in_salesforce("create_task", fields={"Subject": subject, **who, **fields})
        return str(made["id"])

    def edit_task(self, task_id: str, **fields: Any) -> None:
        """Somebody edits a task in Salesforce."""
        self.in_salesforce("edit_task", id=task_id, fields=fields)

    def edit_in_hubspot(self, task_id: str, **properties: Any) -> None:
        """Somebody edits a task in HubSpot."""
        self.in_hubspot("edit", object="tasks", id=task_id, properties=properties)

    async def task(self) -> dict[str, Any]:
        """The one task there is."""
        [task] = await self.tasks()
        return task

    async def user_id(self) -> str:
        """The integration user."""
        return str(self.running.salesforce.integration_id)

    def conflicts(self) -> list[KeptConflict]:
        """What lost a conflict, the newest first."""
        store = self.tandem.store
        return store.for_connection(store.connection("default").id).conflicts()

    def forget_journal(self) -> None:
        self.running.sandbox.world.journal.clear()

    def writes(self) -> list[str]:
        """Calls that may have written to a CRM since the journal was cleared."""
        reads = ("/search", "/batch/read", "/introspect", "/token")
        return [
            call
            for call in self.running.calls()
            if not call.startswith("GET ") and not call.endswith(reads) and "/composite" not in call
        ] + [call for call in self.running.calls() if call.startswith(("PATCH ", "DELETE "))]

    def arm(self, side: str, *rules: dict[str, Any]) -> None:
        """Arm faults of the sandbox on one side."""
        self.running.sandbox.world.faults[side].arm(list(rules))


def reasons(report: RunReport) -> dict[str, int]:
    """How many activities of a run were not written, by reason."""
    found: dict[str, int] = {}
    for tally in report.kinds.values():
        for each in tally.reasons:
            found[each.reason] = found.get(each.reason, 0) + each.count
    return found


def keys(tasks: Iterable[dict[str, Any]]) -> set[str]:
    return {str(task.get("Tandem_Key__c")) for task in tasks}

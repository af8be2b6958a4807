"""
Salesforce's tasks into HubSpot as plain code on the vendors' own clients, for comparison.

As in `plain`: no rules, no memory, no second look, each task created anew whenever it is run.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from html import escape
from typing import Any

from tandem.bench.plain import Clients, parts
from tandem.bench.sandbox import Load, SandboxProcess
from tandem.bench.spent import Spent, Watch

__all__ = ["copy"]

_BATCH = 100  # the most records a batch create takes [D-objects]
_VALUES = 100  # the most values of an IN filter [D-search]
_PAGE = 200  # capitals do not count in a search, so that more may answer than were asked for
_TASK_TO_CONTACT = 204  # HubSpot's own number [D-assoc-types]
_STORED_ID = "salesforcecontactid"


def copy(activities: int, *, batched: bool, latency_ms: int = 0) -> Spent:
    """Copy so many Salesforce tasks into HubSpot, in batches or one by one, and answer what it cost."""
    with SandboxProcess() as sandbox:
        sandbox.load(Load(count=0, contacts=activities))
        sandbox.create_tasks(activities)
        sandbox.advance(300)
        sandbox.answer_after(latency_ms)
        plain = _Batched(sandbox) if batched else _OneByOne(sandbox)
        watch = Watch(sandbox)
        made = plain.copy()
        spent = watch.stop(activities)
    if made != activities:
        raise RuntimeError(f"The plain code made {made} tasks of {activities}.")
    return spent


class _Plain(Clients, ABC):
    """Copies Salesforce's tasks."""

    def copy(self) -> int:
        """Every Salesforce task becomes a HubSpot task; how many there are."""
        asked = "SELECT Id, Subject, Description, ActivityDate, Status, WhoId FROM Task"
        return self.write(self.salesforce.query_all(asked)["records"])

    @abstractmethod
    def write(self, tasks: Sequence[Any]) -> int:
        """HubSpot tasks for *tasks*; how many were made."""

    def contacts(self, ids: Sequence[str]) -> dict[str, str]:
        """The HubSpot contacts that store these Salesforce ids."""
        models = importlib.import_module("hubspot.crm.contacts")
        values = [one.lower() for one in ids]  # as the search wants them [D-search]
        condition = {"propertyName": _STORED_ID, "operator": "IN", "values": values}
        page = self.hubspot.crm.contacts.search_api.do_search(
            public_object_search_request=models.PublicObjectSearchRequest(
                filter_groups=[{"filters": [condition]}], properties=[_STORED_ID], limit=_PAGE
            )
        )
        return {row.properties[_STORED_ID]: row.id for row in page.results}


class _Batched(_Plain):
    def write(self, tasks: Sequence[Any]) -> int:
        models = importlib.import_module("hubspot.crm.objects")
        contact_of: dict[str, str] = {}
        for ids in parts(sorted({task["WhoId"] for task in tasks}), _VALUES):
            contact_of |= self.contacts(ids)
        made = 0
        for batch in parts(tasks, _BATCH):
            rows = [_row(task, contact_of[task["WhoId"]]) for task in batch]
            answer = self.hubspot.crm.objects.tasks.batch_api.create(
                models.BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows)
            )
            made += len(answer.results)
        return made


class _OneByOne(_Plain):
    def write(self, tasks: Sequence[Any]) -> int:
        models = importlib.import_module("hubspot.crm.objects")
        for task in tasks:
            row = _row(task, self.contacts([task["WhoId"]])[task["WhoId"]])
            self.hubspot.crm.objects.tasks.basic_api.create(
                models.SimplePublicObjectInputForCreate(**row)
            )
        return len(tasks)


def _row(task: Any, contact: str) -> dict[str, Any]:
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TASK_TO_CONTACT}
    return {
        "properties": {
            "hs_task_subject": task["Subject"],
            "hs_task_body": f"<p>{escape(task['Description'] or '')}</p>",
            "hs_task_status": "COMPLETED" if task["Status"] == "Completed" else "NOT_STARTED",
            "hs_timestamp": f"{task['ActivityDate']}T08:00:00Z",
        },
        "associations": [{"to": {"id": contact}, "types": [kind]}],
    }

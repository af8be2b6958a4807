"""
The same job as plain code on the vendors' own clients: hubspot-api-client and simple-salesforce.

Written as their documents show it: no rules, no memory of what was done, no second look, bodies as they
are. It does far less than Tandem, so every ratio is in its favour.
"""

from __future__ import annotations

import importlib
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from tandem.bench.sandbox import Load, SandboxProcess
from tandem.bench.spent import Spent, Watch

__all__ = ["MISSING", "Clients", "copy", "parts"]

_NEEDED = ("hubspot", "simple_salesforce")
MISSING = tuple(name for name in _NEEDED if importlib.util.find_spec(name) is None)
"""Clients that are not installed; without them there is nothing to compare with."""

_CALL = ["hs_call_title", "hs_call_body", "hs_timestamp", "hs_call_duration", "hs_call_direction"]
_CONTACT = ["email", "salesforcecontactid"]
_SEARCH_PAGE = 200  # the most a search answers [D-search]
_ASSOCIATIONS = 1000  # the most ids an associations batch takes [D-assoc]
_BATCH_READ = 100
_COLLECTION = 200  # the most records a collection takes [coll]
_LONGEST_COMMENT = 32_000


def copy(activities: int, *, batched: bool, latency_ms: int = 0) -> Spent:
    """Copy so many calls into tasks, in batches or one by one, and answer what it cost."""
    with SandboxProcess() as sandbox:
        since = sandbox.now()
        sandbox.advance(300)
        sandbox.load(Load(count=activities, contacts=activities))
        sandbox.advance(300)
        sandbox.answer_after(latency_ms)
        plain = _Batched(sandbox) if batched else _OneByOne(sandbox)
        watch = Watch(sandbox)
        made = plain.copy(since)
        spent = watch.stop(activities)
    if made != activities:
        raise RuntimeError(f"The plain code made {made} tasks of {activities} calls.")
    return spent


class Clients:
    """Both clients, signed in."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.hubspot = importlib.import_module("hubspot").HubSpot(
            access_token=sandbox.hubspot_token,
            host=sandbox.hubspot_url,
            base_url=sandbox.hubspot_url,
        )
        self.salesforce = importlib.import_module("simple_salesforce").Salesforce(
            instance_url=sandbox.salesforce_url, session_id=sandbox.salesforce_token
        )
        # The client always speaks TLS; here nobody pays for it.
        self.salesforce.base_url = self.salesforce.base_url.replace("https://", "http://")
        self.task = self.salesforce.Task
        self.task.base_url = self.task.base_url.replace("https://", "http://")


class _Plain(Clients, ABC):
    """Copies HubSpot's calls."""

    def copy(self, since: str) -> int:
        """Every call changed since then becomes a task; how many there are."""
        return sum(self.write(page) for page in self.read(since))

    def read(self, since: str) -> Iterator[Sequence[Any]]:
        """Changed calls, a thousand at a time."""
        models = importlib.import_module("hubspot.crm.objects")
        after: str | None = None
        pending: list[Any] = []
        while True:
            page = self.hubspot.crm.objects.calls.search_api.do_search(
                public_object_search_request=models.PublicObjectSearchRequest(
                    filter_groups=[{"filters": [_since(since)]}],
                    sorts=["hs_lastmodifieddate"],
                    properties=_CALL,
                    limit=_SEARCH_PAGE,
                    after=after,
                )
            )
            pending += page.results
            after = page.paging.next.after if page.paging else None
            if after is None:
                yield pending
                return
            if len(pending) >= _ASSOCIATIONS:
                yield pending
                pending = []

    @abstractmethod
    def write(self, calls: Sequence[Any]) -> int:
        """Tasks for *calls*; how many were made."""


class _Batched(_Plain):
    def write(self, calls: Sequence[Any]) -> int:
        contact_of = self._associated([call.id for call in calls])
        people = self._people(sorted(set(contact_of.values())))
        tasks = [_task(call, people.get(contact_of.get(call.id, ""))) for call in calls]
        return sum(self._created(part) for part in parts(tasks, _COLLECTION))

    def _associated(self, ids: Sequence[str]) -> dict[str, str]:
        models = importlib.import_module("hubspot.crm.associations.v4")
        found: dict[str, str] = {}
        for part in parts(ids, _ASSOCIATIONS):
            answer = self.hubspot.crm.associations.v4.batch_api.get_page(
                "calls",
                "contacts",
                batch_input_public_fetch_associations_batch_request=models.BatchInputPublicFetchAssociationsBatchRequest(
                    inputs=[{"id": one} for one in part]
                ),
            )
            found |= {row._from.id: str(row.to[0].to_object_id) for row in answer.results}
        return found

    def _people(self, ids: Sequence[str]) -> dict[str, str]:
        models = importlib.import_module("hubspot.crm.contacts")
        found: dict[str, str] = {}
        for part in parts(ids, _BATCH_READ):
            answer = self.hubspot.crm.contacts.batch_api.read(
                batch_read_input_simple_public_object_id=models.BatchReadInputSimplePublicObjectId(
                    inputs=[{"id": one} for one in part],
                    properties=_CONTACT,
                    properties_with_history=[],
                )
            )
            found |= {row.id: row.properties["salesforcecontactid"] for row in answer.results}
        return found

    def _created(self, tasks: Sequence[dict[str, Any]]) -> int:
        records = [{"attributes": {"type": "Task"}, **task} for task in tasks]
        answers = self.salesforce.restful(
            "composite/sobjects", method="POST", json={"allOrNone": False, "records": records}
        )
        return sum(bool(answer["success"]) for answer in answers)


class _OneByOne(_Plain):
    def write(self, calls: Sequence[Any]) -> int:
        return sum(self._written(call) for call in calls)

    def _written(self, call: Any) -> bool:
        associated = self.hubspot.crm.associations.v4.basic_api.get_page(
            "calls", call.id, "contacts", limit=500
        )
        contact = self.hubspot.crm.contacts.basic_api.get_by_id(
            str(associated.results[0].to_object_id), properties=_CONTACT
        )
        answer = self.task.create(_task(call, contact.properties["salesforcecontactid"]))
        return bool(answer["success"])


def _since(moment: str) -> dict[str, str]:
    return {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": moment}


def _task(call: Any, who: str | None) -> dict[str, Any]:
    said = call.properties
    return {
        "Subject": said["hs_call_title"],
        "Description": (said["hs_call_body"] or "")[:_LONGEST_COMMENT],
        "ActivityDate": said["hs_timestamp"][:10],
        "Status": "Completed",
        "TaskSubtype": "Call",
        "CallType": said["hs_call_direction"].title(),
        "CallDurationInSeconds": int(said["hs_call_duration"]) // 1000,
        "WhoId": who,
    }


def parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """*items*, so many at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))

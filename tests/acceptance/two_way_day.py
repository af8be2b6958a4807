"""
A day of two-way tasks: something of every way in which a task is written, in both directions.

Each round of it has tasks of its own, all of them prepared at once, so that many rounds share one installation.
What both CRMs must say at the end is known beforehand, record by record: whatever is lost, doubled or left
over shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import requests

from tandem.model import Link
from tests.acceptance.installed import tasks
from tests.support.processes import Crms

__all__ = ["CASES", "NIGHTLY", "Day", "Said"]

CASES = (
    "create in HubSpot",
    "update in HubSpot",
    "move in HubSpot",
    "delete in HubSpot",
    "delete in Salesforce",
    "create in Salesforce",
    "update in Salesforce",
    "edits on both sides",
    "conflict",
)
"""What has to be written, by the words that the subjects of its tasks begin with."""

NIGHTLY = "delete in Salesforce"
"""HubSpot tells of deletions only to whoever asks for each record, which Tandem does once a day."""

_PAIRED = tuple(case for case in CASES if not case.startswith("create") and case != NIGHTLY)
_PRIORITIES = {"HIGH": "High", "MEDIUM": "Normal", "NONE": "Normal", "LOW": "Low"}
_APART = 5.0
"""Seconds between two edits of one field, so that one is the newest."""


class Said(NamedTuple):
    """What a task says, in words that both CRMs share; ``person`` is an address."""

    subject: str
    priority: str
    person: str


@dataclass(slots=True)
class Day:
    """
    ``begin`` makes the tasks of all rounds, ``work`` is what people do in one of them.

    ``living`` and ``deleted`` are what there must be after a sync, ``lost`` the subjects that lost a conflict.
    """

    crms: Crms
    living: Counter[Said] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    _people: dict[str, tuple[str, str]] = field(default_factory=dict)
    _in_salesforce: dict[str, str] = field(default_factory=dict)
    _in_hubspot: dict[str, str] = field(default_factory=dict)

    # ------------------------------------------------------------------ what people do

    def begin(self, rounds: Iterable[str]) -> None:
        """Two people whom both CRMs know, and for each of *rounds* a Salesforce task of every case that needs one."""
        for name in ("ann", "ben"):
            address = f"{name}@example.com"
            properties = {"email": address, "lastname": name}
            contact = self.crms.act("hubspot", "create", object="contacts", properties=properties)
            fields = {"LastName": name, "Email": address}
            person = self.crms.act("salesforce", "create_record", object="Contact", fields=fields)
            self._people[name] = contact["id"], person["id"]
        for each in rounds:
            for case in _PAIRED:
                self._new_in_salesforce(f"{case} {each}")

    def look(self) -> None:
        """Learn which HubSpot task is which, after the sync that made them."""
        self._in_hubspot |= {
            one["properties"]["hs_task_subject"]: one["id"] for one in self._hubspot_tasks()
        }

    def work(self, each: str) -> None:
        """One thing of every case."""
        self._new_in_salesforce(f"create in HubSpot {each}")
        self._new_in_hubspot(f"create in Salesforce {each}")
        self._edit_in_salesforce(f"update in HubSpot {each}", Priority="High")
        self._move(f"move in HubSpot {each}")
        self._delete(f"delete in HubSpot {each}")
        self._edit_in_hubspot(f"update in Salesforce {each}", hs_task_priority="LOW")
        self._edit_in_hubspot(f"edits on both sides {each}", hs_task_priority="HIGH")
        self._edit_in_salesforce(f"edits on both sides {each}", Subject=f"Edited {each}")
        self._edit_in_salesforce(f"conflict {each}", Subject=f"Loser {each}")
        self.crms.advance(_APART)
        self._edit_in_hubspot(f"conflict {each}", hs_task_subject=f"Winner {each}")
        self._expect(f"update in HubSpot {each}", priority="High")
        self._expect(f"update in Salesforce {each}", priority="Low")
        self._expect(f"edits on both sides {each}", subject=f"Edited {each}", priority="High")
        self._expect(f"conflict {each}", subject=f"Winner {each}")
        self.lost[f"Loser {each}"] += 1

    def delete_in_hubspot(self, each: str) -> None:
        """Somebody deletes the HubSpot task of a round whose Salesforce task is then to be deleted."""
        subject = f"{NIGHTLY} {each}"
        self.crms.act("hubspot", "delete", object="tasks", id=self._in_hubspot[subject])
        self._expect_deleted(subject)

    def new_for_deletion(self, each: str) -> None:
        """A task for ``delete_in_hubspot``."""
        self._new_in_salesforce(f"{NIGHTLY} {each}")

    def _new_in_salesforce(self, subject: str) -> None:
        fields = {"Subject": subject, "Priority": "Normal", "WhoId": self._people["ann"][1]}
        made = self.crms.act("salesforce", "create_task", fields=fields)
        self._in_salesforce[subject] = str(made["id"])
        self.living[Said(subject, "Normal", "ann")] += 1

    def _new_in_hubspot(self, subject: str) -> None:
        contacts = [self._people["ann"][0]]
        made = self.crms.act(
            "hubspot", "create_task", subject=subject, priority="MEDIUM", contacts=contacts
        )
        self._in_hubspot[subject] = str(made["id"])
        self.living[Said(subject, "Normal", "ann")] += 1

    def _edit_in_salesforce(self, subject: str, **fields: str) -> None:
        self.crms.act("salesforce", "edit_task", id=self._in_salesforce[subject], fields=fields)

    def _edit_in_hubspot(self, subject: str, **properties: str) -> None:
        task = self._in_hubspot[subject]
        self.crms.act("hubspot", "edit", object="tasks", id=task, properties=properties)

    def _move(self, subject: str) -> None:
        self._edit_in_salesforce(subject, WhoId=self._people["ben"][1])
        self._expect(subject, person="ben")

    def _delete(self, subject: str) -> None:
        self.crms.act("salesforce", "delete_task", id=self._in_salesforce[subject])
        self._expect_deleted(subject)

    def _expect(self, before: str, /, **changes: str) -> None:
        said = Said(before, "Normal", "ann")
        self.living -= Counter([said])
        self.living[said._replace(**changes)] += 1

    def _expect_deleted(self, subject: str) -> None:
        self.living -= Counter([Said(subject, "Normal", "ann")])
        self.deleted[subject] += 1

    # ------------------------------------------------------------------ what became of it

    def cases(self, links: Iterable[Link]) -> set[str]:
        """Which of ``CASES`` the tasks of *links* are."""
        known = {task: subject for subject, task in self._in_hubspot.items()}
        known |= {task: subject for subject, task in self._in_salesforce.items()}
        subjects = {known[link.salesforce_id or link.hubspot_id or ""] for link in links}
        return {case for case in CASES for subject in subjects if subject.startswith(case)}

    def hubspot(self) -> tuple[Counter[Said], Counter[str]]:
        """What HubSpot's tasks say, and the subjects of those in its recycle bin."""
        names = {contact: name for name, (contact, _) in self._people.items()}
        living: Counter[Said] = Counter()
        for one in self._hubspot_tasks():
            about = one["properties"]
            [contact] = one["associations"]["contacts"]["results"]
            priority = _PRIORITIES[about["hs_task_priority"]]
            living[Said(about["hs_task_subject"], priority, names[contact["id"]])] += 1
        return living, Counter(
            one["properties"]["hs_task_subject"] for one in self._hubspot_tasks(archived="true")
        )

    def salesforce(self) -> tuple[Counter[Said], Counter[str]]:
        """The same of Salesforce's tasks."""
        names = {person: name for name, (_, person) in self._people.items()}
        living: Counter[Said] = Counter()
        deleted: Counter[str] = Counter()
        for one in tasks(self.crms, "Id != null"):
            if one["IsDeleted"]:
                deleted[one["Subject"]] += 1
            else:
                living[Said(one["Subject"], one["Priority"], names[one["WhoId"]])] += 1
        return living, deleted

    def _hubspot_tasks(self, **options: str) -> list[dict[str, Any]]:
        path = f"{self.crms.urls['hubspot']}/crm/v3/objects/tasks"
        query: dict[str, str] = {
            "limit": "100",
            "properties": "hs_task_subject,hs_task_priority",
            "associations": "contacts",
            **options,
        }
        headers = {"Authorization": f"Bearer {self.crms.tokens['hubspot']}"}
        found: list[dict[str, Any]] = []
        with requests.Session() as session:
            session.trust_env = False
            while True:
                answer = session.get(path, params=query, headers=headers, timeout=30)
                answer.raise_for_status()
                page = answer.json()
                found += page["results"]
                if "paging" not in page:
                    return found
                query["after"] = page["paging"]["next"]["after"]

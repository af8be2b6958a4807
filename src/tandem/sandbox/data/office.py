"""An hour in which people keep their tasks, in Salesforce and in HubSpot: what they make, and what they change."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tandem.sandbox.data.identity import Record, hubspot_stamp
from tandem.sandbox.data.sample import Sample
from tandem.sandbox.data.texts_en import ENGLISH
from tandem.sandbox.data.texts_ja import JAPANESE

Act = tuple[str, str, dict[str, Any]]
"""The side, the name of an act of its sandbox, and the arguments."""

_WRITTEN = (
    "Subject",
    "Description",
    "ActivityDate",
    "Status",
    "Priority",
    "OwnerId",
    "Type",
    "TaskSubtype",
    "WhoId",
    "WhatId",
)
_LIKE = (
    "salesforce_task_of_queue",
    "salesforce_task_on_lead",
    "salesforce_task_on_nothing",
    "salesforce_task_on_account_only",
    "salesforce_task_on_opportunity_only",
    "salesforce_task_on_unknown_person",
    "salesforce_logged_call",
)
_ORDINARY = 6


def new_tasks(sample: Sample) -> Iterator[Act]:
    """
    Tasks that people make in the Salesforce sandbox holding *sample*: ordinary ones, and one of each kind that
    HubSpot may have no place for.
    """
    tasks = {task["Id"]: task for task in sample.salesforce["records"]["Task"]}
    special = [tasks[sample.cases[case]] for case in _LIKE]
    known = set(sample.counterparts.values())
    ordinary = [
        task
        for task in tasks.values()
        if task["WhoId"] in known and not task["RecurrenceActivityId"] and task not in special
    ]
    active = {user["Id"] for user in sample.salesforce["users"] if user["IsActive"]}
    ordinary = [task for task in ordinary if task["OwnerId"] in active and not _is_head(task)]
    for task in (*ordinary[:_ORDINARY], *special):
        fields = {name: task[name] for name in _WRITTEN if task.get(name) is not None}
        yield "salesforce", "create_task", {"fields": fields}


def edits(sample: Sample, pairs: Mapping[str, str]) -> Iterator[Act]:
    """
    What people change in tasks that are in both CRMs; *pairs* names Salesforce's id by HubSpot's.

    Every act is about a task that is open in *sample*. One task is changed on both sides, and the last one in
    the same field: HubSpot's people write later.
    """
    words = JAPANESE if sample.language == "ja" else ENGLISH
    own = [one["id"] for one in sample.hubspot["objects"]["tasks"] if _is_open(one)]
    chosen = [one for one in own if one in pairs][: len(_CHANGES)]
    due = sample.now + timedelta(days=9)
    texts = _Texts(
        subjects=words.task_subjects,
        body=words.task_bodies[0],
        day=f"{due:%Y-%m-%d}",
        instant=hubspot_stamp(due),
    )
    for hubspot_id, change in zip(chosen, _CHANGES, strict=False):
        in_salesforce, in_hubspot = change(texts)
        if in_salesforce:
            task = {"id": pairs[hubspot_id], "fields": in_salesforce}
            yield "salesforce", "edit_task", task
        if in_hubspot:
            yield "hubspot", "edit", {"object": "tasks", "id": hubspot_id, "properties": in_hubspot}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    subjects: tuple[str, ...]
    body: str
    day: str
    instant: str


_Change = Callable[[_Texts], tuple[dict[str, Any], dict[str, Any]]]

_CHANGES: tuple[_Change, ...] = (
    lambda words: ({"Status": "Completed"}, {}),
    lambda words: ({}, {"hs_task_status": "COMPLETED"}),
    lambda words: ({"Subject": words.subjects[0]}, {}),
    lambda words: ({}, {"hs_task_subject": words.subjects[1]}),
    lambda words: ({"Description": None}, {}),
    lambda words: ({}, {"hs_task_body": f"<p>{words.body}</p>"}),
    lambda words: ({"ActivityDate": words.day}, {}),
    lambda words: ({}, {"hs_timestamp": words.instant}),
    lambda words: ({"Priority": "High"}, {"hs_task_subject": words.subjects[2]}),
    lambda words: ({"Subject": words.subjects[3]}, {"hs_task_subject": words.subjects[4]}),
)
"""One task each: what is changed in Salesforce, and what in HubSpot."""


def _is_open(task: Record) -> bool:
    return bool(task["properties"]["hs_task_status"] != "COMPLETED")


def _is_head(task: Record) -> bool:
    return bool(task["IsRecurrence"] or task["IsArchived"])

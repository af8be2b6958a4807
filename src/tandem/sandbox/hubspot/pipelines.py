"""Pipelines and their stages. A task's status is a stage of the one task pipeline [F-airbyte]."""

from dataclasses import dataclass, field
from typing import Any

from tandem.sandbox.hubspot.errors import invalid, not_found
from tandem.sandbox.hubspot.values import stamp

TASK_PIPELINE = "3d314325-1b2a-4225-9388-375f49c57ec3"
_MADE = 1_577_836_800_000  # 2020-01-01, before any sample record


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage; `status` is the task status it stands for, None for stages an admin added."""

    id: str
    label: str
    is_closed: bool
    status: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    created: int = _MADE

    def to_json(self, order: int) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": order,
            "metadata": dict(self.metadata),
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.created),
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            "archived": False,
        }


@dataclass(slots=True, kw_only=True)
class Pipeline:
    """One pipeline with its stages in order."""

    id: str
    label: str
    stages: list[Stage] = field(default_factory=list)
    created: int = _MADE

    def stage(self, stage_id: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": 0,
            "stages": [stage.to_json(at) for at, stage in enumerate(self.stages)],
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.created),
            "archived": False,
        }


class Pipelines:
    """The pipelines of an account by kind of record."""

    def __init__(self) -> None:
        self._by_kind = {
            "tasks": [_task_pipeline()],
            "deals": [_deal_pipeline()],
            "tickets": [_ticket_pipeline()],
        }
        self._next_id = 1_000_000_001

    def of(self, kind: str) -> list[Pipeline]:
        """The pipelines of a kind; 404 for kinds that have none."""
        if kind not in self._by_kind:
            raise not_found(f"There are no pipelines for {kind}")
        return self._by_kind[kind]

    def pipeline(self, kind: str, pipeline_id: str) -> Pipeline:
        for pipeline in self.of(kind):
            if pipeline.id == pipeline_id:
                return pipeline
        raise not_found(f"Pipeline {pipeline_id} does not exist")

    def stage(self, kind: str, stage_id: str) -> Stage | None:
        """The stage of that id in any pipeline of a kind."""
        for pipeline in self.of(kind):
            found = pipeline.stage(stage_id)
            if found is not None:
                return found
        return None

    def add_stage(self, kind: str, label: str, *, is_closed: bool, now_ms: int) -> Stage:
        """What an admin does in the settings; added stages have numeric ids."""
        if not label:
            raise invalid("A stage needs a label")
        stage = Stage(
            id=str(self._next_id),
            label=label,
            is_closed=is_closed,
            metadata=_task_metadata(is_closed),
            created=now_ms,
        )
        self._next_id += 1
        self.of(kind)[0].stages.append(stage)
        return stage

    def remove_stage(self, kind: str, stage_id: str) -> None:
        """What an admin does in the settings."""
        for pipeline in self.of(kind):
            found = pipeline.stage(stage_id)
            if found is not None:
                pipeline.stages.remove(found)
                return
        raise not_found(f"Stage {stage_id} does not exist")

    def task_stage_of(self, status: str) -> Stage | None:
        """The task stage that a status stands for, by status, id or label."""
        for stage in self.of("tasks")[0].stages:
            if status in (stage.status, stage.id, _as_status(stage.label)):
                return stage
        return None

    def task_status_of(self, stage: Stage, rule: str) -> str:
        """
        What `hs_task_status` says in a stage. For added stages no document tells: *rule* is "id",
        "label" (in capitals) or "closest" (COMPLETED or NOT_STARTED).
        """
        if stage.status is not None:
            return stage.status
        if rule == "id":
            return stage.id
        if rule == "label":
            return _as_status(stage.label)
        return "COMPLETED" if stage.is_closed else "NOT_STARTED"


def _as_status(label: str) -> str:
    return label.strip().upper().replace(" ", "_")


def _task_metadata(is_closed: bool) -> tuple[tuple[str, str], ...]:
    # Booleans in stage metadata are strings [F-airbyte].
    state = "CLOSED" if is_closed else "OPEN"
    return (("isClosed", "true" if is_closed else "false"), ("state", state))


def _task_pipeline() -> Pipeline:
    declared = (
        ("af0e6a5c-2ea3-4c72-b69f-7c6cb3fdb591", "Not Started", "NOT_STARTED", False),
        ("60b5c368-04c4-4d32-9b4a-457e159f49b7", "In progress", "IN_PROGRESS", False),
        ("dd5826e4-c976-4654-a527-b59ada542e52", "Waiting", "WAITING", False),
        ("61bafb31-e7fa-46ed-aaa9-1322438d6e67", "Completed", "COMPLETED", True),
        ("fc8148fb-3a2d-4b59-834e-69b7859347cb", "Deferred", "DEFERRED", False),
    )
    stages = [
        Stage(
            id=stage_id,
            label=label,
            is_closed=is_closed,
            status=status,
            metadata=_task_metadata(is_closed),
        )
        for stage_id, label, status, is_closed in declared
    ]
    return Pipeline(id=TASK_PIPELINE, label="Task pipeline", stages=stages)


def _deal_pipeline() -> Pipeline:
    declared = (
        ("appointmentscheduled", "Appointment Scheduled", "0.2", False),
        ("qualifiedtobuy", "Qualified To Buy", "0.4", False),
        ("presentationscheduled", "Presentation Scheduled", "0.6", False),
        ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8", False),
        ("contractsent", "Contract Sent", "0.9", False),
        ("closedwon", "Closed Won", "1.0", True),
        ("closedlost", "Closed Lost", "0.0", True),
    )
    stages = [
        Stage(
            id=stage_id,
            label=label,
            is_closed=is_closed,
            metadata=(
                ("isClosed", "true" if is_closed else "false"),
                ("probability", probability),
            ),
        )
        for stage_id, label, probability, is_closed in declared
    ]
    return Pipeline(id="default", label="Sales Pipeline", stages=stages)


def _ticket_pipeline() -> Pipeline:
    declared = (("1", "New"), ("2", "Waiting on contact"), ("3", "Waiting on us"), ("4", "Closed"))
    stages = [
        Stage(
            id=stage_id,
            label=label,
            is_closed=label == "Closed",
            metadata=(
                ("ticketState", "CLOSED" if label == "Closed" else "OPEN"),
                ("isClosed", "true" if label == "Closed" else "false"),
            ),
        )
        for stage_id, label in declared
    ]
    return Pipeline(id="0", label="Support Pipeline", stages=stages)

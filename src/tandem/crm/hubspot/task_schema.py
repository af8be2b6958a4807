"""
What the tasks of an account can say: the options of their properties, and the pipeline behind their status.

A status is a stage of the one task pipeline, to which administrators may add [F-airbyte]. Which stage an option
of ``hs_task_status`` stands for is told nowhere in so many words: the default stages have known ids, an added
one is found by its id or its label.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from tandem.crm.caller import Call, Caller
from tandem.crm.hubspot import paths
from tandem.errors import AccessLost, Rejected
from tandem.mapping.hubspot import KEY_PROPERTY
from tandem.model import KeyProperty, Side, TaskSchema, TaskStage

__all__ = ["create_key_property", "task_schema"]

_STATUS, _PRIORITY, _TYPE = "hs_task_status", "hs_task_priority", "hs_task_type"
_DEFAULT_STAGES = {
    "af0e6a5c-2ea3-4c72-b69f-7c6cb3fdb591": "NOT_STARTED",
    "60b5c368-04c4-4d32-9b4a-457e159f49b7": "IN_PROGRESS",
    "dd5826e4-c976-4654-a527-b59ada542e52": "WAITING",
    "61bafb31-e7fa-46ed-aaa9-1322438d6e67": "COMPLETED",
    "fc8148fb-3a2d-4b59-834e-69b7859347cb": "DEFERRED",
}
"""The statuses that the stages of an untouched account stand for [F-airbyte]."""
_COMPLETED = "COMPLETED"
_GROUP = "task_information"


class _Option(msgspec.Struct, frozen=True, rename="camel"):
    value: str
    label: str = ""
    display_order: int = -1


class _Definition(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    group_name: str = ""
    options: list[_Option] = []
    has_unique_value: bool = False
    archived: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(option.value for option in self.options if option.value)


class _Definitions(msgspec.Struct, frozen=True):
    results: list[_Definition] = []


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    is_closed: str | bool = "false"  # booleans of a stage are strings


class _Stage(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    label: str = ""
    display_order: int = 0
    metadata: _Metadata = _Metadata()
    archived: bool = False

    @property
    def is_closed(self) -> bool:
        return str(self.metadata.is_closed).lower() == "true"


class _Pipeline(msgspec.Struct, frozen=True):
    id: str
    stages: list[_Stage] = []


class _Pipelines(msgspec.Struct, frozen=True):
    results: list[_Pipeline] = []


_definition = msgspec.json.Decoder(_Definition)
_definitions = msgspec.json.Decoder(_Definitions)
_pipelines = msgspec.json.Decoder(_Pipelines)


async def task_schema(caller: Caller) -> TaskSchema:
    """Two calls: the definitions of four properties, and the pipeline."""
    found, stages = await asyncio.gather(
        _definitions_of(caller, _STATUS, _PRIORITY, _TYPE, KEY_PROPERTY), _stages(caller)
    )
    options = {name: definition.values for name, definition in found.items()}
    status = found.get(_STATUS)
    return TaskSchema(
        key=_key_of(found.get(KEY_PROPERTY)),
        statuses=_statuses(status.options if status else (), stages),
        priorities=options.get(_PRIORITY, ()),
        types=options.get(_TYPE, ()),
    )


async def _definitions_of(caller: Caller, *names: str) -> Mapping[str, _Definition]:
    """Those of the properties that exist; HubSpot reports the others as not found."""
    asked = {"archived": False, "inputs": [{"name": name} for name in names]}
    call = Call(
        operation="task properties",
        method="POST",
        path=f"{paths.properties('tasks')}/batch/read",
        body=msgspec.json.encode(asked),
    )
    answer = await caller.fetch(call, _definitions)
    return {one.name: one for one in answer.results if not one.archived}


async def _stages(caller: Caller) -> Sequence[_Stage]:
    call = Call(operation="task pipeline", path=paths.pipelines("tasks"))
    try:
        answer = await caller.fetch(call, _pipelines)
    except (AccessLost, Rejected) as error:
        if error.status in (403, 404):
            return ()  # without it the options alone tell, and COMPLETED is what is closed
        raise
    return [stage for one in answer.results for stage in one.stages if not stage.archived]


def _statuses(options: Sequence[_Option], stages: Sequence[_Stage]) -> tuple[TaskStage, ...]:
    found = []
    for place, option in enumerate(options):
        stage = _stage_of(option, stages)
        found.append(
            TaskStage(
                value=option.value,
                label=option.label or (stage.label if stage else "") or option.value,
                closed=stage.is_closed if stage else option.value == _COMPLETED,
                order=stage.display_order if stage else len(stages) + place,
            )
        )
    return tuple(sorted(found, key=lambda one: one.order))


def _stage_of(option: _Option, stages: Sequence[_Stage]) -> _Stage | None:
    by_id = {stage.id: stage for stage in stages}
    if option.value in by_id:
        return by_id[option.value]
    known = next((each for each, value in _DEFAULT_STAGES.items() if value == option.value), None)
    if known in by_id:
        return by_id[known]
    words = {_plain(option.label), _plain(option.value)} - {""}
    return next((stage for stage in stages if _plain(stage.label) in words), None)


def _plain(text: str) -> str:
    return text.replace("_", " ").strip().casefold()


def _key_of(definition: _Definition | None) -> KeyProperty:
    if definition is None:
        return KeyProperty.NONE
    return KeyProperty.UNIQUE if definition.has_unique_value else KeyProperty.PLAIN


# --------------------------------------------------------------------------- the key property


async def create_key_property(caller: Caller) -> KeyProperty:
    """
    The key property as it is afterwards. An existing one is left alone: that it should be unique cannot be
    said later [D-props].

    Whether activities accept a unique property is stated nowhere, so it is tried.
    """
    found = await _definitions_of(caller, _STATUS, KEY_PROPERTY)
    if KEY_PROPERTY in found:
        return _key_of(found[KEY_PROPERTY])
    group = found[_STATUS].group_name if _STATUS in found else ""
    for is_unique in (True, False):
        try:
            return _key_of(await _define(caller, group or _GROUP, is_unique=is_unique))
        except AccessLost as error:
            raise _by_hand(error) from error
        except Rejected as error:
            if error.status == 409:
                return await _made_meanwhile(caller, error)
    return KeyProperty.NONE


async def _define(caller: Caller, group: str, *, is_unique: bool) -> _Definition:
    asked = {
        "name": KEY_PROPERTY,
        "label": "Tandem key",
        "description": "Marks the tasks that Tandem wrote; keeps them from being written twice.",
        "groupName": group,
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": is_unique,
        "formField": False,
    }
    call = Call(
        operation="create key property",
        method="POST",
        path=paths.properties("tasks"),
        body=msgspec.json.encode(asked),
        is_write=True,
    )
    return await caller.fetch(call, _definition)


async def _made_meanwhile(caller: Caller, error: Rejected) -> KeyProperty:
    """The name is taken: by somebody who was quicker, or by a property in the recycle bin."""
    found = await _definitions_of(caller, KEY_PROPERTY)
    if KEY_PROPERTY in found:
        return _key_of(found[KEY_PROPERTY])
    raise AccessLost(
        f"HubSpot's tasks had a property {KEY_PROPERTY} that was deleted. An administrator can restore it "
        "in Settings > Properties > Task properties > Archived properties, or delete it there for good.",
        side=Side.HUBSPOT,
        operation="create key property",
        status=error.status,
        code=error.code,
        request_id=error.request_id,
    ) from error


def _by_hand(cause: AccessLost) -> AccessLost:
    return AccessLost(
        f"Tandem may not create the property {KEY_PROPERTY} on tasks ({cause}). Either give the app or key the "
        "scopes crm.objects.contacts.write and crm.schemas.contacts.write and connect again, or have an "
        "administrator create it in Settings > Properties > Task properties > Create property: single-line "
        f"text, internal name {KEY_PROPERTY}, with 'Require unique values' where HubSpot offers it.",
        side=Side.HUBSPOT,
        operation="create key property",
        status=cause.status,
        code=cause.code,
        request_id=cause.request_id,
    )

"""
Edits on one side, timed until the other side has them: inside the process of the simulated CRMs.

Both moments are read from one clock, where the records are, so that neither is the word of who is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tandem.sandbox.server import Sandbox

__all__ = ["Crossings"]

_LOOK_EVERY = 0.005
_HUBSPOT = "hubspot"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """One edit under way: the *text* that the task *other* is to have, and since when."""

    side: str
    other: str
    text: str
    began: float


class Crossings:
    """Edits tasks as a person would, and looks every 5 ms which of those edits have arrived."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._under_way: list[_Edit] = []
        self._arrived: list[tuple[str, float]] = []
        self._looking: asyncio.Task[None] | None = None

    def edit(self, side: str, task: str, other: str, text: str) -> None:
        """A person gives *task* of *side* the subject *text*; its counterpart is *other*."""
        began = time.perf_counter()
        if side == _HUBSPOT:
            named = {"hs_task_subject": text}
            self._sandbox.hubspot.act("edit", {"object": "tasks", "id": task, "properties": named})
        else:
            self._sandbox.salesforce.act("edit_task", {"id": task, "fields": {"Subject": text}})
        self._under_way.append(_Edit(side=side, other=other, text=text, began=began))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    def taken(self) -> Mapping[str, Any]:
        """What has arrived since this was last asked, in seconds by the side of the edit, and how many have not."""
        arrived, self._arrived = self._arrived, []
        return {"arrived": arrived, "under_way": len(self._under_way)}

    async def _look(self) -> None:
        while self._under_way:
            now = time.perf_counter()
            here = [each for each in self._under_way if self._has_arrived(each)]
            self._arrived += [(each.side, now - each.began) for each in here]
            self._under_way = [each for each in self._under_way if each not in here]
            await asyncio.sleep(_LOOK_EVERY)

    def _has_arrived(self, edit: _Edit) -> bool:
        if edit.side == _HUBSPOT:
            row = self._sandbox.salesforce.store.table("Task").raw[edit.other]
            return bool(row["Subject"] == edit.text)
        record = self._sandbox.hubspot.crm.tables["tasks"].live[int(edit.other)]
        return bool(record.values["hs_task_subject"] == edit.text)

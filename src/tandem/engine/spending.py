"""What one run has spent of its accounts' calls, and what of it is saved already."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.engine.connectors import Connected
from tandem.model import Side

__all__ = ["Spending"]


class Spending:
    """The calls of one run, as *counted*; ``connected`` is None until there is somebody to call."""

    def __init__(self, counted: Mapping[Side, int]) -> None:
        self.connected: Connected | None = None
        self._counted = counted
        self._saved: Mapping[Side, int] = {}

    def calls(self) -> dict[Side, int]:
        return {side: self._counted.get(side, 0) for side in Side}

    def unsaved(self) -> dict[Side, int]:
        """Those that were not answered before."""
        calls = self.calls()
        fresh = {side: n - self._saved.get(side, 0) for side, n in calls.items()}
        self._saved = calls
        return fresh

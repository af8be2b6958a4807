"""
A history as a list of moments: what people do, what breaks, when Tandem runs.

A story is made from a seed before anything happens, and says everything that happens. So moments can be
left out: an act on something that is not there is not done, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tandem.model import Kind
from tandem.simulation.world import Crash

__all__ = ["Act", "Keep", "Moment", "Pause", "PutBack", "Setting", "Story", "Sync", "Trouble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Somebody in ``where`` (``hubspot``, ``salesforce``, ``tandem``) does ``verb`` to ``on``."""

    where: str
    verb: str
    on: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> str:
        words = self.verb.replace("_", " ")
        about = "; ".join(f"{name} {_words(value)}" for name, value in self.given.items())
        who = {"hubspot": "in HubSpot", "salesforce": "in Salesforce", "tandem": "in Tandem"}
        on = f" {self.on}" if self.on else ""
        return f"{who[self.where]} somebody does: {words}{on}" + (f" ({about})" if about else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault of the simulated CRM is armed."""

    side: str
    rule: Mapping[str, Any]

    def told(self) -> str:
        details = {name: value for name, value in self.rule.items() if name != "kind"}
        about = "; ".join(f"{name} {_words(value)}" for name, value in details.items())
        return f"trouble in {self.side}: {self.rule['kind']} ({about})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Time passes."""

    seconds: float

    def told(self) -> str:
        return f"{_span(self.seconds)} pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """Tandem runs: one process for each of ``crashes``, at once; people go on meanwhile."""

    crashes: tuple[Crash | None, ...] = (None,)
    meanwhile: tuple[tuple[float, Act], ...] = ()

    def told(self) -> str:
        ends = [crash.told() for crash in self.crashes if crash is not None]
        words = "Tandem runs" if len(self.crashes) == 1 else f"{len(self.crashes)} workers run"
        lines = [words + (f", {' and '.join(ends)}" if ends else "")]
        lines += [f"    {seconds:.2f} s into it {act.told()}" for seconds, act in self.meanwhile]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Keep:
    """Tandem's database is backed up."""

    def told(self) -> str:
        return "Tandem's database is backed up"


@dataclass(frozen=True, slots=True)
class PutBack:
    """Tandem's database is restored from the last backup."""

    def told(self) -> str:
        return "Tandem's database is restored from that backup"


Moment = Act | Trouble | Pause | Sync | Keep | PutBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a history begins with."""

    kinds: tuple[Kind, ...]
    zone: str = "Asia/Tokyo"
    language: str = "en"
    delete_policy: str = "keep"
    conflict_rule: str = "newest"
    task_sync: bool = False
    has_key_field: bool = True
    has_unique_property: bool = True
    has_feeds: bool = False
    later: float = 0.0
    """Seconds after the usual beginning: so that clocks are changed within some histories."""
    switches: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> str:
        lines = [
            f"HubSpot's account is in {self.zone}; deleted records: {self.delete_policy}",
            f"kinds that are on: {', '.join(self.kinds)}",
        ]
        if self.task_sync:
            lines.append(f"Salesforce task sync is on; conflicts: {self.conflict_rule}")
        if not self.has_key_field:
            lines.append("Tandem may not make its key field in Salesforce")
        if not self.has_unique_property:
            lines.append("HubSpot refuses a unique property on tasks")
        if self.has_feeds:
            lines.append("both CRMs tell of changes by their feeds")
        lines += [f"switch {name}: {value}" for name, value in self.switches.items()]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One history: the ``seed`` decides what is left open, which request overtakes which."""

    seed: int
    setting: Setting
    moments: tuple[Moment, ...]

    def told(self) -> str:
        """The story in plain words, a line for each moment."""
        lines = [f"  {line}" for line in self.setting.told().splitlines()]
        for number, moment in enumerate(self.moments, 1):
            first, *more = moment.told().splitlines()
            lines += [f"{number:3}. {first}", *(f"     {line.strip()}" for line in more)]
        return "\n".join(lines)

    def of(self, moments: tuple[Moment, ...]) -> Story:
        return replace(self, moments=moments)


def _words(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "nobody"
    return "nothing" if value is None else str(value)


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:g} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"

"""Whether this program can do its work now: asked by whoever starts, watches and replaces programs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from tandem.clock import Clock
from tandem.errors import StoreError
from tandem.store.readiness import Readiness as StoreReadiness
from tandem.store.store import Store

__all__ = ["Readiness", "Ready"]

_HOLDS = 1.0
_PATIENCE = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """
    What was found: nothing in ``reasons`` means ready.

    Reasons are codes: ``database`` does not answer, ``migrations`` are missing, the ``key`` is not that of the
    database, the worker is still ``starting``, or its ``heartbeat`` is too old.
    """

    reasons: tuple[str, ...] = ()
    heartbeat_seconds: float | None = None

    @property
    def is_ready(self) -> bool:
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"ready": self.is_ready, "reasons": list(self.reasons)}
        if self.heartbeat_seconds is not None:
            told["heartbeat_seconds"] = round(self.heartbeat_seconds, 1)
        return told


@dataclass(slots=True, kw_only=True)
class Readiness:
    """
    Asks the database at most once a second, however many ask; ``worker`` is the name under which this program is
    among the workers, None where it tells nobody that it lives.
    """

    store: Store
    clock: Clock
    worker: str | None = None
    dead_after: float = 30.0
    _found: Ready | None = None
    _found_at: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self) -> Ready:
        async with self._turn:
            if self._found is None or self.clock.monotonic() - self._found_at >= _HOLDS:
                self._found = await self._look()
                self._found_at = self.clock.monotonic()
            return self._found

    async def _look(self) -> Ready:
        now = self.clock.now()
        try:
            async with asyncio.timeout(_PATIENCE):
                trouble = await self.store.run(StoreReadiness.of(self.store).trouble)
                seen_at = None if trouble else await self._seen_at(now)
        except (StoreError, TimeoutError) as error:
            _log.warning("readiness.store_trouble", message=str(error) or type(error).__name__)
            return Ready(reasons=("database",))
        if trouble:
            return Ready(reasons=(trouble,))
        if self.worker is None:
            return Ready()
        if seen_at is None:
            return Ready(reasons=("starting",))
        age = max((now - seen_at).total_seconds(), 0.0)
        reasons = ("heartbeat",) if age > self.dead_after else ()
        return Ready(reasons=reasons, heartbeat_seconds=age)

    async def _seen_at(self, now: datetime) -> datetime | None:
        if self.worker is None:
            return None
        workers = await self.store.run(self.store.workers, now)
        return next((each.seen_at for each in workers if each.name == self.worker), None)

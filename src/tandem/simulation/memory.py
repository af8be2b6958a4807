"""Tandem's database as a simulation keeps it: in memory, put back in microseconds, lost to the dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection

from tandem.simulation.loop import VirtualClock
from tandem.store.database import Database
from tandem.store.keyring import Keyring
from tandem.store.sqlite import WRITES
from tandem.store.store import Store

__all__ = ["Memory", "Mortal", "memory"]

P = ParamSpec("P")
T = TypeVar("T")

_KEY = bytes(range(32))


class Memory:
    """
    One database for the life of this process, put back for each history.

    Compiled statements stay, so that a history costs no second compilation.
    """

    def __init__(self) -> None:
        self._now: Callable[[], datetime] = VirtualClock().now
        self.store = Store("sqlite://", Keyring.of(_KEY), clock=lambda: self._now()).open()
        self._database = _Resident(self.store._database)
        self.store._database = self._database
        self._empty = self.image()

    def begin(self, clock: VirtualClock) -> None:
        """Forget everything; from now on *clock* tells the time."""
        self._now = clock.now
        self.put_back(self._empty)

    def image(self) -> bytes:
        """Everything as it is now."""
        return bytes(self._database.raw.serialize())

    def put_back(self, image: bytes) -> None:
        """Everything as it was."""
        self._database.raw.deserialize(image)


@cache
def memory() -> Memory:
    """The one database of this process."""
    return Memory()


class _Resident(Database):
    """
    A database whose one connection stays open and belongs to nobody else.

    Borrowing it anew for each of a run's hundred transactions costs a tenth of the run.
    """

    def __init__(self, opened: Database) -> None:
        self.__dict__.update(opened.__dict__)
        self._kept = self.engine.connect().execution_options(**{WRITES: False})
        self.raw: Any = self._kept.connection.driver_connection

    @contextmanager
    def _transaction(self, options: Mapping[str, Any]) -> Iterator[Connection]:
        joined: Connection | None = getattr(self._local, "connection", None)
        if joined is not None:
            yield joined
            return
        with self._told(), self._kept.begin():
            self._local.connection = self._kept
            try:
                yield self._kept
            finally:
                self._local.connection = None


class Mortal(Store):
    """The database as one process sees it; *check* raises for a killed one, of which it takes nothing more."""

    def __init__(self, store: Store, check: Callable[[], None]) -> None:
        self.__dict__.update(store.__dict__)
        self._check_alive = check

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._check_alive()
        return await super().run(work, *args, **kwargs)

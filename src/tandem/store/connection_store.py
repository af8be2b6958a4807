"""One connection's view of the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from tandem.store.accounts import Calls
from tandem.store.conflicts import Conflicts
from tandem.store.hints import ConnectionHints
from tandem.store.keyring import Marker
from tandem.store.links import Links
from tandem.store.parked import Parked
from tandem.store.people import Caches, Pairs, People
from tandem.store.retention import Retention
from tandem.store.runs import Runs

__all__ = ["ConnectionStore"]

P = ParamSpec("P")
T = TypeVar("T")


class ConnectionStore(
    Retention, Links, Parked, Conflicts, People, Caches, Pairs, Runs, Calls, ConnectionHints
):
    """Everything remembered for one connection; no query of it sees another's rows."""

    def marker(self) -> Marker:
        """Marks texts for this connection: the same text gives the same mark, in every run."""
        return self._keyring.marker(f"connection {self.connection_id}")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ``Store.run``."""
        if self._database.dialect.is_inline:
            return work(*args, **kwargs)
        return await asyncio.to_thread(work, *args, **kwargs)

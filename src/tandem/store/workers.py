"""The programs that work on this database: who they are, whether they live, what they run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tandem.store.encoding import to_json
from tandem.store.parts import StorePart
from tandem.store.tables import connection, lease
from tandem.store.tables_workers import account_budget, worker

__all__ = ["WorkerRow", "Workers"]

_CONNECTION = "connection "
_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """
    One program that runs connections: ``name`` is the one it holds leases under, ``role`` serve or worker.

    ``seen_at`` is its last heartbeat, ``slots`` how many runs it may have under way; ``runs`` names the
    connections it is running now.
    """

    name: str
    host: str
    version: str
    role: str
    slots: int
    started_at: datetime
    seen_at: datetime
    runs: tuple[str, ...] = ()


class Workers(StorePart):
    """Workers, and what they tell each other of the accounts' budgets."""

    def report_worker(self, row: WorkerRow) -> None:
        """The worker lives; those that have been silent for an hour are forgotten."""
        values = {
            "name": row.name,
            "host": row.host,
            "version": row.version,
            "role": row.role,
            "slots": row.slots,
            "started_at": row.started_at,
            "seen_at": row.seen_at,
        }
        with self._database.writing() as database:
            self._database.upsert(database, worker, [values])
            silent = worker.c.seen_at < row.seen_at - _FORGOTTEN_AFTER
            database.execute(worker.delete().where(silent))

    def remove_worker(self, name: str) -> None:
        """The worker has ended in good order."""
        with self._database.writing() as database:
            database.execute(worker.delete().where(worker.c.name == name))

    def workers(self, now: datetime) -> list[WorkerRow]:
        """All that were seen within the hour, with what they run by the leases they hold."""
        held = select(lease.c.owner, lease.c.name).where(
            lease.c.expires_at > now, lease.c.name.startswith(_CONNECTION)
        )
        with self._database.reading() as database:
            rows = database.execute(select(worker).order_by(worker.c.name)).all()
            leases = database.execute(held).all()
            ids = [int(each.name.removeprefix(_CONNECTION)) for each in leases]
            named = select(connection.c.id, connection.c.name).where(connection.c.id.in_(ids))
            names = {each.id: each.name for each in database.execute(named)}
        runs: dict[str, list[str]] = {}
        for each, connection_id in zip(leases, ids, strict=True):
            runs.setdefault(each.owner, []).append(names.get(connection_id, str(connection_id)))
        return [
            WorkerRow(
                name=row.name,
                host=row.host,
                version=row.version,
                role=row.role,
                slots=row.slots,
                started_at=row.started_at,
                seen_at=row.seen_at,
                runs=tuple(sorted(runs.get(row.name, ()))),
            )
            for row in rows
        ]

    def save_budget(self, account_id: int, state: Mapping[str, Any], at: datetime) -> None:
        """What is left of an account's limits, for whoever calls it next."""
        row = {"account_id": account_id, "state": to_json(state), "saved_at": at}
        with self._database.writing() as database:
            self._database.upsert(database, account_budget, [row])

    def budget(self, account_id: int) -> tuple[Mapping[str, Any], datetime] | None:
        """What was left at the moment named; None where nobody has called the account yet."""
        statement = select(account_budget).where(account_budget.c.account_id == account_id)
        with self._database.reading() as database:
            row = database.execute(statement).first()
        return None if row is None else (json.loads(row.state), row.saved_at)

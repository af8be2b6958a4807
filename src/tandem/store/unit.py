"""What is saved together under the lease: links, their history, checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as DatabaseConnection

from tandem.model import Link
from tandem.store.database import Database
from tandem.store.encoding import to_json, to_json_bytes
from tandem.store.keyring import Keyring
from tandem.store.parts import Clock, ConnectionPart
from tandem.store.rows import History, KeptConflict
from tandem.store.tables import checkpoint, conflict, history, link

__all__ = ["Unit"]

_FIXED = ("kind",)  # the key is made of it; its index needs no new entry


class Unit(ConnectionPart):
    """One transaction under the lease; see ``ConnectionStore.transaction``."""

    def __init__(
        self,
        database_of: Database,
        keyring: Keyring,
        clock: Clock,
        connection_id: int,
        *,
        database: DatabaseConnection,
    ) -> None:
        super().__init__(database_of, keyring, clock, connection_id)
        self._transaction = database

    def save_links(self, links: Sequence[Link]) -> None:
        """Insert or replace links by key, as many as there are."""
        rows = [self._link_row(each) for each in links]
        self._database.upsert(self._transaction, link, rows, keep=_FIXED)

    def append_history(self, rows: Sequence[History]) -> None:
        """Add to what happened; details are encrypted, since they hold lost texts in full."""
        made = [self._history_row(row) for row in rows]
        self._database.insert(self._transaction, history, made)

    def keep_conflicts(self, rows: Sequence[KeptConflict]) -> None:
        """Keep the values that lost a conflict in full, encrypted."""
        made = [
            self._row(
                key=row.key,
                field=str(row.field),
                winner=str(row.winner),
                at=row.at,
                run_id=row.run_id,
                detail=self._keyring.encrypt(
                    to_json_bytes({"lost": dict(row.lost), "kept": dict(row.kept)}),
                    context=self._conflict_context(row.key),
                ),
                restored_by="",
            )
            for row in rows
        ]
        self._database.insert(self._transaction, conflict, made)

    def set_checkpoint(
        self, name: str, value: Mapping[str, Any], at: datetime | None = None
    ) -> None:
        """How far the feed *name* is read, saved together with what was read."""
        row = self._row(name=name, value=to_json(value), saved_at=at or self._clock())
        self._database.upsert(self._transaction, checkpoint, [row])

    def _link_row(self, each: Link) -> dict[str, Any]:
        payload = each.payload
        if payload is not None:
            context = self._payload_context(each.key)
            payload = self._keyring.encrypt(payload, context=context)
        return {
            "connection_id": self.connection_id,
            "key": each.key,
            "kind": str(each.kind),
            "hubspot_id": each.hubspot_id or "",
            "state": str(each.state),
            "reason": each.reason,
            "detail": each.detail,
            "salesforce_id": each.salesforce_id,
            "hubspot": to_json(each.hubspot),
            "salesforce": to_json(each.salesforce),
            "intent": None if each.intent is None else to_json(each.intent),
            "contact_id": each.contact_id,
            "created_at": each.created_at,
            "modified_at": each.modified_at,
            "salesforce_modified_at": each.salesforce_modified_at,
            "first_seen_at": each.first_seen_at,
            "due_at": each.due_at,
            "attempts": each.attempts,
            "looks": each.looks,
            "payload": payload,
            "run_id": each.run_id,
            "settings_version": each.settings_version,
        }

    def _history_row(self, row: History) -> dict[str, Any]:
        detail = None
        if row.detail:
            context = self._history_context(row.key)
            detail = self._keyring.encrypt(to_json_bytes(row.detail), context=context)
        return self._row(key=row.key, at=row.at, run_id=row.run_id, what=row.what, detail=detail)

"""Who the tasks that were written lately are assigned to, by the owner of their activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tandem.model import Field
from tandem.store.encoding import fields_from
from tandem.store.parts import StorePart
from tandem.store.store import Store
from tandem.store.tables import history, link

__all__ = ["Assigned", "Assignments"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Of one HubSpot owner's activities: how many tasks, and how many of them one user has."""

    tasks: int = 0
    with_user: int = 0


class Assignments(StorePart):
    """Counts over what was created last, so that a page costs the same however much was ever written."""

    @classmethod
    def of(cls, store: Store) -> Assignments:
        return cls(store._database, store._keyring, store._clock)

    def lately(
        self, connection_id: int, user_id: str, limit: int = 1_000
    ) -> Mapping[str | None, Assigned]:
        """By HubSpot owner id, None where there is none; counted are the tasks that *user_id* has."""
        newest = (
            select(history.c.key)
            .where(history.c.connection_id == connection_id, history.c.what == "created")
            .order_by(history.c.at.desc())
            .limit(limit)
            .subquery()
        )
        # Asked for in the statement, SQLite would look for the ids instead of the keys, among all links.
        statement = select(link.c.salesforce_id, link.c.hubspot, link.c.salesforce).where(
            link.c.connection_id == connection_id,
            link.c.key.in_(select(newest.c.key)),
        )
        counted: dict[str | None, tuple[int, int]] = {}
        with self._database.reading() as database:
            for row in database.execute(statement):
                if row.salesforce_id is None:
                    continue
                owner = fields_from(row.hubspot).get(Field.OWNER)
                user = fields_from(row.salesforce).get(Field.OWNER)
                name = owner if isinstance(owner, str) and owner else None
                tasks, his = counted.get(name, (0, 0))
                counted[name] = tasks + 1, his + (user == user_id)
        return {
            name: Assigned(tasks=tasks, with_user=his) for name, (tasks, his) in counted.items()
        }

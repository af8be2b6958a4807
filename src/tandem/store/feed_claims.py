"""Which process listens to which feed: of several that could, one does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_

from tandem.store.parts import StorePart
from tandem.store.tables import lease

__all__ = ["FeedClaims"]


class FeedClaims(StorePart):
    """Claims on feeds; they are leases like those of runs, and end by themselves."""

    def claim_feed(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        """Whether *owner* listens to the feed from now on, or goes on, for *seconds*; nobody else may meanwhile."""
        values = {
            "owner": owner,
            "token": owner,
            "acquired_at": now,
            "expires_at": now + timedelta(seconds=seconds),
        }
        insert = self._database.dialect.insert(lease).values(name=_named(name), **values)
        statement = insert.on_conflict_do_update(
            index_elements=["name"],
            set_=values,
            where=or_(lease.c.expires_at <= now, lease.c.owner == owner),
        ).returning(lease.c.name)
        with self._database.writing() as database:
            return database.execute(statement).first() is not None

    def release_feed(self, name: str, owner: str) -> None:
        """Another process may listen at once."""
        with self._database.writing() as database:
            database.execute(
                lease.delete().where(lease.c.name == _named(name), lease.c.owner == owner)
            )


def _named(name: str) -> str:
    return f"feed {name}"

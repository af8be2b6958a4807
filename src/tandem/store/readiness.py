"""Whether this program can work with the database as it is now."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from tandem.errors import StoreError
from tandem.store.migrate import revision_of
from tandem.store.migrations import HEAD
from tandem.store.parts import StorePart
from tandem.store.store import MARKS, Store
from tandem.store.tables import sealed_note

__all__ = ["Readiness"]

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


class Readiness(StorePart):
    """Asked again and again, so it costs three small reads."""

    @classmethod
    def of(cls, store: Store) -> Readiness:
        """Of the database of *store*, with the key at hand."""
        return cls(store._database, store.keyring, store._clock)

    def trouble(self) -> str:
        """
        What keeps the program from working: ``migrations`` or ``key``; nothing is an empty text.

        StoreError where the database does not answer. Tables of a newer program are no trouble: while a new version
        is rolled out, programs of the one before go on.
        """
        with self._database.reading() as database:
            found = revision_of(database)
            if found is None or (found != HEAD and found in _known_revisions()):
                return "migrations"
            sealed = database.scalar(select(sealed_note.c.value).where(sealed_note.c.name == MARKS))
        if sealed is None:
            return "key"
        try:
            self._keyring.decrypt(bytes(sealed), context=MARKS)
        except StoreError:
            return "key"
        return ""


def _known_revisions() -> set[str]:
    """By the names of their files, which begin with the revision: Alembic is not loaded for this."""
    return {each.name.partition("_")[0] for each in _VERSIONS.glob("[0-9]*.py")}

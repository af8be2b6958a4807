"""The job queue's own tables, beside ours in the same PostgreSQL: Procrastinate's, made and renewed by us."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from tandem.store.parts import StorePart

__all__ = ["Queue"]

_JOBS = "procrastinate_jobs"
_NOTE = re.compile(r"procrastinate (\d+(?:\.\d+)*)")
_STEP = re.compile(r"(\d+)\.(\d+)\.(\d+)_")
# PostgreSQL documentation, "The Statistics Collector", table pg_stat_activity; a role may end its own sessions.
_END_STANDING = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND usename = current_user "
    "AND application_name IN ('tandem', 'tandem queue') AND pid <> pg_backend_pid() "
    "AND xact_start IS NOT NULL AND wait_event = 'ClientRead' "
    "AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)


class Queue(StorePart):
    """Where the queue is: in the same database, so one backup and one outage are shared."""

    @property
    def queue_url(self) -> str:
        """The database's address as libpq takes it, password included."""
        url = self._database.engine.url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    def end_standing(self, seconds: float) -> int:
        """
        End transactions of Tandem that have waited for their own program for so long; how many; PostgreSQL only.

        A program that was stopped in the midst of one holds its locks, the lease's among them. The server's time limit for
        idle transactions does not end it there: between the statements of a batch a session counts as active.
        """
        with self._database.reading() as database:
            return len(database.execute(_END_STANDING, {"seconds": seconds}).all())

    def prepare_queue(self) -> None:
        """
        Make the queue's tables, or bring them to the installed Procrastinate; PostgreSQL only.

        Steps only add (Procrastinate's rule for a release), so programs of the version before go on. Which version
        made the tables stands in a comment on them.
        """
        installed = version("procrastinate")
        with self._database.writing() as connection:
            self._database.dialect.begin_migration(connection)
            found = _version_of(connection)
            if found == installed:
                return
            for statements in _statements(found):
                # As it is, without parameters: the text holds several statements and per cent signs.
                raw: Any = connection.connection.driver_connection
                raw.execute(statements)
            connection.execute(text(f"COMMENT ON TABLE {_JOBS} IS 'procrastinate {installed}'"))


def _version_of(connection: Connection) -> str | None:
    """The version that made the tables; None where there are none, an empty text where nobody noted it."""
    found = connection.execute(
        text("SELECT obj_description(to_regclass(:name), 'pg_class'), to_regclass(:name)"),
        {"name": _JOBS},
    ).one()
    if found[1] is None:
        return None
    noted = _NOTE.search(found[0] or "")
    return noted[1] if noted else ""


def _statements(found: str | None) -> list[str]:
    from procrastinate.schema import SchemaManager

    if found is None:
        return [SchemaManager.get_schema()]
    known = tuple(int(part) for part in found.split(".")) if found else ()
    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    return [
        step.read_text("utf-8")
        for step in steps
        if known and (match := _STEP.match(step.name)) and _numbers(match) > known
    ]


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(part) for part in match.groups())

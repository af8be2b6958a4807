"""Run by Alembic: migrates the connection that ``tandem.store.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from tandem.store.migrate import VERSION_TABLE
from tandem.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # on SQLite too: the transaction is begun before
)
context.run_migrations()

"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Accounts first, since connections point at them, and all else at connections."""
    _accounts()
    _connections()
    _links()
    _people()


def _accounts() -> None:
    op.create_table(
        "sealed_note",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sealed_note"),
    )
    op.create_table(
        "account",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("side", _NAME, nullable=False),
        sa.Column("external_id", _NAME, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("connected_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("side", "external_id", name="uq_account_side_external_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "account_calls",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_account_calls_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "hour", name="pk_account_calls"),
    )
    op.create_table(
        "lease",
        sa.Column("name", _NAME, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("token", _NAME, nullable=False),
        sa.Column("acquired_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _connections() -> None:
    op.create_table(
        "connection",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("hubspot_account_id", _ID, nullable=True),
        sa.Column("salesforce_account_id", _ID, nullable=True),
        sa.Column("suspended_reason", sa.Text(), nullable=False),
        sa.Column("suspended_detail", sa.Text(), nullable=False),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hubspot_account_id"], ["account.id"], name="fk_connection_hubspot_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["salesforce_account_id"], ["account.id"], name="fk_connection_salesforce_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_connection"),
        sa.UniqueConstraint(
            "hubspot_account_id",
            "salesforce_account_id",
            name="uq_connection_hubspot_account_id_salesforce_account_id",
        ),
        sa.UniqueConstraint("name", name="uq_connection_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "settings_version",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_settings_version_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "version", name="pk_settings_version"),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_connection_id_id", "audit", ["connection_id", "id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("calls", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_run_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_run_connection_id_id", "run", ["connection_id", "id"], unique=False)


def _links() -> None:
    op.create_table(
        "link",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("hubspot_id", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("reason", _NAME, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("salesforce_id", _NAME, nullable=True),
        sa.Column("hubspot", sa.Text(), nullable=False),
        sa.Column("salesforce", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("contact_id", _NAME, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("modified_at", sa.BigInteger(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("run_id", _ID, nullable=True),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_link_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "key", name="pk_link"),
    )
    op.create_index(
        "ix_link_due_at",
        "link",
        ["connection_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_link_hubspot_id", "link", ["connection_id", "hubspot_id"], unique=False)
    op.create_index(
        "ix_link_intent",
        "link",
        ["connection_id", "key"],
        unique=False,
        sqlite_where=sa.text("intent IS NOT NULL"),
        postgresql_where=sa.text("intent IS NOT NULL"),
    )
    op.create_index(
        "ix_link_salesforce_id",
        "link",
        ["connection_id", "salesforce_id"],
        unique=False,
        sqlite_where=sa.text("salesforce_id IS NOT NULL"),
        postgresql_where=sa.text("salesforce_id IS NOT NULL"),
    )
    op.create_index(
        "ix_link_state", "link", ["connection_id", "kind", "state", "reason"], unique=False
    )
    op.create_index(
        "ix_link_waiting",
        "link",
        ["connection_id", "contact_id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "history",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("run_id", _ID, nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_history_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
    op.create_index("ix_history_connection_id_at", "history", ["connection_id", "at"], unique=False)
    op.create_index(
        "ix_history_connection_id_key", "history", ["connection_id", "key"], unique=False
    )
    op.create_table(
        "checkpoint",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_checkpoint_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "name", name="pk_checkpoint"),
    )


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("contact_id", _NAME, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_person_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "contact_id", name="pk_person"),
    )
    op.create_index(
        "ix_person_connection_id_read_at", "person", ["connection_id", "read_at"], unique=False
    )
    op.create_table(
        "person_address",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("email", _NAME, nullable=False),
        sa.Column("contact_id", _NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_person_address_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "email", name="pk_person_address"),
    )
    op.create_index(
        "ix_person_address_connection_id_contact_id",
        "person_address",
        ["connection_id", "contact_id"],
        unique=False,
    )
    op.create_table(
        "cached",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("cached_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_cached_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "name", name="pk_cached"),
    )
    op.create_table(
        "owner_pair",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("hubspot_owner_id", _NAME, nullable=False),
        sa.Column("salesforce_user_id", _NAME, nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_owner_pair_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "hubspot_owner_id", name="pk_owner_pair"),
    )
    op.create_table(
        "record_pair",
        sa.Column("connection_id", _ID, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("hubspot_id", _NAME, nullable=False),
        sa.Column("salesforce_id", _NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name="fk_record_pair_connection_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "kind", "hubspot_id", name="pk_record_pair"),
    )

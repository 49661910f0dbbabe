"""The audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("number", LONG, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.String(64)),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("question_id", sa.String(64)),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_event"),
        sa.UniqueConstraint("key", name="uq_audit_event_key"),
    )
    op.create_index("ix_audit_event_question_id_number", "audit_event", ["question_id", "number"])
    op.create_index("ix_audit_event_actor_id_number", "audit_event", ["actor_id", "number"])

"""Sentences that a panelist writes once, and puts into answers by their name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "text_block",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.String(64), nullable=False),
        sa.Column("panel_id", sa.String(64)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name="fk_text_block_owner_id"),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name="fk_text_block_panel_id"),
        sa.PrimaryKeyConstraint("id", name="pk_text_block"),
    )
    op.create_index("ix_text_block_owner_id", "text_block", ["owner_id"])
    op.create_index("ix_text_block_panel_id", "text_block", ["panel_id"])

"""The panel's work on a question: how many answers, what is sealed, what it was merged into."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "question_panel",
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("needs", sa.Integer, nullable=False),
        sa.Column("is_sealed", sa.Boolean, nullable=False),
        sa.Column("unsealed_at", INSTANT),
        sa.Column("merged_into", sa.String(64)),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_question_panel_question_id"),
        sa.PrimaryKeyConstraint("question_id", name="pk_question_panel"),
    )
    op.create_index("ix_question_panel_merged_into", "question_panel", ["merged_into"])

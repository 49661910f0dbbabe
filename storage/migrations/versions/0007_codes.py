"""Short codes on phones, and short links in text messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "short_code",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("code", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_short_code_question_id"),
        sa.PrimaryKeyConstraint("channel", "external_id", "code", name="pk_short_code"),
    )
    op.create_index("ix_short_code_question_id", "short_code", ["question_id"])
    op.create_table(
        "short_link",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_short_link_member_id"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_short_link_question_id"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_short_link"),
    )

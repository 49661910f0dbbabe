"""Slices that somebody has marked as the ones to look at; questions that ask alike."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "key_slice",
        sa.Column("image_id", sa.String(64), nullable=False),
        sa.Column("frame", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("is_askers", sa.Boolean, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_key_slice_image_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_key_slice_member_id"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_key_slice_question_id"),
        sa.PrimaryKeyConstraint("image_id", "frame", "member_id", name="pk_key_slice"),
    )
    op.create_index("ix_key_slice_question_id", "key_slice", ["question_id"])
    _groups()


def _groups() -> None:
    op.create_table(
        "question_group",
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("lead_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_question_group_question_id"),
        sa.PrimaryKeyConstraint("question_id", name="pk_question_group"),
    )
    op.create_index("ix_question_group_lead_id", "question_group", ["lead_id"])

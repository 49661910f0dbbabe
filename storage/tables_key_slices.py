"""The table of marked slices."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant
from storage.tables import metadata

key_slice = sa.Table(
    "key_slice",
    metadata,
    sa.Column("image_id", sa.String(64), sa.ForeignKey("image.id"), primary_key=True),
    sa.Column("frame", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), primary_key=True),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False, index=True),
    sa.Column("is_askers", sa.Boolean, nullable=False),
    sa.Column("marked_at", Instant, nullable=False),
)

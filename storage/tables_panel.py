"""The table of the panel's work on a question: how many answers it needs, what is sealed, what it was merged into;
and which ask alike.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant
from storage.tables import metadata

question_panel = sa.Table(
    "question_panel",
    metadata,
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True),
    sa.Column("needs", sa.Integer, nullable=False),
    sa.Column("is_sealed", sa.Boolean, nullable=False),
    sa.Column("unsealed_at", Instant),
    sa.Column("merged_into", sa.String(64), index=True),
)
"""A question without a row needs one answer, seals nothing and was merged into none."""

question_group = sa.Table(
    "question_group",
    metadata,
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True),
    sa.Column("lead_id", sa.String(64), nullable=False, index=True),
)
"""Questions that ask alike, each with the first of them; one without a row stands alone."""

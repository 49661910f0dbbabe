"""The table of text blocks."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import CleanText, Instant
from storage.tables import metadata

text_block = sa.Table(
    "text_block",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("owner_id", sa.String(64), sa.ForeignKey("member.id"), nullable=False, index=True),
    sa.Column("panel_id", sa.String(64), sa.ForeignKey("panel.id"), nullable=True, index=True),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("text", CleanText, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)

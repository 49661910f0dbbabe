"""The audit's table, on the metadata of the main database."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Json, LongInteger
from storage.tables import metadata

audit_event = sa.Table(
    "audit_event",
    metadata,
    sa.Column("number", LongInteger, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("actor_id", sa.String(64)),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("question_id", sa.String(64)),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("details", Json, nullable=False),
    sa.Index("ix_audit_event_question_id_number", "question_id", "number"),
    sa.Index("ix_audit_event_actor_id_number", "actor_id", "number"),
)

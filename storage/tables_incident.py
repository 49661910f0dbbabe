"""What was flagged, what of it is hidden, and the references by which sent messages can be taken back."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Json
from storage.tables import metadata

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False, index=True),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("opened_by", sa.String(64)),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("reason", Json, nullable=False),
    sa.Column("taken_by", sa.String(64)),
    sa.Column("taken_at", Instant),
    sa.Column("identifies_at", Instant),
    sa.Column("decision", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(64)),
    sa.Column("decided_at", Instant),
    sa.Column("closed_by", sa.String(64)),
    sa.Column("closed_at", Instant, index=True),
    sa.Column("note", Json, nullable=False),
    # Whether the erasure log names what was removed.
    sa.Column("logged", sa.Boolean, nullable=False),
)

incident_item = sa.Table(
    "incident_item",
    metadata,
    sa.Column("incident_id", sa.String(64), sa.ForeignKey("incident.id"), primary_key=True),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True, index=True),
    sa.Column("item", sa.String(200), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
)

sent_reference = sa.Table(
    "sent_reference",
    metadata,
    sa.Column("delivery_id", sa.String(64), sa.ForeignKey("delivery.id"), primary_key=True),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("is_gone", sa.Boolean, nullable=False, server_default=sa.false()),
)

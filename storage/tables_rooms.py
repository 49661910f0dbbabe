"""Tables of rooms: where panels meet at services, how far each question is shown there, and by which messages."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Json, LongInteger
from storage.tables import metadata

room = sa.Table(
    "room",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("panel_id", sa.String(64), nullable=False),
    sa.Column("language", sa.String(16)),
    sa.Column("suspended", sa.String(16), nullable=False),
    sa.UniqueConstraint("panel_id", "channel"),
)

room_thread = sa.Table(
    "room_thread",
    metadata,
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("thread", sa.Text, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
    sa.Column("shown", sa.String(64), nullable=False),
    sa.Column("withheld", sa.String(64), nullable=False),
    sa.Column("pictures", Json, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("is_noted", sa.Boolean, nullable=False),
    sa.Column("is_posting", sa.Boolean, nullable=False),
    sa.Column("is_closed", sa.Boolean, nullable=False),
    sa.Column("delivered_at", Instant),
    sa.Column("delivered_by", sa.Text, nullable=False),
    sa.Column("removed_at", Instant),
    sa.Index("ix_room_thread_channel_external_id_thread", "channel", "external_id", "thread"),
)

room_message = sa.Table(
    "room_message",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False, index=True),
    # 0 where it tells no entry of the timeline: a card, its pictures; below 0 a part of a message that is not whole.
    sa.Column("entry", LongInteger, nullable=False),
)

"""The tables of what services bring: files and words by the service's own references, what is parked, who does what."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, LongInteger
from storage.tables import metadata

file_part = sa.Table(
    "file_part",
    metadata,
    sa.Column("inbox_id", sa.String(64), primary_key=True),
    sa.Column("album", sa.String(64), nullable=False, index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
received_file = sa.Table(
    "received_file",
    metadata,
    sa.Column("upload_id", sa.String(64), sa.ForeignKey("upload.id"), primary_key=True),
    sa.Column("attachment", sa.Text, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("size_bytes", LongInteger),
    sa.Column("album", sa.String(64), nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("unique_id", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_received_file_channel_external_id_reference", "channel", "external_id", "reference"),
)
received_message = sa.Table(
    "received_message",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
)

parked = sa.Table(
    "parked",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    # NULL once shredded; the row stays, so that a replay is still recognised.
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("wrapped_key", sa.LargeBinary),
    sa.Column("key_id", sa.String(64)),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("until", Instant, nullable=False),
)

channel_trouble = sa.Table(
    "channel_trouble",
    metadata,
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("code", sa.String(64), nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("latest", Instant, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("is_told", sa.Boolean, nullable=False),
)

# Gates of single conversations and rooms, beside that of their channel

job_place = sa.Table(
    "job_place",
    metadata,
    sa.Column("key_hash", sa.String(64), primary_key=True),
    sa.Column("place", sa.Text, nullable=False),
)
place_gate = sa.Table(
    "place_gate",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("interval_us", LongInteger, nullable=False),
    sa.Column("burst", sa.Integer, nullable=False),
    sa.Column("arrival_at", Instant),
    sa.Column("held_until", Instant),
    # When the next may pass: worked out at each passage, so that claiming only compares.
    sa.Column("opens_at", Instant, nullable=False),
)

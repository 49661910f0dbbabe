"""What services bring: files, words, albums, what is parked; gates of conversations; leases; panels' rooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _arrivals()
    _parked()
    _gates()
    _rooms()
    _deliveries()


def _arrivals() -> None:
    op.create_table(
        "file_part",
        sa.Column("inbox_id", sa.String(64), nullable=False),
        sa.Column("album", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("inbox_id", name="pk_file_part"),
    )
    op.create_index("ix_file_part_album", "file_part", ["album"])
    op.create_table(
        "received_file",
        sa.Column("upload_id", sa.String(64), nullable=False),
        sa.Column("attachment", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("size_bytes", LONG),
        sa.Column("album", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_received_file_upload_id"),
        sa.PrimaryKeyConstraint("upload_id", name="pk_received_file"),
    )
    op.create_table(
        "received_message",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_received_message_question_id"),
        sa.PrimaryKeyConstraint("channel", "external_id", "reference", name="pk_received_message"),
    )
    op.create_index("ix_received_message_question_id", "received_message", ["question_id"])


def _parked() -> None:
    op.create_table(
        "parked",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("key_id", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_parked"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _gates() -> None:
    op.create_table(
        "job_place",
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_job_place"),
    )
    op.create_table(
        "place_gate",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("interval_us", LONG, nullable=False),
        sa.Column("burst", sa.Integer, nullable=False),
        sa.Column("arrival_at", INSTANT),
        sa.Column("held_until", INSTANT),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_place_gate"),
    )


def _rooms() -> None:
    op.create_table(
        "room",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("panel_id", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16)),
        sa.Column("suspended", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("channel", "external_id", name="pk_room"),
        sa.UniqueConstraint("panel_id", "channel", name="uq_room_panel_id_channel"),
    )
    op.create_table(
        "room_thread",
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("shown", sa.String(64), nullable=False),
        sa.Column("withheld", sa.String(64), nullable=False),
        sa.Column("pictures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("is_noted", sa.Boolean, nullable=False),
        sa.Column("is_posting", sa.Boolean, nullable=False),
        sa.Column("is_closed", sa.Boolean, nullable=False),
        sa.Column("delivered_at", INSTANT),
        sa.Column("delivered_by", sa.Text, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_room_thread_question_id"),
        sa.PrimaryKeyConstraint("question_id", "channel", "external_id", name="pk_room_thread"),
    )
    op.create_index("ix_room_thread_channel_external_id_thread", "room_thread", ["channel", "external_id", "thread"])
    op.create_table(
        "room_message",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("entry", LONG, nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_room_message_question_id"),
        sa.PrimaryKeyConstraint("channel", "external_id", "reference", name="pk_room_message"),
    )
    op.create_index("ix_room_message_question_id", "room_message", ["question_id"])


def _deliveries() -> None:
    """Find what was sent about a question, or to somebody, by the reference of a message: for each reply."""
    about = sa.text("question_id IS NOT NULL")
    for name, columns in {
        "ix_delivery_question_id": ["question_id"],
        "ix_delivery_channel_external_id": ["channel", "external_id"],
    }.items():
        op.create_index(name, "delivery", columns, sqlite_where=about, postgresql_where=about)

"""Every table, as it first was; in the order of `storage/tables.py`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.String(64)
"""Ids, tokens and hashes."""
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _messages()
    _jobs()
    _queue()
    _people()
    _questions()
    _threads()
    _uploads()
    _images()
    _deliveries()
    _web()


def _messages() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_hash", KEY, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("key_id", KEY),
        sa.UniqueConstraint("channel", "external_hash"),
        _partial("ix_inbox_unfinished", "received_at", where="sealed IS NOT NULL"),
    )


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("key_hash", KEY, nullable=False, unique=True),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("arguments", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("waits", sa.Boolean, nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("lane", sa.Text),
        sa.Column("lane_seq", LONG),
        sa.Column("gate", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("leased_until", INSTANT),
        sa.Column("error", sa.Text),
        sa.Column("created_at", INSTANT, nullable=False),
        _partial(
            "ix_job_claimable",
            "gate",
            "priority",
            "id",
            where="state = 'ready' AND waits = 0",
            on_postgres="state = 'ready' AND NOT waits",
        ),
        _partial("ix_job_lane", "lane", "lane_seq", where="state = 'ready' OR state = 'leased'"),
        _partial("ix_job_leased", "leased_until", where="state = 'leased'"),
        _partial("ix_job_parked", "id", where="state = 'parked'"),
        _partial(
            "ix_job_waiting", "due_at", where="state = 'ready' AND waits = 1", on_postgres="state = 'ready' AND waits"
        ),
    )


def _queue() -> None:
    op.create_table(
        "conversation",
        sa.Column("lane", sa.Text, primary_key=True),
        sa.Column("next_seq", LONG, nullable=False),
    )
    op.create_table(
        "channel_gate",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("interval_us", LONG, nullable=False),
        sa.Column("burst", sa.Integer, nullable=False),
        sa.Column("arrival_at", INSTANT),
        sa.Column("held_until", INSTANT),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", LONG, nullable=False),
    )


def _people() -> None:
    op.create_table(
        "member",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("alias", sa.Text, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("digest_at", sa.String(16)),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    op.create_table(
        "address",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("external_id", sa.Text, primary_key=True),
        sa.Column("member_id", KEY, sa.ForeignKey("member.id"), nullable=False, index=True),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_table(
        "panel",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("members", sa.JSON, nullable=False),
        sa.Column("coordinator_id", KEY, nullable=False),
        sa.Column("primary_rotation", sa.JSON, nullable=False),
        sa.Column("secondary_rotation", sa.JSON, nullable=False),
    )


def _questions() -> None:
    op.create_table(
        "question",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("asker_id", KEY, nullable=False),
        sa.Column("text", sa.JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, unique=True),
        sa.Column("panel_id", KEY),
        sa.Column("urgency", sa.String(16)),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("claimed_by", KEY),
        sa.Column("previewed_at", INSTANT),
        sa.Column("opened_at", INSTANT),
        sa.Column("claim_due_at", INSTANT),
        sa.Column("answer_due_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        sa.Column("held_back", sa.Boolean, nullable=False),
        sa.Column("released_at", INSTANT, index=True),
        sa.Column("wrong_patient_at", INSTANT),
        sa.Index("ix_question_asker_id_number", "asker_id", "number"),
        sa.Index("ix_question_state_closed_at", "state", "closed_at"),
    )


def _threads() -> None:
    op.create_table(
        "entry",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("question_id", KEY, sa.ForeignKey("question.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor_id", KEY),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("text", sa.JSON),
        sa.Column("details", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "viewing",
        sa.Column("question_id", KEY, sa.ForeignKey("question.id"), primary_key=True),
        sa.Column("member_id", KEY, primary_key=True),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
    )
    op.create_table(
        "consent",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("question_id", KEY, sa.ForeignKey("question.id"), nullable=False, index=True),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("given_by", KEY, nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _uploads() -> None:
    op.create_table(
        "upload",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("declared_bytes", LONG, nullable=False),
        sa.Column("received_bytes", LONG, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("question_id", KEY, index=True),
        sa.Column("refusals", sa.JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("shredded", sa.Boolean, nullable=False),
        sa.Index("ix_upload_shredded_created_at", "shredded", "created_at"),
    )
    op.create_table(
        "upload_segment",
        sa.Column("upload_id", KEY, sa.ForeignKey("upload.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("size_bytes", LONG, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.Column("key_id", KEY, nullable=False),
    )


def _images() -> None:
    op.create_table(
        "image",
        sa.Column("place", LONG, primary_key=True),
        sa.Column("id", KEY, nullable=False, unique=True),
        sa.Column("question_id", KEY, sa.ForeignKey("question.id"), nullable=False),
        sa.Column("upload_id", KEY, nullable=False),
        sa.Column("object_id", KEY, nullable=False),
        sa.Column("series_uid", sa.Text, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("removed_at", INSTANT),
        sa.Index("ix_image_question_id_place", "question_id", "place"),
    )
    op.create_table(
        "identity",
        sa.Column("question_id", KEY, sa.ForeignKey("question.id"), primary_key=True),
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("digest", KEY, primary_key=True),
    )
    op.create_table(
        "sealed_object",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("size_bytes", LONG, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("key_id", KEY),
    )
    op.create_table(
        "erasure",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("object_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("logged", sa.Boolean, nullable=False),
        _partial("ix_erasure_unlogged", "id", where="logged = 0", on_postgres="NOT logged"),
    )


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("message_values", sa.JSON, nullable=False),
        sa.Column("question_id", KEY),
        sa.Column("images", sa.JSON, nullable=False),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.Column("token", KEY),
        sa.Column("link", sa.Text),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Index("ix_delivery_state_created_at", "state", "created_at"),
    )
    op.create_table(
        "choice",
        sa.Column("place", LONG, primary_key=True),
        sa.Column("token", KEY, nullable=False, unique=True),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("question_id", KEY, index=True),
        sa.Column("actions", sa.JSON, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("taken", sa.String(32)),
        sa.Column("outdated", sa.Boolean, nullable=False),
        sa.Index("ix_choice_member_id_place", "member_id", "place"),
    )
    op.create_table(
        "digest",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.UniqueConstraint("member_id", "name", "period"),
    )


def _web() -> None:
    op.create_table(
        "web_line",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("cause", sa.Text, nullable=False, unique=True),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("question_id", KEY),
        sa.Index("ix_web_line_member_id_id", "member_id", "id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", KEY, primary_key=True),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", KEY, primary_key=True),
        sa.Column("member_id", KEY, nullable=False, index=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_table(
        "upload_link",
        sa.Column("code_hash", KEY, primary_key=True),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("question_id", KEY),
        sa.Column("used_at", INSTANT),
    )


def _partial(name: str, *columns: str, where: str, on_postgres: str | None = None) -> sa.Index:
    """Each database uses a partial index only where a query says the same, in its own words."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(on_postgres or where))

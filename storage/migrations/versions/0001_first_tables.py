"""Every table, as it first was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _channel_gate()
    _choice()
    _conversation()
    _counter()
    _delivery()
    _digest()
    _erasure()
    _inbox()
    _job()
    _member()
    _panel()
    _question()
    _sealed_object()
    _sign_in_link()
    _upload()
    _upload_link()
    _web_line()
    _web_session()
    _address()
    _consent()
    _entry()
    _identity()
    _image()
    _upload_segment()
    _viewing()


def _partial_index(name: str, table: str, columns: list[str], *, lite: str, full: str) -> None:
    """Each database uses a partial index only where a query says the same, in its own words."""
    op.create_index(name, table, columns, sqlite_where=sa.text(lite), postgresql_where=sa.text(full))


def _channel_gate() -> None:
    op.create_table(
        "channel_gate",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("interval_us", LONG, nullable=False),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("arrival_at", INSTANT),
        sa.Column("held_until", INSTANT),
    )


def _choice() -> None:
    op.create_table(
        "choice",
        sa.Column("place", LONG, primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("question_id", sa.String(64)),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("taken", sa.String(32)),
        sa.Column("outdated", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_choice_member_id_place", "choice", ["member_id", "place"])
    op.create_index("ix_choice_question_id", "choice", ["question_id"])


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("lane", sa.Text(), primary_key=True),
        sa.Column("next_seq", LONG, nullable=False),
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", LONG, nullable=False),
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_values", sa.JSON(), nullable=False),
        sa.Column("question_id", sa.String(64)),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("token", sa.String(64)),
        sa.Column("link", sa.Text()),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("ix_delivery_state_created_at", "delivery", ["state", "created_at"])


def _digest() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.UniqueConstraint("member_id", "name", "period"),
    )


def _erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("logged", sa.Boolean(), nullable=False),
    )
    _partial_index("ix_erasure_unlogged", "erasure", ["id"], lite="logged = 0", full="NOT logged")


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_hash", sa.String(64), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("wrapped_key", sa.LargeBinary()),
        sa.Column("key_id", sa.String(64)),
        sa.UniqueConstraint("channel", "external_hash"),
    )
    _partial_index(
        "ix_inbox_unfinished", "inbox", ["received_at"], lite="sealed IS NOT NULL", full="sealed IS NOT NULL"
    )


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("lane", sa.Text()),
        sa.Column("lane_seq", LONG),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("leased_until", INSTANT),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    _partial_index(
        "ix_job_claimable",
        "job",
        ["gate", "priority", "id"],
        lite="state = 'ready' AND waits = 0",
        full="state = 'ready' AND NOT waits",
    )
    _partial_index(
        "ix_job_lane",
        "job",
        ["lane", "lane_seq"],
        lite="state = 'ready' OR state = 'leased'",
        full="state = 'ready' OR state = 'leased'",
    )
    _partial_index("ix_job_leased", "job", ["leased_until"], lite="state = 'leased'", full="state = 'leased'")
    _partial_index("ix_job_parked", "job", ["id"], lite="state = 'parked'", full="state = 'parked'")
    _partial_index(
        "ix_job_waiting", "job", ["due_at"], lite="state = 'ready' AND waits = 1", full="state = 'ready' AND waits"
    )


def _member() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("digest_at", sa.String(16)),
        sa.Column("active", sa.Boolean(), nullable=False),
    )


def _panel() -> None:
    op.create_table(
        "panel",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("coordinator_id", sa.String(64), nullable=False),
        sa.Column("primary_rotation", sa.JSON(), nullable=False),
        sa.Column("secondary_rotation", sa.JSON(), nullable=False),
    )


def _question() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("asker_id", sa.String(64), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), unique=True),
        sa.Column("panel_id", sa.String(64)),
        sa.Column("urgency", sa.String(16)),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("previewed_at", INSTANT),
        sa.Column("opened_at", INSTANT),
        sa.Column("claim_due_at", INSTANT),
        sa.Column("answer_due_at", INSTANT),
        sa.Column("closed_at", INSTANT),
        sa.Column("held_back", sa.Boolean(), nullable=False),
        sa.Column("released_at", INSTANT),
        sa.Column("wrong_patient_at", INSTANT),
    )
    op.create_index("ix_question_asker_id_number", "question", ["asker_id", "number"])
    op.create_index("ix_question_released_at", "question", ["released_at"])
    op.create_index("ix_question_state_closed_at", "question", ["state", "closed_at"])


def _sealed_object() -> None:
    op.create_table(
        "sealed_object",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("size_bytes", LONG, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary()),
        sa.Column("key_id", sa.String(64)),
    )


def _sign_in_link() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )


def _upload() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("declared_bytes", LONG, nullable=False),
        sa.Column("received_bytes", LONG, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("question_id", sa.String(64)),
        sa.Column("refusals", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("shredded", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_upload_question_id", "upload", ["question_id"])
    op.create_index("ix_upload_shredded_created_at", "upload", ["shredded", "created_at"])


def _upload_link() -> None:
    op.create_table(
        "upload_link",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("question_id", sa.String(64)),
        sa.Column("used_at", INSTANT),
    )


def _web_line() -> None:
    op.create_table(
        "web_line",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("cause", sa.Text(), nullable=False, unique=True),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("question_id", sa.String(64)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_line_member_id_id", "web_line", ["member_id", "id"])


def _web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_index("ix_web_session_member_id", "web_session", ["member_id"])


def _address() -> None:
    op.create_table(
        "address",
        sa.Column("channel", sa.Text(), primary_key=True),
        sa.Column("external_id", sa.Text(), primary_key=True),
        sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
    )
    op.create_index("ix_address_member_id", "address", ["member_id"])


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("given_by", sa.String(64), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_consent_question_id", "consent", ["question_id"])


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", LONG, primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor_id", sa.String(64)),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("text", sa.JSON()),
        sa.Column("details", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_question_id", "entry", ["question_id"])


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True),
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
    )


def _image() -> None:
    op.create_table(
        "image",
        sa.Column("place", LONG, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False),
        sa.Column("upload_id", sa.String(64), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("series_uid", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("removed_at", INSTANT),
    )
    op.create_index("ix_image_question_id_place", "image", ["question_id", "place"])


def _upload_segment() -> None:
    op.create_table(
        "upload_segment",
        sa.Column("upload_id", sa.String(64), sa.ForeignKey("upload.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("size_bytes", LONG, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
    )


def _viewing() -> None:
    op.create_table(
        "viewing",
        sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), primary_key=True),
        sa.Column("member_id", sa.String(64), primary_key=True),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
    )

"""Paging: what members set, what was paged, what was stopped, and the surge's switch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _members()
    _pages()
    op.create_table(
        "surge",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("proposed_by", sa.String(64)),
        sa.Column("proposed_at", INSTANT),
        sa.Column("confirmed_by", sa.String(64)),
        sa.Column("begins_at", INSTANT),
        sa.Column("ends_at", INSTANT),
        sa.PrimaryKeyConstraint("name", name="pk_surge"),
    )


def _members() -> None:
    op.create_table(
        "member_paging",
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("hospital", sa.Text, nullable=False),
        sa.Column("quiet_begins", sa.String(16)),
        sa.Column("quiet_ends", sa.String(16)),
        sa.Column("awake_pool", sa.Boolean),
        sa.Column("pages_at_night", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_member_paging_member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_member_paging"),
    )
    op.create_table(
        "stopped_address",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("channel", "external_id", name="pk_stopped_address"),
    )
    op.create_index("ix_stopped_address_member_id", "stopped_address", ["member_id"])
    op.create_table(
        "member_asked",
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_member_asked"),
    )


def _pages() -> None:
    op.create_table(
        "page",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("external_id", sa.Text),
        sa.Column("sent_at", INSTANT),
        sa.Column("is_dropped", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_page_question_id"),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
    )
    op.create_index("ix_page_question_id", "page", ["question_id"])
    op.create_index("ix_page_sent_at", "page", ["sent_at"])
    lite, full = "sent_at IS NULL AND is_dropped = 0", "sent_at IS NULL AND is_dropped = false"
    op.create_index(
        "ix_page_waiting",
        "page",
        ["member_id", "due_at"],
        sqlite_where=sa.text(lite),
        postgresql_where=sa.text(full),
    )

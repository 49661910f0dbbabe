"""The rota: layers, overrides, swap offers, test pages, calendar feeds, and what a choice is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    _panel_rota()
    _override()
    _swap_offer()
    _test_page()
    _calendar_feed()
    op.create_table(
        "choice_subject",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_choice_subject"),
    )


def _panel_rota() -> None:
    op.create_table(
        "panel_rota",
        sa.Column("panel_id", sa.String(64), nullable=False),
        sa.Column("layers", sa.JSON(), nullable=False),
        sa.Column("holidays", sa.JSON(), nullable=False),
        sa.Column("korean_name", sa.String(64), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("fallback_id", sa.String(64)),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name="fk_panel_rota_panel_id"),
        sa.PrimaryKeyConstraint("panel_id", name="pk_panel_rota"),
    )


def _override() -> None:
    op.create_table(
        "rota_override",
        sa.Column("place", LONG, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("panel_id", sa.String(64), nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("member_id", sa.String(64)),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.String(64)),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name="fk_rota_override_panel_id"),
        sa.PrimaryKeyConstraint("place", name="pk_rota_override"),
        sa.UniqueConstraint("id", name="uq_rota_override_id"),
    )
    op.create_index("ix_rota_override_panel_id", "rota_override", ["panel_id"])


def _swap_offer() -> None:
    op.create_table(
        "swap_offer",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("panel_id", sa.String(64), nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("begins_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("offered_by", sa.String(64), nullable=False),
        sa.Column("offered_to", sa.String(64)),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("accepted_by", sa.String(64)),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name="fk_swap_offer_panel_id"),
        sa.PrimaryKeyConstraint("id", name="pk_swap_offer"),
    )
    op.create_index("ix_swap_offer_panel_id_ends_at", "swap_offer", ["panel_id", "ends_at"])


def _test_page() -> None:
    op.create_table(
        "test_page",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("passed_at", INSTANT),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_test_page_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_test_page"),
    )
    op.create_index("ix_test_page_member_id", "test_page", ["member_id"])


def _calendar_feed() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_calendar_feed_member_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_calendar_feed"),
    )
    op.create_index("ix_calendar_feed_member_id", "calendar_feed", ["member_id"])

"""Tables of the rota: what a panel has beside its turns, overrides, swap offers, test pages and calendar feeds."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Json, LongInteger
from storage.tables import metadata

panel_rota = sa.Table(
    "panel_rota",
    metadata,
    sa.Column("panel_id", sa.String(64), sa.ForeignKey("panel.id"), primary_key=True),
    sa.Column("layers", Json, nullable=False),
    sa.Column("holidays", Json, nullable=False),
    sa.Column("korean_name", sa.String(64), nullable=False),
    sa.Column("topics", Json, nullable=False),
    sa.Column("fallback_id", sa.String(64)),
)

rota_override = sa.Table(
    "rota_override",
    metadata,
    sa.Column("place", LongInteger, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    sa.Column("panel_id", sa.String(64), sa.ForeignKey("panel.id"), nullable=False, index=True),
    sa.Column("tier", sa.String(16), nullable=False),
    sa.Column("begins_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("member_id", sa.String(64)),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("made_by", sa.String(64)),
)

swap_offer = sa.Table(
    "swap_offer",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("panel_id", sa.String(64), sa.ForeignKey("panel.id"), nullable=False),
    sa.Column("tier", sa.String(16), nullable=False),
    sa.Column("begins_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("offered_by", sa.String(64), nullable=False),
    sa.Column("offered_to", sa.String(64)),
    sa.Column("offered_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("accepted_by", sa.String(64)),
    sa.Index("ix_swap_offer_panel_id_ends_at", "panel_id", "ends_at"),
)

test_page = sa.Table(
    "test_page",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), nullable=False, index=True),
    sa.Column("sent_at", Instant, nullable=False),
    sa.Column("passed_at", Instant),
)

calendar_feed = sa.Table(
    "calendar_feed",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), nullable=False, index=True),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
)

# What the buttons of a choice are about, where that is no question.
choice_subject = sa.Table(
    "choice_subject",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("about", sa.String(64), nullable=False),
)

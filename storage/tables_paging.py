"""Tables of paging: what members have set, what was paged and is still to be, what was stopped, the surge's switch."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import CleanText, Instant, Json
from storage.tables import metadata

member_paging = sa.Table(
    "member_paging",
    metadata,
    sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), primary_key=True),
    sa.Column("hospital", CleanText, nullable=False),
    sa.Column("quiet_begins", sa.String(16)),
    sa.Column("quiet_ends", sa.String(16)),
    sa.Column("awake_pool", sa.Boolean),
    sa.Column("pages_at_night", sa.Boolean, nullable=False),
)

member_hospital = sa.Table(
    "member_hospital",
    metadata,
    sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), primary_key=True),
    sa.Column("hospital_has", Json),
    sa.Column("grade", sa.String(16)),
)
"""What the panel is told of an asker; of a member without a row nobody knows what the hospital has."""

stopped_address = sa.Table(
    "stopped_address",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("member_id", sa.String(64), nullable=False, index=True),
)

page = sa.Table(
    "page",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False, index=True),
    sa.Column("opening", sa.Integer, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("member_id", sa.String(64), nullable=False),
    sa.Column("way", sa.String(16), nullable=False),
    sa.Column("is_urgent", sa.Boolean, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("external_id", sa.Text),
    sa.Column("sent_at", Instant),
    sa.Column("is_dropped", sa.Boolean, nullable=False),
)
_is_waiting = sa.and_(page.c.sent_at.is_(None), page.c.is_dropped == sa.false())
sa.Index("ix_page_sent_at", page.c.sent_at)
sa.Index("ix_page_waiting", page.c.member_id, page.c.due_at, sqlite_where=_is_waiting, postgresql_where=_is_waiting)

member_asked = sa.Table(
    "member_asked",
    metadata,
    sa.Column("member_id", sa.String(64), primary_key=True),
    sa.Column("asked_at", Instant, nullable=False),
)

surge = sa.Table(
    "surge",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("proposed_by", sa.String(64)),
    sa.Column("proposed_at", Instant),
    sa.Column("confirmed_by", sa.String(64)),
    sa.Column("begins_at", Instant),
    sa.Column("ends_at", Instant),
)

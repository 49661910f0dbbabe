"""The tables of short codes on phones, and of short links in text messages."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant
from storage.tables import metadata

short_code = sa.Table(
    "short_code",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("external_id", sa.String(128), primary_key=True),
    sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False, index=True),
    sa.Column("given_at", Instant, nullable=False),
)
short_link = sa.Table(
    "short_link",
    metadata,
    sa.Column("code_hash", sa.String(64), primary_key=True),
    sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), nullable=False),
    sa.Column("question_id", sa.String(64), sa.ForeignKey("question.id"), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

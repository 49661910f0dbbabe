"""Tables of how people come in: invites, applications, and the codes that link channels."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import CleanText, Instant, Json
from storage.tables import metadata

invite = sa.Table(
    "invite",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("roles", Json, nullable=False),
    sa.Column("made_by", sa.String(64)),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, index=True),
    sa.Column("email", CleanText, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("used_by", sa.String(64)),
    sa.Column("revoked_at", Instant),
)
application = sa.Table(
    "application",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("society_number", CleanText, nullable=False),
    sa.Column("name", CleanText, nullable=False),
    sa.Column("email", CleanText, nullable=False, index=True),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("salt", sa.String(200), nullable=False),
    sa.Column("code_hash", sa.String(64), nullable=False),
    sa.Column("wrong_tries", sa.SmallInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(64)),
    sa.Column("decided_at", Instant),
    sa.Index("ix_application_state_made_at", "state", "made_at"),
)
link_code = sa.Table(
    "link_code",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("member_id", sa.String(64), sa.ForeignKey("member.id"), nullable=False, index=True),
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("code_hash", sa.String(64), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("wrong_tries", sa.SmallInteger, nullable=False),
    sa.Column("used_at", Instant),
)
link_tries = sa.Table(
    "link_tries",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("external_id", sa.String(128), primary_key=True),
    sa.Column("wrong_tries", sa.SmallInteger, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
)

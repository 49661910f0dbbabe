"""Invites, applications, and the codes that link channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")
JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    _enrolment()
    _linking()


def _enrolment() -> None:
    op.create_table(
        "invite",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("made_by", sa.String(64)),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.Column("used_by", sa.String(64)),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_invite"),
    )
    op.create_index("ix_invite_token_hash", "invite", ["token_hash"])
    op.create_table(
        "application",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("society_number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("salt", sa.String(200), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
    )
    op.create_index("ix_application_email", "application", ["email"])
    op.create_index("ix_application_state_made_at", "application", ["state", "made_at"])


def _linking() -> None:
    op.create_table(
        "link_code",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_link_code_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_link_code"),
    )
    op.create_index("ix_link_code_member_id", "link_code", ["member_id"])
    op.create_table(
        "link_tries",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "external_id", name="pk_link_tries"),
    )

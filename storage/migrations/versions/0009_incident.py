"""What was flagged and what of it is hidden; references of sent messages; what members' hospitals have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.String(64)),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("reason", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("taken_by", sa.String(64)),
        sa.Column("taken_at", INSTANT),
        sa.Column("identifies_at", INSTANT),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(64)),
        sa.Column("decided_at", INSTANT),
        sa.Column("closed_by", sa.String(64)),
        sa.Column("closed_at", INSTANT),
        sa.Column("note", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("logged", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_incident_question_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_question_id", "incident", ["question_id"])
    op.create_index("ix_incident_closed_at", "incident", ["closed_at"])
    op.create_table(
        "incident_item",
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("question_id", sa.String(64), nullable=False),
        sa.Column("item", sa.String(200), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_item_incident_id"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_incident_item_question_id"),
        sa.PrimaryKeyConstraint("incident_id", "question_id", "item", name="pk_incident_item"),
    )
    op.create_index("ix_incident_item_question_id", "incident_item", ["question_id"])
    op.create_table(
        "sent_reference",
        sa.Column("delivery_id", sa.String(64), nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_sent_reference_delivery_id"),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_sent_reference"),
    )
    _hospital()


def _hospital() -> None:
    op.create_table(
        "member_hospital",
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("hospital_has", sa.JSON(none_as_null=True)),
        sa.Column("grade", sa.String(16)),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_member_hospital_member_id"),
        sa.PrimaryKeyConstraint("member_id", name="pk_member_hospital"),
    )

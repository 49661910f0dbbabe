"""By what a service knows a file again, so that one in its place is noticed; which channels do not work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.String(32), "sqlite")


def upgrade() -> None:
    # SQLite appends a column behind the constraints; made anew, the table is as one that was made so.
    is_lite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("received_file", recreate="always" if is_lite else "never") as received_file:
        received_file.add_column(sa.Column("unique_id", sa.Text, nullable=False, server_default=""))
    columns = ["channel", "external_id", "reference"]
    op.create_index("ix_received_file_channel_external_id_reference", "received_file", columns)
    op.create_table(
        "channel_trouble",
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("latest", INSTANT, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("is_told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_trouble"),
    )

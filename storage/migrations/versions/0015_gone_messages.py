"""Which messages were taken back and said again: what is written below the place of one still finds its question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # SQLite appends a column behind the constraints; made anew, the table is as one that was made so.
    is_lite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("sent_reference", recreate="always" if is_lite else "never") as sent_reference:
        sent_reference.add_column(sa.Column("is_gone", sa.Boolean, nullable=False, server_default=sa.false()))

"""The table of how far services' histories were read back."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant
from storage.tables import metadata

read_mark = sa.Table(
    "read_mark",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    # Empty for all of a channel together.
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("until", Instant, nullable=False),
)

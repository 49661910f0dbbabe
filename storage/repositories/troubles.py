"""Which channels do not work, a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from domain.outage import Trouble
from storage.statements import replace_row, rows_of
from storage.tables_services import channel_trouble

_ALL = sa.select(channel_trouble).order_by(channel_trouble.c.channel)
_OF = sa.select(channel_trouble).where(channel_trouble.c.channel == sa.bindparam("wanted"))
_REMOVE = sa.delete(channel_trouble).where(channel_trouble.c.channel == sa.bindparam("wanted"))


class SqlTroubles:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, channel: str) -> Trouble | None:
        rows = rows_of(self._connection, _OF, {"wanted": channel})
        return Trouble(**rows[0]) if rows else None

    def all(self) -> Sequence[Trouble]:
        return tuple(Trouble(**row) for row in rows_of(self._connection, _ALL))

    def save(self, trouble: Trouble) -> None:
        replace_row(self._connection, channel_trouble, asdict(trouble))

    def remove(self, channel: str) -> None:
        self._connection.execute(_REMOVE, {"wanted": channel})

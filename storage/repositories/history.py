"""How far each place at a service was read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from domain.history import ReadMark
from storage.statements import insert_new, rows_of
from storage.tables_history import read_mark

_OF = sa.select(read_mark).where(read_mark.c.channel == sa.bindparam("at")).order_by(read_mark.c.place)
_MOVE = (
    sa.update(read_mark)
    .where(
        read_mark.c.channel == sa.bindparam("at"),
        read_mark.c.place == sa.bindparam("in_place"),
        read_mark.c.until < sa.bindparam("to"),
    )
    .values(until=sa.bindparam("to"))
)


class SqlReadMarks:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, channel: str) -> Sequence[ReadMark]:
        return tuple(ReadMark(**row) for row in rows_of(self._connection, _OF, {"at": channel}))

    def move(self, mark: ReadMark) -> None:
        if not insert_new(self._connection, read_mark, asdict(mark)):
            values = {"at": mark.channel, "in_place": mark.place, "to": mark.until}
            self._connection.execute(_MOVE, values)

"""The switch of the surge mode: one row."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from domain.ids import MemberId
from domain.surge import Surge
from storage.statements import replace_row, rows_of
from storage.tables_paging import surge

_NAME = "surge"


class SqlSurge:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self) -> Surge:
        rows = rows_of(self._connection, sa.select(surge).where(surge.c.name == _NAME))
        return _surge(rows[0]) if rows else Surge()

    def save(self, saved: Surge) -> None:
        replace_row(self._connection, surge, {"name": _NAME, **asdict(saved)})


def _surge(row: sa.RowMapping) -> Surge:
    return Surge(
        proposed_by=None if row["proposed_by"] is None else MemberId(row["proposed_by"]),
        proposed_at=row["proposed_at"],
        confirmed_by=None if row["confirmed_by"] is None else MemberId(row["confirmed_by"]),
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
    )

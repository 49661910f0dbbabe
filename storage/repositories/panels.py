"""Panels and their rotas."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import MemberId, PanelId
from domain.panel import Panel
from storage.packing import pack_rotation, unpack_rotation
from storage.statements import replace_row, rows_of
from storage.tables import panel


class SqlPanels:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, panel_id: PanelId) -> Panel:
        rows = rows_of(self._connection, sa.select(panel).where(panel.c.id == panel_id))
        if not rows:
            raise PermanentError("panel_unknown")
        return _panel(rows[0])

    def all(self) -> Sequence[Panel]:
        statement = sa.select(panel).order_by(panel.c.name, panel.c.id)
        return tuple(_panel(row) for row in rows_of(self._connection, statement))

    def save(self, saved: Panel) -> None:
        row = {
            "id": saved.id,
            "name": saved.name,
            "members": list(saved.members),
            "coordinator_id": saved.coordinator_id,
            "primary_rotation": pack_rotation(saved.primary),
            "secondary_rotation": pack_rotation(saved.secondary),
        }
        replace_row(self._connection, panel, row)


def _panel(row: sa.RowMapping) -> Panel:
    return Panel(
        id=PanelId(row["id"]),
        name=row["name"],
        members=tuple(MemberId(member) for member in row["members"]),
        coordinator_id=MemberId(row["coordinator_id"]),
        primary=unpack_rotation(row["primary_rotation"]),
        secondary=unpack_rotation(row["secondary_rotation"]),
    )

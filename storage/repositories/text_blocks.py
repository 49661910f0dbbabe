"""Text blocks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from domain.ids import MemberId, PanelId
from domain.text_blocks import TextBlock
from storage.statements import rows_of
from storage.tables_text_blocks import text_block


class SqlTextBlocks:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def save(self, block: TextBlock) -> None:
        row = {
            "id": block.id,
            "owner_id": block.owner_id,
            "panel_id": block.panel_id,
            "name": block.name,
            "text": block.text,
            "changed_at": block.changed_at,
        }
        self.remove(block)
        self._connection.execute(sa.insert(text_block).values(row))

    def remove(self, block: TextBlock) -> None:
        self._connection.execute(sa.delete(text_block).where(text_block.c.id == block.id))

    def of_member(self, member_id: MemberId) -> Sequence[TextBlock]:
        return self._found(text_block.c.owner_id == member_id, text_block.c.panel_id.is_(None))

    def of_panels(self, panel_ids: Collection[PanelId]) -> Sequence[TextBlock]:
        return self._found(text_block.c.panel_id.in_(sorted(panel_ids)))

    def forget(self, member_id: MemberId) -> None:
        own = (text_block.c.owner_id == member_id, text_block.c.panel_id.is_(None))
        self._connection.execute(sa.delete(text_block).where(*own))

    def _found(self, *which: sa.ColumnElement[bool]) -> Sequence[TextBlock]:
        rows = rows_of(self._connection, sa.select(text_block).where(*which))
        # Databases sort Hangul each in their own way.
        return tuple(sorted(map(_block, rows), key=lambda block: (block.name.casefold(), block.panel_id or "")))


def _block(row: sa.RowMapping) -> TextBlock:
    return TextBlock(
        owner_id=MemberId(row["owner_id"]),
        panel_id=None if row["panel_id"] is None else PanelId(row["panel_id"]),
        name=row["name"],
        text=row["text"],
        changed_at=row["changed_at"],
    )

"""Marked slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from domain.ids import ImageId, MemberId, QuestionId
from domain.key_slices import KeySlice
from storage.statements import insert_new, rows_of
from storage.tables_key_slices import key_slice


class SqlKeySlices:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, key: KeySlice) -> bool:
        return insert_new(self._connection, key_slice, asdict(key))

    def remove(self, key: KeySlice) -> bool:
        same = (key_slice.c[name] == getattr(key, name) for name in ("question_id", "image_id", "frame", "member_id"))
        return self._connection.execute(sa.delete(key_slice).where(*same)).rowcount == 1

    def of_question(self, question_id: QuestionId) -> Sequence[KeySlice]:
        order = (key_slice.c.marked_at, key_slice.c.image_id, key_slice.c.frame, key_slice.c.member_id)
        statement = sa.select(key_slice).where(key_slice.c.question_id == question_id).order_by(*order)
        return tuple(_key(row) for row in rows_of(self._connection, statement))


def _key(row: sa.RowMapping) -> KeySlice:
    return KeySlice(
        question_id=QuestionId(row["question_id"]),
        image_id=ImageId(row["image_id"]),
        frame=row["frame"],
        member_id=MemberId(row["member_id"]),
        is_askers=row["is_askers"],
        marked_at=row["marked_at"],
    )

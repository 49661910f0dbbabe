"""Entries: what happened to a question, append-only, followed by streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from domain.ids import QuestionId
from domain.ports.store import Rewording
from domain.question import Entry, EntryKind
from storage.packing import pack_text, unpack_text
from storage.statements import insert_new, order_followed_rows, rows_of
from storage.tables import entry


class SqlEntries:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Entry) -> bool:
        order_followed_rows(self._connection)
        row = {
            "key": added.key,
            "question_id": added.question_id,
            "kind": added.kind.value,
            "actor_id": added.actor_id,
            "channel": added.channel,
            "at": added.at,
            "text": None if added.text is None else pack_text(added.text),
            "details": dict(added.details),
        }
        return insert_new(self._connection, entry, row)

    def of_question(self, question_id: QuestionId) -> Sequence[Entry]:
        return self._load(sa.select(entry).where(entry.c.question_id == question_id).order_by(entry.c.id))

    def after(self, entry_id: int, *, limit: int = 200) -> Sequence[Entry]:
        return self._load(sa.select(entry).where(entry.c.id > entry_id).order_by(entry.c.id).limit(limit))

    def last_id(self) -> int:
        return int(self._connection.execute(sa.select(sa.func.coalesce(sa.func.max(entry.c.id), 0))).scalar_one())

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        spoken = sa.and_(entry.c.question_id == question_id, entry.c.text.is_not(None))
        for row in rows_of(self._connection, sa.select(entry.c.id, entry.c.text).where(spoken)):
            former = unpack_text(row["text"])
            if (changed := change(former)) != former:
                statement = sa.update(entry).where(entry.c.id == row["id"])
                self._connection.execute(statement.values(text=pack_text(changed)))

    def _load(self, statement: sa.Select[Any]) -> tuple[Entry, ...]:
        return tuple(_entry(row) for row in rows_of(self._connection, statement))


def _entry(row: sa.RowMapping) -> Entry:
    return Entry(
        id=row["id"],
        key=row["key"],
        question_id=QuestionId(row["question_id"]),
        kind=EntryKind(row["kind"]),
        actor_id=row["actor_id"],
        channel=row["channel"],
        at=row["at"],
        text=None if row["text"] is None else unpack_text(row["text"]),
        details=row["details"],
    )

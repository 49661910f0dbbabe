"""Entries: what happened to a question, append-only, followed by streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from domain.ids import MemberId, QuestionId
from domain.question import Entry, EntryKind
from domain.text import Rewording
from storage import search_index
from storage.packing import pack_text, unpack_text
from storage.statements import insert_new, order_followed_rows, rows_of
from storage.tables import entry

_MOST_NAMED = 500
"""So many questions in one statement: databases take only so many values."""
_OF_QUESTION = sa.select(entry).where(entry.c.question_id == sa.bindparam("about")).order_by(entry.c.id)
_SPOKEN_OF = (
    sa.select(entry)
    .where(entry.c.question_id.in_(sa.bindparam("ids", expanding=True)), entry.c.text.is_not(None))
    .order_by(entry.c.id)
)


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
        is_new = insert_new(self._connection, entry, row)
        if is_new and added.text is not None:
            search_index.follow(self._connection, added.question_id)
        return is_new

    def of_question(self, question_id: QuestionId) -> Sequence[Entry]:
        return tuple(_entry(row) for row in rows_of(self._connection, _OF_QUESTION, {"about": question_id}))

    def spoken_of(self, question_ids: Sequence[QuestionId]) -> Sequence[Entry]:
        """Return everything that was said of some questions, in order."""
        return tuple(_entry(row) for row in rows_of(self._connection, _SPOKEN_OF, {"ids": list(question_ids)}))

    def of_member(
        self, member_id: MemberId, question_ids: Sequence[QuestionId], *, kinds: frozenset[EntryKind]
    ) -> Sequence[Entry]:
        """Read by question, each of which has few entries: there is no index of who did what."""
        found: list[Entry] = []
        for start in range(0, len(question_ids), _MOST_NAMED):
            named = entry.c.question_id.in_(question_ids[start : start + _MOST_NAMED])
            wanted = sa.and_(named, entry.c.actor_id == member_id, entry.c.kind.in_([kind.value for kind in kinds]))
            found += self._load(sa.select(entry).where(wanted).order_by(entry.c.id))
        return tuple(found)

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
        if search_index.follow(self._connection, question_id):
            search_index.forget_former_words(self._connection)

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

"""The panel's side of a question, in a table of its own: most questions have no row there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from domain.ids import QuestionId
from domain.question import Question
from storage.statements import replace_row, rows_of
from storage.tables_panel import question_panel

_NAMES = ("needs", "is_sealed", "unsealed_at", "merged_into")
_PLAIN = {"needs": 1, "is_sealed": False, "unsealed_at": None, "merged_into": None}
_OF = sa.select(question_panel).where(question_panel.c.question_id.in_(sa.bindparam("ids", expanding=True)))
_FOLLOWERS = (
    sa.select(question_panel.c.question_id)
    .where(question_panel.c.merged_into == sa.bindparam("lead"))
    .order_by(question_panel.c.question_id)
)
_REMOVE = sa.delete(question_panel).where(question_panel.c.question_id == sa.bindparam("removed"))


def save(connection: sa.Connection, saved: Question) -> None:
    row = {name: getattr(saved, name) for name in _NAMES}
    if row == _PLAIN:
        connection.execute(_REMOVE, {"removed": saved.id})
    else:
        replace_row(connection, question_panel, {"question_id": saved.id, **row})


def completed(connection: sa.Connection, questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return questions with what the panel's table says of them."""
    if not questions:
        return ()
    ids = [question.id for question in questions]
    found = rows_of(connection, _OF, {"ids": ids})
    rows = {row["question_id"]: {name: row[name] for name in _NAMES} for row in found}
    return tuple(replace(each, **rows[each.id]) if each.id in rows else each for each in questions)


def followers(connection: sa.Connection, question_id: QuestionId) -> Sequence[QuestionId]:
    """Return the ids of what was merged into a question."""
    rows = rows_of(connection, _FOLLOWERS, {"lead": question_id})
    return tuple(QuestionId(row["question_id"]) for row in rows)

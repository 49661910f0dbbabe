"""Questions that ask alike: each with the first of its group, which has a row of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from domain.ids import QuestionId
from domain.question import AWAITING_PANEL
from storage.repositories.question_review import UNDER_REVIEW
from storage.statements import insert_new, rows_of
from storage.tables import question
from storage.tables_panel import question_group

_MOST_NAMED = 500
"""So many questions in one statement: databases take only so many values."""
_OF = sa.select(question_group).where(question_group.c.question_id.in_(sa.bindparam("ids", expanding=True)))
_OPEN_MATE = (
    sa.select(question.c.id)
    .join(question_group, question_group.c.question_id == question.c.id)
    .where(
        question_group.c.lead_id == sa.bindparam("lead"),
        question.c.id != sa.bindparam("besides"),
        question.c.state.in_(sorted(state.value for state in AWAITING_PANEL)),
        question.c.wrong_patient_at.is_(None),
        question.c.id.not_in(UNDER_REVIEW),
    )
    .order_by(question.c.number)
    .limit(1)
)


class SqlGroups:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def join(self, question_id: QuestionId, other: QuestionId) -> None:
        lead_id = self.of((other,)).get(other, other)
        for member_id in (lead_id, question_id):
            insert_new(self._connection, question_group, {"question_id": member_id, "lead_id": lead_id})

    def of(self, question_ids: Sequence[QuestionId]) -> Mapping[QuestionId, QuestionId]:
        found: dict[QuestionId, QuestionId] = {}
        for start in range(0, len(question_ids), _MOST_NAMED):
            rows = rows_of(self._connection, _OF, {"ids": list(question_ids[start : start + _MOST_NAMED])})
            found.update({QuestionId(row["question_id"]): QuestionId(row["lead_id"]) for row in rows})
        return found

    def open_mate(self, question_id: QuestionId) -> QuestionId | None:
        lead_id = self.of((question_id,)).get(question_id)
        if lead_id is None:
            return None
        rows = rows_of(self._connection, _OPEN_MATE, {"lead": lead_id, "besides": question_id})
        return next((QuestionId(row["id"]) for row in rows), None)

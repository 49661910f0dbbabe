"""Questions, from draft to close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.consent import ConsentScope
from domain.errors import PermanentError
from domain.ids import MemberId, QuestionId
from domain.question import SEEN_BY_PANEL, Question, QuestionState, Urgency
from storage.packing import pack_text, unpack_text
from storage.statements import count_up, insert_new, rows_of
from storage.tables import question

_ON_THE_DESK = sorted(state.value for state in SEEN_BY_PANEL - {QuestionState.CLOSED})
_COPIED = (
    *("asker_id", "number", "panel_id", "claimed_by", "held_back"),
    *("created_at", "previewed_at", "opened_at", "claim_due_at", "answer_due_at", "closed_at", "released_at"),
    "wrong_patient_at",
)


class SqlQuestions:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Question) -> bool:
        return insert_new(self._connection, question, {"id": added.id, **_row(added)})

    def get(self, question_id: QuestionId) -> Question:
        return self._one(sa.select(question).where(question.c.id == question_id))

    def lock(self, question_id: QuestionId) -> Question:
        """On SQLite the transaction itself excludes every other writer, and FOR UPDATE is left out."""
        return self._one(sa.select(question).where(question.c.id == question_id).with_for_update())

    def save(self, saved: Question) -> None:
        statement = sa.update(question).where(question.c.id == saved.id).values(**_row(saved))
        if self._connection.execute(statement).rowcount != 1:
            raise PermanentError("question_unknown")

    def by_number(self, number: int) -> Question | None:
        found = self._load(sa.select(question).where(question.c.number == number))
        return found[0] if found else None

    def next_number(self) -> int:
        return count_up(self._connection, "question")

    def draft_of(self, member_id: MemberId) -> Question | None:
        statement = (
            sa.select(question)
            .where(question.c.asker_id == member_id, question.c.state == QuestionState.DRAFT.value)
            .order_by(question.c.created_at.desc(), question.c.id)
            .limit(1)
        )
        found = self._load(statement)
        return found[0] if found else None

    def of_asker(self, member_id: MemberId) -> Sequence[Question]:
        return self._load(
            sa.select(question)
            .where(question.c.asker_id == member_id, question.c.number.is_not(None))
            .order_by(question.c.number.desc())
        )

    def for_panel(self, *, closed_since: datetime) -> Sequence[Question]:
        closed = sa.and_(question.c.state == QuestionState.CLOSED.value, question.c.closed_at >= closed_since)
        return self._load(
            sa.select(question)
            .where(sa.or_(question.c.state.in_(_ON_THE_DESK), closed))
            .order_by(question.c.opened_at, question.c.id)
        )

    def awaiting_release(self) -> Sequence[Question]:
        return self._load(
            sa.select(question)
            .where(
                question.c.state == QuestionState.CLOSED.value,
                question.c.consent == ConsentScope.TEACHING.value,
                question.c.released_at.is_(None),
                question.c.wrong_patient_at.is_(None),
                sa.not_(question.c.held_back),
            )
            .order_by(question.c.closed_at, question.c.id)
        )

    def released_between(self, since: datetime, until: datetime) -> Sequence[Question]:
        return self._load(
            sa.select(question)
            .where(
                question.c.released_at > since,
                question.c.released_at <= until,
                question.c.wrong_patient_at.is_(None),
            )
            .order_by(question.c.released_at, question.c.id)
        )

    def _one(self, statement: sa.Select[Any]) -> Question:
        found = self._load(statement)
        if not found:
            raise PermanentError("question_unknown")
        return found[0]

    def _load(self, statement: sa.Select[Any]) -> tuple[Question, ...]:
        return tuple(_question(row) for row in rows_of(self._connection, statement))


def _row(value: Question) -> Mapping[str, Any]:
    return {
        **{name: getattr(value, name) for name in _COPIED},
        "text": pack_text(value.text),
        "state": value.state.value,
        "urgency": None if value.urgency is None else value.urgency.value,
        "consent": value.consent.value,
    }


def _question(row: sa.RowMapping) -> Question:
    return Question(
        **{name: row[name] for name in _COPIED},
        id=QuestionId(row["id"]),
        text=unpack_text(row["text"]),
        state=QuestionState(row["state"]),
        urgency=None if row["urgency"] is None else Urgency(row["urgency"]),
        consent=ConsentScope(row["consent"]),
    )

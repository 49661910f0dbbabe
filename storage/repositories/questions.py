"""Questions, from draft to close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.consent import ConsentScope
from domain.errors import PermanentError
from domain.ids import MemberId, QuestionId
from domain.question import AWAITING_PANEL, SEEN_BY_PANEL, Question, QuestionState, Urgency
from storage import search_index
from storage.packing import pack_text, unpack_text
from storage.repositories import question_panel, question_review
from storage.statements import count_up, insert_new, rows_of
from storage.tables import question

_ON_THE_DESK = sorted(state.value for state in SEEN_BY_PANEL - {QuestionState.CLOSED})
_AWAITED = sorted(state.value for state in AWAITING_PANEL)
_COPIED = (
    *("asker_id", "number", "panel_id", "claimed_by", "held_back"),
    *("created_at", "previewed_at", "opened_at", "claim_due_at", "answer_due_at", "closed_at", "released_at"),
    "wrong_patient_at",
)
_BY_ID = sa.select(question).where(question.c.id == sa.bindparam("wanted"))
_BY_NUMBER = sa.select(question).where(question.c.number == sa.bindparam("wanted"))
WITH_IDS = sa.select(question).where(question.c.id.in_(sa.bindparam("ids", expanding=True)))
_LOCKED = _BY_ID.with_for_update()
_CHANGED = [*_COPIED, "text", "state", "urgency", "consent"]
_SAVE = (
    sa.update(question)
    .where(question.c.id == sa.bindparam("saved"))
    .values({name: sa.bindparam(f"new_{name}", type_=question.c[name].type) for name in _CHANGED})
)
_DRAFT_OF = (
    sa.select(question)
    .where(question.c.asker_id == sa.bindparam("asker"), question.c.state == QuestionState.DRAFT.value)
    .order_by(question.c.created_at.desc(), question.c.id)
    .limit(1)
)
_OF_ASKER = (
    sa.select(question)
    .where(question.c.asker_id == sa.bindparam("asker"), question.c.number.is_not(None))
    .order_by(question.c.number.desc())
)
_FOR_PANEL = (
    sa.select(question)
    .where(
        sa.or_(
            question.c.state.in_(_ON_THE_DESK),
            sa.and_(question.c.state == QuestionState.CLOSED.value, question.c.closed_at >= sa.bindparam("since")),
        )
    )
    .order_by(question.c.opened_at, question.c.id)
)
_OPEN_CLAIMS = (
    sa.select(question.c.claimed_by, sa.func.count().label("claims"))
    .where(question.c.claimed_by.is_not(None), question.c.state.in_(_AWAITED))
    .group_by(question.c.claimed_by)
)


class SqlQuestions:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Question) -> bool:
        is_new = insert_new(self._connection, question, {"id": added.id, **_row(added)})
        if is_new:
            question_panel.save(self._connection, added)
        self._follow(added)
        return is_new

    def get(self, question_id: QuestionId) -> Question:
        return self._one(_BY_ID, {"wanted": question_id})

    def lock(self, question_id: QuestionId) -> Question:
        """On SQLite the transaction itself excludes every other writer, and FOR UPDATE is left out."""
        return self._one(_LOCKED, {"wanted": question_id})

    def save(self, saved: Question) -> None:
        values = {f"new_{name}": value for name, value in _row(saved).items()}
        if self._connection.execute(_SAVE, {"saved": saved.id, **values}).rowcount != 1:
            raise PermanentError("question_unknown")
        question_panel.save(self._connection, saved)
        self._follow(saved)

    def by_number(self, number: int) -> Question | None:
        found = self._load(_BY_NUMBER, {"wanted": number})
        return found[0] if found else None

    def with_ids(self, ids: Sequence[QuestionId]) -> Sequence[Question]:
        return self._load(WITH_IDS, {"ids": list(ids)})

    def merged_into(self, question_id: QuestionId) -> Sequence[Question]:
        return self.with_ids(question_panel.followers(self._connection, question_id))

    def next_number(self) -> int:
        return count_up(self._connection, "question")

    def draft_of(self, member_id: MemberId) -> Question | None:
        found = self._load(_DRAFT_OF, {"asker": member_id})
        return found[0] if found else None

    def open_claims(self) -> Mapping[MemberId, int]:
        rows = rows_of(self._connection, _OPEN_CLAIMS)
        return {MemberId(row["claimed_by"]): row["claims"] for row in rows}

    def of_asker(self, member_id: MemberId) -> Sequence[Question]:
        return self._load(_OF_ASKER, {"asker": member_id})

    def for_panel(self, *, closed_since: datetime) -> Sequence[Question]:
        return self._load(_FOR_PANEL, {"since": closed_since})

    def awaiting_release(self) -> Sequence[Question]:
        return self._load(
            sa.select(question)
            .where(
                question.c.state == QuestionState.CLOSED.value,
                question.c.consent == ConsentScope.TEACHING.value,
                question.c.released_at.is_(None),
                question.c.wrong_patient_at.is_(None),
                question.c.id.not_in(question_review.UNDER_REVIEW),
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
                question.c.id.not_in(question_review.UNDER_REVIEW),
            )
            .order_by(question.c.released_at, question.c.id)
        )

    def _follow(self, changed: Question) -> None:
        """The search follows whatever has a number: in this transaction, so that nothing taken back is ever found."""
        if changed.number is not None:
            search_index.follow(self._connection, changed.id)

    def _one(self, statement: sa.Select[Any], values: Mapping[str, Any]) -> Question:
        found = self._load(statement, values)
        if not found:
            raise PermanentError("question_unknown")
        return found[0]

    def _load(self, statement: sa.Select[Any], values: Mapping[str, Any] | None = None) -> tuple[Question, ...]:
        found = [_question(row) for row in rows_of(self._connection, statement, values)]
        return question_review.completed(self._connection, question_panel.completed(self._connection, found))


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

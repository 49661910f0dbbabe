"""What of questions is hidden by flags: read with every question, saved with the incidents alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from domain.ids import QuestionId
from domain.incident import Decision
from domain.question import Question
from storage.statements import rows_of
from storage.tables_incident import incident, incident_item

_HIDDEN = (
    sa.select(incident_item.c.question_id, incident_item.c.item, incident.c.decision)
    .join(incident, incident.c.id == incident_item.c.incident_id)
    .where(incident.c.decision != Decision.RESTORED.value)
)
_HIDDEN_OF = _HIDDEN.where(incident_item.c.question_id.in_(sa.bindparam("ids", expanding=True)))
UNDER_REVIEW = (
    sa.select(incident_item.c.question_id)
    .join(incident, incident.c.id == incident_item.c.incident_id)
    .where(incident.c.decision == Decision.PENDING.value)
)
"""Ids of the questions of which something waits for a moderator."""


def completed(connection: sa.Connection, questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return questions with what flags hide of them."""
    if not questions:
        return ()
    ids = [question.id for question in questions]
    found: dict[str, list[sa.RowMapping]] = {}
    for row in rows_of(connection, _HIDDEN_OF, {"ids": ids}):
        found.setdefault(row["question_id"], []).append(row)
    return tuple(_with(each, found[each.id]) if each.id in found else each for each in questions)


def taken_down(connection: sa.Connection) -> Mapping[QuestionId, frozenset[str]]:
    found: dict[QuestionId, frozenset[str]] = {}
    for row in rows_of(connection, _HIDDEN):
        question_id = QuestionId(row["question_id"])
        found[question_id] = found.get(question_id, frozenset()) | {row["item"]}
    return found


def _with(question: Question, rows: Sequence[sa.RowMapping]) -> Question:
    pending = any(row["decision"] == Decision.PENDING.value for row in rows)
    return replace(question, taken_down=frozenset(row["item"] for row in rows), is_under_review=pending)

"""How long questions waited, for the service-level report: their first opening, claim and answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from domain.ids import PanelId
from domain.question import EntryKind, QuestionState, Urgency
from domain.service_level import Waited
from storage.statements import rows_of
from storage.tables import entry, question

_OVER = frozenset({QuestionState.WITHDRAWN.value, QuestionState.MERGED.value})


def _first(kind: EntryKind) -> sa.ScalarSelect[datetime]:
    about = sa.and_(entry.c.question_id == question.c.id, entry.c.kind == kind.value)
    return sa.select(sa.func.min(entry.c.at, type_=entry.c.at.type)).where(about).scalar_subquery()


class SqlWaiting:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def waited(self, since: datetime, until: datetime) -> Sequence[Waited]:
        opened = sa.select(entry.c.question_id, sa.func.min(entry.c.at, type_=entry.c.at.type).label("opened_at"))
        first = opened.where(entry.c.kind == EntryKind.OPENED.value).group_by(entry.c.question_id).subquery()
        statement = (
            sa.select(
                *(question.c.urgency, question.c.panel_id, question.c.state, first.c.opened_at),
                _first(EntryKind.CLAIMED).label("claimed_at"),
                _first(EntryKind.ANSWER).label("answered_at"),
                _first(EntryKind.OWNED).label("owned_at"),
                _first_urgency().label("asked_as"),
            )
            .join(first, first.c.question_id == question.c.id)
            .where(first.c.opened_at >= since, first.c.opened_at < until, question.c.number.is_not(None))
            .order_by(first.c.opened_at, question.c.id)
        )
        return tuple(_waited(row) for row in rows_of(self._connection, statement))


def _first_urgency() -> sa.ScalarSelect[object]:
    """As it was asked; what was lowered later is measured by what its asker was promised first."""
    about = sa.and_(entry.c.question_id == question.c.id, entry.c.kind == EntryKind.OPENED.value)
    return sa.select(entry.c.details).where(about).order_by(entry.c.id).limit(1).scalar_subquery()


def _waited(row: sa.RowMapping) -> Waited:
    asked_as = (row["asked_as"] or {}).get("urgency") or row["urgency"]
    return Waited(
        urgency=Urgency(asked_as),
        panel_id=None if row["panel_id"] is None else PanelId(row["panel_id"]),
        opened_at=row["opened_at"],
        claimed_at=row["claimed_at"],
        answered_at=row["answered_at"],
        owned_at=row["owned_at"],
        is_withdrawn=row["state"] in _OVER,
    )

"""Choices that wait for a press."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from domain.delivery import PendingChoice
from domain.ids import MemberId, QuestionId
from domain.messages import Action
from storage.statements import insert_new, rows_of
from storage.tables import choice


class SqlChoices:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: PendingChoice) -> bool:
        row = {
            "token": added.token,
            "member_id": added.member_id,
            "question_id": added.question_id,
            "actions": [action.value for action in added.actions],
            "expires_at": added.expires_at,
            "taken": None if added.taken is None else added.taken.value,
            "outdated": added.is_outdated,
        }
        return insert_new(self._connection, choice, row)

    def get(self, token: str) -> PendingChoice | None:
        rows = rows_of(self._connection, sa.select(choice).where(choice.c.token == token))
        return _choice(rows[0]) if rows else None

    def take(self, token: str, action: Action) -> bool:
        untaken = sa.and_(choice.c.token == token, choice.c.taken.is_(None))
        return self._connection.execute(sa.update(choice).where(untaken).values(taken=action.value)).rowcount == 1

    def take_all(self, question_id: QuestionId, action: Action) -> int:
        untaken = sa.and_(choice.c.question_id == question_id, choice.c.taken.is_(None))
        rows = rows_of(self._connection, sa.select(choice).where(untaken))
        tokens = [row["token"] for row in rows if action.value in row["actions"]]
        if tokens:
            statement = sa.update(choice).where(choice.c.token.in_(tokens), untaken).values(taken=action.value)
            self._connection.execute(statement)
        return len(tokens)

    def outdate(self, question_id: QuestionId) -> None:
        about = sa.and_(choice.c.question_id == question_id, choice.c.taken.is_(None))
        self._connection.execute(sa.update(choice).where(about).values(outdated=True))

    def open_of(self, member_id: MemberId, now: datetime) -> Sequence[PendingChoice]:
        statement = (
            sa.select(choice)
            .where(choice.c.member_id == member_id, choice.c.taken.is_(None), choice.c.expires_at > now)
            .order_by(choice.c.place.desc())
        )
        return tuple(_choice(row) for row in rows_of(self._connection, statement))


def _choice(row: sa.RowMapping) -> PendingChoice:
    return PendingChoice(
        token=row["token"],
        member_id=MemberId(row["member_id"]),
        question_id=row["question_id"],
        actions=tuple(Action(action) for action in row["actions"]),
        expires_at=row["expires_at"],
        taken=None if row["taken"] is None else Action(row["taken"]),
        is_outdated=row["outdated"],
    )

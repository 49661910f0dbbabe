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
from storage.tables_rota import choice_subject

_WITH_SUBJECT = sa.select(choice, choice_subject.c.about).outerjoin(
    choice_subject, choice_subject.c.token == choice.c.token
)
_BY_TOKEN = _WITH_SUBJECT.where(choice.c.token == sa.bindparam("wanted"))
_TAKE = (
    sa.update(choice)
    .where(choice.c.token == sa.bindparam("wanted"), choice.c.taken.is_(None))
    .values(taken=sa.bindparam("chosen"))
)
_UNTAKEN_OF = sa.select(choice).where(choice.c.question_id == sa.bindparam("about"), choice.c.taken.is_(None))
_TAKE_ALL = (
    sa.update(choice)
    .where(choice.c.token.in_(sa.bindparam("tokens", expanding=True)), choice.c.taken.is_(None))
    .values(taken=sa.bindparam("chosen"))
)
_PROLONG = (
    sa.update(choice)
    .where(choice.c.token == sa.bindparam("wanted"), choice.c.taken.is_(None))
    .values(expires_at=sa.bindparam("until"))
)
_OUTDATE = (
    sa.update(choice)
    .where(choice.c.question_id == sa.bindparam("about"), choice.c.taken.is_(None))
    .values(outdated=True)
)
_OPEN_OF = _WITH_SUBJECT.where(
    choice.c.member_id == sa.bindparam("member"), choice.c.taken.is_(None), choice.c.expires_at > sa.bindparam("now")
).order_by(choice.c.place.desc())


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
        is_new = insert_new(self._connection, choice, row)
        if is_new and added.about:
            insert_new(self._connection, choice_subject, {"token": added.token, "about": added.about})
        return is_new

    def get(self, token: str) -> PendingChoice | None:
        rows = rows_of(self._connection, _BY_TOKEN, {"wanted": token})
        return _choice(rows[0]) if rows else None

    def take(self, token: str, action: Action) -> bool:
        return self._connection.execute(_TAKE, {"wanted": token, "chosen": action.value}).rowcount == 1

    def take_all(self, question_id: QuestionId, action: Action) -> int:
        rows = rows_of(self._connection, _UNTAKEN_OF, {"about": question_id})
        tokens = [row["token"] for row in rows if action.value in row["actions"]]
        if tokens:
            self._connection.execute(_TAKE_ALL, {"tokens": tokens, "chosen": action.value})
        return len(tokens)

    def prolong(self, token: str, until: datetime) -> None:
        self._connection.execute(_PROLONG, {"wanted": token, "until": until})

    def outdate(self, question_id: QuestionId) -> None:
        self._connection.execute(_OUTDATE, {"about": question_id})

    def open_of(self, member_id: MemberId, now: datetime) -> Sequence[PendingChoice]:
        rows = rows_of(self._connection, _OPEN_OF, {"member": member_id, "now": now})
        return tuple(_choice(row) for row in rows)


def _choice(row: sa.RowMapping) -> PendingChoice:
    return PendingChoice(
        token=row["token"],
        member_id=MemberId(row["member_id"]),
        question_id=row["question_id"],
        actions=tuple(Action(action) for action in row["actions"]),
        expires_at=row["expires_at"],
        taken=None if row["taken"] is None else Action(row["taken"]),
        is_outdated=row["outdated"],
        about=row["about"] or "",
    )

"""Whom the sources of a question name, as fingerprints, and who saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from domain.identity import Fingerprint, IdentityKind
from domain.ids import MemberId, QuestionId
from domain.wrong_patient import Viewing
from storage.statements import insert_all_new, insert_new, rows_of
from storage.tables import identity, viewing

_THEIRS = identity.c.question_id == sa.bindparam("about")
_OF_QUESTION = sa.select(identity).where(_THEIRS).order_by(identity.c.source)
_MARKS_OF = sa.select(identity.c.kind, identity.c.digest).where(_THEIRS).distinct()


class SqlIdentities:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, question_id: QuestionId, source: str, marks: frozenset[Fingerprint]) -> None:
        rows = [
            {"question_id": question_id, "source": source, "kind": mark.kind.value, "digest": mark.digest}
            for mark in sorted(marks)
        ]
        insert_all_new(self._connection, identity, rows)

    def of_question(self, question_id: QuestionId) -> Mapping[str, frozenset[Fingerprint]]:
        found: dict[str, set[Fingerprint]] = {}
        for row in rows_of(self._connection, _OF_QUESTION, {"about": question_id}):
            mark = Fingerprint(kind=IdentityKind(row["kind"]), digest=row["digest"])
            found.setdefault(row["source"], set()).add(mark)
        return {source: frozenset(marks) for source, marks in found.items()}

    def marks_of(self, question_id: QuestionId) -> frozenset[Fingerprint]:
        rows = rows_of(self._connection, _MARKS_OF, {"about": question_id})
        return frozenset(Fingerprint(kind=IdentityKind(row["kind"]), digest=row["digest"]) for row in rows)

    def forget(self, question_id: QuestionId, source: str | None = None) -> None:
        theirs = identity.c.question_id == question_id
        wanted = theirs if source is None else sa.and_(theirs, identity.c.source == source)
        self._connection.execute(sa.delete(identity).where(wanted))


class SqlViewings:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def note(self, question_id: QuestionId, member_id: MemberId, at: datetime) -> None:
        row = {"question_id": question_id, "member_id": member_id, "first_at": at, "last_at": at}
        if insert_new(self._connection, viewing, row):
            return
        theirs = sa.and_(viewing.c.question_id == question_id, viewing.c.member_id == member_id)
        later = sa.and_(theirs, viewing.c.last_at < at)
        self._connection.execute(sa.update(viewing).where(later).values(last_at=at))

    def of_question(self, question_id: QuestionId) -> Sequence[Viewing]:
        statement = (
            sa.select(viewing)
            .where(viewing.c.question_id == question_id)
            .order_by(viewing.c.first_at, viewing.c.member_id)
        )
        return tuple(
            Viewing(member_id=MemberId(row["member_id"]), first_at=row["first_at"], last_at=row["last_at"])
            for row in rows_of(self._connection, statement)
        )

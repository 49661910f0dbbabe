"""Consents: facts that are added, never edited."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from domain.consent import Consent, ConsentScope
from domain.ids import MemberId, QuestionId
from storage.statements import rows_of
from storage.tables import consent


class SqlConsents:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Consent) -> None:
        """Add a consent; one that is known already (a handler may run twice) changes nothing."""
        if added in self.of_question(added.question_id):
            return
        row = {
            "question_id": added.question_id,
            "scope": added.scope.value,
            "given_by": added.given_by,
            "given_at": added.given_at,
            "basis": added.basis,
            "version": added.version,
        }
        self._connection.execute(sa.insert(consent), row)

    def of_question(self, question_id: QuestionId) -> Sequence[Consent]:
        """In the order in which they were given."""
        statement = sa.select(consent).where(consent.c.question_id == question_id).order_by(consent.c.id)
        return tuple(_consent(row) for row in rows_of(self._connection, statement))


def _consent(row: sa.RowMapping) -> Consent:
    return Consent(
        question_id=QuestionId(row["question_id"]),
        scope=ConsentScope(row["scope"]),
        given_by=MemberId(row["given_by"]),
        given_at=row["given_at"],
        basis=row["basis"],
        version=row["version"],
    )

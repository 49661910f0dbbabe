"""Digests: one per name, period and member."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from domain.digest import WEEKLY, Digest, DigestState
from domain.errors import PermanentError
from domain.ids import DigestId, MemberId
from storage.statements import insert_new, rows_of
from storage.tables import digest


class SqlDigests:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, added: Digest) -> bool:
        row = {
            "id": added.id,
            "name": added.name,
            "period": added.period.isoformat(),
            "member_id": added.member_id,
            "since": added.since,
            "until": added.until,
            "state": added.state.value,
        }
        return insert_new(self._connection, digest, row)

    def replace_empty(self, later: Digest) -> bool:
        statement = (
            sa.update(digest)
            .where(digest.c.id == later.id, digest.c.state == DigestState.EMPTY.value)
            .values(since=later.since, until=later.until, state=later.state.value)
        )
        return self._connection.execute(statement).rowcount == 1

    def get(self, digest_id: DigestId) -> Digest:
        rows = rows_of(self._connection, sa.select(digest).where(digest.c.id == digest_id))
        if not rows:
            raise PermanentError("digest_unknown")
        return _digest(rows[0])

    def told_until(self, member_id: MemberId) -> datetime | None:
        theirs = sa.and_(digest.c.member_id == member_id, digest.c.name != WEEKLY)
        rows = rows_of(self._connection, sa.select(digest).where(theirs).order_by(digest.c.until.desc()).limit(1))
        return _digest(rows[0]).until if rows else None

    def set_state(self, digest_id: DigestId, state: DigestState) -> None:
        statement = sa.update(digest).where(digest.c.id == digest_id).values(state=state.value)
        if self._connection.execute(statement).rowcount != 1:
            raise PermanentError("digest_unknown")


def _digest(row: sa.RowMapping) -> Digest:
    return Digest(
        name=row["name"],
        period=date.fromisoformat(row["period"]),
        member_id=MemberId(row["member_id"]),
        since=row["since"],
        until=row["until"],
        state=DigestState(row["state"]),
    )

"""Test pages of phones, and the calendar feeds of members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from domain.calendar import CalendarFeed
from domain.ids import MemberId
from domain.phone import PhoneRecord, TestPage
from storage.statements import insert_new, rows_of
from storage.tables_rota import calendar_feed, test_page


class SqlPhones:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, page: TestPage) -> bool:
        row = {"id": page.id, "member_id": page.member_id, "sent_at": page.sent_at, "passed_at": page.passed_at}
        return insert_new(self._connection, test_page, row)

    def note_passed(self, test_id: str, member_id: MemberId, at: datetime) -> bool:
        theirs = sa.and_(test_page.c.id == test_id, test_page.c.member_id == member_id, test_page.c.passed_at.is_(None))
        return self._connection.execute(sa.update(test_page).where(theirs).values(passed_at=at)).rowcount == 1

    def records(self) -> Mapping[MemberId, PhoneRecord]:
        last = (sa.func.max(test_page.c.sent_at).label("sent"), sa.func.max(test_page.c.passed_at).label("passed"))
        statement = sa.select(test_page.c.member_id, *last).group_by(test_page.c.member_id)
        return {
            MemberId(row["member_id"]): PhoneRecord(sent_at=row["sent"], passed_at=row["passed"])
            for row in rows_of(self._connection, statement)
        }


class SqlFeeds:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, feed: CalendarFeed) -> None:
        row = {
            "token_hash": feed.token_hash,
            "member_id": feed.member_id,
            "made_at": feed.made_at,
            "revoked_at": feed.revoked_at,
        }
        self._connection.execute(sa.insert(calendar_feed), row)

    def get(self, token_hash: str) -> CalendarFeed | None:
        wanted = sa.and_(calendar_feed.c.token_hash == token_hash, calendar_feed.c.revoked_at.is_(None))
        rows = rows_of(self._connection, sa.select(calendar_feed).where(wanted))
        return next((CalendarFeed(**{**row, "member_id": MemberId(row["member_id"])}) for row in rows), None)

    def revoke_of(self, member_id: MemberId, at: datetime) -> int:
        statement = sa.update(calendar_feed).where(self._open(member_id)).values(revoked_at=at)
        return self._connection.execute(statement).rowcount

    def has(self, member_id: MemberId) -> bool:
        statement = sa.select(calendar_feed.c.token_hash).where(self._open(member_id)).limit(1)
        return bool(rows_of(self._connection, statement))

    @staticmethod
    def _open(member_id: MemberId) -> sa.ColumnElement[bool]:
        return sa.and_(calendar_feed.c.member_id == member_id, calendar_feed.c.revoked_at.is_(None))

"""Pages that were sent or wait, and when each member was last asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from domain.ids import MemberId, QuestionId
from domain.messages import Address
from domain.paging import PageRow, Way
from storage.statements import count_up, insert_new, replace_row, rows_of
from storage.tables_paging import member_asked, page

_IS_WAITING = sa.and_(page.c.sent_at.is_(None), page.c.is_dropped == sa.false())
_PAGE = page.c.id == sa.bindparam("wanted")
_WAITING_FOR = (
    sa.select(page)
    .where(page.c.member_id == sa.bindparam("member"), page.c.due_at <= sa.bindparam("by"), _IS_WAITING)
    .order_by(page.c.due_at, page.c.id)
)
_SET_SENT = (
    sa.update(page)
    .where(_PAGE)
    .values(channel=sa.bindparam("by_channel"), external_id=sa.bindparam("to"), sent_at=sa.bindparam("at"))
    .returning(page.c.member_id)
)
_POSTPONE = sa.update(page).where(_PAGE).values(due_at=sa.bindparam("until"))
_DROP = sa.update(page).where(_PAGE).values(is_dropped=True)
_SENT_SINCE = (
    sa.select(page.c.channel, page.c.external_id, page.c.sent_at)
    .where(page.c.sent_at > sa.bindparam("since"))
    .order_by(page.c.sent_at)
)
_LAST_ASKED = sa.select(member_asked)


@lru_cache(maxsize=16)
def _sent_on(channels: frozenset[str]) -> sa.Select[tuple[str, str, datetime]]:
    return _SENT_SINCE.where(page.c.channel.in_([sa.literal(channel) for channel in sorted(channels)]))


def _sent_since(channels: Collection[str] | None) -> sa.Select[tuple[str, str, datetime]]:
    return _SENT_SINCE if channels is None else _sent_on(frozenset(channels))


class SqlPages:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """The row of the counter is held until the transaction ends."""
        count_up(self._connection, "page")

    def add(self, added: PageRow) -> bool:
        row = {
            "id": added.id,
            "question_id": added.question_id,
            "opening": added.opening,
            "step": added.step,
            "member_id": added.member_id,
            "way": added.way.value,
            "is_urgent": added.is_urgent,
            "due_at": added.due_at,
            "channel": None if added.address is None else added.address.channel,
            "external_id": None if added.address is None else added.address.external_id,
            "sent_at": added.sent_at,
            "is_dropped": added.is_dropped,
        }
        is_new = insert_new(self._connection, page, row)
        if is_new and added.sent_at is not None:
            self._note_sent(added.member_id, added.address, added.sent_at)
        return is_new

    def waiting(self, member_id: MemberId, *, due_by: datetime) -> Sequence[PageRow]:
        rows = rows_of(self._connection, _WAITING_FOR, {"member": member_id, "by": due_by})
        return tuple(_page(row) for row in rows)

    def of_question(self, question_id: QuestionId) -> Sequence[PageRow]:
        return self._load(sa.select(page).where(page.c.question_id == question_id).order_by(page.c.due_at, page.c.id))

    def set_sent(self, page_id: str, address: Address, at: datetime) -> None:
        values = {"wanted": page_id, "by_channel": address.channel, "to": address.external_id, "at": at}
        for row in self._connection.execute(_SET_SENT, values).all():
            self._note_sent(MemberId(row.member_id), address, at)

    def postpone(self, page_id: str, due_at: datetime) -> None:
        self._connection.execute(_POSTPONE, {"wanted": page_id, "until": due_at})

    def drop(self, page_id: str) -> None:
        self._connection.execute(_DROP, {"wanted": page_id})

    def sent_since(
        self, instant: datetime, *, channels: Collection[str] | None = None
    ) -> Mapping[Address, Sequence[datetime]]:
        times: dict[Address, list[datetime]] = {}
        for row in rows_of(self._connection, _sent_since(channels), {"since": instant}):
            address = Address(channel=row["channel"], external_id=row["external_id"])
            times.setdefault(address, []).append(row["sent_at"])
        return times

    def last_asked(self) -> Mapping[MemberId, datetime]:
        rows = rows_of(self._connection, _LAST_ASKED)
        return {MemberId(row["member_id"]): row["asked_at"] for row in rows}

    def _note_sent(self, member_id: MemberId, _address: Address | None, at: datetime) -> None:
        replace_row(self._connection, member_asked, {"member_id": member_id, "asked_at": at})

    def _load(self, statement: sa.Select[tuple[object, ...]]) -> tuple[PageRow, ...]:
        return tuple(_page(row) for row in rows_of(self._connection, statement))


def _page(row: sa.RowMapping) -> PageRow:
    address = None
    if row["channel"] is not None:
        address = Address(channel=row["channel"], external_id=row["external_id"])
    return PageRow(
        id=row["id"],
        question_id=QuestionId(row["question_id"]),
        opening=row["opening"],
        step=row["step"],
        member_id=MemberId(row["member_id"]),
        way=Way(row["way"]),
        is_urgent=row["is_urgent"],
        due_at=row["due_at"],
        address=address,
        sent_at=row["sent_at"],
        is_dropped=row["is_dropped"],
    )

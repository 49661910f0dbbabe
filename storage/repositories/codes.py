"""Short codes on phones, and short links in text messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from domain.ids import MemberId, QuestionId
from domain.messages import Address
from domain.short_codes import ShortCode, ShortLink
from storage.statements import forget_rows, insert_new, rows_of
from storage.tables_codes import short_code, short_link

_OF_ADDRESS = (
    sa.select(short_code)
    .where(short_code.c.channel == sa.bindparam("held_channel"), short_code.c.external_id == sa.bindparam("held_id"))
    .order_by(short_code.c.code)
)
_FORGET = sa.delete(short_code).where(
    short_code.c.channel == sa.bindparam("held_channel"),
    short_code.c.external_id == sa.bindparam("held_id"),
    short_code.c.code == sa.bindparam("former"),
)
_GIVE = sa.insert(short_code)


class SqlCodes:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_address(self, address: Address) -> Sequence[ShortCode]:
        values = {"held_channel": address.channel, "held_id": address.external_id}
        rows = rows_of(self._connection, _OF_ADDRESS, values)
        return tuple(_code(row, address) for row in rows)

    def question_of(self, address: Address, code: int) -> QuestionId | None:
        rows = rows_of(self._connection, sa.select(short_code).where(_at(address), short_code.c.code == code))
        return _code(rows[0], address).question_id if rows else None

    def give(self, code: ShortCode) -> None:
        place = {"held_channel": code.address.channel, "held_id": code.address.external_id, "former": code.code}
        self._connection.execute(_FORGET, place)
        row = {
            "channel": code.address.channel,
            "external_id": code.address.external_id,
            "code": code.code,
            "question_id": code.question_id,
            "given_at": code.given_at,
        }
        self._connection.execute(_GIVE, row)

    def add_link(self, link: ShortLink) -> None:
        insert_new(self._connection, short_link, asdict(link))

    def link(self, code_hash: str, now: datetime) -> ShortLink | None:
        wanted = sa.and_(short_link.c.code_hash == code_hash, short_link.c.expires_at > now)
        rows = rows_of(self._connection, sa.select(short_link).where(wanted))
        return next((_link(row) for row in rows), None)

    def forget_ended(self, now: datetime) -> int:
        return forget_rows(self._connection, {short_link: short_link.c.expires_at}, now)


def _at(address: Address) -> sa.ColumnElement[bool]:
    return sa.and_(short_code.c.channel == address.channel, short_code.c.external_id == address.external_id)


def _code(row: sa.RowMapping, address: Address) -> ShortCode:
    question_id = QuestionId(row["question_id"])
    return ShortCode(address=address, code=row["code"], question_id=question_id, given_at=row["given_at"])


def _link(row: sa.RowMapping) -> ShortLink:
    return ShortLink(
        code_hash=row["code_hash"],
        member_id=MemberId(row["member_id"]),
        question_id=QuestionId(row["question_id"]),
        expires_at=row["expires_at"],
    )

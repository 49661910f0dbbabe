"""Codes that link a channel to a member, and the wrong ones that were typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from domain.ids import MemberId
from domain.linking import LOCKED_FOR, WRONG_TRIES_AT_A_CODE, LinkCode, LinkTries
from domain.messages import Address
from storage.statements import forget_rows, insert_new, replace_row, rows_of
from storage.tables_people import link_code, link_tries


class SqlLinks:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, code: LinkCode) -> None:
        self.revoke_of(code.member_id)
        insert_new(self._connection, link_code, asdict(code))

    def open_codes(self, now: datetime) -> Sequence[LinkCode]:
        works = sa.and_(
            link_code.c.used_at.is_(None), link_code.c.wrong_tries < WRONG_TRIES_AT_A_CODE, link_code.c.expires_at > now
        )
        statement = sa.select(link_code).where(works).order_by(link_code.c.id).with_for_update()
        rows = rows_of(self._connection, statement)
        return tuple(LinkCode(**{**row, "member_id": MemberId(row["member_id"])}) for row in rows)

    def save(self, code: LinkCode) -> None:
        replace_row(self._connection, link_code, asdict(code))

    def revoke_of(self, member_id: MemberId) -> None:
        self._connection.execute(sa.delete(link_code).where(link_code.c.member_id == member_id))

    def tries(self, address: Address, now: datetime) -> LinkTries:
        wanted = sa.and_(link_tries.c.channel == address.channel, link_tries.c.external_id == address.external_id)
        for row in rows_of(self._connection, sa.select(link_tries).where(wanted).with_for_update()):
            return LinkTries(address=address, wrong_tries=row["wrong_tries"], last_at=row["last_at"])
        return LinkTries(address=address, last_at=now)

    def save_tries(self, tries: LinkTries) -> None:
        row = {
            "channel": tries.address.channel,
            "external_id": tries.address.external_id,
            "wrong_tries": tries.wrong_tries,
            "last_at": tries.last_at,
        }
        replace_row(self._connection, link_tries, row)

    def forget_ended(self, now: datetime) -> int:
        codes = forget_rows(self._connection, {link_code: link_code.c.expires_at}, now)
        return codes + forget_rows(self._connection, {link_tries: link_tries.c.last_at}, now - LOCKED_FOR)

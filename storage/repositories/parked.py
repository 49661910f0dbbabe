"""What came by a channel and could not be translated: sealed, for an operator, until its time to live."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from domain.arrival import ParkedUpdate
from domain.ids import derive_id
from storage.keyring import KEY_BYTES, Keyring
from storage.sealing import open_bytes, seal_bytes
from storage.statements import insert_new, rows_of
from storage.tables_services import parked

_SHREDDED = {"sealed": None, "wrapped_key": None, "key_id": None}


class SqlParked:
    def __init__(self, connection: sa.Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def add(self, channel: str, external_id: str, raw: str, *, reason: str, at: datetime) -> bool:
        parked_id = derive_id("parked", channel, external_id)
        name, key = _name(parked_id), secrets.token_bytes(KEY_BYTES)
        day_key = self._keyring.inbox_key(at.astimezone(UTC).date())
        wrapped = self._keyring.wrap(key, key_id=day_key, context=name)
        row = {
            "id": parked_id,
            "channel": channel,
            "reason": reason,
            "received_at": at,
            "sealed": seal_bytes(raw.encode(errors="replace"), key=key, name=name),
            "wrapped_key": wrapped.wrapped,
            "key_id": day_key,
        }
        return insert_new(self._connection, parked, row)

    def waiting(self, channel: str) -> int:
        kept = sa.and_(parked.c.channel == channel, parked.c.sealed.is_not(None))
        return int(self._connection.execute(sa.select(sa.func.count()).select_from(parked).where(kept)).scalar_one())

    def kept(self, *, limit: int = 100) -> Sequence[ParkedUpdate]:
        order = (parked.c.received_at, parked.c.id)
        statement = sa.select(parked).where(parked.c.sealed.is_not(None)).order_by(*order).limit(limit)
        return tuple(_update(row) for row in rows_of(self._connection, statement))

    def open(self, parked_id: str) -> tuple[ParkedUpdate, str] | None:
        row = self._connection.execute(sa.select(parked).where(parked.c.id == parked_id)).mappings().one_or_none()
        if row is None or row["sealed"] is None:
            return None
        name = _name(parked_id)
        key = self._keyring.unwrap(row["wrapped_key"], key_id=row["key_id"], context=name)
        return _update(row), open_bytes(row["sealed"], key=key, name=name).decode()

    def finish(self, parked_id: str) -> None:
        self._connection.execute(sa.update(parked).where(parked.c.id == parked_id).values(_SHREDDED))

    def shred(self, *, received_before: datetime) -> int:
        expired = sa.and_(parked.c.sealed.is_not(None), parked.c.received_at < received_before)
        return self._connection.execute(sa.update(parked).where(expired).values(_SHREDDED)).rowcount


def _update(row: sa.RowMapping) -> ParkedUpdate:
    return ParkedUpdate(id=row["id"], channel=row["channel"], reason=row["reason"], received_at=row["received_at"])


def _name(parked_id: str) -> str:
    return f"parked/{parked_id}"

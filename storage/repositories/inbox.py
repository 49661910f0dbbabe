"""The sealed inbox."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import InboxId
from domain.messages import Address, InboundMessage
from domain.ports.store import InboxNotice
from storage.inbox import SealedMessage, open_message, seal_message
from storage.keyring import Keyring
from storage.statements import insert_new, rows_of
from storage.tables import inbox

_SHREDDED = {"sealed": None, "wrapped_key": None, "key_id": None}
_OPEN = sa.select(inbox.c.sealed, inbox.c.wrapped_key, inbox.c.key_id).where(inbox.c.id == sa.bindparam("wanted"))
_FINISH = sa.update(inbox).where(inbox.c.id == sa.bindparam("wanted")).values(_SHREDDED)


class SqlInbox:
    def __init__(self, connection: sa.Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def add(self, inbox_id: InboxId, message: InboundMessage) -> bool:
        sealed = seal_message(self._keyring, inbox_id, message)
        row = {
            "id": inbox_id,
            "channel": message.channel,
            "external_hash": hashlib.sha256(message.external_id.encode(errors="replace")).hexdigest(),
            "sender": f"{message.sender.channel}:{message.sender.external_id}",
            "received_at": message.received_at,
            "sealed": sealed.sealed,
            "wrapped_key": sealed.wrapped_key,
            "key_id": sealed.key_id,
        }
        return insert_new(self._connection, inbox, row)

    def open(self, inbox_id: InboxId) -> InboundMessage:
        row = self._connection.execute(_OPEN, {"wanted": inbox_id}).one_or_none()
        if row is None or row.sealed is None:
            raise PermanentError("inbox_expired")
        message = SealedMessage(sealed=row.sealed, wrapped_key=row.wrapped_key, key_id=row.key_id)
        return open_message(self._keyring, inbox_id, message)

    def holds(self, inbox_id: InboxId) -> bool:
        row = self._connection.execute(_OPEN, {"wanted": inbox_id}).one_or_none()
        return row is not None and row.sealed is not None

    def finish(self, inbox_id: InboxId) -> None:
        self._connection.execute(_FINISH, {"wanted": inbox_id})

    def unfinished(self, *, received_before: datetime) -> Sequence[InboxNotice]:
        statement = (
            sa.select(inbox.c.id, inbox.c.sender, inbox.c.received_at)
            .where(inbox.c.sealed.is_not(None), inbox.c.received_at < received_before)
            .order_by(inbox.c.received_at, inbox.c.id)
        )
        return tuple(_notice(row) for row in rows_of(self._connection, statement))

    def shred(self, *, received_before: datetime) -> int:
        """Shred old contents, and destroy the keys of the days that lie wholly before.

        A rollback does not bring a key back, nor need it: what it opened was past its time.
        """
        expired = sa.and_(inbox.c.sealed.is_not(None), inbox.c.received_at < received_before)
        shredded = self._connection.execute(sa.update(inbox).where(expired).values(_SHREDDED)).rowcount
        self._keyring.destroy_inbox_keys(received_before.astimezone(UTC).date())
        return shredded


def _notice(row: sa.RowMapping) -> InboxNotice:
    channel, _, external_id = row["sender"].partition(":")
    return InboxNotice(
        inbox_id=InboxId(row["id"]),
        sender=Address(channel=channel, external_id=external_id),
        received_at=row["received_at"],
    )

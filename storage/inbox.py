"""Sealing received messages: each with a key of its own, wrapped by the key of its day."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC

from domain.ids import InboxId
from domain.messages import InboundMessage
from storage.keyring import KEY_BYTES, Keyring
from storage.packing import pack_message, unpack_message
from storage.sealing import open_bytes, seal_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedMessage:
    sealed: bytes
    wrapped_key: bytes
    key_id: str


def seal_message(keyring: Keyring, inbox_id: InboxId, message: InboundMessage) -> SealedMessage:
    """Return a message sealed with the key of the day on which it was received."""
    name = _name(inbox_id)
    key = secrets.token_bytes(KEY_BYTES)
    day_key = keyring.inbox_key(message.received_at.astimezone(UTC).date())
    wrapped = keyring.wrap(key, key_id=day_key, context=name)
    data = json.dumps(pack_message(message)).encode()
    return SealedMessage(sealed=seal_bytes(data, key=key, name=name), wrapped_key=wrapped.wrapped, key_id=day_key)


def open_message(keyring: Keyring, inbox_id: InboxId, message: SealedMessage) -> InboundMessage:
    """Return the message.

    Raises:
        PermanentError: "inbox_key_missing" (the key of its day), "sealed_damaged", "key_damaged".
    """
    name = _name(inbox_id)
    key = keyring.unwrap(message.wrapped_key, key_id=message.key_id, context=name)
    return unpack_message(json.loads(open_bytes(message.sealed, key=key, name=name)))


def _name(inbox_id: InboxId) -> str:
    return f"inbox/{inbox_id}"

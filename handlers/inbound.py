"""Opening a received message for the handler that processes it, and the member who sent it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.arrival import file_id
from domain.errors import PermanentError, TransientError, UserError
from domain.ids import InboxId, UploadId
from domain.member import Member
from domain.messages import Address, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message out of the sealed inbox, in memory, with its sender."""

    inbox_id: InboxId
    message: InboundMessage
    sender: Member


async def open_received(services: Services, inbox_id: InboxId) -> Received | None:
    """Return a received message; None where it was processed before, or its sender is unknown."""
    return await services.store.read(lambda transaction: _open(services, transaction, inbox_id))


def as_of_now(transaction: Transaction, received: Received) -> Received:
    """Return a message with its sender as they are in this transaction: what was read before it may be no longer true.

    Raises:
        UserError("former_member"): they have left meanwhile.
    """
    return replace(received, sender=_still_here(transaction.members.get(received.sender.id)))


def lock_sender(transaction: Transaction, received: Received) -> Member:
    """Return a message's sender, to be changed and saved whole: nobody else changes them before this transaction ends.

    Raises:
        UserError("former_member"): they have left meanwhile.
    """
    return _still_here(transaction.members.lock(received.sender.id))


def _still_here(sender: Member) -> Member:
    if not sender.active:
        raise UserError("former_member")
    return sender


def _open(services: Services, transaction: Transaction, inbox_id: InboxId) -> Received | None:
    try:
        message = transaction.inbox.open(inbox_id)
    except PermanentError as error:
        if error.code == "inbox_expired":
            # Finished by an earlier run of this very command, or expired, of which the sender was told.
            return None
        if error.code == "inbox_key_missing":
            # The key folder may be away for a while; when the time is up the sweep shreds the message.
            raise TransientError(error.code) from error
        raise
    sender = transaction.members.by_address(message.sender)
    if sender is None or not sender.active:
        services.log.warning("sender_unknown", inbox_id=inbox_id, channel=message.channel)
        return None
    uploads = (*message.uploads, *_files(transaction, inbox_id, message))
    message = replace(_placed(transaction, message), uploads=uploads)
    return Received(inbox_id=inbox_id, message=message, sender=sender)


def _placed(transaction: Transaction, message: InboundMessage) -> InboundMessage:
    """Return a message of a room as a reply to the question in whose thread it was written."""
    origin = message.origin
    if not origin.room or message.in_reply_to is not None:
        return message
    room = Address(channel=message.channel, external_id=origin.room)
    found = transaction.rooms.thread_at(room, origin.thread) if origin.thread else None
    if found is None and origin.replied_to:
        found = transaction.rooms.thread_of_message(room, origin.replied_to)
    return message if found is None else replace(message, in_reply_to=found.question_id)


def _files(transaction: Transaction, inbox_id: InboxId, message: InboundMessage) -> tuple[UploadId, ...]:
    """Return the uploads that a message's attachments have become, or are becoming."""
    if message.origin.room:
        return ()
    ids = (file_id(inbox_id, attachment) for attachment in message.attachments)
    return tuple(upload_id for upload_id in ids if transaction.arrivals.file(upload_id) is not None)

"""Opening a received message for the handler that processes it, and the member who sent it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.arrival import file_id
from domain.errors import PermanentError, TransientError, UserError
from domain.ids import InboxId, QuestionId, UploadId, derive_id
from domain.member import Member
from domain.messages import Address, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction

MESSAGE_NAME = "message"
"""The detail of an entry that says as which message its words came."""


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


def open_kept(transaction: Transaction, inbox_id: InboxId) -> InboundMessage:
    """Return a message that lies in the sealed inbox.

    Raises:
        PermanentError("inbox_expired"): it does not any more.
        TransientError: the key folder is away; when the message's time is up, the sweep shreds it.
    """
    try:
        return transaction.inbox.open(inbox_id)
    except PermanentError as error:
        if error.code == "inbox_key_missing":
            raise TransientError(error.code) from error
        raise


def message_name(message: InboundMessage) -> str:
    """Return what a message of somebody's own conversation is known by, also when it is edited; nothing elsewhere."""
    origin = message.origin
    if origin.room or not origin.reference or message.press is not None:
        return ""
    # Its service's own id says where its sender is to be found: others read what an entry says of it.
    return derive_id("message", message.channel, origin.reference)[:16]


def _open(services: Services, transaction: Transaction, inbox_id: InboxId) -> Received | None:
    try:
        message = open_kept(transaction, inbox_id)
    except PermanentError as error:
        if error.code == "inbox_expired":
            # Finished by an earlier run of this very command, or expired, of which the sender was told.
            return None
        raise
    sender = transaction.members.by_address(message.sender)
    if sender is None or not sender.active:
        services.log.warning("sender_unknown", inbox_id=inbox_id, channel=message.channel)
        return None
    uploads = (*message.uploads, *_files(transaction, inbox_id, message))
    message = replace(_placed(transaction, message), uploads=uploads)
    return Received(inbox_id=inbox_id, message=message, sender=sender)


def _placed(transaction: Transaction, message: InboundMessage) -> InboundMessage:
    """Return a message as a reply to the question below which it was written; a page says itself which that is."""
    if message.in_reply_to is not None:
        return message
    about = _in_room(transaction, message) if message.origin.room else _in_own_conversation(transaction, message)
    return message if about is None else replace(message, in_reply_to=about)


def _in_room(transaction: Transaction, message: InboundMessage) -> QuestionId | None:
    """Return in whose thread a message was written, or which of its messages it replies to."""
    origin = message.origin
    room = Address(channel=message.channel, external_id=origin.room)
    found = transaction.rooms.thread_at(room, origin.thread) if origin.thread else None
    if found is None and origin.replied_to:
        found = transaction.rooms.thread_of_message(room, origin.replied_to)
    return None if found is None else found.question_id


def _in_own_conversation(transaction: Transaction, message: InboundMessage) -> QuestionId | None:
    """Return what our message was about that is replied to; below a draft, words mean what they mean anywhere."""
    if not message.origin.replied_to:
        return None
    sent = transaction.sent.found_at(message.sender, message.origin.replied_to)
    if sent is None or sent.question_id is None or transaction.questions.get(sent.question_id).number is None:
        return None
    return sent.question_id


def _files(transaction: Transaction, inbox_id: InboxId, message: InboundMessage) -> tuple[UploadId, ...]:
    """Return the uploads that a message's attachments have become, or are becoming."""
    if message.origin.room:
        return ()
    ids = (file_id(inbox_id, attachment) for attachment in message.attachments)
    return tuple(upload_id for upload_id in ids if transaction.arrivals.file(upload_id) is not None)

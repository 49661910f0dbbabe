"""What identifies a patient in a conversation at a service: deleted there, as far as the service does.

Original photos go once their question is sent or dropped, words with a resident number as soon as they are read.
"""

from __future__ import annotations

from datetime import timedelta

from domain.arrival import FETCHED_WITHIN, NOT_FETCHED
from domain.commands_services import DeleteMessage, DeleteOriginal
from domain.delivery import SendingGate, Terms
from domain.errors import PermanentError
from domain.ids import UploadId, derive_id
from domain.messages import Address
from domain.ports.channel import DeletingChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, Question
from domain.study import UploadState
from domain.text import IdentifierKind
from handlers.inbound import Received
from handlers.outbox import Notice, place_of, tell
from handlers.room_notes import room_channel
from handlers.shredding import forget_draft
from handlers.taking_back import take_back_draft

CUT = f"[{IdentifierKind.RESIDENT_NUMBER}]"
"""What stands in the place of a resident number from the first commit on."""
_STILL_CHECKED = frozenset({UploadState.RECEIVING, UploadState.COMPLETE})


def delete_originals(services: Services, transaction: Transaction, question: Question) -> tuple[str, ...]:
    """Note the deletion of what came by services; returns the sentence that says so, nothing where there is none.

    What is still being looked at follows when that is done.
    """
    uploads = transaction.uploads.of_question(question.id)
    done = [upload for upload in uploads if upload.state not in _STILL_CHECKED]
    came = [upload for upload in done if NOT_FETCHED not in upload.refusals]
    gone = [delete_when_sent(services, transaction, upload.id, question=question) for upload in came]
    if not uploads or len(done) < len(uploads):
        return ()
    # What could not be fetched is nowhere but in its sender's conversation, and stays there.
    if len(came) < len(done) or not all(gone):
        return ("question.originals_yours",)
    is_noted = any(transaction.arrivals.file(upload.id) is not None for upload in came)
    return ("question.originals_going" if is_noted else "question.originals_deleted",)


def leave_draft(services: Services, transaction: Transaction, draft: Question, *, cause: str) -> Terms:
    """Forget a draft that came to nothing, and have deleted what lies of it at a service: its preview, and originals.

    Returns:
        what to say of the originals, behind another sentence.
    """
    take_back_draft(services, transaction, draft.id)
    keys = delete_originals(services, transaction, draft)
    forget_draft(services, transaction, draft.id, cause=cause)
    return Terms(keys=keys, lead="\n")


def delete_when_sent(services: Services, transaction: Transaction, upload_id: UploadId, *, question: Question) -> bool:
    """Note the deletion of a file whose question was sent or is over; False where its service keeps what was sent."""
    file = transaction.arrivals.file(upload_id)
    if file is None:
        return True
    channel = services.channels.get(file.address.channel)
    if not isinstance(channel, DeletingChannel):
        return False
    if question.number is not None or question.state in OVER:
        place = place_of(services, file.address)
        transaction.jobs.add(DeleteOriginal(upload_id=upload_id), gate=file.address.channel, place=place)
    return True


def delete_with_number(services: Services, transaction: Transaction, received: Received) -> None:
    """Note the deletion of a message in which a resident number stood, in a member's conversation or a panel's room.

    What nobody but our own pages shows is not there; files that lie in it are fetched before.
    """
    message = received.message
    if message.press is not None or message.text is None or CUT not in message.text.value:
        return
    place = Address(channel=message.channel, external_id=message.origin.room or message.sender.external_id)
    is_ours = not message.origin.room or transaction.rooms.get(place) is not None
    if not (is_ours and message.origin.reference):
        return
    command = DeleteMessage(
        member_id=received.sender.id,
        channel=message.channel,
        sender=message.sender.external_id,
        place=place.external_id,
        reference=message.origin.reference,
    )
    wait = FETCHED_WITHIN if message.attachments and not message.origin.is_edit else timedelta(0)
    gate = _gate_of(services, place, is_room=bool(message.origin.room))
    transaction.jobs.add(command, due_at=services.clock() + wait, gate=message.channel, place=gate)


async def delete_message(services: Services, command: DeleteMessage) -> None:
    """Delete one message, and say so; where the service does not, its sender is asked to.

    Raises:
        TransientError: later it may work.
    """
    channel = services.channels.get(command.channel)
    if channel is None:
        return
    place = Address(channel=command.channel, external_id=command.place)
    is_gone = isinstance(channel, DeletingChannel) and await _is_deleted(
        services, channel, address=place, reference=command.reference
    )

    def settle(transaction: Transaction) -> None:
        key = "number.deleted" if is_gone else "number.stays"
        notice = Notice(key=key, to=Address(channel=command.channel, external_id=command.sender))
        cause = derive_id("number", command.channel, command.place, command.reference)
        tell(services, transaction, transaction.members.get(command.member_id), cause=cause, notice=notice)

    await services.store.write(settle)


async def delete_original(services: Services, command: DeleteOriginal) -> None:
    """Delete one message with a file; where the service no longer does, its sender is asked to.

    Raises:
        TransientError: later it may work.
    """
    file = await services.store.read(lambda transaction: transaction.arrivals.file(command.upload_id))
    channel = None if file is None else services.channels.get(file.address.channel)
    if file is None or not isinstance(channel, DeletingChannel):
        return
    is_gone = await _is_deleted(services, channel, address=file.address, reference=file.reference)

    def settle(transaction: Transaction) -> None:
        transaction.arrivals.forget_file(command.upload_id)
        upload = transaction.uploads.get(command.upload_id)
        if not is_gone:
            notice = Notice(key="question.originals_stay", to=file.address)
            cause = f"originals:{upload.question_id}"
            tell(services, transaction, transaction.members.get(upload.member_id), cause=cause, notice=notice)

    await services.store.write(settle)


async def _is_deleted(services: Services, channel: DeletingChannel, *, address: Address, reference: str) -> bool:
    try:
        return await channel.delete_received(address, reference)
    except PermanentError as error:
        services.log.warning("original_kept", channel=channel.name, error=error.code)
        return False


def _gate_of(services: Services, place: Address, *, is_room: bool) -> SendingGate | None:
    rooms = room_channel(services, place.channel) if is_room else None
    return place_of(services, place) if rooms is None else rooms.room_gate(place)

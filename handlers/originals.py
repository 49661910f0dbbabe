"""Original photos in a conversation at a service: deleted there once their question is sent or dropped.

As far as the service does; what members wrote and what must go is `handlers.typed_words`'.
"""

from __future__ import annotations

from datetime import datetime

from domain.arrival import NOT_FETCHED
from domain.commands_services import DeleteOriginal
from domain.delivery import Terms
from domain.ids import QuestionId, UploadId
from domain.ports.channel import DeletingChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, Question
from handlers.outbox import Notice, place_of, tell
from handlers.retracting import wait_for_channel
from handlers.shredding import forget_draft
from handlers.taking_back import take_back_draft
from handlers.typed_words import delete_written


def delete_originals(services: Services, transaction: Transaction, question: Question) -> tuple[str, ...]:
    """Note the deletion of what came by services; returns the sentence that says so, nothing where there is none.

    What is still being looked at follows when that is done.
    """
    uploads = transaction.uploads.of_question(question.id)
    done = [upload for upload in uploads if not upload.is_pending]
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


def delete_when_sent(
    services: Services, transaction: Transaction, upload_id: UploadId, *, question: Question | None
) -> bool:
    """Note the deletion of a file whose question was sent or is over, or that came into none before its time was up.

    False where its service keeps what was sent.
    """
    file = transaction.arrivals.file(upload_id)
    if file is None:
        return True
    channel = services.channels.get(file.address.channel)
    if not isinstance(channel, DeletingChannel):
        return False
    if question is None or question.number is not None or question.state in OVER:
        place = place_of(services, file.address)
        transaction.jobs.add(DeleteOriginal(upload_id=upload_id), gate=file.address.channel, place=place)
    return True


async def delete_original(services: Services, command: DeleteOriginal) -> None:
    """Delete one message with a file; where the service no longer does, its sender is asked to.

    Raises:
        TransientError: later it may work.
    """
    file = await services.store.read(lambda transaction: transaction.arrivals.file(command.upload_id))
    if file is None:
        return
    channel = services.channels.get(file.address.channel)
    if channel is None:
        # Its sender was told that it goes: as soon as the channel is switched on again.
        about, since = await services.store.read(lambda transaction: _was_sent(transaction, command.upload_id))
        await wait_for_channel(services, file.address.channel, about=about, since=since)
    is_gone = isinstance(channel, DeletingChannel) and await delete_written(
        services, channel, address=file.address, reference=file.reference
    )

    def settle(transaction: Transaction) -> None:
        upload = transaction.uploads.get(command.upload_id)
        if is_gone:
            transaction.arrivals.forget_file(command.upload_id)
        else:
            # It can still be edited there.
            notice = Notice(key="question.originals_stay", to=file.address)
            cause = f"originals:{upload.question_id or file.album}"
            tell(services, transaction, transaction.members.get(upload.member_id), cause=cause, notice=notice)

    await services.store.write(settle)


def _was_sent(transaction: Transaction, upload_id: UploadId) -> tuple[QuestionId | None, datetime]:
    """Return the question of a file, and from when on the file was nothing any more that may be needed."""
    upload = transaction.uploads.get(upload_id)
    if upload.question_id is None:
        return None, upload.created_at
    sent_at = transaction.questions.get(upload.question_id).opened_at
    return upload.question_id, max(upload.created_at, sent_at or upload.created_at)

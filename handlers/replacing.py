"""Another file in the place of a former one, by an edit at the service: what of it is fetched, and what a draft drops.

Of a question that was sent nothing changes by an edit: the new file is offered, in `handlers.actions_adding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.arrival import FetchedFile, file_id
from domain.commands import ShredRemoved
from domain.ids import InboxId
from domain.messages import Attachment, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import TAKES_IMAGES, Question
from domain.study import SealedSegment, Upload, UploadState
from handlers.albums import files_said
from handlers.inbound import Received
from handlers.outbox import Notice, tell


def wanted_files(transaction: Transaction, inbox_id: InboxId, message: InboundMessage) -> tuple[Attachment, ...]:
    """Return what is to be fetched of a message: of an edit that which was not in it before, where it can be used."""
    if message.origin.room:
        return ()
    if not message.origin.is_edit:
        return message.attachments
    taken = transaction.arrivals.message(message.sender, message.origin.reference)
    question = None if taken is None else transaction.questions.get(taken.question_id)
    if question is None or question.state not in TAKES_IMAGES:
        return ()
    known = [file.attachment for file in _known(transaction, message)]
    if not known and question.number is not None:
        # What was in it is forgotten once it was to be deleted.
        return ()
    return tuple(each for each in message.attachments if _is_new(transaction, inbox_id, each, known=known))


def lock_former(transaction: Transaction, received: Received) -> None:
    """Lock what an edit may replace, before its question: whoever cleans a file locks both in this order."""
    if received.message.origin.is_edit and received.message.uploads:
        for file in _known(transaction, received.message):
            transaction.uploads.lock(file.upload_id)


def drop_replaced(
    services: Services, transaction: Transaction, received: Received, *, question: Question
) -> tuple[SealedSegment, ...]:
    """Take out of a draft what stood in the place of an edit's new files, and say so.

    Returns:
        what lies in the vault of it, to be shredded.
    """
    message = received.message
    if not (message.origin.is_edit and message.attachments and message.uploads):
        return ()
    replaced = (file.upload_id for file in _known(transaction, message) if _is_replaced(file, message))
    former = [upload for upload in map(transaction.uploads.get, replaced) if upload.question_id == question.id]
    segments: list[SealedSegment] = []
    for upload in former:
        segments += _drop(services, transaction, upload, question=question)
    transaction.jobs.add(ShredRemoved(question_id=question.id, cause=received.inbox_id))
    count = len(message.uploads)
    notice = Notice(
        key="draft.image_replaced" if former else "draft.checking",
        values={"count": count, "files": files_said(count)},
        question_id=question.id,
        to=message.sender,
    )
    tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
    return tuple(segments)


def _is_new(
    transaction: Transaction, inbox_id: InboxId, attachment: Attachment, *, known: Sequence[Attachment]
) -> bool:
    """Return whether it was not in the message before; what an earlier run has announced was not."""
    is_announced = transaction.arrivals.file(file_id(inbox_id, attachment)) is not None
    return is_announced or not any(attachment.is_same(each) for each in known)


def _known(transaction: Transaction, message: InboundMessage) -> Sequence[FetchedFile]:
    return transaction.arrivals.files_in(message.sender, message.origin.reference)


def _is_replaced(file: FetchedFile, message: InboundMessage) -> bool:
    is_kept = any(file.attachment.is_same(each) for each in message.attachments)
    return file.upload_id not in message.uploads and not is_kept


def _drop(
    services: Services, transaction: Transaction, upload: Upload, *, question: Question
) -> tuple[SealedSegment, ...]:
    """Take a file out, however far it has come; whoever works on it meanwhile finds that it is wanted no more."""
    segments = transaction.uploads.segments(upload.id)
    for object_id in transaction.images.remove_upload(question.id, upload.id, services.clock()):
        transaction.objects.shred(object_id)
    if upload.is_pending:
        # Not refused for anything: nothing is told of it.
        transaction.uploads.save(replace(upload, state=UploadState.REFUSED, refusals=(), shredded=True))
    transaction.uploads.forget_segments(upload.id)
    transaction.arrivals.forget_file(upload.id)
    return segments

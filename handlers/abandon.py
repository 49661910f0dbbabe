"""What is said when a command could not be carried out at all and waits for an operator."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import (
    AnswerRequest,
    CleanUpload,
    FindQuestions,
    GatherDraft,
    PresentDraft,
    RelayInformation,
    RouteMessage,
    TakeAction,
)
from domain.commands_services import AcknowledgeFiles, RoutePart
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.study import UploadState
from handlers.inbound import open_received
from handlers.outbox import Notice, tell

FromMember = (
    AcknowledgeFiles
    | AnswerRequest
    | FindQuestions
    | GatherDraft
    | RelayInformation
    | RouteMessage
    | RoutePart
    | TakeAction
)


async def abandon_message(services: Services, command: FromMember) -> None:
    """Tell the sender; the message stays sealed until its time to live, so that an operator may retry it."""
    received = await open_received(services, command.inbox_id)
    if received is None:
        return

    def answer(transaction: Transaction) -> None:
        notice = Notice(key="error.defect", to=received.message.sender)
        tell(services, transaction, received.sender, cause=f"abandoned:{received.inbox_id}", notice=notice)

    await services.store.write(answer)


async def abandon_upload(services: Services, command: CleanUpload) -> None:
    """Refuse a file that could not be looked at, so that the rest of the draft goes on."""

    def refuse(transaction: Transaction) -> None:
        upload = transaction.uploads.lock(command.upload_id)
        if upload.state is not UploadState.COMPLETE or upload.question_id is None:
            return
        transaction.uploads.save(
            replace(upload, state=UploadState.REFUSED, refusals=("refusal.could_not_be_checked",), shredded=True)
        )
        transaction.uploads.forget_segments(upload.id)
        transaction.jobs.add(PresentDraft(question_id=upload.question_id, cause=f"abandoned:{upload.id}"))

    segments = await services.store.read(lambda transaction: transaction.uploads.segments(command.upload_id))
    await services.store.write(refuse)
    await services.uploads.shred(segments)

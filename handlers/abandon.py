"""What is said when a command could not be carried out at all and waits for an operator."""

from __future__ import annotations

from datetime import timedelta

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
from handlers.outbox import Notice, tell
from handlers.uploads import refuse_upload

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

_AHEAD = timedelta(days=1)
"""By more no service's clock is ahead of ours."""


async def abandon_message(services: Services, command: FromMember) -> None:
    """Tell the sender; the message stays sealed until its time to live, so that an operator may retry it.

    It is not opened for this: that it cannot be may be why it was parked.
    """

    def answer(transaction: Transaction) -> None:
        lying = transaction.inbox.unfinished(received_before=services.clock() + _AHEAD)
        sender = next((each.sender for each in lying if each.inbox_id == command.inbox_id), None)
        member = None if sender is None else transaction.members.by_address(sender)
        if member is not None and member.active:
            notice = Notice(key="error.defect", to=sender)
            tell(services, transaction, member, cause=f"abandoned:{command.inbox_id}", notice=notice)

    await services.store.write(answer)


async def abandon_upload(services: Services, command: CleanUpload) -> None:
    """Refuse a file that could not be looked at, so that the rest of the draft goes on."""

    def refuse(transaction: Transaction) -> None:
        upload = transaction.uploads.lock(command.upload_id)
        if upload.state is not UploadState.COMPLETE or upload.question_id is None:
            return
        code = "refusal.could_not_be_checked"
        refuse_upload(services, transaction, upload, code=code, cause=f"abandoned:{upload.id}")
        transaction.jobs.add(PresentDraft(question_id=upload.question_id, cause=f"abandoned:{upload.id}"))

    segments = await services.store.read(lambda transaction: transaction.uploads.segments(command.upload_id))
    await services.store.write(refuse)
    await services.uploads.shred(segments)

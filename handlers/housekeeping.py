"""Privacy clocks: what is shredded when its time is up, and who is warned before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.commands import EraseImages, ForgetEnded, PresentDraft, SweepInbox
from domain.consent import ConsentScope
from domain.delivery import Value
from domain.ports.services import Services
from domain.ports.store import InboxNotice, Transaction
from domain.question import EntryKind, QuestionState
from domain.study import SealedSegment, Upload, UploadState
from handlers.enrolling import PENDING
from handlers.outbox import Notice, tell
from handlers.shredding import remove_images
from handlers.timeline import add_entry, closings, own_entry

WARN_BEFORE = timedelta(hours=2)
STRAY_AFTER = timedelta(hours=1)
ENDED_KEPT = timedelta(days=30)
"""So long who comes too late is told that it has expired; afterwards it is unknown."""


async def sweep_inbox(services: Services, command: SweepInbox) -> None:
    """Shred sealed messages and uploads past their time to live; warn of those about to expire unread."""
    keep = services.rules.inbox_time_to_live

    def sweep(transaction: Transaction) -> tuple[int, list[Upload]]:
        for notice in transaction.inbox.unfinished(received_before=command.at - keep + WARN_BEFORE):
            _warn(services, transaction, notice)
        shredded = transaction.inbox.shred(received_before=command.at - keep)
        transaction.parked.shred(received_before=command.at - keep)
        return shredded, list(transaction.uploads.begun_before(command.at - keep))

    shredded, expired = await services.store.write(sweep)
    for upload in expired:
        await _shred_upload(services, upload)
    await _remove_strays(services, command)
    services.log.info("inbox_swept", messages=shredded, uploads=len(expired))


async def forget_ended(services: Services, command: ForgetEnded) -> None:
    """Remove invites, applications, links and sessions some time after their end, and codes as soon as it has come.

    What was said of newcomers, to them and to whoever decides, goes with their applications.
    """

    def forget(transaction: Transaction) -> int:
        before = command.at - ENDED_KEPT
        people = transaction.enrolments.forget_ended(before) + transaction.channel_links.forget_ended(command.at)
        people += transaction.arrivals.forget_ended(before)
        said = transaction.deliveries.forget({key: before - pending for key, pending in PENDING.items()})
        return said + people + transaction.web.forget_ended(before) + transaction.codes.forget_ended(before)

    services.log.info("ended_forgotten", removed=await services.store.write(forget))


async def erase_images(services: Services, command: EraseImages) -> None:
    """Erase the images of a question that stayed consult-only, and what links them to a patient."""

    def erase(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        is_due = closings(transaction, question.id) == command.closing and question.state is QuestionState.CLOSED
        if not is_due or question.consent is not ConsentScope.CONSULT_ONLY:
            return
        if question.is_under_review:
            # Nothing is lost before a moderator has decided, who sets this clock anew.
            return
        cause = f"erased:{question.id}:{command.closing}{command.after_incident}"
        add_entry(services, transaction, own_entry(question, EntryKind.ERASED, key=cause, at=services.clock()))
        remove_images(services, transaction, question.id, cause=cause)

    await services.store.write(erase)


async def _remove_strays(services: Services, command: SweepInbox) -> None:
    """Remove sealed files that a crash left without a row: nobody can open them, but they take room."""
    known = await services.store.read(
        lambda transaction: {upload.id for upload in transaction.uploads.begun_before(command.at + WARN_BEFORE)}
    )
    await services.uploads.remove_strays(known, older_than=command.at - STRAY_AFTER)


def _warn(services: Services, transaction: Transaction, notice: InboxNotice) -> None:
    services.log.error("message_about_to_expire", inbox_id=notice.inbox_id)
    member = transaction.members.by_address(notice.sender)
    if member is not None:
        values: dict[str, Value] = {"received": notice.received_at}
        warning = Notice(key="inbox.expiring", values=values, to=notice.sender)
        tell(services, transaction, member, cause=f"expiring:{notice.inbox_id}", notice=warning)


async def _shred_upload(services: Services, upload: Upload) -> None:
    def forget(transaction: Transaction) -> tuple[SealedSegment, ...]:
        current = transaction.uploads.lock(upload.id)
        segments = transaction.uploads.segments(upload.id)
        transaction.uploads.forget_segments(upload.id)
        state = UploadState.REFUSED if current.is_pending else current.state
        refusals = ("refusal.upload_expired",) if current.is_pending else current.refusals
        transaction.uploads.save(replace(current, state=state, refusals=refusals, shredded=True))
        if current.is_pending and current.question_id is not None:
            # What else was sent with it has waited for it.
            present = PresentDraft(question_id=current.question_id, cause=f"expired:{current.id}")
            transaction.jobs.add(present)
        return segments

    segments = await services.store.write(forget)
    await services.uploads.shred(segments)

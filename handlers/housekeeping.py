"""Privacy clocks: what is shredded when its time is up, and who is warned before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.arrival import NOT_FETCHED
from domain.commands import EraseImages, ForgetEnded, PresentDraft, SweepInbox
from domain.consent import ConsentScope
from domain.delivery import PendingChoice, Terms, Value
from domain.member import Member
from domain.ports.services import Services
from domain.ports.store import InboxNotice, Transaction
from domain.question import EntryKind, QuestionState
from domain.study import SealedSegment, Upload, UploadState
from handlers.albums import KEPT
from handlers.enrolling import PENDING
from handlers.originals import delete_when_sent
from handlers.outbox import Notice, tell
from handlers.shredding import remove_images
from handlers.timeline import add_entry, closings, own_entry
from handlers.uploads import refuse_upload

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
    """Tell a sender what goes soon: what waits for their own word, which is no fault, or what nobody could process."""
    member = transaction.members.by_address(notice.sender)
    offer = None if member is None else _offer_of(transaction, member, notice)
    if offer is None:
        key = "inbox.expiring"
        services.log.error("message_about_to_expire", inbox_id=notice.inbox_id)
    else:
        key = "inbox.waiting" if offer.expires_at > services.clock() else "inbox.unconfirmed"
    if member is not None:
        about = notice.inbox_id if offer is None else offer.about
        values: dict[str, Value] = {"received": notice.received_at}
        warning = Notice(key=key, values=values, to=notice.sender)
        tell(services, transaction, member, cause=f"expiring:{about}", notice=warning)


def _offer_of(transaction: Transaction, member: Member, notice: InboxNotice) -> PendingChoice | None:
    """Return the choice that a message waits for, asked of it or of another part of its album, and never taken."""
    album = {part.inbox_id for part in transaction.arrivals.parts_of(notice.inbox_id)} | {notice.inbox_id}
    # As it was received: what is asked may wait for minutes alone, and its words lie there all the same.
    offers = transaction.choices.open_of(member.id, notice.received_at)
    return next((each for each in offers if each.about.removeprefix(KEPT) in album), None)


async def _shred_upload(services: Services, upload: Upload) -> None:
    def forget(transaction: Transaction) -> tuple[SealedSegment, ...]:
        current = transaction.uploads.lock(upload.id)
        segments = transaction.uploads.segments(upload.id)
        if current.is_pending:
            _refuse_expired(services, transaction, current)
        transaction.uploads.forget_segments(upload.id)
        transaction.uploads.save(replace(transaction.uploads.get(upload.id), shredded=True))
        return segments

    segments = await services.store.write(forget)
    await services.uploads.shred(segments)


def _refuse_expired(services: Services, transaction: Transaction, upload: Upload) -> None:
    """Refuse a file that nobody looked at in time; one that never came lies nowhere but with its sender."""
    file, cause = transaction.arrivals.file(upload.id), f"expired:{upload.id}"
    never_came = file is not None and upload.state is UploadState.RECEIVING
    refuse_upload(
        services, transaction, upload, code=NOT_FETCHED if never_came else "refusal.upload_expired", cause=cause
    )
    if upload.question_id is not None:
        # What else was sent with it has waited for it.
        transaction.jobs.add(PresentDraft(question_id=upload.question_id, cause=cause))
    elif file is not None and not never_came:
        goes = delete_when_sent(services, transaction, upload.id, question=None)
        originals = Terms(keys=(f"question.originals_{'going' if goes else 'yours'}",), lead="\n")
        values: dict[str, Value] = {"why": Terms(keys=("refusal.upload_expired",)), "originals": originals}
        notice = Notice(key="draft.file_refused", values=values, to=file.address)
        member = transaction.members.get(upload.member_id)
        tell(services, transaction, member, cause=f"expired:{file.album}", notice=notice)

"""Files on their way from the sealed inbox through the door into the archive, or refused and spoken of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile

from domain.arrival import NOT_FETCHED
from domain.checks import BURNED_IN
from domain.commands import CleanUpload, PresentDraft, ShredRemoved
from domain.delivery import Terms
from domain.errors import DeidentificationError, TransientError
from domain.identity import Fingerprint
from domain.ids import ImageId, QuestionId, UploadId, derive_id
from domain.ports.deidentifier import CleanedImage, CleanedUpload, Refusal
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, Entry, EntryKind, Question, QuestionState
from domain.study import Image, SealedSegment, Upload, UploadState, subject_of
from handlers.cleaning import note_cleaning
from handlers.identities import learn
from handlers.inbound import Received
from handlers.originals import delete_when_sent
from handlers.outbox import Notice, notice_about, tell
from handlers.timeline import add_entry

MOST_BYTES = 256 * 1024 * 1024
"""What is taken through the door at once, beside the first file: more would take longer than a child may."""

_Segments = tuple[SealedSegment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    """One call at the door, by the file that began it."""

    first: UploadId
    secret: bytes


async def clean_upload(services: Services, command: CleanUpload) -> None:
    """De-identify a complete file, and with it what else of its question waits: a series is searched as a whole.

    What cannot be cleaned is refused; either way the originals are shredded.
    """
    waiting = await services.store.read(lambda transaction: _waiting(services, transaction, command.upload_id))
    if waiting is None:
        return
    question_id, together = waiting
    secret = await services.linkage.secret_for(subject_of(question_id))
    trip = _Trip(first=command.upload_id, secret=secret)
    async for upload, cleaned in _through_the_door(services, together, secret=secret):
        await _settle(services, upload, together[upload], cleaned=cleaned, trip=trip)


def attach_uploads(services: Services, transaction: Transaction, received: Received, *, question_id: QuestionId) -> int:
    """Make a message's files part of a question; returns how many are still to be looked at.

    Whoever fetches or receives one of them meanwhile saves it whole as well: all are locked before anything is noted.
    """
    for upload_id in received.message.uploads:
        transaction.uploads.lock(upload_id)
    question = transaction.questions.get(question_id)
    return sum(
        _attach(services, transaction, received, upload=transaction.uploads.get(upload_id), question=question)
        for upload_id in received.message.uploads
    )


def files_waiting(transaction: Transaction, question_id: QuestionId) -> bool:
    """Return whether files of a question are still on their way or not yet looked at."""
    return any(upload.is_pending for upload in transaction.uploads.of_question(question_id))


def refuse_upload(services: Services, transaction: Transaction, upload: Upload, *, code: str, cause: str) -> None:
    """Settle a file that nobody will look at; what is sealed of it goes with the caller, or when strays are swept.

    Args:
        cause: what refuses it; of files that it refuses together their sender is told once.
    """
    # What still streams in is shredded when its time is up.
    refused = replace(upload, state=UploadState.REFUSED, refusals=(code,), shredded=upload.is_complete)
    transaction.uploads.save(refused)
    transaction.uploads.forget_segments(upload.id)
    if upload.question_id is not None:
        _let_go(services, transaction, refused, question=transaction.questions.get(upload.question_id), cause=cause)


def _attach(
    services: Services, transaction: Transaction, received: Received, *, upload: Upload, question: Question
) -> int:
    if upload.member_id != received.sender.id or upload.question_id not in (None, question.id):
        services.log.warning("upload_of_another_member", upload_id=upload.id)
        return 0
    attached = replace(upload, question_id=question.id)
    code = _why_not_taken(services, question)
    if code and upload.is_pending:
        refuse_upload(services, transaction, attached, code=code, cause=received.inbox_id)
        return 0
    transaction.uploads.save(attached)
    if upload.state is UploadState.COMPLETE:
        note_cleaning(transaction, upload.id, question_id=question.id, lanes=services.rules.cleaning_lanes)
    return int(upload.is_pending)


def _why_not_taken(services: Services, question: Question) -> str:
    if not services.rules.takes_images:
        return "refusal.images_not_taken"
    # Nobody could confirm these images, and the clock that erases them may have rung already.
    return "refusal.question_closed" if question.state is QuestionState.CLOSED else ""


def _let_go(services: Services, transaction: Transaction, upload: Upload, *, question: Question, cause: str) -> None:
    """Delete what lies of a refused file at a service, like any other's, and tell its sender why it was refused.

    A draft's page says it in the preview, which a chat has not; whose question is over was told of everything's end.
    Files of one album, or refused by one cause, that share the reason are one message.
    """
    file = transaction.arrivals.file(upload.id)
    is_sent = question.number is not None
    goes = NOT_FETCHED not in upload.refusals and delete_when_sent(services, transaction, upload.id, question=question)
    if question.state in OVER or (file is None and not is_sent):
        return
    originals = () if file is None or not is_sent else (f"question.originals_{'going' if goes else 'yours'}",)
    values = {"why": Terms(keys=upload.refusals, separator=" "), "originals": Terms(keys=originals, lead="\n")}
    if is_sent:
        notice = notice_about(question, "question.file_refused", values=values)
    else:
        notice = Notice(key="draft.file_refused", values=values, question_id=question.id)
    if file is not None:
        notice = replace(notice, to=file.address)
    batch = cause if file is None else file.album
    reasons = ",".join(upload.refusals)
    member = transaction.members.get(upload.member_id)
    tell(services, transaction, member, cause=f"refused:{question.id}:{batch}:{reasons}", notice=notice)


def _waiting(
    services: Services, transaction: Transaction, upload_id: UploadId
) -> tuple[QuestionId, dict[Upload, _Segments]] | None:
    """Return an upload, first, and others of its question that are complete too, as many as one call may take."""
    upload = transaction.uploads.get(upload_id)
    if upload.state is not UploadState.COMPLETE or upload.question_id is None:
        return None
    others = (other for other in transaction.uploads.of_question(upload.question_id) if other.id != upload_id)
    waiting = [upload, *(other for other in others if other.state is UploadState.COMPLETE)]
    sizes = accumulate(one.declared_bytes for one in waiting[1 : services.rules.files_together])
    room = takewhile(lambda size: size <= MOST_BYTES, sizes)
    taken = waiting[: 1 + sum(1 for _ in room)]
    return upload.question_id, {one: transaction.uploads.segments(one.id) for one in taken}


async def _through_the_door(
    services: Services, together: Mapping[Upload, _Segments], *, secret: bytes
) -> AsyncIterator[tuple[Upload, CleanedUpload]]:
    """Yield what became of each upload: all at once, and those alone that a shared call would not take."""
    found: dict[Upload, CleanedUpload] = {}
    if len(together) > 1:
        with suppress(DeidentificationError, TransientError):
            cleaned = await services.deidentifier.clean_uploads(tuple(together.values()), secret=secret)
            found = dict(zip(together, cleaned, strict=True))
    for upload, segments in together.items():
        if upload in found and not _is_crowded(found[upload]):
            yield upload, found[upload]
        else:
            yield upload, await _alone(services, segments, secret=secret)


def _is_crowded(cleaned: CleanedUpload) -> bool:
    """Whether a bound of the whole call, not the upload's own, refused a part of it."""
    return any(refusal.code == "refusal.zip_too_many_series" for refusal in cleaned.refusals)


async def _alone(services: Services, segments: _Segments, *, secret: bytes) -> CleanedUpload:
    try:
        (cleaned,) = await services.deidentifier.clean_uploads((segments,), secret=secret)
    except DeidentificationError as error:
        return CleanedUpload(images=(), refusals=(Refusal(index=0, code=error.code),))
    return cleaned


async def _settle(
    services: Services, upload: Upload, segments: _Segments, *, cleaned: CleanedUpload, trip: _Trip
) -> None:
    kept = await services.store.write(
        lambda transaction: _keep(services, transaction, upload.id, cleaned=cleaned, trip=trip)
    )
    if not kept:
        for image in cleaned.images:
            await services.archive.shred(image.sealed.object_id)
    await services.uploads.shred(segments)


def _keep(
    services: Services, transaction: Transaction, upload_id: UploadId, *, cleaned: CleanedUpload, trip: _Trip
) -> bool:
    """Keep what passed the door; False where another run did, or nobody wants it any more."""
    upload = transaction.uploads.lock(upload_id)
    if upload.state is not UploadState.COMPLETE or upload.question_id is None:
        return False
    question = transaction.questions.lock(upload.question_id)
    if question.state in OVER:
        refuse_upload(services, transaction, upload, code="refusal.question_over", cause=trip.first)
        # Cleaning it may have made the subject's secret anew.
        transaction.jobs.add(ShredRemoved(question_id=question.id, cause=f"cleaned:{upload.id}"))
        return False
    settled = _add(services, transaction, upload, question=question, cleaned=cleaned)
    if settled.state is UploadState.REFUSED:
        _let_go(services, transaction, settled, question=question, cause=trip.first)
    else:
        delete_when_sent(services, transaction, upload.id, question=question)
    # After the images: what is found late is taken out of everything that was said until now.
    learn(services, transaction, question, sources=_named(upload, cleaned), secret=trip.secret)
    return True


def _add(
    services: Services, transaction: Transaction, upload: Upload, *, question: Question, cleaned: CleanedUpload
) -> Upload:
    for cleaned_image in cleaned.images:
        transaction.objects.add(cleaned_image.sealed)
        transaction.images.add(_image(services, upload, cleaned_image, question_id=question.id))
    refusals = tuple(dict.fromkeys(refusal.code for refusal in cleaned.refusals))
    state = UploadState.CLEANED if cleaned.images else UploadState.REFUSED
    settled = replace(upload, state=state, refusals=refusals, shredded=True)
    transaction.uploads.save(settled)
    transaction.uploads.forget_segments(upload.id)
    add_entry(
        services,
        transaction,
        Entry(
            key=f"cleaned:{upload.id}",
            question_id=question.id,
            kind=EntryKind.IMAGES_CLEANED,
            actor_id=question.asker_id,
            channel="",
            at=services.clock(),
            details={"images": len(cleaned.images), "refused": len(cleaned.refusals)},
        ),
    )
    if not files_waiting(transaction, question.id):
        transaction.jobs.add(PresentDraft(question_id=question.id, cause=f"cleaned:{upload.id}"))
    return settled


def _named(upload: Upload, cleaned: CleanedUpload) -> dict[str, frozenset[Fingerprint]]:
    """Return whom each image's file named, by the image's id."""
    named: dict[str, frozenset[Fingerprint]] = {}
    for image in cleaned.images:
        source = _image_id(upload, image)
        named[source] = image.identities
        named[f"{source}{BURNED_IN}"] = image.burned_in
    return {source: marks for source, marks in named.items() if marks}


def _image_id(upload: Upload, cleaned: CleanedImage) -> ImageId:
    return ImageId(derive_id("image", upload.id, cleaned.index))


def _image(services: Services, upload: Upload, cleaned: CleanedImage, *, question_id: QuestionId) -> Image:
    return Image(
        id=_image_id(upload, cleaned),
        question_id=question_id,
        upload_id=upload.id,
        object_id=cleaned.sealed.object_id,
        facts=cleaned.facts,
        report=cleaned.report,
        added_at=services.clock(),
    )

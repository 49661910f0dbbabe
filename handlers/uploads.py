"""Files on their way from the sealed inbox through the door into the archive."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import CleanUpload, PresentDraft, ShredRemoved
from domain.errors import DeidentificationError
from domain.ids import ImageId, QuestionId, UploadId, derive_id
from domain.ports.deidentifier import CleanedImage, CleanedUpload, Refusal
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.study import Image, SealedSegment, Upload, UploadState, subject_of

PENDING = frozenset({UploadState.RECEIVING, UploadState.COMPLETE})
_OVER = frozenset({QuestionState.DISCARDED, QuestionState.EXPIRED, QuestionState.WITHDRAWN})
"""Its asker was told that everything is deleted: what comes later must not bring anything back."""


async def clean_upload(services: Services, command: CleanUpload) -> None:
    """De-identify one complete file; what cannot be cleaned is refused, and either way the original is shredded."""
    upload, segments = await services.store.read(
        lambda transaction: (
            transaction.uploads.get(command.upload_id),
            transaction.uploads.segments(command.upload_id),
        )
    )
    if upload.state is not UploadState.COMPLETE or upload.question_id is None:
        return
    question_id = upload.question_id
    cleaned = await _through_the_door(services, segments, question_id=question_id)
    kept = await services.store.write(lambda transaction: _keep(services, transaction, upload.id, cleaned=cleaned))
    if not kept:
        for image in cleaned.images:
            await services.archive.shred(image.sealed.object_id)
    await services.uploads.shred(segments)


async def _through_the_door(
    services: Services, segments: tuple[SealedSegment, ...], *, question_id: QuestionId
) -> CleanedUpload:
    secret = await services.linkage.secret_for(subject_of(question_id))
    try:
        return await services.deidentifier.clean_upload(segments, secret=secret)
    except DeidentificationError as error:
        return CleanedUpload(images=(), refusals=(Refusal(index=0, code=error.code),))


def _keep(services: Services, transaction: Transaction, upload_id: UploadId, *, cleaned: CleanedUpload) -> bool:
    """Keep what passed the door; False where another run did, or nobody wants it any more."""
    upload = transaction.uploads.get(upload_id)
    if upload.state is not UploadState.COMPLETE or upload.question_id is None:
        return False
    question = transaction.questions.lock(upload.question_id)
    if question.state in _OVER:
        over = replace(upload, state=UploadState.REFUSED, refusal="refusal.question_over", shredded=True)
        transaction.uploads.save(over)
        transaction.uploads.forget_segments(upload.id)
        # Cleaning it may have made the subject's secret anew.
        transaction.jobs.add(ShredRemoved(question_id=question.id, cause=f"cleaned:{upload.id}"))
        return False
    _add(services, transaction, upload, question=question, cleaned=cleaned)
    return True


def _add(
    services: Services, transaction: Transaction, upload: Upload, *, question: Question, cleaned: CleanedUpload
) -> None:
    for cleaned_image in cleaned.images:
        transaction.objects.add(cleaned_image.sealed)
        transaction.images.add(_image(services, upload, cleaned_image, question_id=question.id))
    refusal = cleaned.refusals[0].code if cleaned.refusals else None
    state = UploadState.CLEANED if cleaned.images else UploadState.REFUSED
    transaction.uploads.save(replace(upload, state=state, refusal=refusal, shredded=True))
    transaction.uploads.forget_segments(upload.id)
    transaction.entries.add(
        Entry(
            key=f"cleaned:{upload.id}",
            question_id=question.id,
            kind=EntryKind.IMAGES_CLEANED,
            actor_id=question.asker_id,
            channel="",
            at=services.clock(),
            details={"images": len(cleaned.images), "refused": len(cleaned.refusals)},
        )
    )
    left = [other for other in transaction.uploads.of_question(question.id) if other.state in PENDING]
    if not left:
        transaction.jobs.add(PresentDraft(question_id=question.id, cause=f"cleaned:{upload.id}"))


def _image(services: Services, upload: Upload, cleaned: CleanedImage, *, question_id: QuestionId) -> Image:
    return Image(
        id=ImageId(derive_id("image", upload.id, cleaned.index)),
        question_id=question_id,
        upload_id=upload.id,
        object_id=cleaned.sealed.object_id,
        facts=cleaned.facts,
        report=cleaned.report,
        added_at=services.clock(),
    )

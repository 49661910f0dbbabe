"""Files on their way from the sealed inbox through the door into the archive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import accumulate, takewhile

from domain.checks import BURNED_IN
from domain.commands import CleanUpload, PresentDraft, ShredRemoved
from domain.errors import DeidentificationError, TransientError
from domain.identity import Fingerprint
from domain.ids import ImageId, QuestionId, UploadId, derive_id
from domain.ports.deidentifier import CleanedImage, CleanedUpload, Refusal
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, Entry, EntryKind, Question
from domain.study import Image, SealedSegment, Upload, UploadState, subject_of
from handlers.identities import learn
from handlers.originals import delete_when_sent
from handlers.timeline import add_entry

MOST_BYTES = 256 * 1024 * 1024
"""What is taken through the door at once, beside the first file: more would take longer than a child may."""

_Segments = tuple[SealedSegment, ...]


async def clean_upload(services: Services, command: CleanUpload) -> None:
    """De-identify a complete file, and with it what else of its question waits: a series is searched as a whole.

    What cannot be cleaned is refused; either way the originals are shredded.
    """
    waiting = await services.store.read(lambda transaction: _waiting(services, transaction, command.upload_id))
    if waiting is None:
        return
    question_id, together = waiting
    secret = await services.linkage.secret_for(subject_of(question_id))
    async for upload, cleaned in _through_the_door(services, together, secret=secret):
        await _settle(services, upload, together[upload], cleaned=cleaned, secret=secret)


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
    services: Services, upload: Upload, segments: _Segments, *, cleaned: CleanedUpload, secret: bytes
) -> None:
    kept = await services.store.write(
        lambda transaction: _keep(services, transaction, upload.id, cleaned=cleaned, secret=secret)
    )
    if not kept:
        for image in cleaned.images:
            await services.archive.shred(image.sealed.object_id)
    await services.uploads.shred(segments)


def _keep(
    services: Services, transaction: Transaction, upload_id: UploadId, *, cleaned: CleanedUpload, secret: bytes
) -> bool:
    """Keep what passed the door; False where another run did, or nobody wants it any more."""
    upload = transaction.uploads.lock(upload_id)
    if upload.state is not UploadState.COMPLETE or upload.question_id is None:
        return False
    question = transaction.questions.lock(upload.question_id)
    if question.state in OVER:
        over = replace(upload, state=UploadState.REFUSED, refusals=("refusal.question_over",), shredded=True)
        transaction.uploads.save(over)
        transaction.uploads.forget_segments(upload.id)
        delete_when_sent(services, transaction, upload.id, question=question)
        # Cleaning it may have made the subject's secret anew.
        transaction.jobs.add(ShredRemoved(question_id=question.id, cause=f"cleaned:{upload.id}"))
        return False
    _add(services, transaction, upload, question=question, cleaned=cleaned)
    # After the images: what is found late is taken out of everything that was said until now.
    learn(services, transaction, question, sources=_named(upload, cleaned), secret=secret)
    return True


def _add(
    services: Services, transaction: Transaction, upload: Upload, *, question: Question, cleaned: CleanedUpload
) -> None:
    for cleaned_image in cleaned.images:
        transaction.objects.add(cleaned_image.sealed)
        transaction.images.add(_image(services, upload, cleaned_image, question_id=question.id))
    refusals = tuple(dict.fromkeys(refusal.code for refusal in cleaned.refusals))
    state = UploadState.CLEANED if cleaned.images else UploadState.REFUSED
    transaction.uploads.save(replace(upload, state=state, refusals=refusals, shredded=True))
    transaction.uploads.forget_segments(upload.id)
    delete_when_sent(services, transaction, upload.id, question=question)
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
    left = [other for other in transaction.uploads.of_question(question.id) if other.is_pending]
    if not left:
        transaction.jobs.add(PresentDraft(question_id=question.id, cause=f"cleaned:{upload.id}"))


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

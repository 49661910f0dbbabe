"""Changing the pixels of images that passed the door: masked further, or cut; the former object is shredded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.commands import MaskImages, PresentDraft, ShredObject
from domain.errors import DeidentificationError
from domain.ids import ImageId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import ChangedImage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.study import Area, Image, ImageFacts, Preset
from handlers.outbox import Notice, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One image with what is to be done to it: `cut` where it is cropped, else `areas` are blanked."""

    image: Image
    sealed: SealedObject
    areas: tuple[Area, ...] = ()
    cut: Area | None = None

    def facts(self, facts: ImageFacts, changed: ChangedImage) -> ImageFacts:
        if self.cut is not None:
            return facts.cropped(media_type=changed.media_type)
        return facts.masked(self.areas, media_type=changed.media_type, covers_lung=changed.covers_lung)


async def mask_images(services: Services, command: MaskImages) -> None:
    """Change each image that is not changed yet, then show its asker what came of it."""
    wanted = await services.store.read(lambda transaction: _wanted(transaction, command))
    failed = frozenset([each.image.id for each in wanted if not await _change(services, each)])
    await services.store.write(lambda transaction: _show(services, transaction, command, failed=failed))


async def shred_object(services: Services, command: ShredObject) -> None:
    await services.archive.shred(command.object_id)


async def _change(services: Services, wanted: _Wanted) -> bool:
    """Change one image; False where its pixels cannot be changed."""
    try:
        changed = await _pixels(services, wanted)
    except DeidentificationError as error:
        services.log.warning("image_not_masked", image_id=wanted.image.id, error=error.code)
        return False

    def keep(transaction: Transaction) -> bool:
        transaction.objects.add(changed.sealed)
        former, object_id = wanted.image.object_id, changed.sealed.object_id
        facts = wanted.facts(transaction.images.get(wanted.image.id).facts, changed)
        kept = transaction.images.change(wanted.image.id, former=former, object_id=object_id, facts=facts)
        # Whichever of the two is not the image's goes; its file by a command, so that no crash leaves it.
        gone = former if kept else object_id
        transaction.objects.shred(gone)
        transaction.jobs.add(ShredObject(object_id=gone))
        return kept

    await services.store.write(keep)
    return True


async def _pixels(services: Services, wanted: _Wanted) -> ChangedImage:
    if wanted.cut is not None:
        return await services.deidentifier.crop(wanted.sealed, wanted.cut)
    return await services.deidentifier.mask_more(wanted.sealed, wanted.areas)


def _wanted(transaction: Transaction, command: MaskImages) -> tuple[_Wanted, ...]:
    images = [image for image in _images(transaction, command) if image.removed_at is None]
    found = (_change_of(transaction, image, command) for image in images)
    return tuple(wanted for wanted in found if wanted is not None)


def _images(transaction: Transaction, command: MaskImages) -> tuple[Image, ...]:
    if command.image_id:
        return (transaction.images.get(ImageId(command.image_id)),)
    images = transaction.images.of_question(command.question_id)
    return tuple(image for image in images if image.facts.series_uid == command.series_uid)


def _change_of(transaction: Transaction, image: Image, command: MaskImages) -> _Wanted | None:
    """Return what is left to be done to an image; None where an earlier run did it."""
    sealed = transaction.objects.get(image.object_id)
    if command.crop:
        cut = image.facts.crop
        return None if cut is None else _Wanted(image=image, sealed=sealed, cut=cut)
    area = _area(image, command)
    return None if area in image.facts.masks else _Wanted(image=image, sealed=sealed, areas=(area,))


def _area(image: Image, command: MaskImages) -> Area:
    if command.preset:
        return image.facts.area_of(Preset(command.preset))
    frame = None if command.frame < 0 else command.frame
    return Area(x=command.x, y=command.y, width=command.width, height=command.height, frame=frame)


def _show(services: Services, transaction: Transaction, command: MaskImages, *, failed: frozenset[ImageId]) -> None:
    """What could be changed may be confirmed again; what could not stays closed until it is taken out."""
    question = transaction.questions.lock(command.question_id)
    for image in _images(transaction, command):
        if image.id not in failed and command.cause in image.facts.changing:
            left = tuple(cause for cause in image.facts.changing if cause != command.cause)
            facts = replace(image.facts, changing=left)
            transaction.images.change(image.id, former=image.object_id, object_id=image.object_id, facts=facts)
    if failed:
        asker = transaction.members.get(question.asker_id)
        notice = Notice(key="images.not_masked", values={"count": len(failed)}, question_id=question.id)
        tell(services, transaction, asker, cause=command.cause, notice=notice)
    transaction.jobs.add(PresentDraft(question_id=question.id, cause=f"masked:{command.cause}"))

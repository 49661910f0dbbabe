"""Changing the pixels of images that passed the door: masked further, or cut; the former object is shredded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, replace

from domain.commands import MaskImages, PresentDraft, ShredObject
from domain.errors import DeidentificationError, TransientError
from domain.ids import ImageId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import ChangedImage, Refusal
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.study import Area, Image, ImageFacts, Preset
from handlers.outbox import Notice, tell

_TRIP_IMAGES, _TRIP_BYTES = 16, 16 * 1024 * 1024
_LANES = 2
"""Trips at the same time: as many as the pool has processes; more would only stand before everybody else's work."""


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
    """Change the images that are not changed yet, then show their asker what came of it."""
    wanted = await services.store.read(lambda transaction: _wanted(transaction, command))
    trips = _trips(wanted)
    failed = await _all([_in_turn(services, trips[lane::_LANES]) for lane in range(_LANES)])
    await services.store.write(lambda transaction: _show(services, transaction, command, failed=failed))


async def shred_object(services: Services, command: ShredObject) -> None:
    await services.archive.shred(command.object_id)


def _trips(wanted: Iterable[_Wanted]) -> list[tuple[_Wanted, ...]]:
    """Return what goes to the pool together: a few images, so that nobody else waits for it long; a crop alone."""
    trips: list[tuple[_Wanted, ...]] = []
    for one in wanted:
        trip = (*trips[-1], one) if trips else ()
        fits = len(trip) <= _TRIP_IMAGES and sum(each.sealed.size_bytes for each in trip) <= _TRIP_BYTES
        if trip and fits and all(each.cut is None for each in trip):
            trips[-1] = trip
        else:
            trips.append((one,))
    return trips


async def _all(runs: Iterable[Awaitable[frozenset[ImageId]]]) -> frozenset[ImageId]:
    """Wait for every run, so that what is done is kept, before the first error of one is raised."""
    failed: frozenset[ImageId] = frozenset()
    for outcome in await asyncio.gather(*runs, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
        failed |= outcome
    return failed


async def _in_turn(services: Services, trips: Sequence[tuple[_Wanted, ...]]) -> frozenset[ImageId]:
    failed: frozenset[ImageId] = frozenset()
    for trip in trips:
        failed |= await _change(services, trip)
    return failed


async def _change(services: Services, trip: tuple[_Wanted, ...]) -> frozenset[ImageId]:
    """Change the images of a trip; returns those whose pixels cannot be changed."""
    try:
        outcomes = await _pixels(services, trip)
    except (DeidentificationError, TransientError) as error:
        if len(trip) > 1:
            # One of them may take the process along; the others are not to wait for it.
            return await _all([_change(services, (one,)) for one in trip])
        if isinstance(error, TransientError):
            raise
        outcomes = (Refusal(index=0, code=error.code),)
    done = list(zip(trip, outcomes, strict=True))
    refused = {one.image.id: outcome.code for one, outcome in done if isinstance(outcome, Refusal)}
    for image_id, code in refused.items():
        services.log.warning("image_not_masked", image_id=image_id, error=code)
    changed = [(one, outcome) for one, outcome in done if isinstance(outcome, ChangedImage)]
    if changed:
        await services.store.write(lambda transaction: _keep(transaction, changed))
    return frozenset(refused)


def _keep(transaction: Transaction, changed: Iterable[tuple[_Wanted, ChangedImage]]) -> None:
    for wanted, outcome in changed:
        transaction.objects.add(outcome.sealed)
        former, object_id = wanted.image.object_id, outcome.sealed.object_id
        facts = wanted.facts(transaction.images.get(wanted.image.id).facts, outcome)
        kept = transaction.images.change(wanted.image.id, former=former, object_id=object_id, facts=facts)
        # Whichever of the two is not the image's goes; its file by a command, so that no crash leaves it.
        gone = former if kept else object_id
        transaction.objects.shred(gone)
        transaction.jobs.add(ShredObject(object_id=gone))


async def _pixels(services: Services, trip: tuple[_Wanted, ...]) -> tuple[ChangedImage | Refusal, ...]:
    cut = trip[0].cut
    if cut is not None:
        return (await services.deidentifier.crop(trip[0].sealed, cut),)
    return await services.deidentifier.mask_more([(one.sealed, one.areas) for one in trip])


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

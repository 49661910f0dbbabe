"""What is done with the images of a question: confirmed, masked further, cut, or taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from domain.checks import open_checks
from domain.commands import MaskImages, PresentDraft, ShredRemoved
from domain.consent import ConsentScope
from domain.delivery import Terms
from domain.errors import PermanentError, UserError
from domain.ids import ImageId, ObjectId
from domain.member import Role
from domain.messages import Action
from domain.question import TAKES_IMAGES, EntryKind, Question, QuestionState
from domain.study import TO_CONFIRM, Area, Concern, Image, Preset, group_into_series
from handlers.actions_draft import show_again, tell_claimer
from handlers.deed import Deed
from handlers.draft import removable_images
from handlers.identities import checks_for
from handlers.quality import quality_terms


def confirm_series(deed: Deed) -> None:
    """The asker saw the full-size pictures of a series, found no name on them, and read what is to be known of them."""
    question = deed.own_question()
    series = _series(deed)
    _refuse_late(question)
    shown = deed.fields.get("images")
    if shown is None:
        raise UserError("series_unknown")
    if question.state is not QuestionState.DRAFT and open_checks(checks_for(deed.transaction, question)):
        show_again(deed, question, "draft.check_first")
        return
    images = frozenset(ImageId(image) for image in shown.value.split())
    _refuse_changing(deed, question, images)
    concerns = _to_confirm(deed, question, images)
    confirmed = deed.transaction.images.confirm_series(question.id, series, images=images, at=deed.now)
    if _has_more(deed, question, series=series):
        deed.tell_about(question, deed.actor, "draft.more_images_came")
    if not confirmed:
        return
    details: dict[str, str | int] = {"series": series, "images": confirmed}
    if concerns:
        details["concerns"] = " ".join(concerns)
    deed.record(question, EntryKind.SERIES_CONFIRMED, details=details)
    if concerns:
        terms = Terms(keys=tuple(f"to_confirm.{concern}" for concern in concerns), lead="\n", separator="\n")
        deed.tell_about(question, deed.actor, "images.confirmed_with", values={"concerns": terms})
    if question.state is not QuestionState.DRAFT:
        deed.record(question, EntryKind.IMAGES_ADDED, details={"images": confirmed})
        quality = quality_terms(deed.transaction.images.of_question(question.id))
        tell_claimer(deed, question, "panel.images_added", values={"quality": quality})


def remove_series(deed: Deed) -> None:
    """Take a series out and shred it."""
    question = deed.own_question()
    series = _series(deed)
    is_stopped = bool(open_checks(checks_for(deed.transaction, question)))
    _shred(deed, deed.transaction.images.remove_series(question.id, series, deed.now), question)
    if is_stopped:
        # What stopped it may have gone with the series: its buttons follow what is left.
        deed.transaction.jobs.add(PresentDraft(question_id=question.id, cause=deed.inbox_id))


def remove_images(deed: Deed) -> None:
    """Take out every image that the panel has not seen."""
    question = deed.own_question()
    objects: list[ObjectId] = []
    for series in {image.facts.series_uid for image in removable_images(deed.transaction, question)}:
        objects += deed.transaction.images.remove_series(question.id, series, deed.now)
    _shred(deed, objects, question)
    deed.transaction.jobs.add(PresentDraft(question_id=question.id, cause=deed.inbox_id))


def mask_more(deed: Deed) -> None:
    """Blank a part of an image, or a named part of a whole series, which is then looked at again before it is seen.

    Raises:
        UserError: "not_yours", "image_unknown", "series_unknown", "area_unknown".
    """
    question = deed.seen_question()
    masking = MaskImages(question_id=question.id, cause=deed.inbox_id)
    if "image" in deed.fields:
        image = _image(deed, question)
        area = _area(deed, image)
        frame = -1 if area.frame is None else area.frame
        place = replace(masking, image_id=image.id, x=area.x, y=area.y, width=area.width, height=area.height)
        _change(deed, question, replace(place, frame=frame), images=(image,))
        return
    preset = deed.fields.get("preset")
    if preset is None or preset.value not in set(Preset):
        raise UserError("area_unknown")
    for uid, images in _chosen_series(deed, question).items():
        change = replace(masking, series_uid=uid, preset=preset.value)
        _change(deed, question, change, images=images)


def crop(deed: Deed) -> None:
    """Cut a photo of a screen to what was found to be the image in it."""
    question = deed.seen_question()
    image = _image(deed, question)
    if image.facts.crop is None:
        raise UserError("area_unknown")
    change = MaskImages(question_id=question.id, cause=deed.inbox_id, image_id=image.id, crop=True)
    _change(deed, question, change, images=(image,))


def _change(deed: Deed, question: Question, change: MaskImages, *, images: Sequence[Image]) -> None:
    """Take the series from the panel at once; its pixels follow in a command of their own."""
    if question.wrong_patient_at is not None or not all(_may_change(deed, question, image) for image in images):
        raise UserError("not_yours")
    series = images[0].facts.series_uid
    taken_back = deed.transaction.images.unconfirm_series(question.id, series)
    for image in images:
        facts = replace(image.facts, changing=(*image.facts.changing, change.cause))
        deed.transaction.images.change(image.id, former=image.object_id, object_id=image.object_id, facts=facts)
    deed.transaction.jobs.add(change, lane=f"mask|{question.id}")
    kind = EntryKind.CROPPED if change.crop else EntryKind.MASKED
    deed.record(question, kind, details={"series": series, "images": len(images)})
    if question.state is QuestionState.DRAFT:
        return
    asker = deed.asker_of(question)
    if asker.id != deed.actor.id:
        deed.tell_about(question, asker, "images.masked_by_panel")
    elif taken_back:
        tell_claimer(deed, question, "panel.images_taken_back")


def _may_change(deed: Deed, question: Question, image: Image) -> bool:
    """The asker always; of what the panel sees, whoever has the question, and an editor."""
    if question.asker_id == deed.actor.id:
        return True
    has_it = question.claimed_by == deed.actor.id and deed.actor.has(Role.PANELIST)
    return image.is_visible and (has_it or deed.actor.has(Role.EDITOR))


def _refuse_late(question: Question) -> None:
    """Images of a closed question are looked at again only where they stay: the others are about to be erased."""
    if question.wrong_patient_at is not None:
        raise UserError("wrong_patient", label=question.label)
    stays = question.state is QuestionState.CLOSED and question.consent is not ConsentScope.CONSULT_ONLY
    if question.state not in TAKES_IMAGES and not stays:
        raise UserError("not_now", label=question.label, state=question.state)


def _refuse_changing(deed: Deed, question: Question, images: frozenset[ImageId]) -> None:
    """What is about to be masked was looked at too early."""
    of_question = deed.transaction.images.of_question(question.id)
    if any(image.facts.changing for image in of_question if image.id in images):
        raise UserError("images_changing")


def _to_confirm(deed: Deed, question: Question, images: frozenset[ImageId]) -> tuple[Concern, ...]:
    """Return what the asker's word is needed for, of those images that are not yet confirmed."""
    found = {
        concern
        for image in deed.transaction.images.of_question(question.id)
        if image.id in images and image.confirmed_at is None
        for concern in image.facts.concerns
    }
    return tuple(concern for concern in Concern if concern in found & TO_CONFIRM)


def _has_more(deed: Deed, question: Question, *, series: str) -> bool:
    images = deed.transaction.images.of_question(question.id)
    return any(
        image.confirmed_at is None and image.removed_at is None and image.facts.series_uid == series for image in images
    )


def _shred(deed: Deed, objects: Sequence[ObjectId], question: Question) -> None:
    if not objects:
        raise UserError("series_unknown")
    for object_id in objects:
        deed.transaction.objects.shred(object_id)
    deed.transaction.jobs.add(ShredRemoved(question_id=question.id, cause=deed.inbox_id))
    series = deed.fields.get("series")
    uid = "" if series is None else series.value
    deed.record(question, EntryKind.SERIES_REMOVED, details={"series": uid, "images": len(objects)})


def _series(deed: Deed) -> str:
    series = deed.fields.get("series")
    if series is None:
        raise UserError("series_unknown")
    return series.value


def _chosen_series(deed: Deed, question: Question) -> Mapping[str, tuple[Image, ...]]:
    """Return the series that was named, or by its number on a text channel; without either, all that are held."""
    series = group_into_series(deed.transaction.images.of_question(question.id))
    named, number = deed.fields.get("series"), deed.fields.get("number")
    if named is not None:
        chosen = [one for one in series if one.uid == named.value]
    elif number is not None:
        chosen = list(series[int(number.value) - 1 : int(number.value)])
    else:
        chosen = [one for one in series if not one.is_confirmed or question.state is QuestionState.DRAFT]
    if not chosen:
        raise UserError("series_unknown")
    return {one.uid: one.images for one in chosen}


def _image(deed: Deed, question: Question) -> Image:
    named = deed.fields.get("image")
    try:
        image = deed.transaction.images.get(ImageId("" if named is None else named.value))
    except PermanentError as error:
        raise UserError("image_unknown") from error
    if image.question_id != question.id or image.removed_at is not None:
        raise UserError("image_unknown")
    return image


def _area(deed: Deed, image: Image) -> Area:
    x, y, width, height = (_number(deed, name) for name in ("x", "y", "width", "height"))
    frame = deed.fields.get("frame")
    chosen = _number(deed, "frame") if frame is not None and frame.value else None
    if min(width, height) < 1:
        raise UserError("area_unknown")
    area = Area(x=x, y=y, width=width, height=height, frame=chosen)
    if not area.is_within(image.facts):
        raise UserError("area_unknown")
    return area


def _number(deed: Deed, name: str) -> int:
    given = deed.fields.get(name)
    if given is None or not (given.value.isascii() and given.value.isdecimal()):
        raise UserError("area_unknown")
    return int(given.value)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.CONFIRM_SERIES: confirm_series,
    Action.REMOVE_SERIES: remove_series,
    Action.REMOVE_IMAGES: remove_images,
    Action.MASK_MORE: mask_more,
    Action.CROP: crop,
}

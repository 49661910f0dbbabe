"""Marking the slices to look at: by the asker, and by the panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.errors import PermanentError, UserError
from domain.ids import ImageId
from domain.key_slices import MOST_KEY_SLICES, KeySlice
from domain.messages import Action
from domain.question import AWAITING_PANEL, Question, QuestionState
from domain.study import Image
from handlers.deed import Deed

_MARKED_IN = AWAITING_PANEL | {QuestionState.DRAFT, QuestionState.ANSWERED}


def key_slice(deed: Deed) -> None:
    """Mark a slice, or take one's own mark away; doing either again changes nothing.

    Raises:
        UserError: "question_unknown", "image_unknown", "not_now", "wrong_patient", "key_slices_full".
    """
    question = deed.seen_question()
    _refuse_late(question)
    image = _seen_image(deed, question)
    key = KeySlice(
        question_id=question.id,
        image_id=image.id,
        frame=_frame(deed, image),
        member_id=deed.actor.id,
        is_askers=question.asker_id == deed.actor.id,
        marked_at=deed.now,
    )
    if _value(deed, "marked") == "0":
        deed.transaction.key_slices.remove(key)
        return
    own = [known for known in deed.transaction.key_slices.of_question(question.id) if known.member_id == deed.actor.id]
    if len(own) >= MOST_KEY_SLICES:
        raise UserError("key_slices_full", most=MOST_KEY_SLICES)
    deed.transaction.key_slices.add(key)


def _refuse_late(question: Question) -> None:
    if question.wrong_patient_at is not None:
        raise UserError("wrong_patient", label=question.label)
    if question.state not in _MARKED_IN:
        raise UserError("not_now", label=question.label, state=question.state)


def _seen_image(deed: Deed, question: Question) -> Image:
    """Return the image that was named: to the panel, none that its asker has not looked at."""
    try:
        image = deed.transaction.images.get(ImageId(_value(deed, "image")))
    except PermanentError as error:
        raise UserError("image_unknown") from error
    is_askers = question.asker_id == deed.actor.id
    is_there = image.question_id == question.id and image.removed_at is None and (is_askers or image.is_visible)
    if not is_there:
        raise UserError("image_unknown")
    return image


def _frame(deed: Deed, image: Image) -> int:
    frame = _value(deed, "frame")
    if not (frame.isascii() and frame.isdecimal() and int(frame) < image.facts.frames):
        raise UserError("image_unknown")
    return int(frame)


def _value(deed: Deed, name: str) -> str:
    given = deed.fields.get(name)
    return "" if given is None else given.value


DEEDS: Mapping[Action, Callable[[Deed], None]] = {Action.KEY_SLICE: key_slice}

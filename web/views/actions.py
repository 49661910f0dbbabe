"""What a member may do with a question now; the handlers decide again when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.access import may_see
from domain.checks import Check, open_checks
from domain.consent import ConsentScope
from domain.member import Member, Role
from domain.messages import Action
from domain.question import AWAITING_PANEL, Question, QuestionState
from domain.study import Image, group_into_series

REOPEN_WITHIN = timedelta(days=7)

_SENDING = (Action.SEND_URGENT, Action.SEND_TODAY, Action.SEND_ROUTINE)
_OF_THE_RIGHT_PATIENT = frozenset(
    {
        *_SENDING,
        Action.CLAIM,
        Action.ANSWER,
        Action.CONFIRM_SERIES,
        Action.CONFIRM_CHECK,
        Action.MASK_MORE,
        Action.CROP,
        Action.PUBLISH,
    }
)
_TAKES_IMAGES = AWAITING_PANEL | {QuestionState.DRAFT, QuestionState.ANSWERED}
_TAKES_INFORMATION = AWAITING_PANEL | {QuestionState.ANSWERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the buttons depend on beside the question: its images, what is to be confirmed, whether one is paged."""

    images: tuple[Image, ...] = ()
    checks: tuple[Check, ...] = ()
    is_paged: bool = False


def possible_actions(member: Member, question: Question, standing: Standing, *, now: datetime) -> tuple[Action, ...]:
    """Return the actions that make sense to offer, in the order in which a page shows them."""
    actions = _of_reader(member, question, standing, now=now)
    if question.wrong_patient_at is not None:
        actions = tuple(action for action in actions if action not in _OF_THE_RIGHT_PATIENT)
    elif _may_mark(member, question):
        actions += (Action.WRONG_PATIENT,)
    return (*actions, Action.ACKNOWLEDGE) if standing.is_paged else actions


def _of_reader(member: Member, question: Question, standing: Standing, *, now: datetime) -> tuple[Action, ...]:
    if question.asker_id == member.id:
        checks = open_checks(standing.checks)
        asked = (Action.CONFIRM_CHECK,) if checks else ()
        own = tuple(action for action in _of_asker(question, now) if not (checks and action in _SENDING))
        return (*own, *asked, *_of_images(question, standing.images), *_of_pixels(standing.images))
    actions: tuple[Action, ...] = ()
    if member.has(Role.PANELIST):
        actions += _of_panelist(member, question)
    if member.has(Role.EDITOR):
        actions += _of_editor(question)
    has_it = member.has(Role.PANELIST) and question.claimed_by == member.id
    if has_it or member.has(Role.EDITOR):
        actions += _of_pixels(tuple(image for image in standing.images if image.is_visible))
    return actions


def _of_pixels(images: tuple[Image, ...]) -> tuple[Action, ...]:
    there = [image for image in images if image.removed_at is None]
    masks = (Action.MASK_MORE,) if there else ()
    return (*masks, Action.CROP) if any(image.facts.crop is not None for image in there) else masks


def _may_mark(member: Member, question: Question) -> bool:
    """Whoever asks, has it, coordinates or edits; what was dropped has nothing left to hide."""
    if question.state in (QuestionState.DISCARDED, QuestionState.EXPIRED) or not may_see(member, question):
        return False
    is_theirs = member.id in (question.asker_id, question.claimed_by)
    return is_theirs or member.has(Role.COORDINATOR) or member.has(Role.EDITOR)


def _of_asker(question: Question, now: datetime) -> tuple[Action, ...]:
    match question.state:
        case QuestionState.DRAFT:
            return _of_draft(question)
        case QuestionState.OPEN | QuestionState.CLAIMED | QuestionState.NEEDS_INFO:
            return (Action.ADD_INFORMATION, Action.WITHDRAW)
        case QuestionState.ANSWERED:
            return (Action.HELPED, Action.CHANGED_PLAN, Action.REOPEN, Action.ADD_INFORMATION)
        case QuestionState.CLOSED:
            return _of_closed(question, now)
        case _:
            return ()


def _of_draft(question: Question) -> tuple[Action, ...]:
    shown = _SENDING if question.previewed_at is not None else ()
    return (*shown, Action.EDIT_TEXT, Action.DISCARD)


def _of_closed(question: Question, now: datetime) -> tuple[Action, ...]:
    teaching = question.consent is ConsentScope.TEACHING
    consent = Action.CONSENT_CONSULT_ONLY if teaching else Action.CONSENT_TEACHING
    is_recent = question.closed_at is not None and now - question.closed_at <= REOPEN_WITHIN
    return (Action.REOPEN, consent) if is_recent else (consent,)


def _of_images(question: Question, images: tuple[Image, ...]) -> tuple[Action, ...]:
    series = group_into_series(images)
    if not series or question.state not in _TAKES_IMAGES:
        return ()
    if all(one.is_confirmed for one in series):
        return (Action.REMOVE_SERIES,)
    return (Action.CONFIRM_SERIES, Action.REMOVE_SERIES)


def _of_panelist(member: Member, question: Question) -> tuple[Action, ...]:
    is_mine = question.claimed_by == member.id
    match question.state:
        case QuestionState.OPEN:
            return (Action.CLAIM, Action.ANSWER, Action.ASK_BACK, Action.NOTE)
        case QuestionState.CLAIMED | QuestionState.NEEDS_INFO if is_mine:
            return (Action.ANSWER, Action.ASK_BACK, Action.NOTE, Action.RELEASE)
        case QuestionState.ANSWERED:
            return (Action.ANSWER, Action.NOTE, Action.CLOSE)
        case _:
            return (Action.NOTE,)


def _of_editor(question: Question) -> tuple[Action, ...]:
    if question.state is not QuestionState.CLOSED or question.consent is ConsentScope.CONSULT_ONLY:
        return ()
    if question.released_at is not None:
        return (Action.HOLD_BACK,)
    return (Action.PUBLISH,) if question.held_back else (Action.PUBLISH, Action.HOLD_BACK)

"""What a member may do with a question now; the handlers decide again when it is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.consent import ConsentScope
from domain.member import Member, Role
from domain.messages import Action
from domain.question import AWAITING_PANEL, Question, QuestionState
from domain.study import Image, group_into_series

REOPEN_WITHIN = timedelta(days=7)

_TAKES_IMAGES = AWAITING_PANEL | {QuestionState.DRAFT, QuestionState.ANSWERED}
_TAKES_INFORMATION = AWAITING_PANEL | {QuestionState.ANSWERED}


def possible_actions(
    member: Member, question: Question, images: tuple[Image, ...], *, now: datetime
) -> tuple[Action, ...]:
    """Return the actions that make sense to offer, in the order in which a page shows them."""
    if question.asker_id == member.id:
        return (*_of_asker(question, now), *_of_images(question, images))
    actions: tuple[Action, ...] = ()
    if member.has(Role.PANELIST):
        actions += _of_panelist(member, question)
    if member.has(Role.EDITOR):
        actions += _of_editor(question)
    return actions


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
    sending = (Action.SEND_URGENT, Action.SEND_TODAY, Action.SEND_ROUTINE)
    shown = sending if question.previewed_at is not None else ()
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

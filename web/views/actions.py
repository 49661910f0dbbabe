"""What a member may do with a question now; the handlers decide again when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.checks import Check, open_checks
from domain.consent import ConsentScope
from domain.member import Member, Role
from domain.messages import Action
from domain.question import TAKES_IMAGES, Entry, Question, QuestionState
from domain.study import Image, group_into_series
from domain.wrong_patient import may_mark
from web.views.panel_actions import of_asker, of_panel, of_taker

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
        Action.KEY_SLICE,
        Action.PUBLISH,
        *(Action.DOWNGRADE, Action.SEAL, Action.MERGE, Action.UNMERGE, Action.OPINION, Action.TAKE_OVER),
    }
)
_SCOPES = {
    ConsentScope.TEACHING: Action.CONSENT_TEACHING,
    ConsentScope.RESEARCH: Action.CONSENT_RESEARCH,
    ConsentScope.CONSULT_ONLY: Action.CONSENT_CONSULT_ONLY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the buttons depend on beside the question: its images, what is to be confirmed, whether one is paged."""

    images: tuple[Image, ...] = ()
    checks: tuple[Check, ...] = ()
    is_paged: bool = False
    entries: Sequence[Entry] = ()


def possible_actions(member: Member, question: Question, standing: Standing, *, now: datetime) -> tuple[Action, ...]:
    """Return the actions that make sense to offer, in the order in which a page shows them."""
    actions = _of_reader(member, question, standing, now=now)
    if question.wrong_patient_at is not None:
        actions = tuple(action for action in actions if action not in _OF_THE_RIGHT_PATIENT)
    elif may_mark(member, question):
        actions += (Action.WRONG_PATIENT,)
    actions = (*of_taker(member, question, standing.entries), *actions)
    return (*actions, Action.ACKNOWLEDGE) if standing.is_paged else actions


def _of_reader(member: Member, question: Question, standing: Standing, *, now: datetime) -> tuple[Action, ...]:
    if question.asker_id == member.id:
        checks = open_checks(standing.checks)
        asked = (Action.CONFIRM_CHECK,) if checks else ()
        possible = (*_of_asker(question, now), *of_asker(question, standing.entries))
        own = tuple(action for action in possible if not (checks and action in _SENDING))
        return (
            *own,
            *asked,
            *_of_images(question, standing.images),
            *_of_pixels(standing.images),
            *_of_slices(question, standing.images),
        )
    actions: tuple[Action, ...] = ()
    if (member.has(Role.PANELIST) or member.has(Role.COORDINATOR)) and question.number is not None:
        actions += of_panel(member, question, standing.entries, now=now)
        actions += _of_slices(question, tuple(image for image in standing.images if image.is_visible))
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


def _of_slices(question: Question, images: tuple[Image, ...]) -> tuple[Action, ...]:
    is_there = any(image.removed_at is None for image in images)
    return (Action.KEY_SLICE,) if is_there and question.state in TAKES_IMAGES else ()


def _of_asker(question: Question, now: datetime) -> tuple[Action, ...]:
    match question.state:
        case QuestionState.DRAFT:
            return _of_draft(question)
        case QuestionState.OPEN | QuestionState.CLAIMED | QuestionState.NEEDS_INFO:
            return (Action.ADD_INFORMATION, Action.WITHDRAW)
        case QuestionState.ANSWERED:
            return (Action.HELPED, Action.CHANGED_PLAN, Action.REOPEN, Action.ADD_INFORMATION)
        case QuestionState.MERGED:
            return (Action.ADD_INFORMATION, Action.WITHDRAW)
        case QuestionState.CLOSED:
            return _of_closed(question, now)
        case _:
            return ()


def _of_draft(question: Question) -> tuple[Action, ...]:
    shown = _SENDING if question.previewed_at is not None else ()
    return (*shown, Action.EDIT_TEXT, Action.DISCARD)


def _of_closed(question: Question, now: datetime) -> tuple[Action, ...]:
    scopes = tuple(action for scope, action in _SCOPES.items() if scope is not question.consent)
    is_recent = question.closed_at is not None and now - question.closed_at <= REOPEN_WITHIN
    return (Action.REOPEN, *scopes) if is_recent else scopes


def _of_images(question: Question, images: tuple[Image, ...]) -> tuple[Action, ...]:
    series = group_into_series(images)
    if not series or question.state not in TAKES_IMAGES:
        return ()
    if all(one.is_confirmed for one in series):
        return (Action.REMOVE_SERIES,)
    return (Action.CONFIRM_SERIES, Action.REMOVE_SERIES)


def _of_editor(question: Question) -> tuple[Action, ...]:
    if question.state is not QuestionState.CLOSED or question.consent is not ConsentScope.TEACHING:
        return ()
    if question.released_at is not None:
        return (Action.HOLD_BACK,)
    return (Action.PUBLISH,) if question.held_back else (Action.PUBLISH, Action.HOLD_BACK)

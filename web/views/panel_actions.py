"""What of the panel's work a member is offered on a question; the handlers decide again when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.following import can_be_followed, followers_of
from domain.handover import Side, may_give, open_offers
from domain.member import Member, Role
from domain.messages import Action
from domain.opinions import MOST_ANSWERS, answers_of, awaits_second, may_downgrade, may_insist
from domain.outcome import may_tell
from domain.question import Entry, Question, QuestionState

SILENT_AFTER = timedelta(minutes=15)
"""From then on somebody else is offered the question; whether they may, the handler knows."""

_OPEN_TO_SECOND = frozenset(
    {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO, QuestionState.ANSWERED}
)


def of_panel(member: Member, question: Question, entries: Sequence[Entry], *, now: datetime) -> tuple[Action, ...]:
    """Return what somebody of the panel is offered, in the order in which a page shows it."""
    is_done = member.id in _authors(entries)
    match question.state:
        case QuestionState.OPEN:
            first = () if is_done else (Action.CLAIM, Action.PASS, Action.ASK_BACK)
            offered = (*first, Action.ANSWER, Action.NOTE, Action.OPINION)
            offered = (*offered, *_of_waiting(question, entries), *_second(question, entries))
            return (*offered, *_following(member, question, entries))
        case QuestionState.CLAIMED | QuestionState.NEEDS_INFO if question.claimed_by == member.id:
            offered = (Action.ANSWER, Action.ASK_BACK, Action.NOTE, Action.RELEASE, Action.PASS, Action.HAND_OVER)
            return (*offered, *_of_waiting(question, entries), *_second(question, entries))
        case QuestionState.CLAIMED | QuestionState.NEEDS_INFO:
            correction = (Action.ANSWER,) if is_done else ()
            offered = (*correction, Action.NOTE, Action.OPINION, *_take_over(member, question, entries, now=now))
            return (*offered, *_following(member, question, entries))
        case QuestionState.ANSWERED:
            offered = (Action.ANSWER, Action.NOTE, Action.OPINION, Action.CLOSE, *_second(question, entries))
            return (*offered, *_following(member, question, entries))
        case QuestionState.MERGED:
            return (Action.NOTE, Action.UNMERGE)
        case _:
            return (Action.ANSWER, Action.NOTE) if is_done else (Action.NOTE,)


def of_asker(question: Question, entries: Sequence[Entry]) -> tuple[Action, ...]:
    """Return what an asker is offered beside what every question has."""
    actions: tuple[Action, ...] = ()
    if awaits_second(question, entries):
        actions += (Action.HELPED, Action.CHANGED_PLAN)
    if may_insist(question, entries):
        actions += (Action.INSIST,)
    actions += _second(question, entries)
    if may_tell(question, entries):
        actions += (Action.OUTCOME_AGREES, Action.OUTCOME_DIFFERS)
    return (*actions, Action.HAND_OVER) if may_give(question, question.asker_id) is Side.ASKER else actions


def of_taker(member: Member, question: Question, entries: Sequence[Entry]) -> tuple[Action, ...]:
    """Return what somebody is offered to whom a question is being handed over."""
    is_meant = any(offer.taker == member.id for offer in open_offers(question, entries))
    return (Action.ACCEPT_HANDOVER, Action.DECLINE_HANDOVER) if is_meant else ()


def may_release(member: Member, question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether a panelist's own notes can go to the asker: there is an answer for them to stand behind."""
    is_of_panel = member.has(Role.PANELIST) or member.has(Role.COORDINATOR)
    is_fit = question.state in _OPEN_TO_SECOND and question.wrong_patient_at is None
    return is_of_panel and member.id != question.asker_id and is_fit and bool(answers_of(entries))


def _of_waiting(question: Question, entries: Sequence[Entry]) -> tuple[Action, ...]:
    can_wait = question.state is not QuestionState.NEEDS_INFO and may_downgrade(question, entries)
    lower = (Action.DOWNGRADE,) if can_wait else ()
    seal = () if question.is_sealed else (Action.SEAL,)
    merge = () if answers_of(entries) else (Action.MERGE,)
    return (*lower, *seal, *merge)


def _second(question: Question, entries: Sequence[Entry]) -> tuple[Action, ...]:
    is_open = question.state in _OPEN_TO_SECOND and question.wrong_patient_at is None
    is_wanted = question.needs >= MOST_ANSWERS or len(_authors(entries)) >= MOST_ANSWERS
    return (Action.SECOND_OPINION,) if is_open and not is_wanted else ()


def _take_over(member: Member, question: Question, entries: Sequence[Entry], *, now: datetime) -> tuple[Action, ...]:
    acted = [entry.at for entry in entries if entry.actor_id == question.claimed_by]
    is_silent = bool(acted) and now - max(acted) >= SILENT_AFTER
    return (Action.TAKE_OVER,) if is_silent or member.has(Role.COORDINATOR) else ()


def _following(member: Member, question: Question, entries: Sequence[Entry]) -> tuple[Action, ...]:
    if member.id in followers_of(entries):
        return (Action.UNFOLLOW,)
    return (Action.FOLLOW,) if can_be_followed(question, member.id) else ()


def _authors(entries: Sequence[Entry]) -> frozenset[object]:
    return frozenset(entry.actor_id for entry in answers_of(entries))

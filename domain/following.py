"""Who of the panel follows a question that somebody else has: read from its timeline, where the last word counts.

It is not a question that was merged into another: that one follows its lead for the answer (`domain.question`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from domain.ids import MemberId, QuestionId
from domain.question import AWAITING_PANEL, Entry, EntryKind, Question, QuestionState

KINDS = frozenset({EntryKind.FOLLOWED, EntryKind.UNFOLLOWED})
_FOLLOWED_STATES = AWAITING_PANEL | {QuestionState.ANSWERED}


class News(StrEnum):
    """What those who follow a question are told of."""

    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


def followers_of(entries: Iterable[Entry]) -> tuple[MemberId, ...]:
    """Return who follows a question, by their first wish to."""
    wishes = {entry.actor_id: entry.kind for entry in entries if entry.kind in KINDS}
    return tuple(each for each, kind in wishes.items() if each is not None and kind is EntryKind.FOLLOWED)


def followed_in(entries: Iterable[Entry]) -> frozenset[QuestionId]:
    """Return the questions that one member follows, from their own entries in any number of them."""
    last = {entry.question_id: entry.kind for entry in entries if entry.kind in KINDS}
    return frozenset(question_id for question_id, kind in last.items() if kind is EntryKind.FOLLOWED)


def can_be_followed(question: Question, member_id: MemberId) -> bool:
    """Return whether there is something for a member of the panel to wait for: somebody else has it."""
    is_anothers = question.claimed_by is not None and member_id not in (question.claimed_by, question.asker_id)
    return is_anothers and question.state in _FOLLOWED_STATES

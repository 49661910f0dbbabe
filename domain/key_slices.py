"""Slices that somebody has marked as the ones to look at: the asker's are shown first (safety rule 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.access import may_see, sees_full_card
from domain.ids import ImageId, MemberId, QuestionId
from domain.member import Member
from domain.question import Question

MOST_KEY_SLICES = 24
"""Of one person in one question: what is all marked is not marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySlice:
    """One frame of an image that a member has marked; `is_askers` as it was at that time."""

    question_id: QuestionId
    image_id: ImageId
    frame: int
    """From 0."""
    member_id: MemberId
    is_askers: bool
    marked_at: datetime

    def __post_init__(self) -> None:
        if self.frame < 0:
            raise ValueError("frames count from 0")


def may_see_key(member: Member, question: Question, key: KeySlice) -> bool:
    """Return whether a member may see that a slice is marked.

    The asker's own always; the panel's only with the full card, and under seal, as an opinion, neither by others of
    the panel (`domain.opinions`).
    """
    if not may_see(member, question):
        return False
    if key.is_askers or member.id in (key.member_id, question.asker_id):
        return True
    return sees_full_card(member, question) and not _is_sealed(question, key)


def seen_keys(member: Member, question: Question, keys: Sequence[KeySlice]) -> tuple[KeySlice, ...]:
    """Return those that a member may see, in their order."""
    return tuple(key for key in keys if may_see_key(member, question, key))


def _is_sealed(question: Question, key: KeySlice) -> bool:
    return question.is_sealed and (question.unsealed_at is None or key.marked_at > question.unsealed_at)

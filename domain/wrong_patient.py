"""Whoever saw images or an answer of a wrong patient is told until they acknowledge (safety rule 3): when, and who."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.access import Capability, can, may_see
from domain.ids import MemberId
from domain.member import Member, Role
from domain.question import SEEN_BY_PANEL, Entry, EntryKind, Question, QuestionState


@dataclass(frozen=True, slots=True, kw_only=True)
class PagingPolicy:
    """Pages leave at `after` the marking, each once, then every `every`; from a round on the coordinator is told."""

    after: tuple[timedelta, ...] = (timedelta(0), timedelta(minutes=3), timedelta(minutes=8))
    every: timedelta = timedelta(minutes=15)
    coordinator_from: int = 2

    def wait(self, page_round: int) -> timedelta:
        """Return how long after a round the next one follows; rounds count from 0."""
        if page_round + 1 < len(self.after):
            return self.after[page_round + 1] - self.after[page_round]
        return self.every


PAGING = PagingPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """From when to when a member saw a question in full, or a frame of its images."""

    member_id: MemberId
    first_at: datetime
    last_at: datetime


_NOTICES = frozenset({Role.PANELIST, Role.COORDINATOR, Role.EDITOR})
"""Of those who see a question."""
_HAS_SEEN_IT = frozenset({EntryKind.CLAIMED, EntryKind.TAKEN_OVER, EntryKind.OPINION, EntryKind.ANSWER})
_GONE = frozenset({QuestionState.DISCARDED, QuestionState.EXPIRED})


def may_mark(member: Member, question: Question) -> bool:
    """Return whether a member may say that a question's images are another patient's.

    Its asker, and the panel, also before anybody has taken it: whoever notices first. A moderator
    too, who is told of what is wrong with a question without seeing it.
    """
    if question.state in _GONE or not member.active:
        return False
    if can(member, Capability.MODERATE) and question.state in SEEN_BY_PANEL:
        return True
    is_noticed = question.asker_id == member.id or bool(member.roles & _NOTICES)
    return is_noticed and may_see(member, question)


def unacknowledged(question: Question, entries: Sequence[Entry], viewings: Collection[Viewing]) -> tuple[MemberId, ...]:
    """Return who saw images or an answer before the question was marked, and has not acknowledged the marking.

    The asker was sent every answer. Whoever has taken it or answered has seen it, wherever that was. Whoever marked
    it knows. What is seen afterwards is stamped, and has no images.
    """
    marked = question.wrong_patient_at
    if marked is None:
        return ()
    seen = [viewing.member_id for viewing in viewings if viewing.first_at <= marked]
    seen += [entry.actor_id for entry in entries if entry.kind in _HAS_SEEN_IT and entry.actor_id is not None]
    answered = any(entry.kind is EntryKind.ANSWER for entry in entries)
    people = [*seen, question.asker_id] if answered else seen
    aware = {e.actor_id for e in entries if e.kind in (EntryKind.WRONG_PATIENT, EntryKind.ACKNOWLEDGED)}
    return tuple(member_id for member_id in dict.fromkeys(people) if member_id not in aware)

"""Delivered is not read (safety rule 11): what of the panel's words their reader has not answered to yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.ids import MemberId
from domain.question import AWAITING_PANEL, Entry, EntryKind, Question, QuestionState, Urgency

NO_ACKNOWLEDGEMENT = frozenset({EntryKind.VIEWED})
"""A page that was opened may be open in front of nobody."""
_WAITS_TO_BE_READ = frozenset({EntryKind.ANSWER, EntryKind.ASKED_BACK, EntryKind.DOWNGRADED})
_STATES = AWAITING_PANEL | {QuestionState.ANSWERED}


def has_acted(entries: Sequence[Entry], reader: MemberId, *, since: datetime) -> bool:
    """Return whether a reader has pressed, replied or written anything since."""
    return any(e.actor_id == reader and e.at > since and e.kind not in NO_ACKNOWLEDGEMENT for e in entries)


def unread(question: Question, entries: Sequence[Entry]) -> Entry | None:
    """Return what its asker has to read and has not acknowledged; the latest of it, and of an urgent question alone."""
    if question.state not in _STATES or question.wrong_patient_at is not None:
        return None
    told = [e for e in entries if e.kind in _WAITS_TO_BE_READ and e.actor_id != question.asker_id]
    if not told or not _is_urgent(question, told[-1]):
        return None
    since = [entry for entry in entries if entry.id > told[-1].id]
    is_read = any(e.actor_id == question.asker_id and e.kind not in NO_ACKNOWLEDGEMENT for e in since)
    return None if is_read else told[-1]


def _is_urgent(question: Question, told: Entry) -> bool:
    """That it is urgent no more is told as of an urgent question."""
    return question.urgency is Urgency.URGENT or told.kind is EntryKind.DOWNGRADED

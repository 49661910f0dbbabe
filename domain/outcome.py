"""What a question turned out to be: when its asker is asked, and what has been told already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.hours import QuietHours
from domain.question import Entry, EntryKind, Question, QuestionState

ASKED_AFTER = (timedelta(days=7), timedelta(days=30))
"""So long after the close its asker is asked, once each time."""
VERDICT = "verdict"
"""The detail of an entry in which the outcome stands."""


class Verdict(StrEnum):
    """How it turned out beside what the panel had answered."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """Not known yet."""


def asks_at(closed_at: datetime, number: int, *, quiet: QuietHours, time_zone: str) -> datetime:
    """Return when an asker is asked for the first (0) or the last time: not while they sleep."""
    due = closed_at + ASKED_AFTER[number]
    local = due.astimezone(ZoneInfo(time_zone))
    return quiet.end_after(due, time_zone) if quiet.begins != quiet.ends and quiet.hold(local) else due


def has_answer(entries: Sequence[Entry]) -> bool:
    return any(entry.kind is EntryKind.ANSWER for entry in entries)


def may_tell(question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether there is an answer that an outcome could be compared with."""
    return question.state is QuestionState.CLOSED and question.wrong_patient_at is None and has_answer(entries)


def may_ask(question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether its asker may still be asked: neither told nor unwilling."""
    return may_tell(question, entries) and not _is_settled(question, entries)


def is_declined(entries: Sequence[Entry]) -> bool:
    return any(entry.kind is EntryKind.OUTCOME_DECLINED for entry in entries)


def _is_settled(question: Question, entries: Sequence[Entry]) -> bool:
    """Told since the close, also in words of their own once they had been asked."""
    closings = [place for place, entry in enumerate(entries) if entry.kind is EntryKind.CLOSED]
    since = entries[max(closings, default=0) :]
    is_told = any(e.kind is EntryKind.OUTCOME and e.details.get(VERDICT) != Verdict.UNKNOWN.value for e in since)
    return is_told or is_declined(entries) or _has_replied(question, since)


def _has_replied(question: Question, entries: Sequence[Entry]) -> bool:
    asked = [place for place, entry in enumerate(entries) if entry.kind is EntryKind.OUTCOME_ASKED]
    replies = entries[asked[0] :] if asked else ()
    return any(e.kind is EntryKind.INFORMATION and e.actor_id == question.asker_id for e in replies)

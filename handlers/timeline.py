"""A question's entries: how often they say that it was opened or closed, and those that Hilum itself adds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.clock import BEGINNING
from domain.ids import QuestionId
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question

OPENING = BEGINNING | {EntryKind.RELEASED_CLAIM}


def openings(transaction: Transaction, question_id: QuestionId) -> int:
    """Return how often it was laid before the panel; each opening has an escalation of its own."""
    return sum(entry.kind in OPENING for entry in transaction.entries.of_question(question_id))


def closings(transaction: Transaction, question_id: QuestionId) -> int:
    return count_of(transaction, question_id, EntryKind.CLOSED)


def count_of(transaction: Transaction, question_id: QuestionId, kind: EntryKind) -> int:
    """Return how often something happened to a question."""
    return sum(entry.kind is kind for entry in transaction.entries.of_question(question_id))


def own_entry(
    question: Question, kind: EntryKind, *, key: str, at: datetime, details: Mapping[str, str | int] | None = None
) -> Entry:
    """Return an entry on what happened by itself: no member acted, through no channel."""
    return Entry(key=key, question_id=question.id, kind=kind, actor_id=None, channel="", at=at, details=details or {})

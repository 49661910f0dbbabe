"""What a question's entries say: how often it was opened and closed."""

from __future__ import annotations

from domain.ids import QuestionId
from domain.ports.store import Transaction
from domain.question import EntryKind

_OPENING = frozenset({EntryKind.OPENED, EntryKind.REOPENED, EntryKind.RELEASED_CLAIM})


def openings(transaction: Transaction, question_id: QuestionId) -> int:
    """Return how often it was laid before the panel; each opening has an escalation of its own."""
    return sum(entry.kind in _OPENING for entry in transaction.entries.of_question(question_id))


def closings(transaction: Transaction, question_id: QuestionId) -> int:
    return count_of(transaction, question_id, EntryKind.CLOSED)


def count_of(transaction: Transaction, question_id: QuestionId, kind: EntryKind) -> int:
    """Return how often something happened to a question."""
    return sum(entry.kind is kind for entry in transaction.entries.of_question(question_id))

"""A question's entries: adding one, with what follows in rooms; how often they say that it was opened or closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.clock import BEGINNING
from domain.commands_services import RemoveRelays
from domain.ids import QuestionId
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question
from handlers.room_notes import follow_in_rooms

_NOT_IN_ROOMS = frozenset(
    {
        *(EntryKind.NOTIFIED, EntryKind.PAGED, EntryKind.PASSED, EntryKind.VIEWERS_PAGED, EntryKind.OUTCOME_ASKED),
        *(EntryKind.FOLLOWED, EntryKind.UNFOLLOWED),
    }
)
"""What changes nothing that a room shows."""
_ENDS = frozenset({EntryKind.CLOSED, EntryKind.WITHDRAWN})
OPENING = BEGINNING | {EntryKind.RELEASED_CLAIM}


def add_entry(services: Services, transaction: Transaction, entry: Entry) -> bool:
    """Append to a timeline, and have the rooms follow; False where it is known already.

    With a close begins the clock that removes what was sent about the question (safety rule 20); what is withdrawn
    goes at once.
    """
    is_new = transaction.entries.add(entry)
    if is_new and entry.kind not in _NOT_IN_ROOMS:
        follow_in_rooms(services, transaction, entry.question_id)
    if is_new and entry.kind in _ENDS:
        removal = RemoveRelays(question_id=entry.question_id, closing=endings(transaction, entry.question_id))
        kept = services.rules.relays_kept if entry.kind is EntryKind.CLOSED else timedelta()
        transaction.jobs.add(removal, due_at=services.clock() + kept)
    return is_new


def openings(transaction: Transaction, question_id: QuestionId) -> int:
    """Return how often it was laid before the panel; each opening has an escalation of its own."""
    return sum(entry.kind in OPENING for entry in transaction.entries.of_question(question_id))


def closings(transaction: Transaction, question_id: QuestionId) -> int:
    return count_of(transaction, question_id, EntryKind.CLOSED)


def endings(transaction: Transaction, question_id: QuestionId) -> int:
    """Return how often it was closed or withdrawn."""
    return sum(entry.kind in _ENDS for entry in transaction.entries.of_question(question_id))


def count_of(transaction: Transaction, question_id: QuestionId, kind: EntryKind) -> int:
    """Return how often something happened to a question."""
    return sum(entry.kind is kind for entry in transaction.entries.of_question(question_id))


def own_entry(
    question: Question, kind: EntryKind, *, key: str, at: datetime, details: Mapping[str, str | int] | None = None
) -> Entry:
    """Return an entry on what happened by itself: no member acted, through no channel."""
    return Entry(key=key, question_id=question.id, kind=kind, actor_id=None, channel="", at=at, details=details or {})

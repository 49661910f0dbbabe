"""The panel is asked anew, for a second opinion: one answer is out, and another panelist's is owed."""

from __future__ import annotations

from dataclasses import replace

from domain.delivery import Value
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from handlers.laying import lay_before_panel
from handlers.outbox import Notice, tell


def seek_second(
    services: Services, transaction: Transaction, question: Question, *, cause: str, channel: str = ""
) -> Question:
    """Lay an answered question before the panel once more; whoever answered it is not asked again."""
    freed = replace(question, state=QuestionState.OPEN, claimed_by=None, closed_at=None)
    sought = lay_before_panel(
        services, transaction, freed, kind=EntryKind.SECOND_SOUGHT, key=f"{cause}:{EntryKind.SECOND_SOUGHT}"
    )
    assert sought.claim_due_at is not None
    values: dict[str, Value] = {"label": sought.label, "claim_due": sought.claim_due_at}
    notice = Notice(key="question.second_sought", values=values, question_id=sought.id)
    tell(services, transaction, transaction.members.get(sought.asker_id), cause=cause, notice=notice)
    return sought

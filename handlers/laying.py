"""Laying a question before the panel anew: new targets from now on, and the chain from its first step."""

from __future__ import annotations

from dataclasses import replace

from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question
from handlers.notify import begin_escalation
from handlers.standing import policy_of
from handlers.timeline import add_entry, own_entry


def lay_before_panel(
    services: Services, transaction: Transaction, question: Question, *, kind: EntryKind, key: str
) -> Question:
    """Save a question with new targets, note on its timeline why, and begin its escalation.

    Returns:
        the question as it was saved.
    """
    assert question.urgency is not None
    now = services.clock()
    claim_due, answer_due = policy_of(services, transaction, question.urgency).targets(now)
    laid = replace(question, opened_at=now, claim_due_at=claim_due, answer_due_at=answer_due)
    transaction.questions.save(laid)
    add_entry(services, transaction, own_entry(laid, kind, key=key, at=now))
    begin_escalation(transaction, laid)
    return laid

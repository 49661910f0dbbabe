"""A question that somebody took and did not answer: asked after, then given back to the panel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.commands import ChaseClaimer
from domain.escalation import POLICIES
from domain.member import Member
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question, QuestionState
from handlers.notify import begin_escalation
from handlers.outbox import notice_about, priority_of, tell
from handlers.timeline import count_of, own_entry


def begin_chase(transaction: Transaction, question: Question, *, now: datetime) -> None:
    """Set the clock of a claim that has just been made."""
    assert question.urgency is not None
    chase = ChaseClaimer(question_id=question.id, claim=count_of(transaction, question.id, EntryKind.CLAIMED), round=0)
    due_at = now + POLICIES[question.urgency].remind_claimer_after
    transaction.jobs.add(chase, due_at=due_at, priority=priority_of(question))


async def chase_claimer(services: Services, command: ChaseClaimer) -> None:
    """First ask the claimer, then release the claim; an ask-back that waits reminds its asker instead."""

    def chase(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        is_over = question.state not in (QuestionState.CLAIMED, QuestionState.NEEDS_INFO)
        if is_over or count_of(transaction, question.id, EntryKind.CLAIMED) != command.claim:
            return
        cause = f"chase:{question.id}:{command.claim}:{command.round}"
        if question.state is QuestionState.NEEDS_INFO:
            asker = transaction.members.get(question.asker_id)
            tell(services, transaction, asker, cause=cause, notice=notice_about(question, "question.still_asked"))
        elif command.round > 0:
            _release(services, transaction, question, cause=cause)
            return
        else:
            reminder = notice_about(question, "panel.still_on_it", choices=(Action.RELEASE,))
            tell(services, transaction, _claimer(transaction, question), cause=cause, notice=reminder)
        _again(services, transaction, question, command=command)

    await services.store.write(chase)


def _again(services: Services, transaction: Transaction, question: Question, *, command: ChaseClaimer) -> None:
    assert question.urgency is not None
    policy = POLICIES[question.urgency]
    wait = policy.release_claim_after - policy.remind_claimer_after
    following = replace(command, round=command.round + 1)
    transaction.jobs.add(following, due_at=services.clock() + wait, priority=priority_of(question))


def _release(services: Services, transaction: Transaction, question: Question, *, cause: str) -> None:
    claimer, asker = _claimer(transaction, question), transaction.members.get(question.asker_id)
    released = replace(question, state=QuestionState.OPEN, claimed_by=None)
    transaction.questions.save(released)
    transaction.entries.add(own_entry(question, EntryKind.RELEASED_CLAIM, key=cause, at=services.clock()))
    begin_escalation(transaction, released)
    tell(services, transaction, claimer, cause=cause, notice=notice_about(released, "panel.claim_released"))
    tell(services, transaction, asker, cause=cause, notice=notice_about(released, "question.released"))


def _claimer(transaction: Transaction, question: Question) -> Member:
    assert question.claimed_by is not None
    return transaction.members.get(question.claimed_by)

"""Asking what a question turned out to be, some days and some weeks after its close."""

from __future__ import annotations

from datetime import datetime

from domain.commands import AskOutcome
from domain.messages import Action
from domain.outcome import ASKED_AFTER, asks_at, is_declined, may_ask
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import EntryKind, Question
from handlers.outbox import Notice, tell
from handlers.timeline import add_entry, closings, own_entry

CHOICES = (Action.OUTCOME_AGREES, Action.OUTCOME_DIFFERS, Action.OUTCOME_UNKNOWN, Action.OUTCOME_NEVER)


def ask_later(services: Services, transaction: Transaction, question: Question) -> datetime | None:
    """Note when the asker of a question that has just been closed is asked; None where they do not want to be.

    Returns:
        the first of the times.
    """
    if question.wrong_patient_at is not None or is_declined(transaction.entries.of_question(question.id)):
        return None
    closing = closings(transaction, question.id)
    times = [_time(services, transaction, question, number=number) for number in range(len(ASKED_AFTER))]
    for number, due_at in enumerate(times):
        transaction.jobs.add(AskOutcome(question_id=question.id, closing=closing, round=number), due_at=due_at)
    return times[0]


def asks_again_at(services: Services, transaction: Transaction, question: Question) -> datetime | None:
    """Return when the asker will be asked next; None where they were asked for the last time."""
    times = (_time(services, transaction, question, number=number) for number in range(len(ASKED_AFTER)))
    return next((at for at in times if at > services.clock()), None)


async def ask_outcome(services: Services, command: AskOutcome) -> None:
    """Ask once, unless it was told, is not wanted, or the question has been reopened since."""

    def ask(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        entries = transaction.entries.of_question(question.id)
        if closings(transaction, question.id) != command.closing or not may_ask(question, entries):
            return
        asker = transaction.members.get(question.asker_id)
        if not asker.active:
            return
        cause = f"outcome:{question.id}:{command.closing}:{command.round}"
        asked = own_entry(question, EntryKind.OUTCOME_ASKED, key=cause, at=services.clock())
        add_entry(services, transaction, asked)
        notice = Notice(
            key="question.outcome_wanted",
            values={"label": question.label},
            question_id=question.id,
            choices=CHOICES,
        )
        tell(services, transaction, asker, cause=cause, notice=notice)

    await services.store.write(ask)


def _time(services: Services, transaction: Transaction, question: Question, *, number: int) -> datetime:
    assert question.closed_at is not None
    asker = transaction.members.get(question.asker_id)
    quiet = asker.quiet or services.escalation.quiet
    return asks_at(question.closed_at, number, quiet=quiet, time_zone=asker.time_zone)

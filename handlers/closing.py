"""Closing a question: by its asker, by the panel, or by itself when the answer is left alone."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import CloseAnswered, EraseImages
from domain.consent import ConsentScope
from domain.delivery import Value
from domain.following import News
from domain.ids import MemberId
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from handlers.following import tell_followers
from handlers.outbox import Notice, tell
from handlers.outcomes import ask_later
from handlers.timeline import add_entry, closings, count_of

CONSENTS = (Action.CONSENT_TEACHING, Action.CONSENT_RESEARCH, Action.CONSENT_CONSULT_ONLY)
"""What an asker is offered once a question is closed."""


def close(  # noqa: PLR0913 - one row, and who wrote it
    services: Services,
    transaction: Transaction,
    question: Question,
    *,
    cause: str,
    actor_id: MemberId | None,
    channel: str = "",
) -> None:
    """Close an answered question, thank, and only now offer wider use (safety rule 6).

    The clocks that erase the images of a consult-only question and ask what it turned out to be begin here.
    """
    now = services.clock()
    closed = replace(question, state=QuestionState.CLOSED, closed_at=now, is_sealed=False, unsealed_at=now)
    transaction.questions.save(closed)
    entry = Entry(
        key=f"{cause}:{EntryKind.CLOSED}",
        question_id=closed.id,
        kind=EntryKind.CLOSED,
        actor_id=actor_id,
        channel=channel,
        at=now,
    )
    add_entry(services, transaction, entry)
    erasing = EraseImages(question_id=closed.id, closing=closings(transaction, closed.id))
    transaction.jobs.add(erasing, due_at=now + services.rules.consult_images_kept)
    tell_followers(services, transaction, closed, news=News.CLOSED, by=actor_id, cause=cause)
    asker = transaction.members.get(closed.asker_id)
    thanks = _thanks(services, transaction, closed)
    tell(services, transaction, asker, cause=cause, notice=thanks)
    if closed.consent is ConsentScope.CONSULT_ONLY:
        tell(services, transaction, asker, cause=cause, notice=consent_offer(services, closed))


def consent_offer(services: Services, closed: Question) -> Notice:
    """Ask for wider use, and say when the images go without it."""
    days = services.rules.consult_images_kept.days
    values: dict[str, Value] = {"label": closed.label, "days": days}
    return Notice(key="consent.offer", values=values, question_id=closed.id, choices=CONSENTS)


def close_later(services: Services, transaction: Transaction, question: Question) -> None:
    """Set the clock that closes an answered question which its asker leaves alone."""
    closing = CloseAnswered(question_id=question.id, answers=count_of(transaction, question.id, EntryKind.ANSWER))
    transaction.jobs.add(closing, due_at=services.clock() + services.rules.answered_closes_after)


async def close_answered(services: Services, command: CloseAnswered) -> None:
    """Close it, unless there was another answer since, or it is not answered any more."""

    def close_it(transaction: Transaction) -> None:
        question = transaction.questions.lock(command.question_id)
        answers = count_of(transaction, question.id, EntryKind.ANSWER)
        if question.state is QuestionState.ANSWERED and answers == command.answers:
            cause = f"alone:{question.id}:{answers}"
            close(services, transaction, question, cause=cause, actor_id=None)

    await services.store.write(close_it)


def _thanks(services: Services, transaction: Transaction, closed: Question) -> Notice:
    """Say that it is closed, and when its asker will be asked what it turned out to be."""
    assert closed.closed_at is not None
    thanks = Notice(
        key="question.closed",
        values={"label": closed.label, "at": closed.closed_at},
        question_id=closed.id,
        choices=(Action.REOPEN,),
    )
    asks_at = ask_later(services, transaction, closed)
    if asks_at is None:
        return thanks
    values = {**thanks.values, "outcome": asks_at}
    return replace(thanks, key="question.closed_asks", values=values, choices=(Action.REOPEN, Action.OUTCOME_NEVER))

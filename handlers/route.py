"""What a received message means: a press, a reply, a word or digit, part of a draft, or a new question."""

from __future__ import annotations

from domain.commands import Command, GatherDraft, RelayInformation, RouteMessage, TakeAction
from domain.delivery import Priority
from domain.ids import QuestionId
from domain.messages import lane_of
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from handlers.choices import chosen_by_digit
from handlers.draft import begin_draft
from handlers.inbound import Received, open_received
from handlers.spoken import is_spoken


async def route_message(services: Services, command: RouteMessage) -> None:
    """Note the one command that processes a message, behind whatever its sender said before."""
    received = await open_received(services, command.inbox_id)
    if received is None:
        return

    def note(transaction: Transaction) -> None:
        lane = lane_of(received.message.sender)
        priority = Priority.NORMAL if received.message.press is None else Priority.URGENT
        transaction.jobs.add(_meaning(services, transaction, received), lane=lane, priority=priority)

    await services.store.write(note)


def _meaning(services: Services, transaction: Transaction, received: Received) -> Command:
    message = received.message
    if message.press is not None:
        return TakeAction(inbox_id=received.inbox_id)
    digit = chosen_by_digit(transaction, received, services.clock())
    if digit is not None:
        return TakeAction(inbox_id=received.inbox_id, token=digit.token or "")
    if is_spoken(message):
        return TakeAction(inbox_id=received.inbox_id)
    if message.in_reply_to is not None:
        return _reply(transaction, received, message.in_reply_to)
    draft = transaction.questions.draft_of(received.sender.id)
    asked_back = None if draft else _asked_back(transaction, received)
    if asked_back is not None:
        return RelayInformation(inbox_id=received.inbox_id, question_id=asked_back.id)
    draft = draft or begin_draft(services, transaction, received)
    return GatherDraft(inbox_id=received.inbox_id, question_id=draft.id)


def _reply(transaction: Transaction, received: Received, question_id: QuestionId) -> Command:
    question = transaction.questions.get(question_id)
    if question.state is QuestionState.DRAFT and question.asker_id == received.sender.id:
        return GatherDraft(inbox_id=received.inbox_id, question_id=question_id)
    return RelayInformation(inbox_id=received.inbox_id, question_id=question_id)


def _asked_back(transaction: Transaction, received: Received) -> Question | None:
    """The one question of the sender that waits for an answer to an ask-back; with two, none."""
    waiting = [
        question
        for question in transaction.questions.of_asker(received.sender.id)
        if question.state is QuestionState.NEEDS_INFO
    ]
    return waiting[0] if len(waiting) == 1 else None

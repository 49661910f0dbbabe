"""Telling a member, in one sentence, why what they asked for was not done."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import AnswerRequest, FindQuestions, GatherDraft, RelayInformation, TakeAction
from domain.errors import AlreadyTakenError, SealedInRoomError, UserError, WordsMissingError
from domain.following import followers_of
from domain.ids import QuestionId
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.auditing import refused
from handlers.inbound import Received, open_received
from handlers.outbox import Notice, tell
from handlers.prompts import asking_for_words
from handlers.typed_words import delete_sealed, page_of

FromMember = AnswerRequest | FindQuestions | GatherDraft | RelayInformation | TakeAction


async def refuse(services: Services, command: FromMember, error: UserError) -> None:
    """Tell the sender and finish the message: nothing else was changed."""
    received = await open_received(services, command.inbox_id)
    if received is None:
        return

    await services.store.write(lambda transaction: say_no(services, transaction, received, error=error))


def say_no(services: Services, transaction: Transaction, received: Received, *, error: UserError) -> None:
    """Tell the sender, where they wrote from, and finish the message."""
    notice = Notice(key=f"error.{error.code}", values=dict(error.values), to=received.message.sender)
    if isinstance(error, AlreadyTakenError):
        notice = _with_following(transaction, received, notice, question_id=error.question_id)
    if isinstance(error, WordsMissingError):
        notice = asking_for_words(services, transaction, received, notice=notice, error=error)
    if isinstance(error, SealedInRoomError):
        notice = replace(notice, link=page_of(services, error.question_id))
    if not (isinstance(error, SealedInRoomError) and delete_sealed(services, transaction, received, error=error)):
        tell(services, transaction, received.sender, cause=received.inbox_id, notice=notice)
    transaction.audit.add(refused(received, error.code, at=services.clock()))
    transaction.inbox.finish(received.inbox_id)


def _with_following(transaction: Transaction, received: Received, notice: Notice, *, question_id: QuestionId) -> Notice:
    """Whoever was too late may follow what another has, unless they do already."""
    follows = received.sender.id in followers_of(transaction.entries.of_question(question_id))
    return replace(notice, question_id=question_id, choices=() if follows else (Action.FOLLOW,))

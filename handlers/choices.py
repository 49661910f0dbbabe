"""From a press, a digit or a word to one action about one question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.commands import TakeAction
from domain.delivery import PendingChoice
from domain.errors import UserError
from domain.ids import QuestionId
from domain.meaning import NEW, Meaning, NothingWaits, Offer, Sentence, is_sign, meaning_of
from domain.messages import Action, Press
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.room import ROOM
from handlers.inbound import Received

_NO_QUESTION = QuestionId("")
TAKES_NOTHING = frozenset(
    {Action.READ, Action.ADD_INFORMATION, Action.ASK_MORE, Action.ASK_BACK, Action.SECOND_OPINION}
)
"""What leaves the other buttons under the same message as they are."""


def resolve_press(transaction: Transaction, received: Received, now: datetime, *, command: TakeAction) -> Press:
    """Return the press of a message, with the question it is about, and take its choice.

    Args:
        command: names what routing found the words to mean; nothing where the message is a press itself.
    Raises:
        UserError: "choice_unknown", "choice_expired", "choice_taken".
    """
    press = _meant(command) or received.message.press
    if press is None:
        raise UserError("choice_unknown")
    if press.token is None:
        return press
    choice = transaction.choices.get(press.token)
    if choice is not None and choice.member_id == ROOM and press.action in choice.actions:
        # In a room it is offered to everybody of the panel, and stays until the card is shown anew.
        return Press(action=press.action, question_id=choice.question_id, token=press.token)
    if choice is None or press.action not in choice.actions:
        raise UserError("choice_unknown")
    if choice.member_id != received.sender.id:
        raise _of_another(transaction, choice, press.action)
    if choice.expires_at <= now:
        raise UserError("choice_expired")
    if press.action not in TAKES_NOTHING and not transaction.choices.take(press.token, press.action):
        raise UserError("choice_taken")
    return Press(action=press.action, question_id=choice.question_id, token=press.token)


def meaning_for(transaction: Transaction, received: Received, now: datetime) -> Meaning:
    """Return what the words of a message mean beside what its sender has been asked.

    While an ask-back waits for its answer, "1" and "today" are that answer; while a draft is
    written, a word that nothing waits for is part of it.
    """
    message = received.message
    if message.text is None or message.press or message.uploads or message.in_reply_to:
        return Sentence()
    text, draft = message.text.value, transaction.questions.draft_of(received.sender.id)
    if draft is None and is_sign(text) and _is_asked_back(transaction, received):
        return Sentence()
    meaning = meaning_of(text, offers_to(transaction, received, now))
    if isinstance(meaning, NothingWaits) and draft is not None:
        return Sentence()
    return meaning


def offers_to(transaction: Transaction, received: Received, now: datetime) -> Sequence[Offer]:
    """Return what waits for somebody's word, the newest first."""
    choices = transaction.choices.open_of(received.sender.id, now)
    question_ids = {choice.question_id for choice in choices if choice.question_id is not None}
    names = {question_id: names_of(transaction, received, question_id) for question_id in question_ids}
    answerable = {name for known in names.values() for name in known}
    answerable |= {NEW, *(str(question.number) for question in open_questions(transaction, received))}
    return tuple(
        Offer(
            token=choice.token,
            actions=choice.actions,
            names=tuple(sorted(answerable)) if _is_which(choice) else names.get(choice.question_id or _NO_QUESTION, ()),
            about=choice.about,
        )
        for choice in choices
    )


def names_of(transaction: Transaction, received: Received, question_id: QuestionId) -> tuple[str, ...]:
    """Return what a question goes by with somebody: its code on their phone, then its number."""
    question = transaction.questions.get(question_id)
    if question.number is None:
        return (NEW,)
    codes = transaction.codes.of_address(received.message.sender)
    return (*(str(each.code) for each in codes if each.question_id == question_id), str(question.number))


def open_questions(transaction: Transaction, received: Received) -> Sequence[Question]:
    """Return the questions of the sender to which the panel still owes an answer, newest first."""
    return [q for q in transaction.questions.of_asker(received.sender.id) if q.is_awaiting_panel]


def _of_another(transaction: Transaction, choice: PendingChoice, action: Action) -> UserError:
    """Of what several people see, only the preview of an answer is one person's."""
    if action is not Action.SEND_ANSWER:
        return UserError("choice_unknown")
    return UserError("answer_of_another", name=transaction.members.get(choice.member_id).display_name)


def _is_which(choice: PendingChoice) -> bool:
    return Action.WHICH_QUESTION in choice.actions


def _meant(command: TakeAction) -> Press | None:
    if not command.action:
        return None
    question_id = QuestionId(command.question_id) if command.question_id else None
    return Press(action=Action(command.action), question_id=question_id, token=command.token or None)


def _is_asked_back(transaction: Transaction, received: Received) -> bool:
    asked = transaction.questions.of_asker(received.sender.id)
    return any(question.state is QuestionState.NEEDS_INFO for question in asked)

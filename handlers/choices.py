"""From a press, a digit or a form to one action about one question."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from domain.delivery import PendingChoice
from domain.errors import UserError
from domain.messages import Action, Press
from domain.ports.store import Transaction
from domain.question import QuestionState
from handlers.inbound import Received

_PRESS_ONLY = frozenset({Action.WITHDRAW, Action.CONSENT_TEACHING, Action.CONSENT_CONSULT_ONLY})
"""What destroys or attests is never meant by a lone digit, which may be an answer to something else."""


def resolve_press(transaction: Transaction, received: Received, now: datetime, *, token: str) -> Press:
    """Return the press of a message, with the question it is about, and take its choice.

    Args:
        token: of the choice that routing found a digit to mean; empty where the message is a press itself.
    Raises:
        UserError: "choice_unknown", "choice_expired", "choice_taken".
    """
    press = received.message.press if not token else _meant(transaction, received, token)
    if press is None:
        raise UserError("choice_unknown")
    if press.token is None:
        return press
    choice = transaction.choices.get(press.token)
    if choice is None or choice.member_id != received.sender.id or press.action not in choice.actions:
        raise UserError("choice_unknown")
    if choice.expires_at <= now:
        raise UserError("choice_expired")
    if not transaction.choices.take(press.token, press.action):
        raise UserError("choice_taken")
    return Press(action=press.action, question_id=choice.question_id, token=press.token)


def chosen_by_digit(transaction: Transaction, received: Received, now: datetime) -> Press | None:
    """Return the press that a lone digit stands for: one of the newest choice, and only where nothing else waits.

    While an ask-back waits for its answer, "1" is that answer.
    """
    digit = _lone_digit(received)
    if digit is None:
        return None
    draft = transaction.questions.draft_of(received.sender.id)
    if draft is None and _is_asked_back(transaction, received):
        return None
    newest = transaction.choices.open_of(received.sender.id, now)[:1]
    return next((press for choice in newest if (press := _press(choice, digit)) is not None), None)


def digit_of(actions: Sequence[Action], position: int) -> str:
    """Return the digit shown on a button: 1 to 9 in order, 0 for discard, none where only a press counts."""
    if actions[position] in _PRESS_ONLY:
        return ""
    return "0" if actions[position] is Action.DISCARD else str(position + 1)


def _meant(transaction: Transaction, received: Received, token: str) -> Press | None:
    digit, choice = _lone_digit(received), transaction.choices.get(token)
    return None if digit is None or choice is None else _press(choice, digit)


def _lone_digit(received: Received) -> str | None:
    message = received.message
    if message.text is None or message.press or message.uploads or message.in_reply_to:
        return None
    digit = message.text.value.strip()
    return unicodedata.normalize("NFKC", digit) if len(digit) == 1 and digit.isdecimal() else None


def _is_asked_back(transaction: Transaction, received: Received) -> bool:
    asked = transaction.questions.of_asker(received.sender.id)
    return any(question.state is QuestionState.NEEDS_INFO for question in asked)


def _press(choice: PendingChoice, digit: str) -> Press | None:
    for position, action in enumerate(choice.actions):
        if digit_of(choice.actions, position) == digit:
            return Press(action=action, question_id=choice.question_id, token=choice.token)
    return None

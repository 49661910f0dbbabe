"""From a press, a digit or a form to one action about one question."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from domain.delivery import PendingChoice
from domain.errors import UserError
from domain.messages import Press
from domain.ports.store import Transaction
from handlers.inbound import Received


def resolve_press(transaction: Transaction, received: Received, now: datetime) -> Press:
    """Return the press of a message, with the question it is about, and take its choice.

    Raises:
        UserError: "choice_unknown", "choice_expired", "choice_taken".
    """
    press = received.message.press or chosen_by_digit(transaction, received, now)
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
    """Return the press that a lone digit stands for: that of the newest open choice which offers it."""
    text = received.message.text
    if text is None or received.message.uploads or received.message.in_reply_to:
        return None
    digit = unicodedata.normalize("NFKC", text.value).strip()
    if len(digit) != 1 or not digit.isdecimal():
        return None
    for choice in transaction.choices.open_of(received.sender.id, now):
        press = _press(choice, digit)
        if press is not None:
            return press
    return None


def digit_of(actions: tuple[object, ...], position: int) -> str:
    """Return the digit shown on a button: 1 to 9 in order; the last of a draft's choices, discard, is 0."""
    return "0" if str(actions[position]) == "discard" else str(position + 1)


def _press(choice: PendingChoice, digit: str) -> Press | None:
    for position, action in enumerate(choice.actions):
        if digit_of(choice.actions, position) == digit:
            return Press(action=action, question_id=choice.question_id, token=choice.token)
    return None

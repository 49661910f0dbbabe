"""A flag in words: "🚩 417", "/flag Q417 name on the film", "신고 417"; alone, about what it replies to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.commands import TakeAction
from domain.ids import QuestionId
from domain.messages import Action, InboundMessage
from domain.ports.store import Transaction
from domain.text import IdentifiableText
from handlers.inbound import Received

_FLAG = re.compile(
    r"\s*(?:(?P<sign>/\s?(?:flag|신고)|🚩)|(?P<word>flag|신고))"
    r"\s*(?P<number>(?:q\s?)?\d{1,6}번?)?(?:[\s:,.]+(?P<reason>\S.*))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_CODE_DIGITS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagWords:
    """The number of a question or its code on a phone; None where none was said."""

    number: int | None
    reason: str


def flag_in(message: InboundMessage) -> FlagWords | None:
    """Return what a message flags; the plain word with other words behind it is a sentence for people."""
    if message.text is None or message.press or message.uploads:
        return None
    match = _FLAG.fullmatch(message.text.value)
    if match is None or (match["word"] and match["reason"] and not match["number"]):
        return None
    digits = re.sub(r"\D", "", match["number"] or "")
    return FlagWords(number=int(digits) if digits else None, reason=(match["reason"] or "").strip())


def flag_step(transaction: Transaction, received: Received) -> TakeAction | None:
    """Return the action that a flag in words asks for; which question it is about may still be missing."""
    said = flag_in(received.message)
    if said is None:
        return None
    question_id = received.message.in_reply_to or ""
    if said.number is not None:
        question_id = _named(transaction, received, said.number)
    return TakeAction(inbox_id=received.inbox_id, action=Action.FLAG.value, question_id=question_id)


def flag_fields(message: InboundMessage, command: TakeAction) -> dict[str, IdentifiableText]:
    """Return the reason that stands behind the flag."""
    said = flag_in(message) if command.action == Action.FLAG else None
    return {} if said is None or not said.reason else {"text": IdentifiableText(said.reason)}


def _named(transaction: Transaction, received: Received, number: int) -> QuestionId | str:
    """A code of the phone comes before the number of a question, as in every other reply."""
    if len(str(number)) == _CODE_DIGITS:
        coded = transaction.codes.question_of(received.message.sender, number)
        if coded is not None:
            return coded
    question = transaction.questions.by_number(number)
    return "" if question is None else question.id

"""A study in words, with the basis that is attested: "research 2020-0123", "연구 병원", "research Q417 hospital"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from domain.commands import Command, TakeAction
from domain.consent import basis_in
from domain.delivery import PendingChoice
from domain.errors import UserError
from domain.messages import Action, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.spelling import folded
from domain.text import IdentifiableText
from domain.vocabulary import vocabulary
from handlers.inbound import Received
from handlers.refuse import say_no

_SAID = re.compile(
    r"\s*[/／]?\s?(?P<word>[^\W\d_]+)[\s:,]+(?:q\s?(?P<number>\d{1,6})[\s:,]+)?(?P<basis>\S.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    basis: str
    number: int | None


def attested_words(services: Services, transaction: Transaction, received: Received) -> tuple[Command, ...] | None:
    """Return what follows from a study's basis in words; None where none was asked for, or they are a sentence."""
    said = _said(received.message)
    if said is None:
        return None
    open_choices = transaction.choices.open_of(received.sender.id, services.clock())
    asked = {each.question_id: each for each in reversed(open_choices) if Action.CONSENT_RESEARCH in each.actions}
    if not asked or (received.message.in_reply_to is None and basis_in(said.basis) is None):
        return None
    meant = [each for each in asked.values() if _is_meant(transaction, received, each, said=said)]
    if len(meant) != 1:
        say_no(services, transaction, received, error=UserError("basis_which"))
        return ()
    return (TakeAction(inbox_id=received.inbox_id, token=meant[0].token, action=Action.CONSENT_RESEARCH.value),)


def attested_fields(message: InboundMessage, command: TakeAction) -> Mapping[str, IdentifiableText]:
    """Return the basis that stands behind the word."""
    said = _said(message) if command.action == Action.CONSENT_RESEARCH else None
    return {} if said is None else {"basis": IdentifiableText(said.basis)}


def _said(message: InboundMessage) -> _Said | None:
    if message.text is None or message.press or message.uploads:
        return None
    match = _SAID.fullmatch(unicodedata.normalize("NFKC", message.text.value))
    if match is None or Action.CONSENT_RESEARCH not in vocabulary().actions.get(folded(match["word"]), ()):
        return None
    return _Said(basis=match["basis"].strip(), number=None if match["number"] is None else int(match["number"]))


def _is_meant(transaction: Transaction, received: Received, choice: PendingChoice, *, said: _Said) -> bool:
    assert choice.question_id is not None
    if said.number is not None:
        return transaction.questions.get(choice.question_id).number == said.number
    return received.message.in_reply_to in (None, choice.question_id)

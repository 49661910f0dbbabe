"""Messages that tell of several cases, a line each, such as what a search has found: gone as soon as one of these is.

They are about no question, or about a draft that they stand beside: what they quote is found by the labels in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.commands_services import TakeBack
from domain.delivery import Delivery
from domain.digest import NAME_CASES, without_case, without_excerpts
from domain.ports.channel import Copies
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from domain.search import is_searchable
from domain.text import DeidentifiedText
from handlers.retracting import may_go, note_removal

REMOVED_LATE = timedelta(days=1)
"""What is over for longer than it is kept, and this, has been removed, or is about to be."""
_FOUND = ("find.", "draft.")
"""How the keys of lists begin that quote what nobody has released."""
_LABEL = re.compile(r"\bQ(\d{1,9})\b", re.ASCII)


def is_list(delivery: Delivery) -> bool:
    """Return whether a delivery tells of several cases."""
    return delivery.key.startswith(NAME_CASES)


def names_taken_back(transaction: Transaction, delivery: Delivery) -> bool:
    """Return whether a list tells of a case that is to be found no more."""
    return any(not is_searchable(question) for question in _named(transaction, delivery))


def lacks_case(transaction: Transaction, left: Delivery) -> bool:
    """Return whether a list that has left names a case that is no longer in it, as it is kept."""
    kept = _labels(transaction.deliveries.get(left.id))
    return not set(_labels(left)) <= set(kept)


def take_back_lists(services: Services, transaction: Transaction, question: Question) -> None:
    """Note that lists that tell of a question are taken back; for as long as their lines are in the deliveries."""
    since = services.clock() - services.rules.relays_kept - REMOVED_LATE
    for delivery in transaction.sent.listing(question.label, since=since):
        if may_go(services, delivery):
            note_removal(services, transaction, delivery, removal=TakeBack(delivery_id=delivery.id))


def as_it_may_leave(services: Services, transaction: Transaction, delivery: Delivery) -> Delivery:
    """Return a list without the lines of cases that were taken back, or that a moderator has yet to judge.

    Where nothing can be taken back, it quotes nothing: there are labels, days and states.
    """
    text = delivery.values.get("text")
    if not is_list(delivery) or not isinstance(text, DeidentifiedText):
        return delivery
    kept = text.value
    for question in _named(transaction, delivery):
        if not is_searchable(question):
            kept = without_case(kept, question.label)
    channel = services.channels.get(delivery.address.channel)
    stays = channel is not None and channel.capabilities.copies is Copies.FINAL
    if stays and delivery.key.startswith(_FOUND):
        kept = without_excerpts(kept)
    return replace(delivery, values={**delivery.values, "text": DeidentifiedText(value=kept)})


def _named(transaction: Transaction, delivery: Delivery) -> Iterator[Question]:
    for number in dict.fromkeys(_labels(delivery)):
        question = transaction.questions.by_number(int(number))
        if question is not None:
            yield question


def _labels(delivery: Delivery) -> Sequence[str]:
    text = delivery.values.get("text")
    return _LABEL.findall(text.value) if isinstance(text, DeidentifiedText) else ()

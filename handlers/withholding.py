"""What leaves while a flag hides something: no hidden words, no hidden images."""

from __future__ import annotations

from dataclasses import replace

from domain.delivery import Delivery, OutgoingMessage
from domain.ids import ImageId
from domain.incident import SAYS
from domain.member import Member
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from domain.text import DeidentifiedText
from domain.withholding import hidden_words, hides_image, holds


def withheld(
    services: Services, transaction: Transaction, delivery: Delivery, *, message: OutgoingMessage, member: Member
) -> OutgoingMessage:
    """Return a message as it may leave now; its buttons stay."""
    if delivery.question_id is None:
        return message
    question = transaction.questions.get(delivery.question_id)
    if not question.taken_down:
        return message
    if says_hidden(transaction, question, delivery) and delivery.key.startswith(SAYS):
        # Whoever decides of it is asked all the same.
        message = replace(message, quoted=None)
    elif says_hidden(transaction, question, delivery):
        said = services.wording.text("incident.taken_down", member, {"label": question.label})
        message = replace(message, text=said, quoted=None)
    return replace(message, images=_shown(transaction, question, message.images))


def as_it_left(transaction: Transaction, delivery: Delivery) -> Delivery:
    """Return a delivery without what is hidden of its question, which a message has none of as it leaves."""
    question = None if delivery.question_id is None else transaction.questions.get(delivery.question_id)
    if question is None or not question.taken_down:
        return delivery
    values = delivery.values
    if says_hidden(transaction, question, delivery):
        values = {name: value for name, value in values.items() if not isinstance(value, DeidentifiedText)}
    return replace(delivery, values=values, images=_shown(transaction, question, delivery.images))


def tells_of_the_case(delivery: Delivery) -> bool:
    """Return whether a delivery has words of somebody's or images."""
    return bool(delivery.images) or any(isinstance(value, DeidentifiedText) for value in delivery.values.values())


def says_hidden(transaction: Transaction, question: Question, delivery: Delivery) -> bool:
    """Return whether a delivery quotes what is hidden of its question."""
    hidden = hidden_words(question, transaction.entries.of_question(question.id))
    quoted = (value.value for value in delivery.values.values() if isinstance(value, DeidentifiedText))
    return any(holds(text, hidden) for text in quoted)


def shows_hidden(transaction: Transaction, question: Question, delivery: Delivery) -> bool:
    """Return whether a delivery has an image that is hidden."""
    return _shown(transaction, question, delivery.images) != delivery.images


def _shown(transaction: Transaction, question: Question, images: tuple[ImageId, ...]) -> tuple[ImageId, ...]:
    if not images:
        return images
    hidden = {each.id for each in transaction.images.of_question(question.id) if hides_image(question, each)}
    return tuple(image for image in images if image not in hidden)

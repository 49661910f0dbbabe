"""What leaves while a flag hides something: no hidden words, no hidden images, no line of a case under review."""

from __future__ import annotations

import re
from dataclasses import replace

from domain.commands import Retract
from domain.commands_services import RemoveRelay
from domain.delivery import Delivery, OutgoingMessage, Priority
from domain.digest import NAME_CASES, without_case
from domain.ids import ImageId
from domain.incident import Decision
from domain.member import Member
from domain.ports.channel import Copies
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.text import DeidentifiedText
from domain.withholding import hidden_words, hides_image, holds
from handlers.timeline import endings

_LABEL = re.compile(r"\bQ(\d{1,9})\b", re.ASCII)


def without_reviewed(transaction: Transaction, delivery: Delivery) -> Delivery:
    """Return a delivery that tells of several cases without the lines of those that a moderator has yet to judge."""
    text = delivery.values.get("text")
    if not delivery.key.startswith(NAME_CASES) or not isinstance(text, DeidentifiedText):
        return delivery
    kept = text.value
    for number in dict.fromkeys(_LABEL.findall(kept)):
        question = transaction.questions.by_number(int(number))
        if question is not None and question.is_under_review:
            kept = without_case(kept, question.label)
    if kept == text.value:
        return delivery
    return replace(delivery, values={**delivery.values, "text": DeidentifiedText(value=kept)})


def withheld(
    services: Services, transaction: Transaction, delivery: Delivery, *, message: OutgoingMessage, member: Member
) -> OutgoingMessage:
    """Return a message as it may leave now; its buttons stay."""
    if delivery.question_id is None:
        return message
    question = transaction.questions.get(delivery.question_id)
    if not question.taken_down:
        return message
    if says_hidden(transaction, question, delivery):
        said = services.wording.text("incident.taken_down", member, {"label": question.label})
        message = replace(message, text=said, quoted=None)
    return replace(message, images=_shown(transaction, question, message.images))


def note_sent(services: Services, transaction: Transaction, delivery: Delivery, *, reference: str) -> None:
    """Keep what a service calls a message that lies with its reader, and take back what was flagged while it left."""
    channel = services.channels.get(delivery.address.channel)
    if channel is None or channel.capabilities.copies is Copies.OURS or delivery.question_id is None:
        return
    transaction.sent.note(delivery.id, reference)
    question = transaction.questions.get(delivery.question_id)
    if question.state is QuestionState.WITHDRAWN and tells_of_the_case(delivery):
        # It was on its way while the others were taken back.
        removal = RemoveRelay(delivery_id=delivery.id, closing=endings(transaction, question.id))
        transaction.jobs.add(removal, gate=delivery.address.channel)
    if not question.taken_down:
        return
    if not (says_hidden(transaction, question, delivery) or shows_hidden(transaction, question, delivery)):
        return
    for incident in transaction.incidents.of_question(question.id):
        if incident.decision is not Decision.RESTORED:
            command = Retract(delivery_id=delivery.id, incident_id=incident.id)
            transaction.jobs.add(command, priority=Priority.URGENT, gate=delivery.address.channel)


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

"""Sending one delivery: rendered now, marked before the call, its outcome right after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.commands import Deliver
from domain.delivery import Delivery, DeliveryState, OfferedChoice, OutgoingMessage
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId, QuestionId
from domain.member import Member
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.text import DeidentifiedText
from handlers.choices import digit_of

ANSWER_KEYS = frozenset({"question.answer", "question.answer_without_confidence"})
_FINAL = frozenset({DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNKNOWN})


async def deliver(services: Services, command: Deliver) -> None:
    """Send a delivery once; after a crash in mid-send a digest becomes `unknown`, everything else goes again.

    Raises:
        TransientError: later it may work; the delivery is ready again.
    """
    begun = await services.store.write(lambda transaction: _begin(services, transaction, command.delivery_id))
    if begun is None:
        return
    delivery, message = begun
    outcome = DeliveryState.SENT
    try:
        channel = services.channels.get(delivery.address.channel)
        if channel is None:
            raise PermanentError("channel_unknown")
        await channel.send(delivery.address, message)
    except TransientError:
        await _settle(services, delivery, DeliveryState.READY)
        raise
    except PermanentError as error:
        services.log.error("delivery_died", delivery_id=delivery.id, error=error.code)
        outcome = DeliveryState.DEAD
    await _settle(services, delivery, outcome)


def send_again(transaction: Transaction, delivery_id: DeliveryId, now: datetime) -> bool:
    """Have an unknown or dead delivery sent once more; False where it is neither, or not there."""
    try:
        delivery = transaction.deliveries.get(delivery_id)
    except PermanentError:
        return False
    if delivery.state not in (DeliveryState.UNKNOWN, DeliveryState.DEAD):
        return False
    transaction.deliveries.set_state(delivery_id, DeliveryState.READY)
    transaction.jobs.add(
        Deliver(delivery_id=delivery_id, again=int(now.timestamp())),
        priority=delivery.priority,
        gate=delivery.address.channel,
    )
    return True


def _begin(
    services: Services, transaction: Transaction, delivery_id: DeliveryId
) -> tuple[Delivery, OutgoingMessage] | None:
    """Mark a delivery as being sent; rendered first, since what cannot be rendered was certainly not sent."""
    delivery = transaction.deliveries.get(delivery_id)
    if delivery.state in _FINAL:
        return None
    if delivery.state is DeliveryState.SENDING and not _may_repeat(services, delivery):
        transaction.deliveries.set_state(delivery_id, DeliveryState.UNKNOWN)
        return None
    message = _render(services, delivery, transaction.members.get(delivery.member_id))
    if delivery.question_id is not None and _is_wrong_patient(transaction, delivery.question_id):
        message = _stamped(services, message, transaction.members.get(delivery.member_id))
    transaction.deliveries.set_state(delivery_id, DeliveryState.SENDING)
    return delivery, message


def _may_repeat(services: Services, delivery: Delivery) -> bool:
    channel = services.channels.get(delivery.address.channel)
    return delivery.may_be_sent_twice or (channel is not None and channel.capabilities.repeats_are_harmless)


async def _settle(services: Services, delivery: Delivery, state: DeliveryState) -> None:
    await services.store.write(lambda transaction: transaction.deliveries.set_state(delivery.id, state))


def _is_wrong_patient(transaction: Transaction, question_id: QuestionId) -> bool:
    return transaction.questions.get(question_id).wrong_patient_at is not None


def _stamped(services: Services, message: OutgoingMessage, member: Member) -> OutgoingMessage:
    """Safety rule 3: images of a wrong patient leave on no channel, and an answer only with its stamp."""
    text = message.text
    if message.key in ANSWER_KEYS:
        text = f"{services.wording.text('wrong_patient.stamp', member, {})}\n{text}"
    return replace(message, images=(), text=text)


def _render(services: Services, delivery: Delivery, member: Member) -> OutgoingMessage:
    quoted = delivery.values.get("text")
    choices = tuple(
        OfferedChoice(
            action=action,
            label=services.wording.label(action, member.language),
            digit=digit_of(delivery.choices, position),
        )
        for position, action in enumerate(delivery.choices)
    )
    return OutgoingMessage(
        delivery_id=delivery.id,
        key=delivery.key,
        text=services.wording.text(delivery.key, member, delivery.values),
        question_id=delivery.question_id,
        quoted=quoted if isinstance(quoted, DeidentifiedText) else None,
        images=delivery.images,
        choices=choices,
        token=delivery.token,
        link=delivery.link,
    )

"""Sending one delivery: rendered now, marked before the call, its outcome right after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from domain.commands import Deliver
from domain.delivery import Delivery, DeliveryState, OutgoingMessage
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId, derive_id
from domain.member import Member, stranger_of
from domain.ports.channel import Placed, RoomChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.delivered import tell_author
from handlers.listings import as_it_may_leave
from handlers.outbox import place_of
from handlers.render import ANSWER_KEYS, rendered
from handlers.room_previews import ECHO, is_in_room, is_waited_for, place_in_room
from handlers.sent import note_sent
from handlers.stopping import stop_blocked
from handlers.taking_back import stamp_if_late
from handlers.withholding import as_it_left, withheld

_FINAL = frozenset({DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A delivery on its way: as it is kept, what of it leaves, and where in a room it is posted, if in one.

    `was_wrong`: its question was known to be of a wrong patient.
    """

    delivery: Delivery
    left: Delivery
    message: OutgoingMessage
    was_wrong: bool
    placed: Placed | None


async def deliver(services: Services, command: Deliver) -> None:
    """Send a delivery once; after a crash in mid-send a digest becomes `unknown`, everything else goes again.

    Raises:
        TransientError: later it may work; the delivery is ready again.
    """
    begun = await services.store.write(lambda transaction: _begin(services, transaction, command.delivery_id))
    if begun is None:
        return
    delivery = begun.delivery
    try:
        channel = services.channels.get(delivery.address.channel)
        if channel is None:
            raise PermanentError("channel_unknown")
        if begun.placed is None:
            reference = await channel.send(delivery.address, begun.message)
        else:
            reference = await cast(RoomChannel, channel).post(delivery.address, begun.placed, begun.message)
    except TransientError:
        await _settle(services, delivery, DeliveryState.READY)
        raise
    except PermanentError as error:
        services.log.error("delivery_died", delivery_id=delivery.id, error=error.code)
        refused = _not_in_room if begun.placed is not None else _refused
        code = error.code
        await services.store.write(lambda transaction: refused(services, transaction, delivery, code=code))
        return

    def settle(transaction: Transaction) -> None:
        _sent(services, transaction, begun, reference=reference)

    await services.store.write(settle)


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


def _begin(services: Services, transaction: Transaction, delivery_id: DeliveryId) -> _Begun | None:
    """Mark a delivery as being sent; rendered first, since what cannot be rendered was certainly not sent."""
    delivery = transaction.deliveries.get(delivery_id)
    if delivery.state in _FINAL:
        return None
    if delivery.state is DeliveryState.SENDING and not _may_repeat(services, delivery):
        transaction.deliveries.set_state(delivery_id, DeliveryState.UNKNOWN)
        return None
    member = stranger_of(delivery.member_id) or transaction.members.get(delivery.member_id)
    placed = None
    if is_in_room(transaction, delivery):
        placed = place_in_room(transaction, delivery)
        if placed is None or not is_waited_for(services, transaction, delivery):
            _not_in_room(services, transaction, delivery, code="thread_gone")
            return None
    elif not member.is_stranger and delivery.address not in member.addresses:
        _cut_off(services, transaction, delivery)
        return None
    if member.active and delivery.address in member.stopped:
        _send_elsewhere(services, transaction, delivery, member=member)
        return None
    leaving = as_it_may_leave(services, transaction, delivery)
    message = rendered(services, transaction, leaving, member=member)
    message = withheld(services, transaction, delivery, message=message, member=member)
    is_wrong = _is_wrong_patient(transaction, delivery)
    if is_wrong:
        message = _stamped(services, message, member)
    transaction.deliveries.set_state(delivery_id, DeliveryState.SENDING)
    left = as_it_left(transaction, leaving)
    return _Begun(delivery=delivery, left=left, message=message, was_wrong=is_wrong, placed=placed)


def _cut_off(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Send nothing to a phone that was lost meanwhile (safety rule 18), nor a preview into a room that was left."""
    if delivery.key == ECHO:
        _not_in_room(services, transaction, delivery, code="room_gone")
        return
    services.log.warning("address_cut_off", delivery_id=delivery.id)
    transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)


def _not_in_room(services: Services, transaction: Transaction, delivery: Delivery, *, code: str) -> None:
    """Show a preview that still waits in its author's own conversation, as its thread is not there any more."""
    services.log.info("preview_not_in_room", delivery_id=delivery.id, error=code)
    transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)
    if is_waited_for(services, transaction, delivery):
        _send_elsewhere(services, transaction, delivery, member=transaction.members.get(delivery.member_id))


def _send_elsewhere(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> None:
    """Send what was on its way to a phone that was stopped, or a channel that is off, to its member's next address."""
    services.log.warning("address_stopped", delivery_id=delivery.id)
    transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)
    others = [each for each in member.chain if each.channel in services.channels and each != delivery.address]
    if not others:
        return
    delivery_id = DeliveryId(derive_id("delivery", "stopped", delivery.id))
    elsewhere = replace(delivery, id=delivery_id, address=others[0], state=DeliveryState.READY)
    transaction.deliveries.add(elsewhere)
    transaction.jobs.add(
        Deliver(delivery_id=delivery_id),
        priority=delivery.priority,
        gate=elsewhere.address.channel,
        place=place_of(services, elsewhere.address),
    )


def _refused(services: Services, transaction: Transaction, delivery: Delivery, *, code: str) -> None:
    """Its service will not; where its reader has blocked us, nothing more is sent there, and this goes elsewhere."""
    transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)
    is_stranger = stranger_of(delivery.member_id) is not None
    if code == "channel_unknown" and not is_stranger:
        _send_elsewhere(services, transaction, delivery, member=transaction.members.get(delivery.member_id))
    if code != "address_blocked" or is_stranger or not transaction.members.get(delivery.member_id).active:
        return
    member = transaction.members.get(delivery.member_id)
    cause = f"blocked:{delivery.id}"
    stop_blocked(services, transaction, member, address=delivery.address, cause=cause)
    _send_elsewhere(services, transaction, delivery, member=transaction.members.get(member.id))


def _may_repeat(services: Services, delivery: Delivery) -> bool:
    channel = services.channels.get(delivery.address.channel)
    return delivery.may_be_sent_twice or (channel is not None and channel.capabilities.repeats_are_harmless)


async def _settle(services: Services, delivery: Delivery, state: DeliveryState) -> None:
    await services.store.write(lambda transaction: transaction.deliveries.set_state(delivery.id, state))


def _sent(services: Services, transaction: Transaction, begun: _Begun, *, reference: str) -> None:
    delivery = begun.delivery
    transaction.deliveries.set_state(delivery.id, DeliveryState.SENT)
    note_sent(services, transaction, begun.left, reference=reference)
    if is_in_room(transaction, delivery) and delivery.question_id is not None:
        for each in reference.split(","):
            transaction.rooms.note_message(delivery.address, each, delivery.question_id)
    tell_author(services, transaction, delivery)
    if not begun.was_wrong and _is_wrong_patient(transaction, delivery):
        stamp_if_late(services, transaction, delivery)


def _is_wrong_patient(transaction: Transaction, delivery: Delivery) -> bool:
    question_id = delivery.question_id
    return question_id is not None and transaction.questions.get(question_id).wrong_patient_at is not None


def _stamped(services: Services, message: OutgoingMessage, member: Member) -> OutgoingMessage:
    """Safety rule 3: images of a wrong patient leave on no channel, and an answer only with its stamp."""
    text = message.text
    if message.key in ANSWER_KEYS:
        text = f"{services.wording.text('wrong_patient.stamp', member, {})}\n{text}"
    return replace(message, images=(), text=text)

"""Sending one delivery: rendered now, marked before the call, its outcome right after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from domain.commands import Deliver
from domain.delivery import Delivery, DeliveryState, OutgoingMessage
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId, derive_id
from domain.member import Member, stranger_of
from domain.ports.channel import Placed, RecallingChannel, RoomChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.delivered import tell_author
from handlers.listings import as_it_may_leave
from handlers.outbox import notice_again, queue, tell
from handlers.render import ANSWER_KEYS, rendered
from handlers.retracting import stays_elsewhere
from handlers.rewording import as_said_again
from handlers.room_notes import room_channel
from handlers.room_previews import ECHO, is_in_room, is_waited_for, place_in_room, show_to_author, wait_from_now
from handlers.secret_values import tells_secret
from handlers.sent import note_sent, note_unsure
from handlers.stopping import stop_blocked
from handlers.taking_back import stamp_if_late
from handlers.withholding import as_it_left, tells_of_the_case, withheld

_FINAL = frozenset({DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNKNOWN})
_TO_WHOEVER_ASKS = ANSWER_KEYS | {"question.asked_back"}
"""What whoever is the asker by now has to read, if its reader left before it arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A delivery on its way: as it is kept, what of it leaves, and where in a room it is posted, if in one.

    `was_wrong`: its question was known to be of a wrong patient. `is_unsure`: it may have arrived before.
    """

    delivery: Delivery
    left: Delivery
    message: OutgoingMessage
    was_wrong: bool
    is_unsure: bool
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
        reference, is_all = await _handed_over(services, begun)
    except TransientError as error:
        is_unsure = error.is_unsure
        await services.store.write(lambda transaction: _waits(services, transaction, delivery, is_unsure=is_unsure))
        raise
    except PermanentError as error:
        services.log.error("delivery_died", delivery_id=delivery.id, error=error.code)
        refused = _not_in_room if begun.placed is not None else _refused
        code = error.code
        await services.store.write(lambda transaction: refused(services, transaction, delivery, code=code))
        return

    def settle(transaction: Transaction) -> bool:
        _lock_what_it_is_about(transaction, delivery)
        if _reads_otherwise(services, transaction, begun):
            transaction.deliveries.set_state(delivery.id, DeliveryState.READY)
            return False
        _sent(services, transaction, begun, reference=reference)
        if is_all:
            transaction.sent.note_found(delivery.id)
        return True

    if not await services.store.write(settle):
        await deliver(services, command)


def send_again(services: Services, transaction: Transaction, delivery_id: DeliveryId) -> bool:
    """Have an unknown or dead delivery sent once more; False where it is neither, or not there.

    What else was said of its subject has gone past it: it goes behind what still waits.
    """
    try:
        delivery = transaction.deliveries.get(delivery_id)
    except PermanentError:
        return False
    if delivery.state not in (DeliveryState.UNKNOWN, DeliveryState.DEAD):
        return False
    transaction.deliveries.set_state(delivery_id, DeliveryState.READY)
    rooms = room_channel(services, delivery.address.channel) if is_in_room(transaction, delivery) else None
    place = None if rooms is None else rooms.room_gate(delivery.address)
    queue(services, transaction, delivery, again=int(services.clock().timestamp()), place=place)
    return True


def _begin(services: Services, transaction: Transaction, delivery_id: DeliveryId) -> _Begun | None:
    """Mark a delivery as being sent; rendered first, since what cannot be rendered was certainly not sent."""
    delivery = transaction.deliveries.lock(delivery_id)
    if delivery.state in _FINAL:
        return None
    if delivery.state is DeliveryState.SENDING:
        # Killed behind the call, or before it.
        note_unsure(services, transaction, delivery)
        if not _may_repeat(services, delivery):
            transaction.deliveries.set_state(delivery_id, DeliveryState.UNKNOWN)
            return None
    member = stranger_of(delivery.member_id) or transaction.members.get(delivery.member_id)
    wait_from_now(services, transaction, delivery)
    if not _may_leave(services, transaction, delivery, member=member):
        return None
    placed = None
    if is_in_room(transaction, delivery):
        placed = place_in_room(transaction, delivery)
        if placed is None or not is_waited_for(services, transaction, delivery):
            _not_in_room(services, transaction, delivery, code="thread_gone")
            return None
    leaving = as_it_may_leave(services, transaction, delivery)
    message = rendered(services, transaction, leaving, member=member)
    message = as_said_again(services, leaving, message=message, member=member)
    message = withheld(services, transaction, delivery, message=message, member=member)
    is_wrong = _is_wrong_patient(transaction, delivery)
    if is_wrong:
        message = _stamped(services, message, member)
    transaction.deliveries.set_state(delivery_id, DeliveryState.SENDING)
    left = as_it_left(transaction, leaving)
    is_unsure = transaction.sent.is_unsure(delivery.id)
    return _Begun(delivery=delivery, left=left, message=message, was_wrong=is_wrong, is_unsure=is_unsure, placed=placed)


def _may_leave(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> bool:
    """Return whether a delivery may still go to its address; where not, it is dead, and goes where it belongs now."""
    if member.is_stranger:
        return True
    if not member.active and tells_of_the_case(delivery):
        _left(services, transaction, delivery, member=member)
    elif delivery.address not in member.addresses and not is_in_room(transaction, delivery):
        _cut_off(services, transaction, delivery, member=member)
    elif member.active and delivery.address in member.stopped:
        _send_elsewhere(services, transaction, delivery, member=member)
    else:
        return True
    return False


def _left(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> None:
    """Send nothing of a case to somebody who has left meanwhile; whoever asks in their place reads their answers."""
    services.log.warning("reader_left", delivery_id=delivery.id)
    transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)
    if delivery.question_id is None or delivery.key not in _TO_WHOEVER_ASKS:
        return
    question = transaction.questions.get(delivery.question_id)
    if question.asker_id == member.id:
        return
    asker = transaction.members.get(question.asker_id)
    tell(services, transaction, asker, cause=f"left:{delivery.id}", notice=notice_again(delivery))


def _cut_off(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> None:
    """Send nothing to a phone that was lost meanwhile (safety rule 18), nor a preview into a room that was left.

    What was on its way there goes to its member's next address.
    """
    if delivery.key == ECHO:
        _not_in_room(services, transaction, delivery, code="room_gone")
        return
    services.log.warning("address_cut_off", delivery_id=delivery.id)
    if tells_secret(delivery):
        # Whoever has the phone may have asked for it.
        transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)
        return
    _send_elsewhere(services, transaction, delivery, member=member)


def _not_in_room(services: Services, transaction: Transaction, delivery: Delivery, *, code: str) -> None:
    """Show a preview that still waits in its author's own conversation, as its thread is not there any more."""
    services.log.info("preview_not_in_room", delivery_id=delivery.id, error=code)
    transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)
    show_to_author(services, transaction, delivery)


def _send_elsewhere(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> None:
    """Send what was on its way to a phone that is stopped or lost, or a channel that is off, to the next address."""
    services.log.warning("address_stopped", delivery_id=delivery.id)
    transaction.deliveries.set_state(delivery.id, DeliveryState.DEAD)
    others = [each for each in member.chain if each.channel in services.channels and each != delivery.address]
    if not others:
        return
    delivery_id = DeliveryId(derive_id("delivery", "stopped", delivery.id))
    elsewhere = replace(delivery, id=delivery_id, address=others[0], state=DeliveryState.READY)
    transaction.deliveries.add(elsewhere)
    queue(services, transaction, elsewhere)


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


async def _handed_over(services: Services, begun: _Begun) -> tuple[str, bool]:
    """Send a message; returns its reference, and whether a look has shown that nothing else of it stands there."""
    address, message = begun.delivery.address, begun.message
    channel = services.channels.get(address.channel)
    if channel is None:
        raise PermanentError("channel_unknown")
    if begun.placed is not None:
        return await cast(RoomChannel, channel).post(address, begun.placed, message), False
    is_all = begun.is_unsure and isinstance(channel, RecallingChannel) and await channel.look_for(address, message)
    return await channel.send(address, message), is_all


def _waits(services: Services, transaction: Transaction, delivery: Delivery, *, is_unsure: bool) -> None:
    """Have it sent again later, although it may have arrived where no more than the answer was lost."""
    transaction.deliveries.set_state(delivery.id, DeliveryState.READY)
    if is_unsure:
        note_unsure(services, transaction, delivery)


def _lock_what_it_is_about(transaction: Transaction, delivery: Delivery) -> None:
    """Let whoever takes back what lies with a reader, or of a question, come before or after, and miss nothing."""
    if stranger_of(delivery.member_id) is None:
        transaction.members.lock(delivery.member_id)
    if delivery.question_id is not None:
        transaction.questions.lock(delivery.question_id)


def _reads_otherwise(services: Services, transaction: Transaction, begun: _Begun) -> bool:
    """Return whether something else is to be said by now on our own page, which then says it anew."""
    kept = transaction.deliveries.lock(begun.delivery.id)
    if stays_elsewhere(services, kept):
        return False
    return kept.values != begun.delivery.values or _is_wrong_patient(transaction, kept) != begun.was_wrong


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

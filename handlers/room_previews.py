"""The preview of an answer, where its words were typed: in the question's thread, for its author alone to send.

A room shows what has happened to a question, and a preview has not: it is a delivery to its author that is posted in
the thread, and taken out again once it was sent or something else takes its place.
"""

from __future__ import annotations

from dataclasses import replace

from domain.commands_services import TakeBack
from domain.delivery import Delivery
from domain.ids import DeliveryId, QuestionId, derive_id
from domain.messages import Address
from domain.ports.channel import Placed
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.room import RoomThread
from handlers.deed import Deed
from handlers.outbox import Notice
from handlers.retracting import note_removal
from handlers.room_notes import room_channel

ECHO = "panel.answer_echo"


def in_thread(deed: Deed, notice: Notice) -> Notice:
    """Return a preview as it is shown in the thread that its words were typed in; as it is, where that is none."""
    assert notice.question_id is not None
    threads = deed.transaction.rooms.threads_of(notice.question_id)
    typed_in = [each for each in threads if each.mark == deed.said_in and _takes_words(deed.transaction, each)]
    channel = room_channel(deed.services, typed_in[0].room.channel) if typed_in else None
    if channel is None:
        return notice
    return replace(notice, to=typed_in[0].room, place=channel.room_gate(typed_in[0].room))


def take_out_preview(deed: Deed, *, cause: str) -> None:
    """Take the preview that a message caused out of its thread; what was shown elsewhere stays there."""
    assert deed.question_id is not None
    transaction = deed.transaction
    for thread in transaction.rooms.threads_of(deed.question_id):
        delivery_id = preview_id(cause, thread.room)
        if transaction.sent.reference(delivery_id) is not None:
            shown = transaction.deliveries.get(delivery_id)
            note_removal(deed.services, transaction, shown, removal=TakeBack(delivery_id=delivery_id))


def preview_id(cause: str, room: Address) -> DeliveryId:
    return DeliveryId(derive_id("delivery", cause, ECHO, room.channel, room.external_id))


def is_in_room(transaction: Transaction, delivery: Delivery) -> bool:
    return delivery.key == ECHO and transaction.rooms.get(delivery.address) is not None


def place_in_room(transaction: Transaction, delivery: Delivery) -> Placed | None:
    """Return where a preview is posted; None where its thread, or the room, does not show it any more."""
    assert delivery.question_id is not None
    thread = _thread(transaction, delivery.question_id, delivery.address)
    return thread.placed if thread is not None and _takes_words(transaction, thread) else None


def wait_from_now(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Have a preview wait for its button from when it is shown: it may have been on its way for longer than that.

    Not one whose place another has taken.
    """
    if delivery.key != ECHO or delivery.token is None:
        return
    now = services.clock()
    waiting = [each for each in transaction.choices.open_of(delivery.member_id, now) if each.token != delivery.token]
    about = [each for each in waiting if each.question_id == delivery.question_id]
    if not any(each.actions == delivery.choices for each in about):
        transaction.choices.prolong(delivery.token, now + services.rules.echo_waits)


def is_waited_for(services: Services, transaction: Transaction, delivery: Delivery) -> bool:
    """Return whether a preview can still be sent by its button."""
    waiting = transaction.choices.open_of(delivery.member_id, services.clock())
    return any(choice.token == delivery.token for choice in waiting)


def _thread(transaction: Transaction, question_id: QuestionId, room: Address) -> RoomThread | None:
    return next((each for each in transaction.rooms.threads_of(question_id) if each.room == room), None)


def _takes_words(transaction: Transaction, thread: RoomThread) -> bool:
    room = transaction.rooms.get(thread.room)
    return room is not None and room.takes_words and thread.is_open

"""The preview of an answer, where its words were typed: in the question's thread, for its author alone to send.

A room shows what has happened to a question, and a preview has not: it is a delivery to its author that is posted in
the thread, and taken out again once it was sent or something else takes its place.
"""

from __future__ import annotations

from dataclasses import replace

from domain.commands_services import TakeBack
from domain.delivery import Delivery, DeliveryState
from domain.ids import DeliveryId, derive_id
from domain.messages import Address
from domain.ports.channel import Placed
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.room import RoomThread, is_begun
from handlers.deed import Deed
from handlers.outbox import Notice, queue
from handlers.retracting import note_removal
from handlers.room_notes import note_mirror, room_channel, thread_in

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
    thread = thread_in(transaction, delivery.question_id, delivery.address)
    return thread.placed if thread is not None and _takes_words(transaction, thread) else None


def note_unsure_in_room(services: Services, transaction: Transaction, delivery: Delivery) -> bool:
    """Have the room look for a preview that may stand there unknown to anybody; False for what goes to no thread."""
    question_id, room = delivery.question_id, delivery.address
    if delivery.key != ECHO or question_id is None or thread_in(transaction, question_id, room) is None:
        return False
    thread = transaction.rooms.lock_thread(question_id, room)
    transaction.rooms.save_thread(replace(thread, is_posting=True))
    note_mirror(services, transaction, transaction.questions.get(question_id), room=room, is_lost=True)
    return True


def show_to_authors(services: Services, transaction: Transaction, thread: RoomThread) -> None:
    """Show the previews that were taken out with their thread in their authors' own conversations."""
    for delivery in transaction.sent.about(thread.question_id):
        if delivery.key == ECHO and delivery.address == thread.room:
            transaction.sent.note_gone(delivery.id)
            show_to_author(services, transaction, delivery)


def show_to_author(services: Services, transaction: Transaction, delivery: Delivery) -> None:
    """Show a preview that a room does not show in its author's own conversation, as long as it can be sent."""
    assert delivery.question_id is not None
    reader = transaction.members.get(delivery.member_id)
    own = [each for each in reader.chain if each.channel in services.channels]
    is_past = not is_begun(transaction.questions.get(delivery.question_id))
    if not own or is_past or not is_waited_for(services, transaction, delivery):
        return
    shown_id = DeliveryId(derive_id("delivery", "own", delivery.id))
    shown = replace(delivery, id=shown_id, address=own[0], state=DeliveryState.READY)
    transaction.deliveries.add(shown)
    queue(services, transaction, shown)


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


def _takes_words(transaction: Transaction, thread: RoomThread) -> bool:
    room = transaction.rooms.get(thread.room)
    return room is not None and room.takes_words and thread.is_open

"""Removing what was sent about a question, some days after its close, from the services where it lies (safety rule 20).

From a phone that is lost it goes at once (safety rule 18).
What lies in our own database has clocks of its own, in `handlers.housekeeping`.
"""

from __future__ import annotations

from domain.commands_services import ClearPhone, RemoveRelay, RemoveRelays, RemoveThread
from domain.delivery import Delivery
from domain.errors import PermanentError, RoomMovedError
from domain.ids import QuestionId
from domain.incident import SAYS
from domain.messages import Address
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import QuestionState
from domain.room import RoomThread
from handlers.listings import REMOVED_LATE
from handlers.mirroring import references_in
from handlers.retracting import fell_due, may_go, note_removal, retract_sent, wait_for_channel
from handlers.room_notes import lane_in, room_channel, stands_in_room
from handlers.room_trouble import move_room, stays_for_now
from handlers.sent import has_own_clock
from handlers.timeline import endings
from handlers.withholding import tells_of_the_case


async def remove_relays(services: Services, command: RemoveRelays) -> None:
    """Note the removal of each thread and each message of a question that is still closed, or was withdrawn."""

    def note(transaction: Transaction) -> None:
        if not _is_due(transaction, command.question_id, closing=command.closing):
            return
        is_withdrawn = transaction.questions.get(command.question_id).state is QuestionState.WITHDRAWN
        for thread in transaction.rooms.threads_of(command.question_id):
            # What was withdrawn leaves rooms as soon as they follow.
            if stands_in_room(transaction, thread) and not is_withdrawn:
                _note_thread(services, transaction, thread, closing=command.closing)
        for delivery in transaction.sent.about(command.question_id):
            goes_later = delivery.key.startswith(SAYS)
            if tells_of_the_case(delivery) and may_go(services, delivery) and not goes_later:
                removal = RemoveRelay(delivery_id=delivery.id, closing=command.closing)
                note_removal(services, transaction, delivery, removal=removal)

    await services.store.write(note)


async def remove_thread(services: Services, command: RemoveThread) -> None:
    """Remove a question's thread from a room, with everything of ours in it.

    Raises:
        TransientError: later it may work.
    """
    room = Address(channel=command.channel, external_id=command.room)
    channel = room_channel(services, room.channel)

    def begin(transaction: Transaction) -> tuple[RoomThread, tuple[str, ...]] | None:
        if not _is_due(transaction, command.question_id, closing=command.closing):
            return None
        thread = transaction.rooms.lock_thread(command.question_id, room)
        return (thread, references_in(transaction, thread)) if stands_in_room(transaction, thread) else None

    begun = await services.store.write(begin)
    if begun is None:
        return
    if channel is None:
        since = await services.store.read(lambda transaction: fell_due(services, transaction, command.question_id))
        await wait_for_channel(services, room.channel, about=command.question_id, since=since)
    thread, references = begun
    try:
        await channel.remove(room, thread.placed, references)
    except RoomMovedError as error:
        # What stood in the old room nobody can remove by its references: its coordinator is told.
        to = error.address
        await services.store.write(lambda transaction: move_room(services, transaction, room, to=to))
        return
    except PermanentError as error:
        # A room that Hilum was put out of keeps what stands in it.
        if (code := error.code) != "thread_gone":
            await services.store.write(lambda transaction: _stays(services, transaction, command, room=room, code=code))
            return
    await services.store.write(lambda transaction: _note_removed(services, transaction, command, room=room))


async def remove_relay(services: Services, command: RemoveRelay) -> None:
    """Take one message back from its reader's conversation; what a service keeps for good stays.

    Raises:
        TransientError: later it may work.
    """

    def is_due(transaction: Transaction, delivery: Delivery) -> bool:
        if has_own_clock(delivery):
            return True
        assert delivery.question_id is not None
        return _is_due(transaction, delivery.question_id, closing=command.closing)

    await retract_sent(services, command, is_due=is_due)


def note_clearing(services: Services, transaction: Transaction, address: Address) -> None:
    """Have everything about a case removed from a phone that is lost or left, but for what was removed already."""
    since = services.clock() - services.rules.relays_kept - REMOVED_LATE
    lost_at = int(services.clock().timestamp())
    for delivery in transaction.sent.lying(address, since=since):
        if tells_of_the_case(delivery) and may_go(services, delivery):
            note_removal(services, transaction, delivery, removal=ClearPhone(delivery_id=delivery.id, lost_at=lost_at))


async def clear_phone(services: Services, command: ClearPhone) -> None:
    """Take one message back from a phone that is lost, or whose member has left; if it is linked again, it stays.

    Raises:
        TransientError: later it may work.
    """

    def is_due(transaction: Transaction, delivery: Delivery) -> bool:
        reader = transaction.members.by_address(delivery.address)
        return reader is None or not reader.active

    await retract_sent(services, command, is_due=is_due)


def _is_due(transaction: Transaction, question_id: QuestionId, *, closing: int) -> bool:
    """Return whether it is over, and was not opened again since."""
    state = transaction.questions.get(question_id).state
    is_over = state in (QuestionState.CLOSED, QuestionState.WITHDRAWN)
    return is_over and endings(transaction, question_id) == closing


def _note_thread(services: Services, transaction: Transaction, thread: RoomThread, *, closing: int) -> None:
    room, channel = thread.room, room_channel(services, thread.room.channel)
    removal = RemoveThread(question_id=thread.question_id, channel=room.channel, room=room.external_id, closing=closing)
    place = None if channel is None else channel.room_gate(room)
    transaction.jobs.add(removal, lane=lane_in(room, thread.question_id), gate=room.channel, place=place)


def _stays(services: Services, transaction: Transaction, command: RemoveThread, *, room: Address, code: str) -> None:
    """Its coordinator deletes it by hand; where Hilum lacks a right there, it is tried again once it has it."""
    question = transaction.questions.get(command.question_id)
    if not stays_for_now(services, transaction, question, room=room, code=code):
        _note_removed(services, transaction, command, room=room)


def _note_removed(services: Services, transaction: Transaction, command: RemoveThread, *, room: Address) -> None:
    thread = transaction.rooms.lock_thread(command.question_id, room)
    transaction.rooms.forget_messages(command.question_id, room)
    transaction.rooms.save_thread(thread.emptied(removed_at=services.clock()))
    services.log.info("thread_removed", question_id=command.question_id, channel=room.channel)

"""Removing what was sent about a question, some days after its close, from the services where it lies (safety rule 20).

From a phone that is lost it goes at once (safety rule 18).
What lies in our own database has clocks of its own, in `handlers.housekeeping`.
"""

from __future__ import annotations

from typing import cast

from domain.commands_services import ClearPhone, RemoveRelay, RemoveRelays, RemoveThread
from domain.delivery import Delivery, Priority
from domain.errors import PermanentError, RoomMovedError
from domain.ids import QuestionId
from domain.messages import Address
from domain.ports.channel import Copies, RetractingChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import QuestionState
from domain.room import RoomThread
from handlers.mirroring import references_in
from handlers.outbox import place_of
from handlers.room_notes import lane_in, room_channel
from handlers.room_trouble import move_room, stays_for_now
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
            if thread.is_open and not is_withdrawn:
                _note_thread(services, transaction, thread, closing=command.closing)
        for delivery in transaction.sent.about(command.question_id):
            if tells_of_the_case(delivery) and _can_go(services, delivery):
                removal = RemoveRelay(delivery_id=delivery.id, closing=command.closing)
                transaction.jobs.add(removal, gate=delivery.address.channel)

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
        return (thread, references_in(transaction, thread)) if thread.is_open else None

    begun = await services.store.write(begin)
    if begun is None or channel is None:
        return
    thread, references = begun
    try:
        await channel.remove(room, thread.placed, references)
    except RoomMovedError as error:
        # What stood in the old room nobody can remove by its references: its coordinator is told.
        to = error.address
        await services.store.write(lambda transaction: move_room(services, transaction, room, to=to))
        return
    except PermanentError as error:
        if error.code not in ("thread_gone", "room_gone"):
            code = error.code
            await services.store.write(lambda transaction: _stays(services, transaction, command, room=room, code=code))
            return
    await services.store.write(lambda transaction: _note_removed(services, transaction, command, room=room))


async def remove_relay(services: Services, command: RemoveRelay) -> None:
    """Take one message back from its reader's conversation; what a service keeps for good stays.

    Raises:
        TransientError: later it may work.
    """

    def begin(transaction: Transaction) -> tuple[Delivery, str | None] | None:
        delivery = transaction.deliveries.get(command.delivery_id)
        assert delivery.question_id is not None
        if not _is_due(transaction, delivery.question_id, closing=command.closing):
            return None
        return delivery, transaction.sent.reference(delivery.id)

    begun = await services.store.read(begin)
    if begun is not None:
        await _take_back(services, *begun)


def note_clearing(services: Services, transaction: Transaction, address: Address) -> None:
    """Have everything about a case removed from a phone that is lost or left, but for what was removed already."""
    closed_since = services.clock() - services.rules.relays_kept
    member = transaction.members.by_address(address)
    own = () if member is None else transaction.questions.of_asker(member.id)
    lying = (each for each in own if each.closed_at is None or each.closed_at >= closed_since)
    concerned = (*transaction.questions.for_panel(closed_since=closed_since), *lying)
    for question_id in dict.fromkeys(question.id for question in concerned):
        for delivery in transaction.sent.about(question_id):
            if delivery.address == address and tells_of_the_case(delivery) and _can_go(services, delivery):
                clearing, place = ClearPhone(delivery_id=delivery.id), place_of(services, address)
                transaction.jobs.add(clearing, priority=Priority.URGENT, gate=address.channel, place=place)


async def clear_phone(services: Services, command: ClearPhone) -> None:
    """Take one message back from a phone that is lost, or whose member has left; if it is linked again, it stays.

    Raises:
        TransientError: later it may work.
    """

    def begin(transaction: Transaction) -> tuple[Delivery, str | None] | None:
        delivery = transaction.deliveries.get(command.delivery_id)
        reader = transaction.members.by_address(delivery.address)
        if reader is not None and reader.active:
            return None
        return delivery, transaction.sent.reference(delivery.id)

    begun = await services.store.read(begin)
    if begun is not None:
        await _take_back(services, *begun)


async def _take_back(services: Services, delivery: Delivery, reference: str | None) -> None:
    if not _can_go(services, delivery):
        return
    channel = cast(RetractingChannel, services.channels[delivery.address.channel])
    try:
        await channel.retract(delivery.address, reference or "")
    except PermanentError as error:
        services.log.info("relay_stayed", delivery_id=delivery.id, error=error.code)


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


def _can_go(services: Services, delivery: Delivery) -> bool:
    channel = services.channels.get(delivery.address.channel)
    return channel is not None and channel.capabilities.copies is Copies.RETRACTABLE

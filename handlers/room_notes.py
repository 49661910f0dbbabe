"""Noting that what a room shows of a question is to be brought up to date; the showing is `handlers.mirroring`'s."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.commands_services import MirrorQuestion, WatchRooms
from domain.delivery import Priority
from domain.ids import QuestionId
from domain.messages import Address
from domain.ports.channel import RoomChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from domain.room import RoomThread
from handlers.outbox import priority_of

BUNDLED = timedelta(seconds=1)
"""What happens within so short a time is shown together."""


def room_channel(services: Services, name: str) -> RoomChannel | None:
    """Return a channel that has rooms; None where it has none, or is not connected."""
    channel = services.channels.get(name)
    return channel if isinstance(channel, RoomChannel) else None


def thread_in(transaction: Transaction, question_id: QuestionId, room: Address) -> RoomThread | None:
    """Return how far a question is shown in a room; None where it never was."""
    return next((each for each in transaction.rooms.threads_of(question_id) if each.room == room), None)


def stands_in_room(transaction: Transaction, thread: RoomThread) -> bool:
    """Return whether anything of a question stands in a room: its thread, or parts of one that was cut off."""
    return thread.is_open or transaction.rooms.has_begun(thread.question_id, thread.room)


def follow_in_rooms(services: Services, transaction: Transaction, question_id: QuestionId) -> None:
    """Note that something has happened to a question, for each room of its panel."""
    question = transaction.questions.get(question_id)
    if question.panel_id is None:
        return
    for room in transaction.rooms.of_panel(question.panel_id):
        note_mirror(services, transaction, question, room=room.address)


def note_mirror(
    services: Services, transaction: Transaction, question: Question, *, room: Address, is_lost: bool = False
) -> None:
    """Note the next step of showing a question in a room, unless one waits already.

    Args:
        is_lost: whether to note it all the same, since the one that waits may have come to nothing.
    """
    channel = room_channel(services, room.channel)
    if channel is None:
        return
    thread = transaction.rooms.lock_thread(question.id, room)
    if thread.is_noted and not is_lost:
        return
    noted = replace(thread, round=thread.round + 1, is_noted=True)
    transaction.rooms.save_thread(noted)
    step = MirrorQuestion(question_id=question.id, channel=room.channel, room=room.external_id, round=noted.round)
    transaction.jobs.add(
        step,
        due_at=services.clock() + BUNDLED,
        priority=priority_of(question),
        lane=lane_in(room, question.id),
        gate=room.channel,
        place=channel.room_gate(room),
    )


def note_delivered(services: Services, transaction: Transaction, question: Question, *, by: str) -> None:
    """Have the threads of a question say that its answer was accepted by the asker's channel."""
    for thread in transaction.rooms.threads_of(question.id):
        locked = transaction.rooms.lock_thread(question.id, thread.room)
        transaction.rooms.save_thread(replace(locked, delivered_at=services.clock(), delivered_by=by))
        note_mirror(services, transaction, question, room=thread.room)


def look_into_rooms(services: Services, transaction: Transaction, *, only: Address | None = None) -> None:
    """Have it looked at soon whether the people in rooms are those of their panels: who these are has changed.

    Each room is named, so that it is tried again where its service has no time.
    """
    rooms = [room.address for room in transaction.rooms.all()] if only is None else [only]
    for address in rooms:
        look = WatchRooms.soon(address, services.clock())
        transaction.jobs.add(look, due_at=look.at, priority=Priority.URGENT, gate=address.channel)


def lane_in(room: Address, question_id: QuestionId) -> str:
    """Return the lane in which everything is done, one after another, that a room shows of a question.

    It is that of a delivery about the question to the room: an answer's preview is among what is shown there.
    """
    return f"{room.channel}|{room.external_id}|{question_id}"

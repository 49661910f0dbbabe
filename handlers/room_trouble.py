"""Rooms with which something is wrong: set aside, their coordinator told once a day; and rooms that have moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from domain.delivery import Priority, Value
from domain.ids import PanelId
from domain.member import Member
from domain.messages import Address
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from domain.room import Room, Suspension
from handlers.delivered import channel_named
from handlers.outbox import Notice, tell
from handlers.room_notes import note_mirror

ROOM_TROUBLES: Mapping[str, Suspension] = {
    "room_gone": Suspension.GONE,
    "room_rights": Suspension.RIGHTS,
    "room_public": Suspension.PUBLIC,
}
"""What a service says, and what it means for the whole room."""


def set_aside(services: Services, transaction: Transaction, address: Address, *, why: Suspension) -> None:
    """Show nothing more in a room until somebody has put it right; its panel works on without it."""
    room = transaction.rooms.get(address)
    if room is None:
        return
    services.log.error("room_set_aside", panel_id=room.panel_id, channel=address.channel, reason=why.value)
    transaction.rooms.save(replace(room, suspended=why))
    notice = Notice(key=f"room.{why}", priority=Priority.URGENT)
    tell_coordinator(services, transaction, room, notice=notice, once=_today(services))


def move_room(services: Services, transaction: Transaction, address: Address, *, to: Address) -> None:
    """The service has given a room another id: every question is shown there anew.

    The references of the old place name nothing of ours in the new one, and perhaps what somebody else has said.
    """
    room = transaction.rooms.get(address)
    if room is None:
        return
    transaction.rooms.moved(address, to)
    services.log.info("room_moved", panel_id=room.panel_id, channel=to.channel)
    lying: list[str] = []
    for thread in transaction.rooms.threads_in(to):
        question = transaction.questions.get(thread.question_id)
        lying += [question.label] if thread.is_open else []
        transaction.rooms.forget_messages(thread.question_id, to)
        transaction.rooms.save_thread(thread.emptied())
        note_mirror(services, transaction, question, room=to, is_lost=True)
    if lying:
        values: dict[str, Value] = {"labels": ", ".join(lying), "count": len(lying)}
        notice = Notice(key="room.moved", values=values, priority=Priority.URGENT)
        tell_coordinator(services, transaction, room, notice=notice, once=to.external_id)


def stays_for_now(
    services: Services, transaction: Transaction, question: Question, *, room: Address, code: str
) -> bool:
    """Have the coordinator delete by hand what a room keeps; True where it is tried again once the room is right."""
    tell_not_removed(services, transaction, question, room=room)
    if code not in ROOM_TROUBLES or transaction.rooms.get(room) is None:
        return False
    set_aside(services, transaction, room, why=ROOM_TROUBLES[code])
    return True


def panels_with(transaction: Transaction, member: Member) -> frozenset[PanelId]:
    """Return the panels in whose rooms somebody belongs."""
    return frozenset(panel.id for panel in transaction.panels.all() if member.id in panel.people)


def have_put_out(
    services: Services, transaction: Transaction, member: Member, *, panels: Collection[PanelId], channels: set[str]
) -> None:
    """Have somebody put out of the rooms where they can go on reading: no service lets Hilum do it everywhere.

    Nothing more is said there before it was seen who is there.
    """
    for room in transaction.rooms.all():
        if room.panel_id in panels and room.address.channel in channels:
            if room.takes_words:
                transaction.rooms.save(replace(room, suspended=Suspension.UNSEEN))
            notice = Notice(key="room.put_out", values={"name": member.display_name}, priority=Priority.URGENT)
            once = f"{member.id}:{services.clock().isoformat()}"
            tell_coordinator(services, transaction, room, notice=notice, once=once)


def tell_not_removed(services: Services, transaction: Transaction, question: Question, *, room: Address) -> None:
    """Have the coordinator delete by hand what a service lets Hilum take out of a room no more."""
    services.log.error("thread_not_removed", question_id=question.id, channel=room.channel)
    _tell_of(services, transaction, question, room=room, key="room.not_removed")


def tell_not_shown(services: Services, transaction: Transaction, question: Question, *, room: Address) -> None:
    """Tell the coordinator that a room lacks a question, since its service refuses the card."""
    services.log.error("room_call_failed", question_id=question.id, channel=room.channel)
    _tell_of(services, transaction, question, room=room, key="room.not_shown")


def tell_perhaps_twice(services: Services, transaction: Transaction, question: Question, *, room: Address) -> None:
    """Have the coordinator look for what was posted when the program was killed: Hilum cannot take it out."""
    services.log.error("room_call_cut_off", question_id=question.id, channel=room.channel)
    _tell_of(services, transaction, question, room=room, key="room.perhaps_twice")


def tell_coordinator(services: Services, transaction: Transaction, room: Room, *, notice: Notice, once: str) -> None:
    """Tell a panel's coordinator something of its room; the same not twice for one cause."""
    panel = transaction.panels.get(room.panel_id)
    coordinator = transaction.members.get(panel.coordinator_id)
    name = channel_named(services, coordinator, room.address.channel)
    where: dict[str, Value] = {"panel": panel.named(coordinator.language), "channel": name}
    cause = f"room:{room.address.channel}:{room.address.external_id}:{once}"
    said = replace(notice, values={**where, **notice.values})
    tell(services, transaction, coordinator, cause=cause, notice=said)


def _tell_of(services: Services, transaction: Transaction, question: Question, *, room: Address, key: str) -> None:
    """Say something of one question's thread, once a day."""
    assert question.panel_id is not None
    notice = Notice(key=key, values={"label": question.label}, priority=Priority.URGENT)
    where = Room(panel_id=PanelId(question.panel_id), address=room)
    tell_coordinator(services, transaction, where, notice=notice, once=f"{key}:{question.id}:{_today(services)}")


def _today(services: Services) -> str:
    return services.clock().date().isoformat()

"""Watching the rooms: whether their people are those of the panel (safety rule 19), and what is open stands there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from domain.commands_services import WatchRooms
from domain.delivery import Priority, Value
from domain.errors import PermanentError, RoomMovedError, TransientError
from domain.ids import QuestionId
from domain.member import Member
from domain.messages import Action, Address
from domain.panel import Panel
from domain.ports.channel import RoomChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.room import Room, Suspension
from handlers.mirroring import needs_step
from handlers.outbox import Notice
from handlers.room_notes import note_mirror, room_channel, stands_in_room
from handlers.room_trouble import ROOM_TROUBLES, move_room, set_aside, tell_coordinator

_UNTROUBLED = (Suspension.NONE, Suspension.ROSTER, Suspension.STRANGERS, Suspension.UNSEEN)
"""Of a room that shows something already."""


async def watch_rooms(services: Services, command: WatchRooms) -> None:
    """Look into every room, or into the one that is named.

    Raises:
        TransientError: the service of the room that is named is away; the others are asked at the next tick.
    """
    named = Address(channel=command.channel, external_id=command.room)
    rooms = await services.store.read(lambda transaction: transaction.rooms.all())
    for room in rooms:
        channel = room_channel(services, room.address.channel)
        if channel is None or (command.room and room.address != named):
            continue
        try:
            await _watch(services, channel, room)
        except TransientError as error:
            services.log.warning("room_not_watched", panel_id=room.panel_id, error=error.code)
            if command.room:
                raise
    if not command.room:
        await _empty_left(services)


def people_of_panel(transaction: Transaction, panel: Panel) -> tuple[Member, ...]:
    """Return who belongs in a panel's rooms: its active members, and its coordinator."""
    people = (transaction.members.get(member_id) for member_id in panel.people)
    return tuple(member for member in people if member.active)


async def _watch(services: Services, channel: RoomChannel, room: Room) -> None:
    people = await services.store.read(lambda transaction: _expected(transaction, room))
    try:
        there = await channel.roster(room.address, frozenset(people))
    except RoomMovedError as error:
        to = error.address
        await services.store.write(lambda transaction: move_room(services, transaction, room.address, to=to))
        return
    except PermanentError as error:
        why = ROOM_TROUBLES.get(error.code, Suspension.RIGHTS)
        await services.store.write(lambda transaction: set_aside(services, transaction, room.address, why=why))
        if why is not Suspension.GONE:
            # What must not be seen is taken out all the same.
            await _follow(services, room)
        return
    await services.store.write(lambda transaction: _compare(services, transaction, room.address, there=there))
    await _follow(services, room)


def _expected(transaction: Transaction, room: Room) -> dict[str, Member]:
    """Return who should be in a room, by their id at its service."""
    people = people_of_panel(transaction, transaction.panels.get(room.panel_id))
    return {
        address.external_id: member
        for member in people
        for address in member.addresses
        if address.channel == room.address.channel
    }


def _compare(services: Services, transaction: Transaction, address: Address, *, there: frozenset[str] | None) -> None:
    room = transaction.rooms.get(address)
    if room is None or (room.suspended is Suspension.RIGHTS and _keeps_too_much(services, transaction, room)):
        # Where nothing can be taken out, nothing more is put in.
        return
    expected = _expected(transaction, room)
    strangers = frozenset() if there is None else there - expected.keys()
    missing = {} if there is None else {key: member for key, member in expected.items() if key not in there}
    if strangers:
        _stop_words(services, transaction, room, strangers=strangers)
    elif not missing:
        _put_right(services, transaction, room)
    elif room.suspended is not Suspension.ROSTER:
        names = ", ".join(sorted(member.display_name for member in missing.values()))
        _page(services, transaction, room, why=Suspension.ROSTER, values={"missing": names})


def _keeps_too_much(services: Services, transaction: Transaction, room: Room) -> bool:
    """Return whether something lies in a room that is set aside, and has to be taken out of it."""
    lying = _standing(transaction, room.address)
    return any(needs_step(services, transaction, question_id, room=room.address) for question_id in lying)


def _stop_words(services: Services, transaction: Transaction, room: Room, *, strangers: frozenset[str]) -> None:
    """Say nothing more of questions; in a room that was not right yet, not even that there are any."""
    if room.suspended is Suspension.STRANGERS:
        return
    why = Suspension.STRANGERS if room.suspended in _UNTROUBLED else Suspension.NEW
    known = (transaction.members.by_address(replace(room.address, external_id=each)) for each in strangers)
    names = ", ".join(sorted(member.display_name for member in known if member is not None))
    _page(services, transaction, room, why=why, values={"strangers": len(strangers), "names": names or "?"})


def _page(
    services: Services, transaction: Transaction, room: Room, *, why: Suspension, values: dict[str, Value]
) -> None:
    """Page the coordinator each time that it begins; of a room that shows nothing yet, once a day."""
    now = services.clock()
    transaction.rooms.save(replace(room, suspended=why))
    services.log.error("room_roster_differs", panel_id=room.panel_id, channel=room.address.channel, reason=why.value)
    once = now.isoformat() if room.suspended in _UNTROUBLED else f"{now.date()}:{values.get('strangers', 0)}"
    key = "room.roster" if why is Suspension.ROSTER else "room.strangers"
    has_images = any(thread.pictures for thread in transaction.rooms.threads_in(room.address))
    choices = (Action.REMOVE_ROOM_IMAGES,) if has_images else ()
    notice = Notice(key=key, values=values, priority=Priority.URGENT, choices=choices, about=room.mark)
    tell_coordinator(services, transaction, room, notice=notice, once=once)


def _put_right(services: Services, transaction: Transaction, room: Room) -> None:
    """Whatever was wrong may be right again: if it is not, the next call finds out."""
    if room.suspended is Suspension.NONE:
        return
    transaction.rooms.save(replace(room, suspended=Suspension.NONE))
    if room.suspended in _UNTROUBLED and room.suspended is not Suspension.UNSEEN:
        once = services.clock().isoformat()
        tell_coordinator(services, transaction, room, notice=Notice(key="room.roster_right"), once=once)


async def _empty_left(services: Services) -> None:
    """Empty the places that were left while their service was away or switched off: nobody else comes back there."""

    def standing(transaction: Transaction) -> dict[Address, tuple[QuestionId, ...]]:
        return {place: _standing(transaction, place) for place in transaction.rooms.left()}

    for place, questions in (await services.store.read(standing)).items():
        await _catch_up(services, place, questions=questions)


async def _follow(services: Services, room: Room) -> None:
    questions = await services.store.read(lambda transaction: _concerned(services, transaction, room))
    await _catch_up(services, room.address, questions=questions)


async def _catch_up(services: Services, place: Address, *, questions: Iterable[QuestionId]) -> None:
    """Have a place show whatever it does not show as it is, each question in a transaction of its own."""
    for question_id in questions:

        def follow(transaction: Transaction) -> None:
            if needs_step(services, transaction, question_id, room=place):  # noqa: B023 - at once
                question = transaction.questions.get(question_id)  # noqa: B023 - at once
                note_mirror(services, transaction, question, room=place, is_lost=True)

        await services.store.write(follow)


def _concerned(services: Services, transaction: Transaction, room: Room) -> tuple[QuestionId, ...]:
    """Return what is open, and what stands in the room: what was closed or hidden meanwhile is not open any more."""
    waiting = transaction.questions.for_panel(closed_since=services.clock())
    asked = (question.id for question in waiting if question.panel_id == room.panel_id)
    return tuple(dict.fromkeys((*asked, *_standing(transaction, room.address))))


def _standing(transaction: Transaction, place: Address) -> tuple[QuestionId, ...]:
    threads = transaction.rooms.threads_in(place)
    return tuple(thread.question_id for thread in threads if stands_in_room(transaction, thread))

"""Looks into a room: one for all who come and go within seconds, urgent, and paced with all else of the channel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import TransientError
from domain.room import Suspension
from handlers.room_notes import look_into_rooms
from tests.fakes.panel_room import CHEST, PanelRoom, open_room
from tests.fakes.society import COORDINATOR, Society

SECOND = timedelta(seconds=1)
AT_ONCE = 6 * SECOND


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


async def _look(room: PanelRoom) -> None:
    await room.society.change(lambda transaction: look_into_rooms(room.society.services, transaction, only=CHEST))


def _looks(room: PanelRoom) -> int:
    return sum(call.startswith("roster") for call in room.chat.calls)


async def test_twenty_who_join_together_are_looked_at_once(room: PanelRoom) -> None:
    for _ in range(20):
        await _look(room)
        await room.society.advance(0.15 * SECOND)

    await room.later()

    assert _looks(room) == 1


async def test_who_joins_after_a_look_is_looked_at(room: PanelRoom) -> None:
    await _look(room)
    await room.later(AT_ONCE)

    await _look(room)
    await room.later(AT_ONCE)

    assert _looks(room) == 2


async def test_stranger_is_reported_at_once(room: PanelRoom) -> None:
    assert room.chat.people is not None
    room.chat.people |= {"chat-somebody"}

    await _look(room)
    await room.society.advance(AT_ONCE)

    found = await room.room()
    assert found is not None
    assert found.suspended is Suspension.STRANGERS
    assert (await room.society.told(COORDINATOR)).count("room.strangers") == 1


async def test_service_that_has_no_time_for_a_look_is_left_in_peace(room: PanelRoom) -> None:
    room.chat.troubles = [TransientError("busy", retry_after=timedelta(minutes=5))]
    await _look(room)
    await room.society.advance(AT_ONCE)

    await room.ask()
    before = list(room.chat.threads)
    await room.society.advance(timedelta(minutes=5))

    assert (before, len(room.chat.threads)) == ([], 1)
    assert _looks(room) == 2

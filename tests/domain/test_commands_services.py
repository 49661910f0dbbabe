"""Looks into rooms: noted by many within seconds, they are one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.commands_services import WatchRooms
from domain.messages import Address

ROOM = Address(channel="chat", external_id="-100")
SECOND = timedelta(seconds=1)
START = datetime(2025, 12, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=5_000)).map(lambda passed: START + passed)


@given(now=instants)
def test_look_comes_within_six_seconds(now: datetime) -> None:
    look = WatchRooms.soon(ROOM, now)

    assert SECOND <= look.at - now < 6 * SECOND
    assert (look.channel, look.room) == (ROOM.channel, ROOM.external_id)


@given(now=instants, share=st.floats(0, 1))
def test_look_that_is_noted_already_serves_for_later_ones(now: datetime, share: float) -> None:
    look = WatchRooms.soon(ROOM, now)

    later = now + share * (look.at - SECOND - now)

    assert WatchRooms.soon(ROOM, later) == look


@given(now=instants)
def test_look_that_is_over_serves_for_nobody(now: datetime) -> None:
    look = WatchRooms.soon(ROOM, now)

    assert WatchRooms.soon(ROOM, look.at) != look

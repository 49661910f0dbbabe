"""Rotations: exactly one person on call at every instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import MemberId
from domain.rotation import Rotation

A, B, C = MemberId("a"), MemberId("b"), MemberId("c")
zones = st.sampled_from(["Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])


def test_handoff_is_at_the_local_hour() -> None:
    rotation = Rotation(members=(A, B), starts_on=date(2026, 11, 16))
    seoul = ZoneInfo("Asia/Seoul")

    before = rotation.on_call(datetime(2026, 11, 23, 7, 59, tzinfo=seoul))
    after = rotation.on_call(datetime(2026, 11, 23, 8, 0, tzinfo=seoul))

    assert (before, after) == (A, B)


@given(st.integers(min_value=0, max_value=4 * 365 * 24 * 60), zones)
def test_turns_follow_each_other_through_the_year(minutes: int, zone: str) -> None:
    rotation = Rotation(members=(A, B, C), starts_on=date(2026, 1, 1), days=1, time_zone=zone)
    order = (A, B, C)
    instant = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    now, tomorrow = rotation.on_call(instant), rotation.on_call(instant + timedelta(days=3))

    assert now in order
    assert now == tomorrow or order.index(tomorrow) in {(order.index(now) + step) % 3 for step in (1, 2)}


@given(zones, st.integers(min_value=0, max_value=364))
def test_midday_always_belongs_to_one_turn(zone: str, day: int) -> None:
    rotation = Rotation(members=(A, B), starts_on=date(2026, 1, 1), days=1, handoff_at=time(8), time_zone=zone)
    noon = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(zone)) + timedelta(days=day)

    assert rotation.on_call(noon) == (A, B)[day % 2]


def test_rotation_without_members_is_refused() -> None:
    with pytest.raises(ValueError, match="members"):
        Rotation(members=(), starts_on=date(2026, 1, 1))

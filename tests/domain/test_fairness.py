"""Fairness: nights are counted on the holder's own clock, and too many are noticed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fairness import has_too_many_nights, nights_of
from domain.ids import MemberId
from domain.rota import Shift, Tier

A, B = MemberId("a"), MemberId("b")
FIRST = date(2026, 11, 1)


@pytest.mark.parametrize(("zone", "nights"), [("Asia/Seoul", {date(2026, 11, 18)}), ("Europe/Lisbon", set())])
def test_night_is_counted_on_the_holders_own_clock(zone: str, nights: set[date]) -> None:
    begins = datetime(2026, 11, 17, 13, tzinfo=UTC)  # ten in the evening in Seoul, early afternoon in Lisbon
    shifts = [
        Shift(tier=Tier.PRIMARY, begins_at=begins, ends_at=begins + timedelta(hours=10), member_id=member_id)
        for member_id in (A, B)
    ]

    assert nights_of(A, shifts, zone) == nights


@given(st.sets(st.integers(0, 60), max_size=12), st.integers(1, 4))
def test_too_many_nights_is_what_counting_every_window_finds(offsets: set[int], limit: int) -> None:
    nights = [FIRST + timedelta(days=offset) for offset in offsets]

    counted = any(sum(start <= offset < start + 14 for offset in offsets) > limit for start in range(61))

    assert has_too_many_nights(nights, limit=limit) == counted

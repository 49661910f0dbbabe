"""Test pages: a phone counts for thirty days, and the next test comes in time and by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import MemberId
from domain.member import Member
from domain.phone import PhoneRecord, untested

A, B, C = (MemberId(name) for name in "abc")
NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)  # in Seoul
DAY = timedelta(days=1)
MEMBER = Member(id=A, display_name="Dr A", alias="Fox")


def test_phone_counts_for_thirty_days_after_its_test() -> None:
    passed = {A: PhoneRecord(passed_at=NOON - 29 * DAY), B: PhoneRecord(passed_at=NOON - 30 * DAY)}

    assert untested((A, B, C), passed, NOON) == {B, C}


@pytest.mark.parametrize(
    ("record", "is_due"),
    [
        (PhoneRecord(), True),
        (PhoneRecord(passed_at=NOON - 24 * DAY), False),
        (PhoneRecord(passed_at=NOON - 25 * DAY), True),
        (PhoneRecord(sent_at=NOON - DAY / 2, passed_at=NOON - 25 * DAY), False),
        (PhoneRecord(sent_at=NOON - DAY, passed_at=NOON - 25 * DAY), True),
    ],
)
def test_next_test_comes_before_the_last_runs_out(record: PhoneRecord, is_due: bool) -> None:
    assert record.is_due(MEMBER, NOON) is is_due


@pytest.mark.parametrize(("hour", "is_due"), [(8, False), (9, True), (17, True), (18, False), (3, False)])
def test_test_page_rings_by_day_only(hour: int, is_due: bool) -> None:
    now = NOON - timedelta(hours=12) + timedelta(hours=hour)

    assert PhoneRecord().is_due(MEMBER, now) is is_due

"""What an answer of Slack's says besides what was asked: its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.slack.calls import time_told

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Thu, 01 Jan 2099 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +1400", "yesterday", ""])
def test_date_that_cannot_be_is_not_taken(date: str) -> None:
    assert time_told({"Date": date}, about=NOON) is None


def test_date_is_slacks_where_its_clock_is_another() -> None:
    assert time_told({"Date": "Sat, 21 Nov 2026 12:03:00 GMT"}, about=NOON) == NOON + timedelta(minutes=3)

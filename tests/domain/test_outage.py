"""A service that is away for minutes is a fault; for a moment, or long ago, it is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.outage import QUIET, SHOWN_AFTER, Outage

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def failing(*minutes: int) -> Outage:
    outage = Outage()
    for minute in minutes:
        outage = outage.failed(f"away_{minute}", START + minute * MINUTE)
    return outage


@pytest.mark.parametrize(
    ("minutes", "asked", "shown"),
    [
        ((), 9, ""),
        ((0, 2, 4), 4, ""),
        ((0, 2, 4), 5, "away_4"),
        ((0, 2, 4, 6), 7, "away_6"),
        ((0, 2, 4, 6), 10, ""),
        ((0, 4, 6), 6, ""),
    ],
)
def test_only_what_lasts_is_shown(minutes: tuple[int, ...], asked: int, shown: str) -> None:
    assert failing(*minutes).shown(START + asked * MINUTE) == shown


def test_tries_lie_closer_than_what_counts_as_over() -> None:
    assert MINUTE < QUIET < SHOWN_AFTER

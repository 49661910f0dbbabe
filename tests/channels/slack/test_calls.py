"""What an answer of Slack's says besides what was asked: its clock, and whether there is more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.slack.calls import pages, time_told
from domain.errors import TransientError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("date", ["Thu, 01 Jan 2099 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +1400", "yesterday", ""])
def test_date_that_cannot_be_is_not_taken(date: str) -> None:
    assert time_told({"Date": date}, about=NOON) is None


def test_date_is_slacks_where_its_clock_is_another() -> None:
    assert time_told({"Date": "Sat, 21 Nov 2026 12:03:00 GMT"}, about=NOON) == NOON + timedelta(minutes=3)


class Listing:
    """Answers with a page for each of these cursors, which name the next."""

    def __init__(self, cursors: list[str]) -> None:
        self.cursors = iter(cursors)
        self.asked: list[object] = []

    async def __call__(self, _method: str, *, cursor: str | None, limit: int) -> Mapping[str, Any]:
        self.asked.append(cursor)
        return {"number": len(self.asked), "response_metadata": {"next_cursor": next(self.cursors)}, "limit": limit}


async def test_list_ends_with_the_page_that_names_no_other() -> None:
    listing = Listing(["one", "two", "", "three"])

    numbers = [page["number"] async for page in pages(listing, "conversations.members", limit=2)]

    assert (numbers, listing.asked) == ([1, 2, 3], [None, "one", "two"])


@pytest.mark.parametrize(
    ("cursors", "most"), [(["one", "two", "one"], 3), ([f"page-{each}" for each in range(1000)], 500)]
)
async def test_list_without_an_end_is_none(cursors: list[str], most: int) -> None:
    listing = Listing(cursors)

    with pytest.raises(TransientError, match="slack_unreadable"):
        _ = [page async for page in pages(listing, "conversations.members", limit=2)]

    assert len(listing.asked) == most

"""Working hours and quiet hours on a local clock, safe across daylight saving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.rotation import instant_of

_NONE = timedelta(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From when to when work is expected, every day, on one place's own clock."""

    opens: time = time(8)
    closes: time = time(20)
    time_zone: str = "Asia/Seoul"

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise ValueError("a day opens before it closes")

    def ahead(self, start: datetime, wait: timedelta) -> datetime:
        """Return when so much working time has passed since an instant; without a wait, that instant itself."""
        if wait <= _NONE:
            return start
        left, days = wait, self._days(start)
        while True:
            opens, closes = next(days)
            room = max(_NONE, closes - max(opens, start))
            if left <= room:
                return max(opens, start) + left
            left -= room

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two instants; nothing where the end comes first."""
        total, days = _NONE, self._days(start)
        while True:
            opens, closes = next(days)
            if opens >= end:
                return total
            total += max(_NONE, min(closes, end) - max(opens, start))

    def _days(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = start.astimezone(ZoneInfo(self.time_zone)).date()
        while True:
            yield instant_of(day, self.opens, self.time_zone), instant_of(day, self.closes, self.time_zone)
            day += _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When a person is not to be woken, on their own clock; no hours at all where both times are the same."""

    begins: time = time(22)
    ends: time = time(7)

    def hold(self, local: datetime) -> bool:
        """Return whether a person whose clock shows this is to be left alone."""
        shown = local.time()
        if self.begins <= self.ends:
            return self.begins <= shown < self.ends
        return shown >= self.begins or shown < self.ends

    def end_after(self, instant: datetime, time_zone: str) -> datetime:
        """Return the next instant at which these hours end, in UTC; it lies outside of them."""
        zone = ZoneInfo(time_zone)
        day = instant.astimezone(zone).date()
        while True:
            end = instant_of(day, self.ends, time_zone)
            # Where the clock is put forward, an end that falls into the gap may come to lie in the quiet again.
            if end > instant and not self.hold(end.astimezone(zone)):
                return end
            day += _DAY

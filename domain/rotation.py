"""Taking turns: rotations as pure functions of time, and local times as instants across daylight saving."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.ids import MemberId

_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def instant_of(day: date, at: time, time_zone: str) -> datetime:
    """Return the one instant, in UTC, of a local time on a day.

    A time that comes twice, as clocks go back, means the first of the two; one
    that never comes, as clocks go forward, is counted on from the hour before.
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def local_days(begin: datetime, end: datetime, time_zone: str) -> Iterator[date]:
    """Yield every local day that an interval touches, one before and one after them."""
    zone = ZoneInfo(time_zone)
    day, last = begin.astimezone(zone).date() - _DAY, end.astimezone(zone).date() + _DAY
    while day <= last:
        yield day
        day += _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Members take turns of `days` each, handing off at a local time; exactly one has the turn.

    The turn that began at `starts_on` belongs to the first member. Turns are
    counted in local days, so that daylight saving neither repeats nor drops an hour.
    """

    members: tuple[MemberId, ...]
    starts_on: date
    days: int = 7
    handoff_at: time = time(8, 0)
    time_zone: str = "Asia/Seoul"

    def __post_init__(self) -> None:
        if not self.members or self.days < 1:
            raise ValueError("a rotation has members and turns of at least a day")

    def on_call(self, instant: datetime) -> MemberId:
        """Return who has the turn at an instant (aware)."""
        return self.member_on(self.day_of(instant))

    def member_on(self, day: date) -> MemberId:
        """Return whose turn it is on a day, from its handoff to the next day's."""
        return self.members[self.turn_on(day) % len(self.members)]

    def turn_on(self, day: date) -> int:
        return (day - self.starts_on).days // self.days

    def begins(self, day: date) -> datetime:
        """Return the instant of a day's handoff."""
        return instant_of(day, self.handoff_at, self.time_zone)

    def day_of(self, instant: datetime) -> date:
        """Return the day whose handoff was the last one."""
        day = instant.astimezone(ZoneInfo(self.time_zone)).date() + _DAY
        while self.begins(day) > instant:
            day -= _DAY
        return day

"""Who is on call: rotations as pure functions of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Members take turns of `days` each, handing off at a local time; exactly one is on call.

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
        """Return who is on call at an instant (aware)."""
        local = instant.astimezone(ZoneInfo(self.time_zone))
        day = local.date() if local.time() >= self.handoff_at else local.date() - timedelta(days=1)
        turn = (day - self.starts_on).days // self.days
        return self.members[turn % len(self.members)]

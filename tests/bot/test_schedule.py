"""Ticks: each moment is noted once, by however many processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import DIGEST_EVERY, Schedule, floor
from domain.ports.jobs import JobState
from tests.fakes.society import Society

HOURLY = ["ForgetEnded", "RemindOfApplications", "SweepInbox"]
WATCHES = ["WatchRooms", "WatchRota"]
MOMENTS = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC))


async def _noted(society: Society) -> list[str]:
    return sorted(row.command for row in await society.queue.rows(JobState.READY))


@given(moment=MOMENTS, minutes=st.sampled_from([1, 5, 15, 60, 720]))
def test_floor_is_the_last_multiple(moment: datetime, minutes: int) -> None:
    step = timedelta(minutes=minutes)

    floored = floor(moment, step)

    assert timedelta() <= moment - floored < step
    assert floor(floored, step) == floored


async def test_start_catches_up_at_once(society: Society) -> None:
    schedule = Schedule(society.services)

    await schedule.start()
    schedule.stop()

    assert await _noted(society) == [*HOURLY[:2], "StartDigest", "StartDigest", *HOURLY[2:], *WATCHES]


async def test_society_without_digests_keeps_its_other_ticks(society: Society) -> None:
    schedule = Schedule(society.services, sends_digests=False)

    await schedule.start()
    schedule.stop()

    assert await _noted(society) == [*HOURLY, *WATCHES]


async def test_stopping_before_the_start_is_nothing(society: Society) -> None:
    Schedule(society.services).stop()

    assert await _noted(society) == []


async def test_many_processes_tick_once(society: Society) -> None:
    schedules = [Schedule(society.services) for _ in range(3)]

    for schedule in schedules * 4:
        await schedule.tick_digest()
        await schedule.tick_sweep()
        await schedule.tick_rota()
        society.now += timedelta(seconds=50)

    assert await _noted(society) == [*HOURLY[:2], "StartDigest", "StartDigest", *HOURLY[2:], *WATCHES]


async def test_next_quarter_ticks_anew(society: Society) -> None:
    schedule = Schedule(society.services)
    await schedule.tick_digest()
    society.now += DIGEST_EVERY

    await schedule.tick_digest()

    assert await _noted(society) == ["StartDigest"] * 3

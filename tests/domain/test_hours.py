"""Working hours, quiet hours and a question's own clock, on every day of the year."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import Clock, Pause, capped, pauses_of
from domain.hours import Hours, QuietHours
from domain.ids import MemberId, QuestionId
from domain.question import Entry, EntryKind
from tests.fakes.paging_people import MINUTE, NOON, ZONES, instants, quiet_hours

HOUR = timedelta(hours=1)
waits = st.integers(0, 100_000).map(lambda minutes: minutes * MINUTE)
working = st.builds(
    Hours,
    opens=st.builds(time, st.integers(0, 11), st.sampled_from((0, 30))),
    closes=st.builds(time, st.integers(12, 23), st.sampled_from((0, 30))),
    time_zone=st.sampled_from(ZONES),
)


@given(hours=working, start=instants, wait=waits)
def test_working_time_ahead_is_the_time_between(hours: Hours, start: datetime, wait: timedelta) -> None:
    due = hours.ahead(start, wait)

    assert due >= start
    assert hours.between(start, due) == wait


@given(hours=working, start=instants, first=waits, second=waits)
def test_longer_wait_never_ends_earlier(hours: Hours, start: datetime, first: timedelta, second: timedelta) -> None:
    assert hours.ahead(start, max(first, second)) >= hours.ahead(start, min(first, second))


def test_evening_goes_on_the_next_morning() -> None:
    seven_in_the_evening = NOON + 7 * HOUR

    assert Hours().ahead(seven_in_the_evening, 2 * HOUR) == NOON + 21 * HOUR


def test_day_opens_before_it_closes() -> None:
    with pytest.raises(ValueError, match="opens before"):
        Hours(opens=time(20), closes=time(8))


@given(quiet=quiet_hours, now=instants, zone=st.sampled_from(ZONES))
def test_quiet_hours_end_in_the_future_and_outside_of_them(quiet: QuietHours, now: datetime, zone: str) -> None:
    end = quiet.end_after(now, zone)

    assert now < end <= now + timedelta(days=3)
    assert not quiet.hold(end.astimezone(ZoneInfo(zone)))


@pytest.mark.parametrize(("hour", "is_quiet"), [(21, False), (22, True), (3, True), (7, False)])
def test_quiet_hours_go_over_midnight(hour: int, is_quiet: bool) -> None:
    assert QuietHours().hold(datetime(2026, 11, 23, hour, tzinfo=ZoneInfo("Asia/Seoul"))) is is_quiet


@pytest.mark.parametrize(("hour", "is_quiet"), [(12, False), (13, True), (15, False)])
def test_quiet_hours_of_a_day_shift_lie_in_one_day(hour: int, is_quiet: bool) -> None:
    quiet = QuietHours(begins=time(13), ends=time(15))

    assert quiet.hold(datetime(2026, 11, 23, hour, tzinfo=ZoneInfo("Asia/Seoul"))) is is_quiet


def test_quiet_hours_that_end_in_a_gap_end_after_it() -> None:
    quiet = QuietHours(begins=time(3), ends=time(2, 30))
    saturday_night = datetime(2026, 3, 8, 5, 0, tzinfo=UTC)

    end = quiet.end_after(saturday_night, "America/New_York")

    assert end == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


@given(start=instants, pauses=st.lists(st.tuples(waits, waits), max_size=4), wait=waits)
def test_clock_runs_for_its_wait_and_no_longer(
    start: datetime, pauses: list[tuple[timedelta, timedelta]], wait: timedelta
) -> None:
    stops, moment = [], start
    for running, standing in pauses:
        stops.append(Pause(begins=moment + running, ends=moment + running + standing))
        moment += running + standing

    due = Clock(started_at=start, pauses=tuple(stops)).due(wait)

    assert due is not None
    stood = sum((min(stop.ends, due) - stop.begins for stop in stops if stop.ends and stop.begins < due), timedelta(0))
    assert due - start - stood == wait


def test_clock_stands_still_while_the_asker_is_asked() -> None:
    clock = Clock(started_at=NOON, pauses=(Pause(begins=NOON + 5 * MINUTE),))

    assert clock.due(5 * MINUTE) == NOON + 5 * MINUTE
    assert clock.due(6 * MINUTE) is None
    assert not clock.has_run(6 * MINUTE, NOON + HOUR)
    assert clock.has_run(5 * MINUTE, NOON + 5 * MINUTE)


def test_clock_in_working_hours_knows_its_pauses() -> None:
    asked_in_the_evening = Pause(begins=NOON + 7 * HOUR, ends=NOON + 21 * HOUR)

    due = Clock(started_at=NOON, pauses=(asked_in_the_evening,), hours=Hours()).due(8 * HOUR)

    assert due == NOON + 22 * HOUR


@given(lengths=st.lists(st.integers(0, 20), max_size=5), is_open=st.booleans())
def test_pauses_together_last_no_longer_than_their_limit(lengths: list[int], is_open: bool) -> None:
    pauses = [Pause(begins=NOON + n * HOUR, ends=NOON + n * HOUR + length * MINUTE) for n, length in enumerate(lengths)]
    last = (Pause(begins=NOON + 9 * HOUR),) if is_open else ()

    cut = capped((*pauses, *last), 10 * MINUTE)

    assert sum((pause.ends - pause.begins for pause in cut if pause.ends), timedelta(0)) <= 10 * MINUTE
    assert all(pause.ends is not None for pause in cut)
    assert capped(last, None) == last


def entry(kind: EntryKind, minute: int) -> Entry:
    return Entry(
        key=f"{kind}:{minute}",
        question_id=QuestionId("q"),
        kind=kind,
        actor_id=MemberId("m"),
        channel="web",
        at=NOON + minute * MINUTE,
    )


def test_pauses_are_read_from_the_last_opening_on() -> None:
    kinds = (
        *(EntryKind.OPENED, EntryKind.ASKED_BACK, EntryKind.RESUMED, EntryKind.REOPENED, EntryKind.CLAIMED),
        *(EntryKind.ASKED_BACK, EntryKind.ASKED_BACK, EntryKind.RESUMED, EntryKind.ASKED_BACK),
    )

    pauses = pauses_of([entry(kind, minute) for minute, kind in enumerate(kinds)])

    assert pauses == (Pause(begins=NOON + 5 * MINUTE, ends=NOON + 7 * MINUTE), Pause(begins=NOON + 8 * MINUTE))

"""Rotas: shifts tile time in every zone, overrides beat layers, layers beat turns, and gaps are told apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gaps import duty_ahead, gaps_ahead, warning_of
from domain.ids import MemberId, PanelId
from domain.panel import Panel
from domain.rota import Layer, Override, Shift, Tier, TierRota
from domain.rotation import Rotation

A, B, C, D, OFFICE = (MemberId(name) for name in ("a", "b", "c", "d", "office"))
SEOUL = ZoneInfo("Asia/Seoul")
HOUR = timedelta(hours=1)
ZONES = ["Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"]
START = datetime(2017, 1, 1, tzinfo=UTC)

# Years in which every zone but Seoul still changed its clocks, and not all at the same hour.
instants = st.integers(min_value=0, max_value=10 * 365 * 24 * 12).map(
    lambda steps: START + steps * timedelta(minutes=5)
)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
zones = st.sampled_from(ZONES)
people = st.lists(st.sampled_from([A, B, C, D]), min_size=1, max_size=4).map(tuple)
days = st.dates(date(2016, 12, 1), date(2027, 1, 31))
rotations = st.builds(
    Rotation, members=people, starts_on=days, days=st.integers(1, 8), handoff_at=times, time_zone=zones
)
layers = st.builds(
    Layer, tier=st.sampled_from(Tier), name=st.just("x"), rotation=rotations, ends=times, on_holidays_only=st.booleans()
)


@st.composite
def overrides(draw: st.DrawFn, begin: datetime) -> Override:
    begins = begin + draw(st.integers(-30, 200)) * HOUR
    return Override(
        id=str(draw(st.integers(0, 10**6))),
        panel_id=PanelId("chest"),
        tier=draw(st.sampled_from(Tier)),
        begins_at=begins,
        ends_at=begins + draw(st.integers(1, 60)) * HOUR,
        member_id=draw(st.sampled_from([A, B, None])),
        made_at=begin,
    )


@st.composite
def panels(draw: st.DrawFn, begin: datetime) -> Panel:
    return Panel(
        id=PanelId("chest"),
        name="Chest",
        members=(A, B, C, D),
        coordinator_id=OFFICE,
        primary=draw(st.none() | rotations),
        secondary=draw(st.none() | rotations),
        layers=tuple(draw(st.lists(layers, max_size=3))),
        holidays=frozenset((begin + timedelta(days=each)).date() for each in draw(st.lists(st.integers(0, 9)))),
        overrides=tuple(draw(st.lists(overrides(begin), max_size=3))),
        absent=draw(st.frozensets(st.sampled_from([A, B, C]))),
    )


@settings(max_examples=100, deadline=None)
@given(st.data(), instants, st.integers(1, 12 * 24), st.sampled_from(Tier))
def test_shifts_tile_time_and_say_who_is_on_call(data: st.DataObject, begin: datetime, hours: int, tier: Tier) -> None:
    panel, end = data.draw(panels(begin)), begin + hours * HOUR
    edges = {edge for override in panel.overrides for edge in (override.begins_at, override.ends_at)}
    looked_at = {begin + part * (end - begin) / 40 for part in range(40)} | {at for at in edges if begin <= at < end}

    shifts = panel.shifts(tier, begin, end)

    assert (shifts[0].begins_at, shifts[-1].ends_at) == (begin, end)
    assert all(one.begins_at < one.ends_at == other.begins_at for one, other in pairwise(shifts))
    for instant in looked_at:
        [now] = [shift for shift in shifts if shift.begins_at <= instant < shift.ends_at]
        assert now.member_id == panel.on_call(instant)[list(Tier).index(tier)]


@settings(max_examples=60, deadline=None)
@given(st.data(), instants)
def test_nobody_is_on_call_twice_or_while_absent(data: st.DataObject, instant: datetime) -> None:
    panel = data.draw(panels(instant))

    primary, secondary = panel.on_call(instant)

    assert primary is None or primary != secondary
    assert not {primary, secondary} & panel.absent


@settings(max_examples=60, deadline=None)
@given(st.data(), instants, st.integers(1, 100), st.sampled_from(Tier))
def test_whole_shifts_do_not_depend_on_where_one_looks(
    data: st.DataObject, begin: datetime, hours: int, tier: Tier
) -> None:
    panel = data.draw(panels(begin).filter(lambda drawn: drawn.primary and drawn.secondary))

    wide = panel.whole_shifts(tier, begin - hours * HOUR, begin + hours * HOUR)
    narrow = panel.whole_shifts(tier, begin, begin + HOUR)

    assert set(narrow) <= set(wide)
    assert narrow[0].begins_at <= begin < narrow[0].ends_at


@given(zones, st.integers(min_value=0, max_value=3 * 365), times)
def test_every_day_has_one_handoff_after_the_one_before(zone: str, day: int, at: time) -> None:
    rotation = Rotation(members=(A, B), starts_on=date(2017, 1, 1), days=1, handoff_at=at, time_zone=zone)
    today = date(2017, 1, 1) + timedelta(days=day)

    before, after = rotation.begins(today), rotation.begins(today + timedelta(days=1))

    assert timedelta(hours=22, minutes=30) <= after - before <= timedelta(hours=25)
    assert rotation.on_call(before) == rotation.on_call(after - timedelta(minutes=1)) != rotation.on_call(after)


def plan(**given: object) -> Panel:
    primary = Rotation(members=(A, B), starts_on=date(2026, 11, 16))
    values: dict[str, object] = {
        "id": PanelId("chest"),
        "name": "Chest",
        "members": (A, B, C, D),
        "coordinator_id": OFFICE,
        "primary": primary,
        "secondary": Rotation(members=(C,), starts_on=date(2026, 11, 16)),
    }
    return Panel(**{**values, **given})  # type: ignore[arg-type]  # a test changes what it is about


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL)


def layer(*, begins: time = time(22), ends: time = time(8), on_holidays_only: bool = False) -> Layer:
    rotation = Rotation(members=(D, C), starts_on=date(2026, 11, 16), days=1, handoff_at=begins)
    return Layer(tier=Tier.PRIMARY, name="night", rotation=rotation, ends=ends, on_holidays_only=on_holidays_only)


def override(member_id: MemberId | None, begins: datetime, ends: datetime, *, name: str = "o") -> Override:
    return Override(
        id=name,
        panel_id=PanelId("chest"),
        tier=Tier.PRIMARY,
        begins_at=begins,
        ends_at=ends,
        member_id=member_id,
        made_at=begins,
    )


@pytest.mark.parametrize(
    ("instant", "holder"),
    [(at(16, 21, 59), A), (at(16, 22), D), (at(17, 7, 59), D), (at(17, 8), A), (at(17, 23), C), (at(25, 3), D)],
)
def test_night_layer_beats_the_turns_below(instant: datetime, holder: MemberId) -> None:
    panel = plan(layers=(layer(),), secondary=None)

    assert panel.on_call(instant) == (holder, None)


def test_holiday_layer_holds_for_whole_holidays_only() -> None:
    holiday = layer(begins=time(8), ends=time(8), on_holidays_only=True)
    panel = plan(layers=(holiday,), secondary=None, holidays=frozenset({date(2026, 11, 18)}))

    shifts = panel.shifts(Tier.PRIMARY, at(17, 0), at(20, 0))

    assert [(shift.begins_at, shift.member_id) for shift in shifts] == [(at(17, 0), A), (at(18, 8), D), (at(19, 8), A)]


def test_later_override_beats_an_earlier_one_and_everything_else() -> None:
    panel = plan(
        layers=(layer(),),
        overrides=(override(B, at(16, 20), at(17, 9)), override(None, at(16, 23), at(17, 1), name="p")),
    )

    holders = [panel.on_call(instant)[0] for instant in (at(16, 20), at(16, 23), at(17, 1), at(17, 9))]

    assert holders == [B, None, B, A]


def test_absent_member_leaves_a_gap_that_names_them() -> None:
    panel = plan(absent=frozenset({A}))

    [gap] = panel.shifts(Tier.PRIMARY, at(17, 9), at(17, 10))

    assert gap.is_gap
    assert (gap.member_id, gap.planned) == (None, A)


def test_two_turns_of_one_person_are_two_shifts() -> None:
    panel = plan(primary=Rotation(members=(A,), starts_on=date(2026, 11, 16)))

    shifts = panel.whole_shifts(Tier.PRIMARY, at(20, 0), at(25, 0))

    assert [shift.begins_at for shift in shifts] == [at(16, 8), at(23, 8)]


def test_override_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        override(A, at(17, 8), at(17, 8))


def test_gaps_ahead_begin_within_three_days_in_planned_tiers() -> None:
    gap = override(None, at(19, 8), at(19, 20))
    panel = plan(secondary=None, overrides=(gap, override(None, at(22, 8), at(22, 9), name="later")))

    found = gaps_ahead(panel, at(17, 9))

    assert [(shift.tier, shift.begins_at) for shift in found] == [(Tier.PRIMARY, at(19, 8))]


def test_stopped_phone_is_a_gap_whose_member_is_still_on_call() -> None:
    panel = plan(secondary=None, primary=Rotation(members=(A,), starts_on=date(2026, 11, 16)), muted=frozenset({A}))

    (gap,) = gaps_ahead(panel, at(17, 9))

    assert (gap.planned, panel.is_missing(A), panel.is_missing(B)) == (A, True, False)
    assert panel.on_call(at(17, 9)) == (A, None)


@pytest.mark.parametrize(("member_id", "begins_at"), [(A, at(17, 9)), (B, at(19, 8)), (C, None)])
def test_duty_ahead_runs_now_or_begins_within_three_days(member_id: MemberId, begins_at: datetime | None) -> None:
    far = override(C, at(22, 8), at(22, 9), name="later")
    panel = plan(
        secondary=None,
        primary=Rotation(members=(A,), starts_on=date(2026, 11, 16)),
        overrides=(override(B, at(19, 8), at(19, 20)), far),
    )

    duty = duty_ahead(panel, member_id, at(17, 9))

    assert (None if duty is None else duty.begins_at) == begins_at


def test_gap_that_began_beyond_every_turn_is_no_news() -> None:
    panel = plan(primary=None, overrides=(override(A, at(1, 8), at(2, 8)), override(A, at(29, 8), at(30, 8), name="p")))

    assert gaps_ahead(panel, at(17, 9)) == ()
    assert [gap.begins_at for gap in gaps_ahead(panel, at(2, 9))] == [at(2, 8)]


@pytest.mark.parametrize(("hours", "warning"), [(72, 72), (49, 72), (48, 48), (3, 48), (2, 2), (1, 2), (0, 0), (-5, 0)])
def test_warning_is_of_the_nearest_hour_passed(hours: int, warning: int) -> None:
    gap = Shift(tier=Tier.PRIMARY, begins_at=at(17, 8), ends_at=at(18, 8), member_id=None)

    assert warning_of(gap, at(17, 8) - hours * HOUR) == warning


def test_tier_without_any_plan_is_not_planned() -> None:
    assert not TierRota(rotation=None).is_planned

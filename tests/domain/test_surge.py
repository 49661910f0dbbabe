"""Two people switch a surge on; one is enough to end it, and it ends by itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UserError
from domain.ids import MemberId
from domain.member import Member, Role
from domain.surge import CAUGHT_UP_WITHIN, Surge, SurgeRules, digest_slot, ended, switched
from tests.fakes.paging_people import MINUTE, NOON

RULES = SurgeRules()


def member(name: str, *roles: Role, active: bool = True) -> Member:
    return Member(id=MemberId(name), display_name=name, alias=name, roles=frozenset(roles), active=active)


OFFICE, BOARD = member("office", Role.COORDINATOR), member("board", Role.BOARD)


def test_second_person_switches_it_on_for_three_days() -> None:
    proposed = switched(Surge(), OFFICE, NOON, rules=RULES)

    on = switched(proposed, BOARD, NOON + 14 * MINUTE, rules=RULES)

    assert not proposed.is_on(NOON)
    assert on.is_on(NOON + 14 * MINUTE)
    assert not on.is_on(NOON + 14 * MINUTE + timedelta(hours=72))
    assert (on.proposed_by, on.confirmed_by) == ("office", "board")


def test_nobody_confirms_their_own_proposal() -> None:
    proposed = switched(Surge(), OFFICE, NOON, rules=RULES)

    with pytest.raises(UserError, match="surge_needs_another"):
        switched(proposed, OFFICE, NOON + MINUTE, rules=RULES)


def test_proposal_lapses_after_its_time() -> None:
    proposed = switched(Surge(), OFFICE, NOON, rules=RULES)

    late = switched(proposed, BOARD, NOON + 15 * MINUTE, rules=RULES)

    assert late == Surge(proposed_by=BOARD.id, proposed_at=NOON + 15 * MINUTE)


@pytest.mark.parametrize("who", [member("panelist", Role.PANELIST), member("former", Role.BOARD, active=False)])
def test_others_may_not_touch_the_switch(who: Member) -> None:
    with pytest.raises(UserError, match="surge_only"):
        switched(Surge(), who, NOON, rules=RULES)
    with pytest.raises(UserError, match="surge_only"):
        ended(Surge(), who, NOON)


def test_what_is_on_is_not_switched_on_again() -> None:
    on = switched(switched(Surge(), OFFICE, NOON, rules=RULES), BOARD, NOON, rules=RULES)

    with pytest.raises(UserError, match="surge_is_on"):
        switched(on, OFFICE, NOON, rules=RULES)
    assert ended(on, OFFICE, NOON) == Surge()


def test_proposal_is_taken_back_and_nothing_else() -> None:
    proposed = switched(Surge(), OFFICE, NOON, rules=RULES)
    over = switched(proposed, BOARD, NOON, rules=RULES)

    assert ended(proposed, OFFICE, NOON) == Surge()
    for nothing in (Surge(), over):
        with pytest.raises(UserError, match="surge_is_off"):
            ended(nothing, OFFICE, NOON + timedelta(days=4))


ZONES = [ZoneInfo(name) for name in ("Asia/Seoul", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")]
MOMENTS = st.builds(datetime.fromtimestamp, st.integers(0, 4_000_000_000), tz=st.sampled_from(ZONES))
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(
    ("shown", "slot"),
    [("07:59", None), ("08:00", 8), ("11:59", 8), ("12:00", 12), ("19:59", 16), ("20:59", 20), ("21:00", None)],
)
def test_digest_is_due_every_four_hours_by_day(shown: str, slot: int | None) -> None:
    now = datetime.combine(date(2026, 2, 28), time.fromisoformat(shown), tzinfo=ZoneInfo("Asia/Seoul"))

    due = digest_slot(now, RULES)

    assert due == (None if slot is None else now.replace(hour=slot, minute=0))


@given(moment=MOMENTS, times=st.tuples(TIMES, TIMES), minutes=st.integers(1, 1440))
def test_slots_lie_within_the_hours_and_are_never_ahead(
    moment: datetime, times: tuple[time, time], minutes: int
) -> None:
    first, last = sorted(times)
    if first == last:
        return
    rules = SurgeRules(digests_from=first, digests_until=last, digest_every=timedelta(minutes=minutes))

    slot = digest_slot(moment, rules)

    if slot is not None:
        assert first <= slot.time() <= last
        assert slot <= moment < datetime.combine(moment.date(), last, tzinfo=moment.tzinfo) + CAUGHT_UP_WITHIN


def test_hours_that_come_in_no_order_are_refused() -> None:
    for wrong in ({"digests_from": time(20)}, {"digest_every": timedelta(0)}):
        with pytest.raises(ValueError, match="one after another"):
            SurgeRules(**wrong)

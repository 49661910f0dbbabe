"""Arrivals: as many as were asked for, on their days, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulation.plan import PEAK_DAY, Plan, arrivals
from bot.simulation.society import askers_of

plans = st.builds(
    Plan,
    days=st.integers(1, 40),
    questions=st.integers(1, 120),
    seed=st.integers(),
    surge=st.booleans(),
    peak=st.just(30),
)


@given(plan=plans)
@settings(max_examples=40)
def test_every_question_comes_within_the_days(plan: Plan) -> None:
    found = arrivals(plan, askers_of(plan))

    assert all(plan.start <= each.at < plan.end for each in found)
    assert [each.at for each in found] == sorted(each.at for each in found)
    assert plan.surge or len(found) == plan.questions


def test_peak_falls_on_its_own_date() -> None:
    plan = Plan(days=30, questions=300, surge=True)

    days = Counter((each.at - plan.start) // timedelta(days=1) for each in arrivals(plan, askers_of(plan)))

    assert (plan.peak_begins, days[15]) == (PEAK_DAY, 909)
    assert {count for day, count in days.items() if day != 15} == {10}


def test_same_seed_gives_the_same_questions() -> None:
    def told(seed: int) -> list[tuple[object, ...]]:
        plan = Plan(days=3, questions=20, seed=seed)
        return [(each.at, each.asker.id, each.urgency, each.text) for each in arrivals(plan, askers_of(plan))]

    assert told(5) == told(5) != told(6)


def test_most_questions_come_by_day_where_they_are_asked() -> None:
    plan = Plan(days=2, questions=400)

    hours = Counter(each.asker.local(each.at).hour for each in arrivals(plan, askers_of(plan)))

    assert sum(hours[hour] for hour in range(8, 20)) > 3 * sum(hours[hour] for hour in range(6))
    assert plan.start.date() == date(2020, 2, 28)
    assert plan.start.tzinfo is UTC

"""The service-level report: medians, shares and hidden groups, for whatever was asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import PanelId
from domain.policies import POLICIES
from domain.question import Urgency
from domain.service_level import LEAST_SHOWN, ServiceReport, Spread, Waited, percentile, service_report

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def _waited(claim: int | None, answer: int | None, *, minute: int = 0, urgency: Urgency = Urgency.URGENT) -> Waited:
    opened = NOON + timedelta(minutes=minute)
    return Waited(
        urgency=urgency,
        panel_id=PanelId("chest"),
        opened_at=opened,
        claimed_at=None if claim is None else opened + timedelta(minutes=claim),
        answered_at=None if answer is None else opened + timedelta(minutes=answer),
    )


def _report(*waited: Waited, until: datetime = NOON + DAY) -> ServiceReport:
    return service_report(waited, POLICIES, since=NOON - DAY, until=until, time_zone="Asia/Seoul")


def test_medians_and_shares_of_a_group() -> None:
    report = _report(*(_waited(claim, answer) for claim, answer in [(2, 20), (4, 30), (6, 40), (8, 50), (30, 90)]))

    assert (report.total.count, report.total.claim) == (5, Spread(median=360, ninetieth=1800))
    assert report.total.answer == Spread(median=2400, ninetieth=5400)
    assert (report.total.claimed_in_time, report.total.answered_in_time, report.total.never_answered) == (80, 80, 0)
    assert [level.name for level in report.by_hour] == ["12"]


def test_question_that_nobody_answered_is_counted() -> None:
    silent = _waited(None, None)
    owned = Waited(urgency=Urgency.URGENT, panel_id=None, opened_at=NOON, owned_at=NOON + timedelta(hours=1))

    report = _report(*(_waited(5, 10) for _ in range(8)), silent, owned)

    assert (report.total.never_answered, report.total.owned, report.total.answered_in_time) == (2, 1, 80)


def test_what_is_not_due_yet_or_was_withdrawn_is_not_judged() -> None:
    young = _waited(None, None, minute=55)
    gone = Waited(urgency=Urgency.URGENT, panel_id=None, opened_at=NOON, is_withdrawn=True)

    report = _report(*(_waited(5, 10) for _ in range(5)), young, gone, until=NOON + timedelta(hours=1))

    assert (report.total.count, report.total.never_answered, report.total.claimed_in_time) == (7, 0, 100)


def test_answer_without_a_claim_counts_as_claimed_by_then() -> None:
    report = _report(*(_waited(None, 5) for _ in range(5)))

    assert (report.total.claim.median, report.total.claimed_in_time) == (300, 100)


def test_few_measured_times_have_no_median() -> None:
    report = _report(*(_waited(5, None) for _ in range(5)), _waited(5, 10))

    assert (report.total.claim.median, report.total.answer) == (300, Spread())


def test_nothing_asked_is_nothing_to_hide() -> None:
    report = _report()

    assert (report.total.count, report.by_hour, report.by_panel) == (0, (), ())
    assert report.total.claimed_in_time is None


def test_single_small_group_takes_another_with_it() -> None:
    many = [_waited(5, 10) for _ in range(9)]
    some = [_waited(5, 10, urgency=Urgency.TODAY) for _ in range(6)]

    report = _report(*many, *some, _waited(5, 10, urgency=Urgency.ROUTINE))

    assert [(level.name, level.count) for level in report.by_urgency] == [
        ("urgent", 9),
        ("today", None),
        ("routine", None),
    ]


WAITED = st.builds(
    _waited,
    st.none() | st.integers(0, 600),
    st.none() | st.integers(0, 3000),
    minute=st.integers(-1440, 1439),
    urgency=st.sampled_from(Urgency),
)


@given(waited=st.lists(WAITED, max_size=40))
def test_no_small_number_can_be_worked_out(waited: list[Waited]) -> None:
    report = _report(*waited)

    for levels in (report.by_urgency, report.by_hour, report.by_panel):
        shown = [level.count for level in levels if level.count is not None]
        left = len(waited) - sum(shown)
        assert all(count >= LEAST_SHOWN for count in shown)
        assert sum(level.count is None for level in levels) != 1 or len(levels) == 1 or left == 0


@given(waited=st.lists(WAITED, max_size=40))
def test_shares_are_per_cent_and_the_middle_is_no_longer_than_the_ninth(waited: list[Waited]) -> None:
    total = _report(*waited).total

    for spread in (total.claim, total.answer):
        assert (spread.median is None) == (spread.ninetieth is None)
        assert spread.median is None or spread.ninetieth is None or spread.median <= spread.ninetieth
    assert all(share is None or 0 <= share <= 100 for share in (total.claimed_in_time, total.answered_in_time))


@given(times=st.lists(st.floats(0, 1e6), min_size=1), share=st.floats(0.01, 1))
def test_percentile_is_one_of_the_times(times: list[float], share: float) -> None:
    found = percentile(times, share)

    assert found in {round(each) for each in times}
    assert sum(round(each) <= (found or 0) for each in times) >= share * len(times) - 1e-9

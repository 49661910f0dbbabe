"""Whether a question is as urgent as its asker says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.guard import Guard
from tests.fakes.paging_people import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ages", "is_doubted"), [((), False), ((1,), False), ((1, 2), True), ((1, 25), False), ((1, 24), False)]
)
def test_third_urgent_question_within_a_day_is_doubted(ages: tuple[int, ...], is_doubted: bool) -> None:
    assert Guard().doubts_urgent([NOON - age * HOUR for age in ages], NOON) is is_doubted


@pytest.mark.parametrize(
    "text",
    [
        "Tension Pneumothorax?",
        "tension-pneumothorax",
        "긴장성기흉 의심",
        "대량객혈",
        "ａortic dissection",
        "aortic\ndissection",
    ],
)
def test_words_of_danger_are_known_however_they_are_written(text: str) -> None:
    assert Guard().names_danger(text)


@pytest.mark.parametrize("text", ["", "pneumothorax, small, stable", "객혈 소량", "dissection technique"])
def test_ordinary_words_are_no_danger(text: str) -> None:
    assert not Guard().names_danger(text)


def test_question_about_another_report_is_a_discrepancy() -> None:
    assert Guard().is_discrepancy("판독 불일치 확인 부탁드립니다")
    assert not Guard().is_discrepancy("PE?")
    assert not Guard(discrepancy_words=("", "?!")).is_discrepancy("PE")

"""What an early release must not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.release import may_carry_full_card, mentions_sex_age_or_day


@pytest.mark.parametrize(
    "text",
    ["58M, smoker", "58/F", "F 47, cough", "M50s", "62세 남자", "50대 기침", "a man with cough", "58-year-old",
     "COVID D8", "증상 5일째", "day 12 of illness", "2026-11-03 CT", "11월 3일 검사", "여성 환자",
     "[50s]M, nodule", "[50대] 기침", "[90+] with cough", "[5-9 y] chest", "CT [12 d ago]", "CT [오늘]", "[date] CT",
     "[in 3 d] CT", "CT [약 2개월 전]"],
)  # fmt: skip
def test_sex_age_or_day_is_noticed(text: str) -> None:
    assert mentions_sex_age_or_day(text)


@pytest.mark.parametrize(
    "text",
    ["Solid 8 mm nodule in the RUL", "CT-SS 9, OP pattern", "PE not excluded: CTPA now", "결절 8 mm, 3개월 뒤 CT",
     "Follow-up in 12 months", "window 1500/-600", "T2 bright, D-dimer 3.1 mg/L", "Fleischner 2017",
     "as shown before [1], [12]", "see [3, 4]", "[name] was here"],
)  # fmt: skip
def test_clinical_words_are_left_alone(text: str) -> None:
    assert not mentions_sex_age_or_day(text)


def test_full_card_waits_fourteen_days() -> None:
    opened = datetime(2026, 11, 1, tzinfo=UTC)

    assert not may_carry_full_card(opened, opened + timedelta(days=13))
    assert may_carry_full_card(opened, opened + timedelta(days=14))

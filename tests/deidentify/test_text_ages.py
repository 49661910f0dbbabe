"""Ages of infants and children, and ages in words: what becomes a band, and which spans of time are no age."""

from __future__ import annotations

import pytest

from deidentify.text import clean_text
from domain.text import IdentifiableText


def _clean(text):
    return clean_text(IdentifiableText(text)).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("F, 7 months old", "F, [6-11 mo]"),
        ("F, 7 months, cough", "F, [6-11 mo], cough"),
        ("M/7mo", "M/[6-11 mo]"),
        ("8개월/F", "[6-11개월]/F"),
        ("여/14개월", "여/[12-23개월]"),
        ("3-week-old girl", "[0-2 mo] girl"),
        ("22 months girl", "[12-23 mo] girl"),
        ("newborn 3 days", "newborn [0-2 mo]"),
        ("2일 신생아", "[0-2개월] 신생아"),
        ("100일 아기", "[3-5개월] 아기"),
        ("3세11개월 남아", "[1-4세] 남아"),
        ("2yo4mo", "[1-4 y]"),
        ("3 years 4 months old", "[1-4 y]"),
        ("girl, 4 yrs", "girl, [1-4 y]"),
        ("24개월 남아", "[1-4세] 남아"),
    ],
)
def test_infant_or_child_falls_into_its_band(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("쉰다섯 살", "[50대]"),
        ("여든 넷 할머니", "[80대] 할머니"),
        ("할머니 아흔둘 흡인", "할머니 [90세 이상] 흡인"),
        ("할아버지 아흔둘 흡인", "할아버지 [90세 이상] 흡인"),
        ("Ninety-three year old", "[90+]"),
    ],
)
def test_age_in_words_becomes_a_band(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "10 months f/u",
        "F, 3 months ago",
        "M, 6 weeks of cough",
        "58/M, 3 weeks, cough",
        "6 months old CT",
        "3 days old fracture",
        "F/8개월 전 수술",
        "6개월 남아있는 결절",
        "두 세 번, 서른 개, 스물 네 시간",
        "DOL 3, GA 32+4 weeks",
    ],
)
def test_span_of_time_is_no_age(text):
    cleaned = _clean(text)

    assert cleaned.replace("[50s]", "58") == text


@pytest.mark.parametrize(
    "text",
    [
        "10여 개 결절",
        "20여 mm",
        "size 45, f/u CT",
        "HU 45, m/c adenoca",
        "HR 110/m, RR 24/m",
        "sat 90/m",
        "breathing 24/m",
        "M/12 nodules",
        "14F/16F",
        "12F, 14F catheters",
        "size 45, F 2",
        "size 45, M",
    ],
)
def test_measurement_or_count_is_no_age(text):
    assert _clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("67여 기침", "[60대]여 기침"),
        ("환자 67/m 기침", "환자 [60대]/m 기침"),
        ("CT, 67/M/cough", "CT, [60s]/M/cough"),
        ("67/f f/u CT", "[60s]/f f/u CT"),
        ("M/67 lung nodule", "M/[60s] lung nodule"),
    ],
)
def test_age_beside_such_words_becomes_a_band(text, expected):
    assert _clean(text) == expected

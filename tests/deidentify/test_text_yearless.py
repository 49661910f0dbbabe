"""Two numbers with a stroke: fractions and scores stay letter by letter, days beside an event become distances."""

from __future__ import annotations

from datetime import date

import pytest

from deidentify.text import clean_text
from domain.text import IdentifiableText
from tests.fakes.linear import grows_linearly


def _clean(text):
    return clean_text(IdentifiableText(text), today=date(2026, 11, 22)).value


@pytest.mark.parametrize(
    "text",
    [
        "lower 1/3 of esophagus",
        "decreased by 1/3",
        "GCS 10/15 on arrival",
        "motor 3/5 on Lt",
        "segment 4/5 of liver",
        "LN 2/10 on EBUS",
        "LN 3/14 CT",
        "CXR 4/6 zones",
        "Bx 2/5 cores",
        "Bx 3/12 adenoca",
        "BiPAP 10/5 since",
        "폐 1/2까지 허탈",
        "흉수가 1/2부터 2/3까지",
        "2/3일 전부터",
        "5/7일 치료",
        "3/5 usual",
        "Lt 10.11.12 rib fx",
        "rib 10.11.12 골절",
        "CT 1/2, 2/3 lung",
        "근력 3/5 입원",
        "echo 2/6 systolic murmur",
        "11/20 right 3/14 nodes",
        "2/30 CT",
    ],
)
def test_fraction_or_score_stays_letter_by_letter(text):
    assert _clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/5, 3/12 CXR", "[9 mo ago], [8 mo ago] CXR"),
        ("11/3 - 11/20 CT", "[19 d ago] - [2 d ago] CT"),
        ("11/3-11/20 CT", "[19 d ago]-[2 d ago] CT"),
        ("11/20 chest CT", "[2 d ago] chest CT"),
        ("visited ER on 11/20", "visited ER on [2 d ago]"),
        ("admitted 11/20", "admitted [2 d ago]"),
        ("fever since 11/20", "fever since [2 d ago]"),
        ("11/20부터 기침", "[2일 전]부터 기침"),
        ("11/20일 내원", "[2일 전] 내원"),
        ("CT(11/20)에서", "CT([2일 전])에서"),
        ("지난 11/19 응급실 내원", "지난 [3일 전] 응급실 내원"),
        ("9/30 CXR, 11/21 갑자기, 11/12 악화", "[53일 전] CXR, [1일 전] 갑자기, 11/12 악화"),
        ("11.15일자 비교", "[7일 전] 비교"),
        ("25.11.12 CT", "[12 mo ago] CT"),
    ],
)
def test_day_beside_an_event_becomes_its_distance(text, expected):
    assert _clean(text) == expected


@pytest.mark.no_cover
@pytest.mark.parametrize("unit", ["11/3 - ", "CT 11/20, ", "11/3,", "10.28일 ", "CT on "])
def test_long_text_of_days_takes_linear_time(unit):
    assert grows_linearly(_clean, unit)

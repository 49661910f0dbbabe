"""Resident numbers however their digits are divided, and the series of measurements that look like them."""

from __future__ import annotations

import pytest

from deidentify.text import cut_resident_numbers
from domain.text import IdentifiableText
from tests.fakes.linear import grows_linearly


def _cut(text):
    return cut_resident_numbers(IdentifiableText(text)).value


@pytest.mark.parametrize("around", ["{}", "환자 {} 입니다", "pt {}, CT"])
@pytest.mark.parametrize(
    "number",
    [
        "80 03 02 1 234567",
        "80.03.02 1 234567",
        "80 03 02 1234 567",
        "800302 1 234567",
        "800302 1234 567",
        "8003021 234567",
        "800302 1 2 3 4 5 6 7",
        "800 302 123 4567",
        "8003-0212-34567",
        "1980-03-02 1234567",
        "1980.03.02-1234567",
        "1980년 3월 2일 - 1 234567",
        "80년 3월 2일 1234567",
        "800302-1xx4567",
        "800302-①234567",
        "80.03.02-1******",
    ],
)
def test_divided_resident_number_is_never_stored(number, around):
    cut = _cut(around.format(number))

    assert cut == around.format("[resident number]")


@pytest.mark.parametrize(
    "text",
    [
        "80 03 02",
        "120 80 36.5 1 24 98",
        "120 80 102 20 36.5",
        "120 80 72 20 36.5 98",
        "120 110 130 1400",
        "BNP 120 110 130 1401",
        "12 10 11 1200 980",
        "110110 120 1500",
        "2024-03-14 500 1200",
        "2024-03-14 1200000",
        "21.03.15 500 1200",
        "520314 1952-3-14",
        "12.10.11 1.2 3.4 5.6",
    ],
)
def test_series_of_measurements_is_no_resident_number(text):
    assert _cut(text) == text


@pytest.mark.no_cover
@pytest.mark.parametrize("unit", ["80 03 02 ", "8 0 0 3 ", "① ", "80년 3월 2일 1 ", "800302-1x", "1980-03-02 "])
def test_long_text_is_cut_in_linear_time(unit):
    assert grows_linearly(_cut, unit)

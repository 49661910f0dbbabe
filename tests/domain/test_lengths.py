"""Lengths of texts in the three measures that SMS knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.lengths import cp949_bytes_of, length_of, septets_of, units_of


@pytest.mark.parametrize(
    ("text", "septets", "units", "cp949"),
    [
        ("", 0, 0, 0),
        ("KSTR Q417: did this help?", 25, 25, 25),
        ("a{b}", 6, 4, 4),
        ("5 €", 4, 3, 4),
        ("정식 판독 아님", None, 8, 14),
        ("O2 2→5L", None, 7, 8),
        ("µ", None, 1, None),
        ("é", 1, 1, None),
        ("🔴", None, 2, None),
        ("뷁", None, 1, 2),
        ("[KSTR] Q417 추가질문: 증상 며칠째? 이전 CT? 이 번호로 답장하세요", None, 44, 64),
    ],
)
def test_text_is_as_long_as_the_tables_say(text: str, septets: int | None, units: int, cp949: int | None) -> None:
    assert (septets_of(text), units_of(text), cp949_bytes_of(text)) == (septets, units, cp949)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a" * 160, True), ("a" * 161, False), ("가" * 45, True), ("가" * 46, False), ("🔴", False), ("", True)],
)
def test_one_message_holds_so_much(text: str, fits: bool) -> None:
    assert length_of(text).fits_one_message == fits


@given(st.text(), st.text())
def test_lengths_of_two_texts_add_up(first: str, second: str) -> None:
    both = length_of(first + second)

    assert both.units == units_of(first) + units_of(second)
    parts = (septets_of(first), septets_of(second))
    assert both.septets == (None if None in parts else sum(part for part in parts if part is not None))


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("가" * 70, 1),
        ("가" * 71, 2),
        ("가" * 134, 2),
        ("가" * 135, 3),
    ],
)
def test_longer_message_is_counted_in_parts(text: str, segments: int) -> None:
    assert length_of(text).segments == segments


@given(st.text(max_size=400), st.text(max_size=20))
def test_more_words_never_cost_less(text: str, more: str) -> None:
    assert length_of(text + more).segments >= length_of(text).segments
    assert not length_of(text).fits_one_message or length_of(text).segments == 1

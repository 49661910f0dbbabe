"""Dates and ages in free text, and what no rule may alter."""

from __future__ import annotations

import unicodedata
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deidentify.text import clean_again, clean_text, find_spans
from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement

TODAY = date(2026, 11, 22)


def _clean(text, today=TODAY):
    return clean_text(IdentifiableText(text), today=today).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CT 2026-11-11 대비", "CT [11일 전] 대비"),
        ("2026년 11월 25일 수술 예정", "[3일 후] 수술 예정"),
        ("CT of 2026-11-11", "CT of [11 d ago]"),
        ("surgery on Nov 25, 2026", "surgery on [in 3 d]"),
        ("14 Aug 2026 scan", "[3 mo ago] scan"),
        ("CXR on 11/20", "CXR on [2 d ago]"),
        ("오늘 11월 22일 촬영", "오늘 [오늘] 촬영"),
        ("Scan 2026-11-22", "Scan [today]"),
        ("2020-03-01 CT", "[6 y 9 mo ago] CT"),
        ("1900-03-01 CT", "[99 y 9 mo ago] CT"),
        ("2026년 9월 검진", "[약 2개월 전] 검진"),
        ("March 2024 CT", "[about 2 y ago] CT"),
        ("'25.12.30 CXR", "[11 mo ago] CXR"),
        ("20261120 CT", "[2 d ago] CT"),
        ("12월 30일 낙상", "[11개월 전] 낙상"),
        ("12월 3일 수술 예정", "[11일 후] 수술 예정"),
        ("2026-13-45, 2월 30일", "2026-13-45, 2월 30일"),
        ("LN 3/14, may 3, CRP 12-10-11", "LN 3/14, may 3, CRP 12-10-11"),
        ("9/30 CXR 정상, 11/21 갑자기 생김", "[53일 전] CXR 정상, [1일 전] 갑자기 생김"),
        ("9/30 CXR 정상, 림프절 3/14 양성", "[53일 전] CXR 정상, 림프절 3/14 양성"),
        ("10.28일 시행, 2.5일간", "[25일 전] 시행, 2.5일간"),
    ],
)
def test_date_becomes_its_distance_from_the_message(text, expected):
    assert _clean(text) == expected


def test_date_is_a_placeholder_where_the_day_is_unknown():
    assert _clean("CT 2026-11-11, 2026년 9월, 9/30 CT", today=None) == "CT [date], [date], [date] CT"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("94세 남자", "[90세 이상] 남자"),
        ("a 94-year-old man", "a [90+] man"),
        ("58/M cough", "[50s]/M cough"),
        ("남/67 기침", "남/[60대] 기침"),
        ("7세 여아", "[5-9세] 여아"),
        ("3 yo boy", "[1-4 y] boy"),
        ("14 year old girl", "[10-17 y] girl"),
        ("생후 8개월 남아", "[6-11개월] 남아"),
        ("생후 12일", "[0-2개월]"),
        ("11-month-old girl", "[6-11 mo] girl"),
        ("36 months old girl", "[1-4 y] girl"),
        ("0세 영아", "[6-11개월] 영아"),
        ("14F pigtail, 8개월 추적", "14F pigtail, 8개월 추적"),
    ],
)
def test_age_becomes_a_band(text, expected):
    assert _clean(text) == expected


_kept = st.sampled_from(
    [
        "우측",
        "좌하엽",
        "right",
        "left",
        "Rt",
        "RUL",
        "없음",
        "아님",
        "no",
        "not",
        "denies",
        "2.3 cm",
        "12 mm",
        "500 mL",
        "음성",
        "120 HU",
    ]
)
_beside = st.sampled_from(
    [
        "홍길동",
        "김영희님",
        "Mr. Kim",
        "보호자",
        "502호",
        "서울아산병원",
        "2026-11-11",
        "67/M",
        "환자",
        "Hong Gil-dong",
        "중국인",
        "남편",
        "7병동",
        "(",
        ",",
        "이",
        "010-1234-5678",
    ]
)


@given(st.lists(st.tuples(_beside, _kept), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_measurement_side_and_negation_stay(pairs):
    text = " ".join(f"{beside} {kept}" for beside, kept in pairs)

    cleaned = _clean(text)

    assert all(cleaned.count(kept) >= text.split().count(kept) for _, kept in pairs if " " not in kept)
    assert all(kept in cleaned for _, kept in pairs)


@given(st.lists(st.one_of(_beside, _kept), max_size=8).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_cleaning_again_changes_nothing(text):
    once = clean_text(IdentifiableText(text), today=TODAY)

    assert clean_again(once, today=TODAY) == once
    assert clean_text(IdentifiableText(once.value), today=TODAY) == once


def test_cleaning_again_keeps_replacements_in_their_places():
    before = DeidentifiedText(
        value="<x> 홍길동님 [phone]", replacements=(Replacement(start=0, end=3, kind=IdentifierKind.NUMBER),)
    )

    after = clean_again(before, today=TODAY)

    assert after.value == "<x> [name]님 [phone]"
    assert [found.kind.value for found in after.replacements] == ["number", "name", "phone"]


@given(
    st.lists(st.one_of(_beside, _kept, st.text(max_size=5)), max_size=8).map(" ".join), st.sampled_from(["NFC", "NFD"])
)
@settings(max_examples=200, deadline=None)
def test_spans_are_of_the_text_as_given(text, form):
    given_text = unicodedata.normalize(form, text)

    spans = find_spans(given_text, today=TODAY)

    assert all(0 <= span.start < span.end <= len(given_text) for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


def test_span_covers_a_decomposed_name():
    text = unicodedata.normalize("NFD", "환자 홍길동님 우측")

    spans = find_spans(text)

    assert [unicodedata.normalize("NFC", text[span.start : span.end]) for span in spans] == ["홍길동"]

"""Which words stay in a picture, and that none of them holds a value of the header."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deidentify.burned_in.markers import holds_side, is_marker, is_named, is_side

KEPT = [
    "L", "R", "l", "[R]", "PA", "AP", "LAT", "SUPINE", "PORTABLE", "Upright", "Semi-Upright Portable L",
    "SEMI-UPRIGHTPORTABLE L", "PORTABLEL", "AP SUPINE", "AP ERECT R", "10 cm", "1 2.3 cm", "1 12.31cm", "12.3cm",
    "+ 12.4 mm", "Dist 2.31 cm", "W:400 L:40", "WW 1500 WL -600", "WW1500WL-600", "W/L 400/40", "120 kVp", "kVp 120",
    "mAs 250", "ST 5.0 mm", "Im: 12/300", "Se: 2", "Zoom 1.5", "FOV 35 cm", "512 x 512", "GN 50", "Gain 50%", "MI 1.1",
    "TIS0.4", "38 Hz", "DR 60", "C5-2", "-34 HU", "１０ｃｍ", "PWR", "A0 50%", "TIS<0.4", "−L",
]  # fmt: skip
MASKED = [
    "", " ", "?", "홍길동", "L 3", "R JK", "JK L", "L-1", "L 40", "R12", "M/67", "67Y", "F 27Y", "19620229",
    "1962.02.29",
    "3/17", "12:31:07", "20391847", "HONG", "LI", "PAI", "ALI", "PHIL", "A", "P", "H", "DAVIDSON", "DOB", "Dr. L",
    "PORTABLE KIM", "Semi-Upright Lee", "ID 12", "L:20391847", "W:400 L:40 KIM", "1 2.3 cm 홍", "山本花子", "L" * 60,
]  # fmt: skip


@pytest.mark.parametrize("words", KEPT)
def test_marker_or_measure_stays(words):
    assert is_marker(words)


@pytest.mark.parametrize("words", MASKED)
def test_everything_else_is_masked(words):
    assert not is_marker(words)


@pytest.mark.parametrize("words", ["A", "P", "H", "F", "RA", "AL", "PH"])
def test_orientation_letters_stay_at_edges_alone(words):
    assert is_marker(words, at_edge=True)
    assert not is_marker(words)


@pytest.mark.parametrize("words", ["AA", "LR", "HFS", "K", "JK", "A1"])
def test_other_letters_never_stay_at_edges(words):
    assert not is_marker(words, at_edge=True)


def test_sides_are_told_from_other_markers():
    assert [word for word in ("L", "rt", "[R]", "AP", "L 3", "") if is_side(word)] == ["L", "rt", "[R]"]
    assert [word for word in ("L 3", "R JK", "PORTABLE L", "KIM", "") if holds_side(word)] == [
        "L 3",
        "R JK",
        "PORTABLE L",
    ]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("PA", "Pa"),
        ("L", "L"),
        ("PORTABLE L", "L"),
        ("Im: 12/300", "12300"),
        ("BONE", "bone"),
        ("10 cm", "10"),
        ("10cm", "10"),
    ],
)
def test_marker_with_value_of_header_is_named(words, named):
    assert is_named(words, frozenset({named}))


@pytest.mark.parametrize(
    ("words", "named"),
    [("PORTABLE", "L"), ("AP", "PA"), ("10 cm", ""), ("L", "-"), ("R", "홍길동"), ("1.06 cm", "106"), ("110 cm", "10")],
)
def test_marker_without_value_of_header_is_not_named(words, named):
    assert not is_named(words, frozenset({named}))


@given(st.text(max_size=70), st.booleans())
def test_any_words_are_judged_without_failing(words, at_edge):
    judged = is_marker(words, at_edge=at_edge)

    assert judged in {True, False}
    assert not (judged and len(words.strip()) == 0)


@given(
    st.text(alphabet="가나다라마바사홍길동김이박최山本花子田中タナカ", min_size=1, max_size=8), st.sampled_from(KEPT)
)
def test_asian_words_are_masked_beside_any_marker(name, marker):
    assert not is_marker(name)
    assert not is_marker(f"{marker} {name}")
    assert not is_marker(f"{name} {marker}")


@given(
    st.text(alphabet=string.digits, min_size=5, max_size=14), st.sampled_from(["", "L ", "R ", "ID ", "No. ", "AP "])
)
def test_long_numbers_are_masked(number, before):
    assert not is_marker(before + number)


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%d/%m/%Y", "%Y%m%d", "%d %b %Y"]))
def test_dates_are_masked(day, form):
    assert not is_marker(day.strftime(form))


@given(st.text(alphabet=string.ascii_uppercase, min_size=1, max_size=3), st.sampled_from(["L", "R"]))
def test_initials_beside_a_side_are_masked(initials, side):
    known = is_marker(initials)

    assert is_marker(f"{side} {initials}") == known
    assert is_marker(f"{initials} {side}") == known


@given(st.sampled_from(KEPT), st.sampled_from(KEPT))
def test_markers_stay_beside_each_other(first, second):
    assert is_marker(f"{first} / {second}") == (len(f"{first} / {second}") <= 48)


@given(st.sampled_from(KEPT))
def test_marker_that_is_a_value_of_the_header_is_named(words):
    assert is_named(words, frozenset({words}))

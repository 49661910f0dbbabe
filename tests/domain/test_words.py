"""Words to find texts by: whatever was stored is found by what is typed of it, in Korean and in English."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.words import _letters, fold, is_met, sought_in, spans_of, themes_of, words_of

SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=12)
ENGLISH = st.from_regex(r"[A-Za-z][A-Za-z0-9]{1,12}", fullmatch=True)
AROUND = st.text(max_size=30)


@given(AROUND, SYLLABLES, AROUND, st.data())
def test_two_syllables_of_a_text_find_it(before: str, syllables: str, after: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(syllables) - 2))
    end = data.draw(st.integers(start + 2, len(syllables)))
    text = f"{before} {syllables} {after}"

    assert is_met(sought_in(syllables[start:end]), text)


@given(AROUND, st.lists(st.one_of(SYLLABLES, ENGLISH), min_size=1, max_size=5), AROUND)
def test_whole_words_find_their_text(before: str, words: list[str], after: str) -> None:
    text = " ".join((before, *words, after))

    assert is_met(sought_in(" ".join(words)), text)


@given(st.text())
def test_any_text_can_be_searched_and_searched_for(text: str) -> None:
    sought = sought_in(text)
    spans = spans_of(sought, text)

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))
    assert all(word and not any(letter.isspace() for letter in word) for word in words_of(text))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("nodules", "a nodule of 8 mm"),
        ("nodule", "multiple Nodules"),
        ("masses", "a mass"),
        ("opacity", "ground-glass opacities"),
        ("opacities", "an opacity"),
        ("metastasis", "lung metastases"),
        ("cases", "a case like this"),
        ("co-rads", "CO RADS 3"),
        ("CORADS", "CO-RADS 3"),
        ("co rads", "CO-RADS 3"),
        ("followup", "follow-up in 3 months"),
        ("effus", "pleural effusion"),
        ("ct", "ＣＴ angiography"),
        ("cafe", "Café-au-lait"),
        ("5mm", "5 mm"),
        ("5 mm", "5mm"),
        ("2.5", "2.5cm"),
        ("폐하엽", "좌측 폐 하엽"),
        ("흉 수", "흉수"),
        ("폐", "결핵성 폐렴"),
        ("흉", "기흉"),
        ("흉수 CTPA", "CTPA 했고 흉수가 늘었음"),
        ("각흉", "각흉"),
    ],
)
def test_spelling_makes_no_difference(typed: str, text: str) -> None:
    assert is_met(sought_in(typed), text)
    assert spans_of(sought_in(typed), text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("폐결핵", "폐결절, 결핵은 아님"),
        ("25", "2.5 cm"),
        ("effus ", "pleural effusion"),
        ("rads", "radius"),
        ("흉수 PE", "흉수"),
        ("", "anything"),
        ("?! …", "?!"),
    ],
)
def test_what_was_not_written_is_not_found(typed: str, text: str) -> None:
    assert not is_met(sought_in(typed), text)


def test_place_of_a_find_is_that_of_the_text() -> None:
    text = "Café: 좌측 폐 하엽에 Nodules (CO-RADS 4)"

    found = [text[start:end] for start, end in spans_of(sought_in("폐하엽 nodule corads"), text)]

    assert found == ["폐 하엽", "Nodules", "CO-RADS"]


@pytest.mark.parametrize("text", ["ꞏ", "ꞏ-ꞏ", "-", "_-_"])
def test_signs_alone_make_no_word(text: str) -> None:
    assert words_of(text) == frozenset()
    assert not sought_in(text)


def test_long_words_and_searches_have_an_end() -> None:
    assert len(max(words_of("x" * 5000), key=len)) == 40
    assert len(sought_in(" ".join(f"w{number}" for number in range(50))).groups) == 8
    assert is_met(sought_in("x" * 300), "x" * 5000)


def test_themes_leave_out_what_every_question_says() -> None:
    assert {"흉수", "effusion"} <= set(themes_of("흉수가 있습니다. The effusion of 3 cm?"))
    assert not {"the", "of", "3", "니다", "있습"} & set(themes_of("흉수가 있습니다. The effusion of 3 cm?"))


@given(st.text())
def test_places_are_those_of_the_folded_text(text: str) -> None:
    assert "".join(letter for letter, _ in _letters(text)) == fold(text)


def test_folded_text_is_joined_over_hangul_spaces_alone() -> None:
    assert fold("좌측 폐 CT 상 2.5 A") == "좌측폐 ct 상 2ꞏ5 a"

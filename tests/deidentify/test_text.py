"""Free text through the door: what must go, what must stay, and that it ends."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deidentify.text import clean_text, cut_resident_numbers
from domain.text import IdentifiableText, IdentifierKind

_FOLDER = Path(__file__).parent


def _lines(name: str) -> list[str]:
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _clean(text: str) -> str:
    return clean_text(IdentifiableText(text)).value


_pieces = st.lists(
    st.sampled_from(
        [line.split(" | ")[0] for line in _lines("identifier_phrases.txt")]
        + _lines("clinical_phrases.txt")
        + [
            "[phone]",
            "[resident number]",
            "-",
            " ",
            "0",
            "12",
            "20240315",
            "@",
            "a",
            "생",
            "ID",
            "+82",
            ".",
            "x",
            "\u200b",
            "１",
        ]
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize("phrase", _lines("clinical_phrases.txt"))
def test_clinical_phrase_stays_letter_by_letter(phrase):
    cleaned = clean_text(IdentifiableText(phrase))

    assert cleaned.value == phrase
    assert not cleaned.replacements


@pytest.mark.parametrize("line", _lines("identifier_phrases.txt"))
def test_identifier_becomes_a_placeholder_of_its_kind(line):
    text, identifier, kind = line.split(" | ")

    cleaned = clean_text(IdentifiableText(text))

    assert identifier not in cleaned.value
    assert [replacement.kind for replacement in cleaned.replacements] == [IdentifierKind(kind)]


def test_enough_phrases_are_tried_in_each_direction():
    assert len(_lines("clinical_phrases.txt")) >= 60
    assert len(_lines("identifier_phrases.txt")) >= 60


def test_replacements_are_spans_of_the_output():
    cleaned = clean_text(IdentifiableText("등록번호 20391847, 010-1234-5678 우상엽 2.3 cm"))

    found = [cleaned.value[r.start : r.end] for r in cleaned.replacements]

    assert found == ["[number]", "[phone]"]
    assert cleaned.value == "등록번호 [number], [phone] 우상엽 2.3 cm"


def test_cut_resident_number_is_known_as_one_later():
    cut = cut_resident_numbers(IdentifiableText("박영희 520314-2123456 010-1234-5678"))

    cleaned = clean_text(cut)

    assert "520314" not in cut.value
    assert "010-1234-5678" in cut.value
    assert cleaned.names_a_resident_number


@given(
    st.one_of(_pieces, st.text(alphabet="0123456789-. +()@aID생년월일[]\u200b１", max_size=60), st.text(max_size=60))
)
@settings(max_examples=400, deadline=None)
def test_cleaning_twice_changes_nothing(text):
    once = clean_text(IdentifiableText(text))

    twice = clean_text(IdentifiableText(once.value))

    assert twice == once


@given(_pieces)
@settings(max_examples=200, deadline=None)
def test_no_long_number_is_left_without_a_unit(text):
    cleaned = _clean(f"{text} 7654321 끝")

    assert "7654321" not in cleaned


@pytest.mark.parametrize(
    "unit",
    [
        "0",
        "1-",
        "1 ",
        "+1",
        "ID ",
        "a",
        "a@",
        "520314-",
        "1.",
        "생년월일 1",
        "가나다 ",
        "01 ",
        "12-",
        "A-1",
        "(",
        "１",
        "\u200b1",
    ],
)
def test_a_hundred_thousand_characters_take_linear_time(unit):
    text = (unit * 100_000)[:100_000]
    begun = time.process_time()

    _clean(text)

    assert time.process_time() - begun < 5


def test_text_needs_no_library_of_pictures():
    program = (
        "import sys; import deidentify.text; "
        "sys.exit(bool({'numpy', 'pydicom', 'PIL'} & {name.split('.')[0] for name in sys.modules}))"
    )

    finished = subprocess.run([sys.executable, "-c", program], check=False, cwd=_FOLDER.parent.parent)

    assert finished.returncode == 0


def test_placeholders_hold_no_digit():
    assert not any(re.search(r"[0-9@]", kind.value) for kind in IdentifierKind)

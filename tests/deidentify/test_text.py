"""Free text through the door: what must go, what must stay, and that it ends."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deidentify.text import clean_text, cut_resident_numbers, find_spans
from domain.text import IdentifiableText, IdentifierKind
from tests.fakes.linear import grows_linearly

CONVERTED = (IdentifierKind.DATE, IdentifierKind.AGE)
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
            "①",
            "²",
            "\u0301",
            "\u1112\u1161",
            "\ufe0f\u20e3",
            "뒷자리",
        ]
    ),
    max_size=8,
).map("".join)


@pytest.mark.parametrize("phrase", _lines("clinical_phrases.txt"))
def test_clinical_phrase_stays_letter_by_letter(phrase):
    replaced = [span for span in find_spans(phrase) if span.type not in CONVERTED]

    assert not replaced
    assert clean_text(IdentifiableText(phrase)).value.count("[") == len(find_spans(phrase))


@pytest.mark.parametrize("line", _lines("identifier_phrases.txt"))
def test_identifier_becomes_a_placeholder_of_its_kind(line):
    text, identifier, kind = line.split(" | ")

    cleaned = clean_text(IdentifiableText(text))

    assert identifier not in cleaned.value
    kinds = [found.kind for found in cleaned.replacements if found.kind not in CONVERTED]
    assert kinds == [IdentifierKind(kind)]


def test_enough_phrases_are_tried_in_each_direction():
    assert len(_lines("clinical_phrases.txt")) >= 160
    assert len(_lines("identifier_phrases.txt")) >= 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("240315 8x9 mm 결절", "[number] 8x9 mm 결절"),
        ("240315 - 3 cm", "[number] - 3 cm"),
        ("240315-2차 CT", "[number]차 CT"),
        ("900101 Rt 1234567", "[resident number] Rt [resident number]"),
        ("주민번호 앞자리 900101 뒷자리 1234567", "주민번호 앞자리 [resident number] 뒷자리 [resident number]"),
        ("900101 뒤 1234567", "[resident number] 뒤 [resident number]"),
        ("ID 20391847 우측 3 mm", "ID [number] 우측 3 mm"),
        ("HR 120 @ rest. hong @ a.com", "HR 120 @ rest. [e-mail]"),
        ("300-450-1200 / 415-555-0199", "300-450-1200 / [number]"),
    ],
)
def test_what_stands_beside_an_identifier_stays(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize("line", [line for line in _lines("identifier_phrases.txt") if "| resident number" in line])
def test_resident_number_is_cut_before_anything_is_stored(line):
    text, identifier, _ = line.split(" | ")

    cut = cut_resident_numbers(IdentifiableText(text))

    assert identifier not in cut.value
    assert "[resident number]" in cut.value


@pytest.mark.parametrize("phrase", _lines("clinical_phrases.txt"))
def test_cut_touches_no_clinical_phrase(phrase):
    assert cut_resident_numbers(IdentifiableText(phrase)).value == phrase


def test_phone_broken_over_two_lines_goes():
    assert _clean("010-1234\n-5678, 010\n1234\n5678 끝") == "[phone], [phone] 끝"


def test_decomposed_hangul_is_read_as_composed():
    text = "환자번호 12345, 생년월일 1980년 3월 2일, 차트 4821. 1.010-1234-5678"

    cleaned = clean_text(IdentifiableText(unicodedata.normalize("NFD", text)))

    assert cleaned == clean_text(IdentifiableText(text))
    assert cleaned.value == "환자번호 [number], 생년월일 [birth date], 차트 [number]. 1.[phone]"


@pytest.mark.parametrize("line", _lines("identifier_phrases.txt"))
def test_decomposed_identifier_goes_as_well(line):
    decomposed = unicodedata.normalize("NFD", line.split(" | ")[0])

    cleaned = clean_text(IdentifiableText(decomposed))

    assert cleaned == clean_text(IdentifiableText(unicodedata.normalize("NFC", decomposed)))
    assert cleaned.replacements


@pytest.mark.parametrize(
    "unseen", [*"\u00ad\u034f\u061c\u200b\u200d\u202a\u202e\u2061\u2064\u2066\u2069\ufe0f\ufeff\u3164", "\x00"]
)
def test_unseen_characters_hide_nothing(unseen):
    hidden = unseen.join("900101-1234567")

    assert _clean(f"가 {hidden}{unseen} 나") == "가 [resident number] 나"


def test_heaps_of_marks_are_left_as_they_are():
    heap = "a" + "\u0301\u0323" * 40 + " 환자번호 12345"

    assert _clean(heap) == heap.replace("12345", "[number]")


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
    cleaned = _clean(f"{text} 환자 7654321 끝")

    assert "7654321" not in cleaned


@pytest.mark.no_cover
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
        "e\u0301",
        "\u0301\u0323",
        "\u1112\u1161\u11ab",
        "① 1",
        "1️⃣",
        "WBC 1-",
        "WBC 123456 ",
        "PLT 250000, ",
        "900101 ",
        "900101, ",
        "900101 뒤 ",
        "뒷자리 ",
        "+1 ",
        "300-450-",
        "tel 415-",
        "a @ ",
        "a.",
        "@a.",
        "ID 1",
    ],
)
def test_long_text_takes_linear_time(unit):
    assert grows_linearly(_clean, unit)


def test_text_needs_no_library_of_pictures():
    program = (
        "import sys; import deidentify.text; "
        "sys.exit(bool({'numpy', 'pydicom', 'PIL'} & {name.split('.')[0] for name in sys.modules}))"
    )

    finished = subprocess.run([sys.executable, "-c", program], check=False, cwd=_FOLDER.parent.parent)

    assert finished.returncode == 0


def test_placeholders_hold_no_digit():
    assert not any(re.search(r"[0-9@]", kind.value) for kind in IdentifierKind)


def test_names_that_each_lay_another_open_take_few_passes() -> None:
    """Each pass finds the last of them alone; as many passes as there are names would hold up everybody else."""
    found = clean_text(IdentifiableText("Abcdef " * 600 + "\nno effusion, 12 mm, right"))

    assert len(found.replacements) < 40
    assert found.value.endswith("\nno effusion, 12 mm, right")
    assert clean_text(IdentifiableText(found.value)).value == found.value

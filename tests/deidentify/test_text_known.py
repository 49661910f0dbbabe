"""What is known of a case is found in all its spellings; what a message states becomes fingerprints."""

from __future__ import annotations

import pytest

from deidentify.text import clean_text, identities_in, names_known
from deidentify.text.spellings import forms_of_name, forms_of_number
from domain.identity import IdentityKind, KnownIdentities, fingerprint
from domain.text import IdentifiableText

SECRET = b"s" * 32


def _known(*, names=(), numbers=(), births=()):
    marks = {fingerprint(IdentityKind.NAME, form, secret=SECRET) for name in names for form in forms_of_name(name)}
    marks |= {fingerprint(IdentityKind.PATIENT_ID, form, secret=SECRET) for n in numbers for form in forms_of_number(n)}
    marks |= {fingerprint(IdentityKind.BIRTH_DATE, form, secret=SECRET) for form in births}
    return KnownIdentities(secret=SECRET, fingerprints=frozenset(marks))


@pytest.mark.parametrize("name", ["설도끼", "SEOL^DOKKI=설도끼", "SEOL DO KKI=설도끼"])
@pytest.mark.parametrize("text", ["아까설도끼꺼 봐줘", "도끼는 괜찮대요"])
def test_known_korean_name_goes_wherever_it_stands(name, text):
    cleaned = clean_text(IdentifiableText(text), known=_known(names=[name]))

    assert "도끼" not in cleaned.value


@pytest.mark.parametrize("name", ["홍길동", "HONG^GIL DONG", "Hong, Gil-dong", "HONG^GILDONG"])
@pytest.mark.parametrize(
    "text", ["see hong gil dong", "gildong hong ct", "GilDong-Hong", "hong, gildong", "K: 홍길동 ct", "H.G.D. ct"]
)
def test_known_name_goes_in_every_spelling(name, text):
    cleaned = clean_text(IdentifiableText(text), known=_known(names=[name]))

    assert "[name]" in cleaned.value
    assert "dong" not in cleaned.value.lower()


@pytest.mark.parametrize(("text", "cleaned"), [("gildong, PE?", "[name], PE?"), ("young, PE?", "young, PE?")])
def test_single_known_name_in_small_letters_goes_unless_it_is_a_word(text, cleaned):
    known = _known(names=["HONG^GILDONG", "YOUNG^IRON"])

    assert clean_text(IdentifiableText(text), known=known).value == cleaned


@pytest.mark.parametrize(("text", "named"), [("길동 님 흉수?", True), ("I agree with Dr Kim Minsu", False)])
def test_only_whom_the_case_names_counts_as_known(text, named):
    assert names_known(IdentifiableText(text), known=_known(names=["HONG^GILDONG=홍길동"])) is named


def test_known_number_goes_and_measurement_of_its_digits_stays():
    known = _known(numbers=["AB-004821"])

    cleaned = clean_text(IdentifiableText("ab4821 / ID 4821 / 4821 mL / 4821mL / 4821"), known=known)

    assert cleaned.value == "[number] / ID [number] / 4821 mL / 4821mL / 4821"


@pytest.mark.parametrize(
    "text",
    [
        "HU 1250",
        "CRP 12.50",
        "size 3.4x1.2",
        "size 34x12",
        "Rt 34-12",
        "WBC 3412",
        "WBC3412",
        "LDH 1250",
        "plt 70000",
        "34.12 -> 12.50",
        "series 3412",
        "plt 203918",
        "203918.5",
    ],
)
def test_measurement_of_the_digits_of_a_known_number_stays(text):
    known = _known(numbers=["1250", "3412", "7012", "70000", "203918"])

    cleaned = clean_text(IdentifiableText(text), known=known)

    assert cleaned.value == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rt 203918 see", "Rt [number] see"),
        ("2039 18 CT", "[number] CT"),
        ("pt203918", "pt[number]"),
        ("pt 3412", "pt [number]"),
        ("203918 7", "[number] 7"),
        ("A" * 7 + "203918", "A" * 7 + "[number]"),
        ("1 " * 24, "1 " * 24),
    ],
)
def test_known_number_goes_without_the_word_before_it(text, expected):
    cleaned = clean_text(IdentifiableText(text), known=_known(numbers=["3412", "203918"]))

    assert cleaned.value == expected


def test_known_number_goes_out_of_a_longer_one():
    cleaned = clean_text(IdentifiableText("see 7-AB004821"), known=_known(numbers=["AB-004821"]))

    assert "4821" not in cleaned.value


def test_known_birth_date_goes_however_it_is_written():
    known = _known(births=["19520314"])

    cleaned = clean_text(IdentifiableText("520314 / 1952-3-14 / 03/14/1952"), known=known)

    assert cleaned.value == "[birth date] / [birth date] / [birth date]"


def test_nothing_known_finds_nothing():
    text = IdentifiableText("도끼는 4821")

    cleaned = clean_text(text, known=KnownIdentities(secret=SECRET))

    assert cleaned.value == text.value


def test_words_of_radiology_stay_though_they_are_names():
    cleaned = clean_text(IdentifiableText("유리 음영, Hodgkin"), known=_known(names=["김유리", "HODGKIN^ANN"]))

    assert cleaned.value == "유리 음영, Hodgkin"


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("등록번호 20391847", [(IdentityKind.PATIENT_ID, "20391847")]),
        ("생년월일 1952.3.14", [(IdentityKind.BIRTH_DATE, "19520314")]),
        ("52.3.14생", [(IdentityKind.BIRTH_DATE, "19520314"), (IdentityKind.BIRTH_DATE, "20520314")]),
        ("DOB 03/14/1952", [(IdentityKind.BIRTH_DATE, "19520314"), (IdentityKind.BIRTH_DATE, "19521403")]),
        ("생년월일 520314", [(IdentityKind.BIRTH_DATE, "19520314"), (IdentityKind.BIRTH_DATE, "20520314")]),
        ("520314-2123456", [(IdentityKind.BIRTH_DATE, "19520314"), (IdentityKind.SEX, "F")]),
        ("67/M", [(IdentityKind.SEX, "M")]),
        ("여자 환자", [(IdentityKind.SEX, "F")]),
        ("결절 8 mm", []),
    ],
)
def test_message_states_whom_it_is_about(text, stated):
    found = identities_in(IdentifiableText(text), secret=SECRET)

    assert {fingerprint(kind, form, secret=SECRET) for kind, form in stated} <= found
    assert len(stated) == len(found) or text.startswith("등록")


def test_forms_are_bounded_in_number():
    longest = forms_of_name("남궁경혜순^NAMGUNG^KYUNG^HYE^SOON=南宮")

    assert len(longest) < 2000
    assert forms_of_name("") == forms_of_name("A") == frozenset()
    assert forms_of_number("12") == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MRN 12 34 56 78", "MRN [number]"),
        ("chart no. 12 345 678", "chart no. [number]"),
        ("Pt no 123 4567", "Pt no [number]"),
        ("MRN 12 34 56 78, 8 mm", "MRN [number], 8 mm"),
        ("등록번호 12 34 56 78 환자", "등록번호 [number] 환자"),
        ("ID 12 34", "ID 12 34"),
        ("chart 12 34 500 mL", "chart 12 34 500 mL"),
    ],
)
def test_divided_number_behind_its_name_goes_whole(text, expected):
    assert clean_text(IdentifiableText(text)).value == expected

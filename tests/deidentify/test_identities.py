"""Whom an original names, as fingerprints and in one form."""

from __future__ import annotations

import pytest

from deidentify.headers.structure import read_structure
from deidentify.identities import date_form, identities_of, name_forms, number_form
from deidentify.instances import CleanOptions, clean_dicom
from deidentify.limits import Limits
from deidentify.pixels.decoding import quiet
from deidentify.pseudonyms import Pseudonyms
from deidentify.text import clean_text
from domain.identity import IdentityKind, KnownIdentities
from domain.text import IdentifiableText
from tests.deidentify.originals import CHARSET_FILES, SECRET, ct, encoded


def _known(data: bytes) -> KnownIdentities:
    found = clean_dicom(data, Pseudonyms(SECRET), Limits(), options=CleanOptions(decode=False))
    return KnownIdentities(secret=SECRET, fingerprints=found.identities)


def test_patient_numbers_and_names_are_known_in_one_form():
    original = ct(PatientID="ZZ-907 4231", PatientBirthDate="19520314", PatientSex="F", OperatorsName="QUAGGA^Zoe")
    original.AccessionNumber, original.InstitutionName = "AC/77-1234", "Zebra  House"

    known = _known(encoded(original))

    assert known.holds(IdentityKind.PATIENT_ID, "ZZ9074231")
    assert known.holds(IdentityKind.BIRTH_DATE, "19520314")
    assert known.holds(IdentityKind.SEX, "F")
    assert known.holds(IdentityKind.NAME, "quagga")
    assert known.holds(IdentityKind.NAME, "zebrahouse")
    assert known.holds(IdentityKind.NUMBER, "AC771234")


def test_hangul_is_known_whole_and_in_parts():
    assert name_forms("Hong^Gildong=洪^吉洞=홍^길동") == {"hong", "gildong", "吉洞", "洪吉洞", "길동", "홍길동"}


def test_korean_file_is_read_in_its_character_sets():
    known = _known((CHARSET_FILES / "chrKoreanMulti.dcm").read_bytes())

    assert known.holds(IdentityKind.NAME, "김희중")


def test_unknown_character_set_and_empty_values_do_no_harm():
    original = ct(SpecificCharacterSet="ISO ZEBRA", PatientID="ANONYMOUS", PatientBirthDate="summer", PatientSex="X")

    with quiet():
        structure = read_structure(encoded(original), Limits())
        found = identities_of(structure, secret=SECRET)

    kinds = {mark.kind for mark in found.fingerprints}
    assert not kinds & {IdentityKind.PATIENT_ID, IdentityKind.BIRTH_DATE, IdentityKind.SEX}
    assert "anonymous" not in found.named


def test_forms_of_numbers_and_dates():
    assert number_form(" A-１2 ") == "a12"
    assert date_form("1952.03.14") == "19520314"
    assert date_form("19") == date_form("summer") == ""


@pytest.mark.parametrize("character_set", ["ISO_IR 192\0", "\0", "zip", "rot13", "ISO\0IR 100", "\x1b", "iso_ir 192"])
def test_character_set_that_is_none_fails_nothing(character_set):
    whole = encoded(ct(SpecificCharacterSet="QZQZQZQZQZQZ"))
    changed = whole.replace(b"QZQZQZQZQZQZ", character_set.encode().ljust(12))

    with quiet():
        found = identities_of(read_structure(changed, Limits()), secret=SECRET)

    assert {"fictus", "zebra"} <= found.named


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("KIM HEEJUNG CT 봐주세요", "HEEJUNG"),
        ("김희정님 결절 커졌나요?", "희정"),
        ("heejung kim: nodule?", "heejung"),
        ("MRN ZZ-00907423 결절", "907423"),
        ("90-74-23 nodule", "74"),
        ("born 1952-03-14", "1952"),
        ("nodule at zebra house", "zebra"),
    ],
)
def test_what_the_header_names_is_found_in_texts_in_every_spelling(text, gone):
    original = ct(SpecificCharacterSet="ISO_IR 192", PatientName="KIM^HEEJUNG=金^喜貞=김^희정", PatientID="ZZ-00907423")
    original.InstitutionName = "Zebra House"

    known = _known(encoded(original))

    assert gone not in clean_text(IdentifiableText(text), known=known).value


def test_names_of_an_original_are_known_whole_not_syllable_by_syllable():
    known = _known(encoded(ct(SpecificCharacterSet="ISO_IR 192", PatientName="HA^NA=하^나", PatientSex="O")))

    assert known.holds(IdentityKind.NAME, "하나")
    assert not known.holds(IdentityKind.NAME, "나")
    assert not any(mark.kind is IdentityKind.SEX for mark in known.fingerprints)


def test_named_values_stay_in_memory_and_are_never_single_letters():
    found = clean_dicom(
        encoded(ct(PatientName="FICTUS^Z")), Pseudonyms(SECRET), Limits(), options=CleanOptions(decode=False)
    )

    assert "fictus" in found.named
    assert all(len(form) >= 2 for form in found.named)

"""Whom an original names: patient, physicians, numbers and places of its header, each in its one form.

Texts are searched for the fingerprints, which are taken of every spelling
(`persons.py`). The plain forms, which never leave memory, are for what is read
in pixels: names as their parts in lower case (and whole, where they are Hangul
or Chinese), ids as letters and digits only, dates as YYYYMMDD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from pydicom.charset import convert_encodings, decode_bytes, python_encoding

from deidentify.headers.structure import Structure, Told
from deidentify.persons import fingerprints_of
from domain.identity import Fingerprint, IdentityKind

_CHARACTER_SET, _PATIENT_ID, _BIRTH_DATE, _SEX = 0x00080005, 0x00100020, 0x00100030, 0x00100040
_PLACES = frozenset((0x00080080, 0x00080081, 0x00081040, 0x00321033, 0x00380300, 0x00101040, 0x00102180, 0x00101080))
"""Institution and department with address, requesting service, patient's place and address, occupation, rank."""
_NAMES = frozenset((0x00100010, 0x00101001, 0x00101060, 0x00080090, 0x00081070))
"""Names, whatever VR they came with."""
_PARTS = re.compile(r"[\s^=,.\\/()]+")
_GROUPS = re.compile(r"[=\\]+")
_EAST_ASIAN = re.compile("[\uac00-\ud7a3\u4e00-\u9fff]+")
_DELIMITERS = {0x5C, 0x5E, 0x3D, 0x0A, 0x0D, 0x0C, 0x09}
_FEWEST_CHARACTERS = 2
_SAYING_NOTHING = frozenset(
    ("anonymous", "anonymized", "anonymised", "deidentified", "unknown", "none", "na", "removed", "noname", "unnamed")
)
_CHARACTER_SETS = {"".join(filter(str.isalnum, name)).casefold(): name for name in python_encoding}
"""Defined terms by their letters and digits, as they are often written with other signs between."""


class Identities(NamedTuple):
    """Fingerprints under the subject's secret, and, for memory only, the plain forms of the same values."""

    fingerprints: frozenset[Fingerprint]
    named: frozenset[str]


class _Value(NamedTuple):
    """One value as it is searched for in texts, and its plain forms."""

    kind: IdentityKind
    searched: str
    plain: frozenset[str] = frozenset()


def identities_of(structure: Structure, *, secret: bytes) -> Identities:
    """Return whom the header of an original names."""
    found = [value for value in set(_values(structure)) if number_form(value.searched) not in _SAYING_NOTHING]
    marks = (fingerprints_of(value.kind, value.searched, secret=secret) for value in found)
    plain = {form for value in found for form in value.plain if len(form) >= _FEWEST_CHARACTERS}
    return Identities(frozenset().union(*marks), frozenset(plain - _SAYING_NOTHING))


def _values(structure: Structure) -> Iterator[_Value]:
    root = structure.root
    birth_date, sex = structure.text(root, _BIRTH_DATE), structure.text(root, _SEX).upper()
    yield _number(IdentityKind.PATIENT_ID, structure.text(root, _PATIENT_ID))
    if day := date_form(birth_date):
        yield _Value(IdentityKind.BIRTH_DATE, day, frozenset((day,)))
    if sex in ("M", "F"):
        yield _Value(IdentityKind.SEX, sex)
    encodings = _encodings(structure.text(root, _CHARACTER_SET))
    for told in structure.told:
        yield from _told_values(told, encodings)


def name_forms(name: str) -> frozenset[str]:
    """Return the parts of a name, and the whole of what is written in Hangul or Chinese."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    whole = (re.sub(r"[\s^]+", "", group) for group in _GROUPS.split(plain))
    forms = {form for form in whole if _EAST_ASIAN.fullmatch(form)} | set(_PARTS.split(plain))
    return frozenset(form for form in forms if len(form) >= _FEWEST_CHARACTERS)


def number_form(number: str) -> str:
    """Return letters and digits only."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", number).casefold() if sign.isalnum())


def date_form(day: str) -> str:
    """Return YYYYMMDD, an empty text where it is no date."""
    digits = day.replace(".", "").replace("-", "").strip()
    return digits if re.fullmatch("(?:1[89]|2[01])[0-9]{6}", digits) else ""


def _told_values(told: Told, encodings: list[str]) -> Iterator[_Value]:
    if told.vr in (b"UI", b"DA", b"DT"):
        return
    text = decode_bytes(told.value.rstrip(b"\0 "), encodings, _DELIMITERS)
    if told.vr == b"PN" or told.tag in _NAMES:
        yield from (_Value(IdentityKind.NAME, name, name_forms(name)) for name in text.split("\\"))
    elif told.tag in _PLACES:
        words = unicodedata.normalize("NFKC", text).casefold().split()
        yield _Value(IdentityKind.NAME, "".join(words), frozenset((" ".join(words),)))
    else:
        yield from (_number(IdentityKind.NUMBER, part) for part in text.split("\\"))


def _number(kind: IdentityKind, number: str) -> _Value:
    return _Value(kind, number, frozenset((number_form(number),)))


def _encodings(character_sets: str) -> list[str]:
    """Return how texts are read: names that are no DICOM character set mean the default one, never a codec."""
    names = (number_form(part) for part in character_sets.split("\\"))
    return list(convert_encodings([_CHARACTER_SETS.get(name, "") for name in names]))

"""Coded entries: a code of a public scheme stays, with the meaning of a dictionary, never the one received."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydicom.sr._concepts_dict import concepts

from deidentify.headers.rules import known_codes
from deidentify.headers.structure import Level, Structure
from deidentify.headers.values import Work
from deidentify.headers.writing import Kept, KeptLevel

_VALUE, _SCHEME, _VERSION, _MEANING = 0x00080100, 0x00080102, 0x00080103, 0x00080104
_LONG_VALUE, _URN_VALUE = 0x00080119, 0x00080120
_CODE_TAGS = range(0x00080100, 0x00080125)
_MARKERS = (_VALUE, _LONG_VALUE, _URN_VALUE)
_MOST_MEANING = 64
_VERSION_FORM = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2}){0,2}")
_SCHEMES: Mapping[str, str] = {"SNM3": "SRT", "99SDM": "SRT"}
"""Older names of public schemes."""
_FORMS: Mapping[str, re.Pattern[str]] = {
    "DCM": re.compile(r"1[0-9]{5}"),
    "SRT": re.compile(r"[A-Z]-[0-9A-F]{4,5}"),
    "SCT": re.compile(r"[1-9][0-9]{5,17}"),
    "LN": re.compile(r"[0-9]{1,5}-[0-9]"),
    "UCUM": re.compile(r"[A-Za-z%/.0-9\[\]*']{1,8}"),
    "RADLEX": re.compile(r"RID[0-9]{1,6}"),
    "NCIt": re.compile(r"C[0-9]{2,6}"),
    "UMLS": re.compile(r"C[0-9]{7}"),
    "FMA": re.compile(r"[0-9]{3,6}"),
}
"""What a code looks like that our dictionaries do not hold; its meaning becomes the code itself."""


def is_code(level: Level) -> bool:
    return any(tag in level for tag in _MARKERS)


def is_code_tag(tag: int) -> bool:
    """Whether an attribute belongs to the coded entry as such (PS3.3, table 8.8-1)."""
    return tag in _CODE_TAGS


def clean_code(level: Level, structure: Structure, work: Work) -> KeptLevel | None:
    """Return the coded entry in our words, None if it is of no public scheme."""
    scheme, value = read_code(level, structure)
    if work.tells(f"{scheme} {value}".encode("latin-1")):
        return None
    meaning = _meaning(scheme, value)
    if meaning is None:
        return None
    kept = code(scheme, value, meaning)
    version = structure.text(level, _VERSION)
    if _VERSION_FORM.fullmatch(version):
        kept[_VERSION] = Kept(b"SH", version.encode())
    work.note(kept[_MEANING].value)
    return kept


def read_code(level: Level, structure: Structure) -> tuple[str, str]:
    """Return scheme (under its present name) and value."""
    scheme = structure.text(level, _SCHEME)
    return _SCHEMES.get(scheme, scheme), structure.text(level, _VALUE)


def code(scheme: str, value: str, meaning: str) -> KeptLevel:
    return {
        _VALUE: Kept(b"SH", value.encode()),
        _SCHEME: Kept(b"SH", scheme.encode()),
        _MEANING: Kept(b"LO", meaning.encode("ascii", "replace")[:_MOST_MEANING].strip()),
    }


def unknown_code() -> KeptLevel:
    """What stands in place of a code that must be there and cannot stay."""
    return code("SCT", "261665006", "Unknown")


def _meaning(scheme: str, value: str) -> str | None:
    known = known_codes().get((scheme, value)) or _dictionary().get((scheme, value))
    if known:
        return known
    form = _FORMS.get(scheme)
    fits = form is not None and form.fullmatch(value) is not None
    if scheme == "SCT" and fits:
        fits = _has_check_digit(value)
    return (value if scheme == "UCUM" else f"{scheme} {value}") if fits else None


@cache
def _dictionary() -> Mapping[tuple[str, str], str]:
    """Return the meanings of the context groups of DICOM PS3.16, by scheme and value."""
    schemes: Any = concepts
    return {
        (scheme, value): str(found[0])
        for scheme, names in schemes.items()
        for values in names.values()
        for value, found in values.items()
    }


def _has_check_digit(value: str) -> bool:
    """Whether the last digit is the check digit of Verhoeff, which every SNOMED CT identifier has."""
    check = 0
    for place, digit in enumerate(reversed(value)):
        check = _product(check, _permuted(int(digit), place))
    return check == 0


def _product(first: int, second: int) -> int:
    """Multiply in the dihedral group of ten elements: turns are 0 to 4, reflections 5 to 9."""
    turn = (first - second if first > 4 else first + second) % 5
    return turn + 5 * ((first > 4) != (second > 4))


def _permuted(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit

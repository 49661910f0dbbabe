"""What becomes of one value, as bytes: each function returns what to write, or `None` where nothing of it can stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

from pydicom._uid_dict import UID_dictionary
from pydicom.valuerep import format_number_as_ds

from deidentify.headers.policy import Fallback, Policy, Rule
from deidentify.headers.rules import Treatment, descriptor_words
from deidentify.pseudonyms import Pseudonyms

_MOST_TABLE_BYTES = 1 << 20
_TAKEN_OVER = frozenset((Treatment.NUMBER, Treatment.TABLE, Treatment.BULK, Treatment.POINTER))
_NUMBER_TEXTS = frozenset(("DS", "IS"))
_LISTED = frozenset(
    (Treatment.NUMBER, Treatment.TERM, Treatment.CODE_STRING, Treatment.PATTERN, Treatment.UID, Treatment.CLASS_UID)
)
"""Values that stand side by side: more of them than the attribute has places for are read by nobody as meant."""
_SIZES: Mapping[str, int] = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 4}
_ONE_DECIMAL = rb"[+-]?(?:[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_ONE_WHOLE = rb"[+-]?[0-9]{1,9}"
_DECIMALS, _WHOLES = (
    re.compile(rb" *(?:%b)? *(?:\\ *(?:%b)? *)*\0?" % (one, one)) for one in (_ONE_DECIMAL, _ONE_WHOLE)
)
_MOST_DECIMAL = 16
_DATE = re.compile(rb"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})")
_TIME = re.compile(rb"([01][0-9]|2[0-3]):?[0-9:.]*")
_AGE = re.compile(rb"([0-9]{1,3})([DWMY])")
_WORDS = re.compile(r"[A-Za-z0-9.]+|[+-](?=\s|$)")
_MEASURE = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})?(?:MM|CM|S|SEC|MIN|KV|T)")
_SHORT = 2
"""Short words count only in capitals: Mr is no modality."""
_CHILD_BANDS = ((1, 0), (5, 1), (10, 5), (18, 10))
"""Years of age below which the band begins at the second number; above, decades from 10 on."""
_WIDE = 8
_LETTERS = re.compile(rb"[A-Za-z ^,.\\-]+\0*")
_STATED_NUMBER = re.compile(rb"(?<![0-9.])[0-9]{6,}(?![0-9.])")


@dataclass(slots=True)
class Work:
    """What is at hand for one file: the policy, the pseudonyms, and what its header told.

    `told` are words of names and places and `told_numbers` numbers and dates,
    neither of which may stand anywhere else; `written` are values of ours.
    """

    policy: Policy
    pseudonyms: Pseudonyms
    little_endian: bool = True
    told: frozenset[bytes] = frozenset()
    told_numbers: frozenset[bytes] = frozenset()
    written: set[bytes] = field(default_factory=set)

    def note(self, value: bytes) -> bytes:
        self.written.add(value)
        return value

    def tells(self, value: bytes) -> bool:
        """Whether a value repeats a name, place, number or date of the header."""
        lowered = value.lower()
        if any(word in lowered for word in self.told):
            return True
        return bool(self.told_numbers) and not self.told_numbers.isdisjoint(_STATED_NUMBER.findall(value))


def clean_value(rule: Rule, value: bytes, work: Work, *, vr: bytes) -> bytes | None:
    """Return what stands in place of a value, or None.

    Args:
        value: as it stands in the file, with its padding.
        vr: as received; binary values must have the dictionary's.
    """
    if rule.treatment in _TAKEN_OVER and rule.vr not in _NUMBER_TEXTS and vr.decode("latin-1") not in rule.vr:
        return None
    if rule.most and rule.treatment in _LISTED and rule.vr not in _SIZES and value.count(b"\\") >= rule.most:
        return None
    return _CLEANERS[rule.treatment](rule, value, work)


def written_vr(rule: Rule, vr: bytes) -> bytes:
    """Return the dictionary's VR; where it leaves a choice (US or SS), the one received."""
    return vr if vr.decode("latin-1") in rule.vr.split(" or ") else rule.vr[:2].encode()


def dummy(rule: Rule, value: bytes, work: Work) -> bytes:
    """Return a value of the right kind that says nothing, and is not by chance the one received."""
    if rule.vr == "PN":
        return work.note(work.pseudonyms.patient.encode())
    first, second = _DUMMIES_BY_TAG.get(rule.tag) or _DUMMIES.get(rule.vr, (b"REMOVED", b"WITHHELD"))
    return work.note(second if value.strip(b" \0") == first else first)


def remap_uid(original: str, pseudonyms: Pseudonyms) -> str:
    """Return the pseudonymous uid; uids of the standard itself name no patient and stay."""
    return original if original in UID_dictionary else pseudonyms.uid(original)


def _emptied(rule: Rule, value: bytes, work: Work) -> bytes | None:
    return b""


def _pseudonym(rule: Rule, value: bytes, work: Work) -> bytes | None:
    return work.note(work.pseudonyms.patient.encode())


def _dummy(rule: Rule, value: bytes, work: Work) -> bytes | None:
    return dummy(rule, value, work)


def _date(rule: Rule, value: bytes, work: Work) -> bytes | None:
    moved = [_move(part.strip(b" \0"), work) for part in value.split(b"\\")]
    return b"\\".join(moved_part for moved_part in moved if moved_part) if None not in moved else None


def _move(value: bytes, work: Work) -> bytes | None:
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) - work.pseudonyms.shift
    except (ValueError, OverflowError):
        return None
    return work.note(f"{day.year:04}{day.month:02}{day.day:02}".encode())


def _date_time(rule: Rule, value: bytes, work: Work) -> bytes | None:
    text = value.strip(b" \0")
    day, clock = _move(text[:8], work), _TIME.match(text[8:])
    if day is None or b"\\" in text:
        return None
    return work.note(day + (clock[1] + b"0000" if clock else b""))


def _time(rule: Rule, value: bytes, work: Work) -> bytes | None:
    found = _TIME.fullmatch(value.strip(b" \0"))
    return None if found is None else work.note(found[1] + b"0000")


def _age(rule: Rule, value: bytes, work: Work) -> bytes | None:
    found = _AGE.fullmatch(value.strip(b" \0"))
    if found is None:
        return None
    years = int(found[1]) if found[2] == b"Y" else int(found[1]) // {b"M": 12, b"W": 52, b"D": 365}[found[2]]
    return work.note(f"{_age_band(years):03}Y".encode())


def _age_band(years: int) -> int:
    band = next((first for below, first in _CHILD_BANDS if years < below), None)
    return min(years // 10 * 10, 90) if band is None else band


def _uid(rule: Rule, value: bytes, work: Work) -> bytes | None:
    originals = [part.strip(" \0") for part in value.decode("latin-1").split("\\")]
    remapped = [work.note(remap_uid(uid, work.pseudonyms).encode()) for uid in originals if uid]
    return b"\\".join(remapped) or None


def _class_uid(rule: Rule, value: bytes, work: Work) -> bytes | None:
    uid = value.strip(b" \0")
    return work.note(uid) if uid.decode("latin-1") in UID_dictionary else None


def _number(rule: Rule, value: bytes, work: Work) -> bytes | None:
    """Decimal and integer strings must be nothing but numbers that no patient has; binary ones are numbers already."""
    if rule.vr in _NUMBER_TEXTS:
        return _number_text(rule, value, work)
    size = _SIZES.get(rule.vr[:2], 0)
    if not size or len(value) % size or _is_text(value, size):
        return None
    return None if rule.most and len(value) > rule.most * size else value


def _is_text(value: bytes, size: int) -> bool:
    """Whether all of a binary value is letters, so many that no measurements look like them by chance."""
    return len(value) >= (_WIDE if size == _WIDE else 2 * _WIDE) and _LETTERS.fullmatch(value) is not None


def _number_text(rule: Rule, value: bytes, work: Work) -> bytes | None:
    form = _DECIMALS if rule.vr == "DS" else _WHOLES
    if form.fullmatch(value) is None or (work.told_numbers and work.tells(value)):
        return None
    if len(value) <= _MOST_DECIMAL:
        return value
    parts = (part.strip(b" \0") for part in value.split(b"\\"))
    return b"\\".join(part if len(part) <= _MOST_DECIMAL else _shortened(part) for part in parts)


def _shortened(number: bytes) -> bytes:
    """Long decimals are cut to the length that the standard allows, in which no more could be hidden."""
    return format_number_as_ds(float(number)).encode()


def _table(rule: Rule, value: bytes, work: Work) -> bytes | None:
    return value if 0 < len(value) <= _MOST_TABLE_BYTES and not _is_text(value, _WIDE) else None


def _bulk(rule: Rule, value: bytes, work: Work) -> bytes | None:
    return None if _is_text(value, _WIDE) else value


def _pointer(rule: Rule, value: bytes, work: Work) -> bytes | None:
    """Pointers are kept when what they point to is."""
    if not value or len(value) % 4:
        return None
    order: Literal["little", "big"] = "little" if work.little_endian else "big"
    halves = [int.from_bytes(value[at : at + 2], order) for at in range(0, len(value), 2)]
    tags = (group << 16 | number for group, number in zip(halves[::2], halves[1::2], strict=True))
    return value if all(work.policy.rule(0, tag).treatment in _POINTED for tag in tags) else None


_POINTED = frozenset(set(Treatment) - {Treatment.REMOVED, Treatment.DUMMY, Treatment.EMPTY})


def _term(rule: Rule, value: bytes, work: Work) -> bytes | None:
    words = [_word(part, rule) for part in value.split(b"\\")]
    if None in words:
        return None
    return _told_only_if_needed(rule, b"\\".join(word for word in words if word is not None), work)


def _told_only_if_needed(rule: Rule, value: bytes, work: Work) -> bytes | None:
    """A term that a name of the header is part of (MARY in PRIMARY) stays only where the object needs it."""
    if not work.tells(value):
        return value
    return None if rule.fallback is Fallback.REMOVE else work.note(value)


def _word(value: bytes, rule: Rule) -> bytes | None:
    """Return the term as our list spells it."""
    return _spellings(rule.terms).get(value.strip(b" \0").upper())


@cache
def _spellings(terms: tuple[str, ...]) -> Mapping[bytes, bytes]:
    return {term.upper().encode(): term.encode() for term in terms}


def _agent(rule: Rule, value: bytes, work: Work) -> bytes | None:
    """An agent is a fact of the study; its spelling may be free text, so it becomes a word of ours."""
    spoken = value.decode("latin-1").replace("\\", " ").upper()
    term = next((term for term in rule.terms if re.search(rf"\b{term}\b", spoken)), rule.terms[-1])
    return _told_only_if_needed(rule, term.encode(), work)


def _leading(rule: Rule, value: bytes, work: Work) -> bytes | None:
    """A word that a name of the header is part of leaves its place empty: the places have meanings."""
    words: list[bytes] = []
    for part in value.split(b"\\"):
        word = _word(part, rule)
        if word is None:
            break
        words.append(b"" if work.tells(word) else word)
    return b"\\".join(words) if any(words) else None


def _pattern(rule: Rule, value: bytes, work: Work) -> bytes | None:
    texts = [part.strip(b" \0") for part in value.split(b"\\")]
    fits = rule.pattern is not None and all(rule.pattern.fullmatch(text.decode("latin-1")) for text in texts)
    return b"\\".join(texts) if fits and not work.tells(value) else None


def _descriptor(rule: Rule, value: bytes, work: Work) -> bytes | None:
    """Keep the words of a description that are listed, and measures such as 5mm; nothing else of it."""
    found = _WORDS.findall(value.decode("latin-1").replace("_", " "))
    plain = (word.upper() for word in found if len(word) > _SHORT or word.isupper() or not word.isalpha())
    kept = [word for word in plain if word in descriptor_words() or _MEASURE.fullmatch(word)]
    if not any(word in descriptor_words() and len(word) > 1 for word in kept):
        return None
    text = " ".join(word for word in kept if not work.tells(word.encode())).encode()
    return text[: _LENGTHS[rule.vr]].strip() or None


_LENGTHS: Mapping[str, int] = {"LO": 64, "SH": 16}
_DUMMIES_BY_TAG: Mapping[int, tuple[bytes, bytes]] = {
    0x00080008: (b"DERIVED\\SECONDARY", b"DERIVED\\PRIMARY"),
}
_DUMMIES: Mapping[str, tuple[bytes, bytes]] = {
    "DA": (b"19010102", b"19010203"),
    "DT": (b"19010102010101", b"19010203020202"),
    "TM": (b"010101", b"020202"),
    "AS": (b"000D", b"000W"),
    "DS": (b"0", b"1"),
    "IS": (b"0", b"1"),
    "CS": (b"UNKNOWN", b"REMOVED"),
    "UR": (b"urn:removed", b"urn:withheld"),
    **{vr: (bytes(size), bytes(size - 1) + b"\1") for vr, size in _SIZES.items()},
    "US or SS": (bytes(2), b"\0\1"),
    **dict.fromkeys(("OB", "OW", "OB or OW", "UN"), (bytes(2), b"\0\1")),
    **dict.fromkeys(("OF", "OL", "OD", "OV"), (bytes(8), bytes(7) + b"\1")),
}
_CLEANERS: Mapping[Treatment, Callable[[Rule, bytes, Work], bytes | None]] = {
    Treatment.EMPTY: _emptied,
    Treatment.PSEUDONYM: _pseudonym,
    Treatment.DUMMY: _dummy,
    Treatment.AGE: _age,
    Treatment.DATE: _date,
    Treatment.DATE_TIME: _date_time,
    Treatment.TIME: _time,
    Treatment.UID: _uid,
    Treatment.CLASS_UID: _class_uid,
    Treatment.TABLE: _table,
    Treatment.BULK: _bulk,
    Treatment.POINTER: _pointer,
    Treatment.NUMBER: _number,
    Treatment.TERM: _term,
    Treatment.AGENT: _agent,
    Treatment.LEADING: _leading,
    Treatment.PATTERN: _pattern,
    Treatment.CODE_STRING: _term,
    Treatment.DESCRIPTOR: _descriptor,
}

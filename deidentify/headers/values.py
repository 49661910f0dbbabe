"""What becomes of one value: each function returns the value to write, or `DROPPED`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydicom._uid_dict import UID_dictionary
from pydicom.dataelem import DataElement

from deidentify.headers.rules import KeptRule, Treatment, kept_rules
from deidentify.pseudonyms import Pseudonyms

DROPPED = object()
"""In place of a value: leave the attribute out."""

_MOST_TABLE_BYTES = 1 << 20
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
_DATE = re.compile(r"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})")
_TIME = re.compile(r"([01][0-9]|2[0-3]):?[0-9:.]*")
_AGE = re.compile(r"([0-9]{1,3})([DWMY])")
_UID = re.compile(r"[0-9][0-9.]{0,63}")
_CHILD_BANDS = ((1, 0), (5, 1), (10, 5), (18, 10))
"""Years of age below which the band begins at the second number; above, decades from 10 on."""


@dataclass(slots=True)
class Written:
    """The pseudonyms at hand, and every value of ours that was written: the search for leftovers passes over them."""

    pseudonyms: Pseudonyms
    values: set[str] = field(default_factory=set)

    def note(self, value: str) -> str:
        self.values.add(value)
        return value


def clean_value(rule: KeptRule, element: DataElement, written: Written) -> object:
    """Return what stands in place of the element's value, or `DROPPED`."""
    if rule.treatment is Treatment.EMPTY:
        return ""
    if rule.treatment is Treatment.PSEUDONYM:
        return written.note(written.pseudonyms.patient)
    if element.VM == 0:
        return _empty(rule)
    values = list(element.value) if element.VM > 1 else [element.value]
    return _CLEANERS[rule.treatment](rule, values, written)


def _empty(rule: KeptRule) -> object:
    """An empty value says nothing; only look-up tables and pointers make no sense without one."""
    return DROPPED if rule.treatment in (Treatment.TABLE, Treatment.POINTER) else None


def _date(rule: KeptRule, values: list[object], written: Written) -> object:
    moved = [_move(str(value).strip(), written) for value in values]
    return DROPPED if None in moved else _one_or_many(moved)


def _move(value: str, written: Written) -> str | None:
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) - written.pseudonyms.shift
    except (ValueError, OverflowError):
        return None
    return written.note(day.strftime("%Y%m%d").zfill(8))


def _date_time(rule: KeptRule, values: list[object], written: Written) -> object:
    text = str(values[0]).strip()
    day, clock = _move(text[:8], written), _TIME.match(text[8:])
    if day is None or len(values) != 1:
        return DROPPED
    return written.note(day + (clock[1] + "0000" if clock else ""))


def _time(rule: KeptRule, values: list[object], written: Written) -> object:
    found = _TIME.fullmatch(str(values[0]).strip())
    return DROPPED if found is None or len(values) != 1 else written.note(found[1] + "0000")


def _age(rule: KeptRule, values: list[object], written: Written) -> object:
    found = _AGE.fullmatch(str(values[0]).strip())
    if found is None or len(values) != 1:
        return DROPPED
    years = int(found[1]) if found[2] == "Y" else int(found[1]) // {"M": 12, "W": 52, "D": 365}[found[2]]
    return written.note(f"{_age_band(years):03}Y")


def _age_band(years: int) -> int:
    band = next((first for below, first in _CHILD_BANDS if years < below), None)
    return min(years // 10 * 10, 90) if band is None else band


def _uid(rule: KeptRule, values: list[object], written: Written) -> object:
    remapped = [written.note(remap_uid(str(value), written.pseudonyms)) for value in values if str(value).strip()]
    return _one_or_many(remapped) if remapped else DROPPED


def remap_uid(original: str, pseudonyms: Pseudonyms) -> str:
    """Return the pseudonymous uid; uids of the standard itself name no patient and stay."""
    original = original.strip(" \0")
    return original if original in UID_dictionary else pseudonyms.uid(original)


def _class_uid(rule: KeptRule, values: list[object], written: Written) -> object:
    known = str(values[0]) in UID_dictionary and len(values) == 1
    return written.note(str(values[0])) if known else DROPPED


def _number(rule: KeptRule, values: list[object], written: Written) -> object:
    """Decimal and integer strings must be nothing but a number that no patient has; binary ones are numbers already."""
    if rule.vr in ("DS", "IS"):
        form = _DECIMAL if rule.vr == "DS" else _WHOLE
        texts = [_number_text(value) for value in values]
        return _one_or_many(texts) if all(form.fullmatch(text) and len(text) <= 16 for text in texts) else DROPPED
    numeric = all(isinstance(value, int | float) and math.isfinite(value) for value in values)
    return _one_or_many(values) if numeric else DROPPED


def _number_text(value: object) -> str:
    original = getattr(value, "original_string", None)
    return str(value if original is None else original).strip()


def _table(rule: KeptRule, values: list[object], written: Written) -> object:
    if len(values) == 1 and isinstance(values[0], bytes):
        return values[0] if len(values[0]) <= _MOST_TABLE_BYTES else DROPPED
    return _number(rule, values, written) if len(values) * 2 <= _MOST_TABLE_BYTES else DROPPED


def _pointer(rule: KeptRule, values: list[object], written: Written) -> object:
    kept = all(isinstance(value, int) and int(value) in kept_rules() for value in values)
    return _one_or_many(values) if kept else DROPPED


def _term(rule: KeptRule, values: list[object], written: Written) -> object:
    words = [_word(value, rule.terms) for value in values]
    return DROPPED if None in words else _one_or_many(words)


def _word(value: object, terms: tuple[str, ...]) -> str | None:
    """Return the term as our list spells it."""
    wanted = str(value).strip().upper()
    return next((term for term in terms if term.upper() == wanted), None)


def _agent(rule: KeptRule, values: list[object], written: Written) -> object:
    """An agent is a fact of the study; its spelling may be free text, so it becomes a word of ours."""
    spoken = " ".join(str(value) for value in values).upper()
    return next((term for term in rule.terms if re.search(rf"\b{term}\b", spoken)), rule.terms[-1])


def _leading(rule: KeptRule, values: list[object], written: Written) -> object:
    words: list[str | None] = []
    for value in values:
        word = _word(value, rule.terms)
        if word is None:
            break
        words.append(word)
    return _one_or_many(words) if words else DROPPED


def _pattern(rule: KeptRule, values: list[object], written: Written) -> object:
    texts = [str(value).strip() for value in values]
    return _one_or_many(texts) if rule.pattern and all(map(rule.pattern.fullmatch, texts)) else DROPPED


def _one_or_many(values: list[str] | list[str | None] | list[object]) -> object:
    return values[0] if len(values) == 1 else values


_CLEANERS: Mapping[Treatment, Callable[[KeptRule, list[object], Written], object]] = {
    Treatment.AGE: _age,
    Treatment.DATE: _date,
    Treatment.DATE_TIME: _date_time,
    Treatment.TIME: _time,
    Treatment.UID: _uid,
    Treatment.CLASS_UID: _class_uid,
    Treatment.TABLE: _table,
    Treatment.POINTER: _pointer,
    Treatment.NUMBER: _number,
    Treatment.TERM: _term,
    Treatment.AGENT: _agent,
    Treatment.LEADING: _leading,
    Treatment.PATTERN: _pattern,
}

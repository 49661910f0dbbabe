"""What becomes of each attribute under a profile, in objects of a class: one rule for every tag.

The allow-list (`kept.toml`) comes first, as far as the profile permits it; then
the action of the profile's table; then the kind of value: numbers, and code
strings that are terms of the standard, may stay, words never. In images, which a panel looks at, only what
the class requires stays besides the allow-list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pydicom._dicom_dict import DicomDictionary

from deidentify.headers.rules import (
    KeptRule,
    ProfileRule,
    Treatment,
    kept_rules,
    never_kept,
    profile_rules,
    required_types,
    terms_of,
)
from deidentify.profiles import Profile


class Fallback(StrEnum):
    """What stands in place of a value that cannot stay."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What becomes of one attribute; `fallback` where nothing of its value can stay.

    `vr` is the dictionary's (two letters, or a choice of them), `most` the
    highest number of values, 0 where it is open.
    """

    tag: int
    vr: str
    treatment: Treatment
    fallback: Fallback = Fallback.REMOVE
    terms: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    most: int = 0


_REMOVE = Rule(tag=0, vr="UN", treatment=Treatment.REMOVED)
_NUMBERS = frozenset(("DS", "IS", "US", "SS", "UL", "SL", "FL", "FD", "SV", "UV", "US or SS"))
_BY_VR: Mapping[str, Treatment] = {
    **dict.fromkeys(_NUMBERS, Treatment.NUMBER),
    "CS": Treatment.CODE_STRING,
    "UI": Treatment.UID,
    "SQ": Treatment.SEQUENCE,
    "AT": Treatment.POINTER,
}
_SHIFTED: Mapping[str, Treatment] = {
    "DA": Treatment.DATE,
    "DT": Treatment.DATE_TIME,
    "TM": Treatment.TIME,
}
_DESCRIBED = frozenset(("LO", "SH"))
"""Longer texts are sentences: leaving words out of them could turn their meaning."""
_PERMITTED: Mapping[Treatment, str] = {
    Treatment.EMPTY: "Z",
    Treatment.PSEUDONYM: "ZD",
    Treatment.UID: "U",
    Treatment.DATE: "C",
    Treatment.DATE_TIME: "C",
    Treatment.TIME: "C",
    Treatment.AGE: "K",
    Treatment.AGENT: "C",
    Treatment.SEQUENCE: "U",
    Treatment.TERM: "K",
    Treatment.NUMBER: "K",
}
_PATIENT_ONLY = frozenset((Treatment.EMPTY, Treatment.PSEUDONYM, Treatment.AGE))


@lru_cache(256)
def policy_for(profile: Profile, sop_class: str, *, is_image: bool) -> Policy:
    """Return the policy of a profile for objects of a known class."""
    return Policy(profile, sop_class, is_image=is_image)


def permits(kept: KeptRule, row: ProfileRule | None, profile: Profile) -> bool:
    """Whether the profile lets an attribute of the allow-list stay in the way it is listed."""
    return row is None or bool(set(row.action(profile.options)) & set(_PERMITTED.get(kept.treatment, "")))


class Policy:
    """The rules of a profile for objects of one class, worked out when they are first asked for."""

    def __init__(self, profile: Profile, sop_class: str, *, is_image: bool) -> None:
        self.profile = profile
        self._is_image = is_image
        self._types = required_types(sop_class)
        self._known: dict[tuple[int, int, bool], Rule] = {}

    def rule(self, parent: int, tag: int) -> Rule:
        """Return the rule of a standard attribute in the items of a sequence, or (0) in the data set itself."""
        key = (tag, self._types.get((parent, tag), 0), parent != 0)
        rule = self._known.get(key)
        if rule is None:
            rule = self._resolve(*key)
            if rule is not _REMOVE:
                self._known[key] = rule
        return rule

    def _resolve(self, tag: int, requirement: int, is_nested: bool) -> Rule:  # noqa: FBT001 # spread from a key
        entry = DicomDictionary.get(tag)
        if entry is None or tag in never_kept() or tag & 0xFFFF == 0 or tag >> 16 <= 2:
            return _REMOVE
        kept, row = kept_rules().get(tag), profile_rules().get(f"{tag:08X}")
        if kept and is_nested and kept.treatment in _PATIENT_ONLY and not requirement:
            return _REMOVE
        fallback = _composite(row.basic, requirement) if row else _by_requirement(requirement)
        if kept and permits(kept, row, self.profile):
            return _from_kept(kept, fallback, most=_most(entry[1]))
        if row:
            treatment = self._by_action(row, entry[0], fallback)
        elif entry[3] or (self._is_image and not requirement):
            return _REMOVE
        else:
            treatment = _BY_VR.get(entry[0], _BY_FALLBACK[fallback])
        if treatment is Treatment.REMOVED:
            return _REMOVE
        terms = terms_of(tag) if treatment is Treatment.CODE_STRING else ()
        return Rule(tag=tag, vr=entry[0], treatment=treatment, fallback=fallback, terms=terms, most=_most(entry[1]))

    def _by_action(self, row: ProfileRule, vr: str, fallback: Fallback) -> Treatment:
        action = row.action(self.profile.options)
        if "U" in action:
            return Treatment.SEQUENCE if vr == "SQ" else Treatment.UID
        if action == "C" and vr in _SHIFTED:
            return _SHIFTED[vr]
        if action == "C" and vr == "SQ":
            return Treatment.SEQUENCE
        if action == "C" and vr in _DESCRIBED:
            return Treatment.DESCRIPTOR
        is_replaced = vr == "UI" and fallback is Fallback.DUMMY
        return Treatment.UID if is_replaced else _BY_FALLBACK[fallback]


_BY_FALLBACK: Mapping[Fallback, Treatment] = {
    Fallback.REMOVE: Treatment.REMOVED,
    Fallback.EMPTY: Treatment.EMPTY,
    Fallback.DUMMY: Treatment.DUMMY,
}


def _from_kept(kept: KeptRule, fallback: Fallback, *, most: int) -> Rule:
    return Rule(
        tag=kept.tag,
        vr=kept.vr,
        treatment=kept.treatment,
        fallback=fallback,
        terms=kept.terms,
        pattern=kept.pattern,
        most=most,
    )


def _composite(basic: str, requirement: int) -> Fallback:
    """Choose among the actions of a row what keeps the object valid: X for type 3, Z for type 2, D for type 1."""
    wanted = {0: "XZD", 1: "DZX", 2: "ZDX"}[requirement]
    return Fallback(next((letter for letter in wanted if letter in basic), "X"))


def _by_requirement(requirement: int) -> Fallback:
    return (Fallback.REMOVE, Fallback.DUMMY, Fallback.EMPTY)[requirement]


def _most(multiplicity: str) -> int:
    last = multiplicity.rpartition("-")[2]
    return int(last) if last.isdigit() else 0

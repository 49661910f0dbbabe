"""New elements from those received: attribute by attribute, sequence by sequence, only what may stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from deidentify.headers.codes import clean_code, is_code, is_code_tag, unknown_code
from deidentify.headers.content import CONTENT_SEQUENCE, may_stay, placeholder, refers_by_place
from deidentify.headers.marks import MARKS, add_missing
from deidentify.headers.policy import Fallback, Rule
from deidentify.headers.private import keep_safe_private
from deidentify.headers.rules import Treatment
from deidentify.headers.structure import Element, Level, Structure
from deidentify.headers.tables import cut_tables
from deidentify.headers.values import Work, clean_value, dummy, written_vr
from deidentify.headers.writing import Kept, KeptLevel

_GRAPHIC_ANNOTATIONS = 0x00700001
_GRAPHICS = (0x00700009, 0x00700209)
_NOT_EMPTY = frozenset((Treatment.TABLE, Treatment.POINTER))
_MEASURED = frozenset((Treatment.NUMBER, Treatment.BULK, Treatment.TABLE, Treatment.UID, Treatment.CLASS_UID))
"""Measurements and references are never made up: what cannot stay is left out."""
_REPLACED = frozenset((Treatment.PSEUDONYM, Treatment.DUMMY))


@dataclass(slots=True)
class Cleaning:
    """One data set on its way: what may stay of it, and how often each rule was applied."""

    structure: Structure
    work: Work
    counts: Counter[str] = field(default_factory=Counter)
    _keeps_places: bool = False

    def clean(self) -> KeptLevel:
        """Return what may stay of the data set, with the patient's pseudonym and what must not be missing."""
        root = self.structure.root
        self._keeps_places = refers_by_place(root)
        cleaned = self._clean_level(root, parent=0)
        add_missing(cleaned, self.work)
        return cleaned

    def _clean_level(self, level: Level, *, parent: int) -> KeptLevel:
        """The depth is bounded already: the walk refuses what nests deeper than the limit."""
        cleaned: KeptLevel = {}
        has_private = False
        rule_of, has_code = self.work.policy.rule, parent != 0 and is_code(level)
        for tag, element in level.items():
            if tag >> 16 & 1:
                has_private = True
            elif (has_code and is_code_tag(tag)) or (parent == 0 and tag in MARKS):
                continue
            else:
                self._keep(rule_of(parent, tag), element, cleaned)
        if has_private:
            self._keep_private(level, cleaned)
        self.counts["removed"] += cut_tables(cleaned, is_item=parent != 0, little_endian=self.structure.little_endian)
        return cleaned

    def _keep(self, rule: Rule, element: Element, cleaned: KeptLevel) -> None:
        kept = None
        if rule.treatment is Treatment.REMOVED:
            pass
        elif rule.vr == "SQ":
            kept = self._clean_sequence(rule, element)
        elif element.items is None:
            kept = self._clean_plain(rule, element)
        if kept is None:
            self.counts["removed"] += 1
        else:
            cleaned[rule.tag] = kept

    def _clean_plain(self, rule: Rule, element: Element) -> Kept | None:
        value = self.structure.value(element)
        vr = written_vr(rule, element.vr)
        if not value and rule.treatment not in _REPLACED:
            return None if rule.treatment in _NOT_EMPTY else Kept(vr)
        cleaned = clean_value(rule, value, self.work, vr=element.vr)
        if cleaned is not None:
            self.counts[rule.treatment.value] += 1
            return Kept(vr, cleaned)
        if rule.fallback is Fallback.REMOVE or (rule.fallback is Fallback.DUMMY and rule.treatment in _MEASURED):
            return None
        if rule.fallback is Fallback.EMPTY:
            self.counts[Treatment.EMPTY.value] += 1
            return Kept(vr)
        self.counts[Treatment.DUMMY.value] += 1
        return Kept(vr, dummy(rule, value, self.work))

    def _clean_sequence(self, rule: Rule, element: Element) -> Kept | None:
        if element.items is None:
            return None
        if rule.treatment is Treatment.EMPTY or not element.items:
            return Kept(b"SQ", items=[])
        is_dummy = rule.treatment is Treatment.DUMMY
        if is_dummy and rule.tag in (CONTENT_SEQUENCE, _GRAPHIC_ANNOTATIONS):
            self.counts[Treatment.DUMMY.value] += 1
            return Kept(b"SQ", items=[placeholder(self.work)]) if rule.tag == CONTENT_SEQUENCE else None
        items = [self._clean_item(rule, item) for item in element.items]
        kept = [item for item in items if item is not None]
        if not kept and (rule.fallback is Fallback.REMOVE or rule.tag == CONTENT_SEQUENCE):
            return None
        if not kept and rule.fallback is Fallback.DUMMY and is_code(element.items[0]):
            kept = [unknown_code()]
        self.counts[rule.treatment.value] += 1
        return Kept(b"SQ", items=kept)

    def _clean_item(self, rule: Rule, item: Level) -> KeptLevel | None:
        if rule.tag == CONTENT_SEQUENCE and not may_stay(item, self.structure, self.work):
            self.counts["content_removed"] += 1
            return placeholder(self.work) if self._keeps_places else None
        if not is_code(item):
            cleaned = self._clean_level(item, parent=rule.tag)
            is_blank = rule.tag == _GRAPHIC_ANNOTATIONS and not any(tag in cleaned for tag in _GRAPHICS)
            return None if is_blank else cleaned
        kept = unknown_code() if rule.treatment is Treatment.DUMMY else clean_code(item, self.structure, self.work)
        if kept is None:
            self.counts["code_removed"] += 1
            return None
        self.counts[Treatment.CODE.value] += 1
        return self._clean_level(item, parent=rule.tag) | kept

    def _keep_private(self, level: Level, cleaned: KeptLevel) -> None:
        there = sum(1 for tag in level if tag >> 16 & 1)
        kept = {}
        if self.work.policy.profile.has("retain_safe_private"):
            kept = dict(keep_safe_private(level, self.structure, self.work))
        cleaned.update(kept)
        self.counts[Treatment.SAFE_PRIVATE.value] += len(kept)
        self.counts["private_removed"] += there - len(kept)

"""A new data set from an old one: attribute by attribute, sequence by sequence, only what may stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from deidentify.headers.rules import KeptRule, Treatment, applied_options, kept_rules, known_codes
from deidentify.headers.tables import cut_tables
from deidentify.headers.values import DROPPED, Written, clean_value
from domain.errors import DeidentificationError

METHOD = ("Hilum", "PS3.15 Annex E Basic Profile by allow-list", "Pixels not searched for text")
_METHOD_CODES: Mapping[str, tuple[str, str]] = {
    "basic": ("113100", "Basic Application Confidentiality Profile"),
    "retain_longitudinal_modified_dates": (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    "retain_patient_characteristics": ("113108", "Retain Patient Characteristics Option"),
}
_PATIENT_ONLY = frozenset((Treatment.EMPTY, Treatment.PSEUDONYM, Treatment.AGE))


@dataclass(slots=True)
class Cleaning:
    """One data set on its way: what was written, and how often each rule was applied."""

    written: Written
    depth_limit: int
    little_endian: bool = True
    counts: Counter[str] = field(default_factory=Counter)

    def clean(self, original: Dataset) -> Dataset:
        """Return a new data set with what may stay, marked as de-identified.

        Raises:
            DeidentificationError("dicom_too_deep"): sequences nest deeper than the limit.
        """
        cleaned = self._clean_level(original, 0)
        self._add_missing(cleaned)
        _mark(cleaned)
        return cleaned

    def _clean_level(self, original: Dataset, depth: int) -> Dataset:
        if depth > self.depth_limit:
            raise DeidentificationError("dicom_too_deep")
        cleaned = Dataset()
        rules = kept_rules()
        for tag in tuple(original.keys()):
            rule = rules.get(int(tag))
            if rule is None or (depth and rule.treatment in _PATIENT_ONLY):
                self.counts["private_removed" if tag.is_private else "removed"] += 1
                continue
            self._keep(rule, original[tag], cleaned=cleaned, depth=depth)
        self.counts["removed"] += cut_tables(cleaned, is_item=depth > 0, little_endian=self.little_endian)
        return cleaned

    def _keep(self, rule: KeptRule, element: DataElement, *, cleaned: Dataset, depth: int) -> None:
        if rule.treatment in (Treatment.SEQUENCE, Treatment.CODED):
            value: object = self._clean_sequence(rule, element, depth)
        else:
            value = DROPPED if element.VR == "SQ" else clean_value(rule, element, self.written)
        if value is DROPPED:
            self.counts["removed"] += 1
            return
        self.counts[rule.treatment.value] += 1
        cleaned.add(DataElement(rule.tag, _vr_to_write(rule, element), value, already_converted=False))

    def _clean_sequence(self, rule: KeptRule, element: DataElement, depth: int) -> object:
        if element.VR != "SQ" or not element.value:
            return DROPPED
        if rule.treatment is Treatment.CODED:
            items = [item for item in map(_clean_code, element.value) if item is not None]
        else:
            items = [self._clean_level(item, depth + 1) for item in element.value]
        return Sequence(items) if items else DROPPED

    def _add_missing(self, cleaned: Dataset) -> None:
        """Attributes of type 2 must be there, if only empty; a patient without a name gets the pseudonym."""
        for rule in kept_rules().values():
            if rule.treatment is Treatment.EMPTY and rule.tag not in cleaned:
                cleaned.add_new(rule.tag, rule.vr, "")
            if rule.treatment is Treatment.PSEUDONYM and rule.tag not in cleaned:
                cleaned.add_new(rule.tag, rule.vr, self.written.note(self.written.pseudonyms.patient))
        for keyword, vr in (("StudyDate", "DA"), ("StudyTime", "TM"), ("PatientSex", "CS")):
            if keyword not in cleaned:
                cleaned.add(DataElement(keyword, vr, ""))


def method_codes() -> tuple[tuple[str, str], ...]:
    """Return value and meaning of the codes (CID 7050) for what is really applied."""
    return tuple(_METHOD_CODES[name] for name in ("basic", *applied_options()))


def _vr_to_write(rule: KeptRule, element: DataElement) -> str:
    """The dictionary's VR; where it leaves a choice (US or SS), the one received."""
    return str(element.VR) if " or " in rule.vr else rule.vr


def _clean_code(item: Dataset) -> Dataset | None:
    code = (str(item.get("CodingSchemeDesignator", "")).strip(), str(item.get("CodeValue", "")).strip())
    meaning = known_codes().get(code)
    return None if meaning is None else _code(code[1], code[0], meaning)


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _mark(cleaned: Dataset) -> None:
    """Say what was done, as PS3.15 E.1.1 asks; that no burned-in text is left is not claimed."""
    cleaned.SpecificCharacterSet = "ISO_IR 192"
    cleaned.PatientIdentityRemoved = "YES"
    cleaned.DeidentificationMethod = list(METHOD)
    codes = [_code(value, "DCM", meaning) for value, meaning in method_codes()]
    cleaned.DeidentificationMethodCodeSequence = Sequence(codes)
    cleaned.LongitudinalTemporalInformationModified = "MODIFIED"

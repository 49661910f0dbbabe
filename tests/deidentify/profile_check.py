"""A judge of de-identified files who knows nothing of how they were made: originals and outputs, side by side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from deidentify.headers.rules import profile_rules

Place = tuple[object, ...]
_STANDARD = "1.2.840.10008."
_NUMBERS = frozenset(
    ("PatientID", "AccessionNumber", "StudyID", "OtherPatientIDs", "DeviceSerialNumber", "AdmissionID", "StationName")
) | {"InstitutionName", "InstitutionAddress", "PatientAddress", "PatientTelephoneNumbers", "IssuerOfPatientID"}
_ENCODINGS = ("utf-8", "euc_kr", "latin-1", "shift_jis")
_FEWEST = 4
_MAY_STAY = frozenset(("TM", "SQ", "LO", "SH"))
"""Of what an option cleans: hours, sequences, and words of descriptions that are listed."""


@dataclass(slots=True)
class Judge:
    """Gathers what is wrong over all files: uids must be mapped alike in each of them.

    With options of a profile, what these keep or move may stand in the output.
    """

    options: tuple[str, ...] = ()
    listed: int = 0
    problems: list[str] = field(default_factory=list)
    _uids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _sources: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def look_at(self, name: str, original: bytes, output: bytes, *, marks: frozenset[bytes] = frozenset()) -> None:
        before, after = (pydicom.dcmread(BytesIO(data), force=True) for data in (original, output))
        telling = {*_telling(before, has_days=not self.options)}
        found = [*self._kept(before, after), *_leaks(telling, after, output), *_left(after, output)]
        found += [f"mark {mark!r}" for mark in marks if _stands(mark, output)]
        self.problems += [f"{name}: {problem}" for problem in found]

    def verdict(self) -> list[str]:
        """Return all that is wrong, uids that were mapped in two ways or onto each other included."""
        torn = [f"uid {uid} has {len(new)} pseudonyms" for uid, new in self._uids.items() if len(new) > 1]
        merged = [f"uid {uid} stands for {len(old)}" for uid, old in self._sources.items() if len(old) > 1]
        return [*self.problems, *torn, *merged]

    def _kept(self, before: Dataset, after: Dataset) -> Iterator[str]:
        new = dict(_walk(after))
        for place, element in _walk(before):
            action = _action(element, self.options)
            if place in new and element.VR == "UI" and element.tag.group != 2:
                self._note_uids(element, new[place])
            is_plain = bool(action) and element.VR != "SQ" and _says_something(element)
            self.listed += is_plain
            if is_plain and place in new and str(new[place].value) == str(element.value):
                yield f"kept {place} {element.keyword} ({action})"
            is_removed = action == "X" and element.VR == "SQ" and element.value
            if is_removed and place in new and new[place].value:
                yield f"kept sequence {place} {element.keyword}"

    def _note_uids(self, old: DataElement, new: DataElement) -> None:
        pairs = zip(_values(old), _values(new), strict=False)
        for original, pseudonym in pairs:
            if original and pseudonym and not original.startswith(_STANDARD):
                self._uids[original].add(pseudonym)
                self._sources[pseudonym].add(original)


def _walk(dataset: Dataset, above: Place = ()) -> Iterator[tuple[Place, DataElement]]:
    for element in dataset:
        place = (*above, f"{int(element.tag):08X}")
        yield place, element
        if element.VR == "SQ":
            for number, item in enumerate(element.value or ()):
                yield from _walk(item, (*place, number))


def _action(element: DataElement, options: tuple[str, ...]) -> str:
    """Return what the profile does with an attribute, an empty text where it leaves it alone."""
    tag = element.tag
    if tag.element == 0 or tag.group == 2 or (tag.is_private and tag.element < 0x1000):
        return ""
    if tag.is_private or 0x5000 <= tag.group <= 0x50FF or 0x6000 <= tag.group <= 0x60FF:
        return "" if "retain_safe_private" in options and tag.is_private else "X"
    row = profile_rules().get(f"{int(tag):08X}")
    action = row.action(options) if row else ""
    return "" if action == "K" or (action == "C" and element.VR in _MAY_STAY) else action


def _values(element: DataElement) -> list[str]:
    value = element.value
    return [value] if isinstance(value, str) else [str(part) for part in value or ()]


def _says_something(element: DataElement) -> bool:
    value = element.value
    if isinstance(value, bytes):
        return bool(value.strip(b"\0"))
    text = str(value if value is not None else "").strip()
    return bool(text) and not (element.VR == "UI" and text.startswith(_STANDARD))


def _leaks(telling: set[str], after: Dataset, output: bytes) -> Iterator[str]:
    header = _header(after, output).lower()
    for word in telling:
        forms = {word.encode(encoding, "ignore").lower() for encoding in _ENCODINGS}
        if any(len(form) >= _FEWEST and _stands(form, header) for form in forms):
            yield f"leak {word}"


def _stands(value: bytes, output: bytes) -> bool:
    """Whether a value stands in the output; digits only by themselves, for long numbers hold short ones by chance."""
    if value not in output:
        return False
    return not value.isdigit() or re.search(rb"(?<![0-9.])" + value + rb"(?![0-9.])", output) is not None


def _header(after: Dataset, output: bytes) -> bytes:
    pixels = after.get("PixelData")
    return output[: len(output) - len(pixels)] if isinstance(pixels, bytes) and output.endswith(pixels) else output


def _telling(before: Dataset, *, has_days: bool) -> Iterator[str]:
    for _, element in _walk(before):
        text = str(element.value or "") if element.VR != "SQ" and not isinstance(element.value, bytes) else ""
        if element.VR == "PN":
            yield from (part for part in re.split(r"[=^\\ ,]+", text) if len(part) >= _FEWEST)
        elif element.keyword in _NUMBERS and len(text) > _FEWEST and len(set(text)) > 1:
            yield text.strip()
        elif has_days and element.VR in ("DA", "DT") and (found := re.match(r"(?:17|18|19|20)\d{6}", text)):
            yield found.group()


def _left(after: Dataset, output: bytes) -> Iterator[str]:
    """Yield what no output may have, whatever the original was."""
    if any(output[:128]):
        yield "preamble"
    if after.get("PatientIdentityRemoved") != "YES" or not after.get("DeidentificationMethodCodeSequence"):
        yield "not marked"
    if after.file_meta.get("MediaStorageSOPInstanceUID") != after.get("SOPInstanceUID"):
        yield "file meta of another instance"
    if "SourceApplicationEntityTitle" in after.file_meta:
        yield "sender"
    if any(element.tag.element == 0 for _, element in _walk(after)):
        yield "group length"

"""The structure of a DICOM file, walked without recursion before anything is believed of it.

Finds where the pixel data lie, refuses what is cut off, too deep or ambiguous,
and gathers what must not stand in the output: names, numbers, dates and uids.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import tag_for_keyword

from deidentify.limits import Limits
from domain.errors import DeidentificationError

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"

_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXEL_DATA = 0x7FE00010
_PADDING = 0xFFFCFFFC
_LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_SHORT_VRS = frozenset(
    (b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS")
) | {b"ST", b"TM", b"UI", b"UL", b"US"}
_TELLING_VRS = frozenset((b"PN", b"DA", b"DT", b"UI"))
_TELLING_KEYWORDS = (
    "PatientID", "OtherPatientIDs", "IssuerOfPatientID", "AccessionNumber", "StudyID", "AdmissionID", "StationName",
    "DeviceSerialNumber", "PlateID", "DetectorID", "RequestedProcedureID", "ScheduledProcedureStepID",
    "PerformedProcedureStepID", "FillerOrderNumberImagingServiceRequest", "PlacerOrderNumberImagingServiceRequest",
    "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "PatientAddress", "PatientTelephoneNumbers",
    "MedicalRecordLocator", "CurrentPatientLocation", "PatientInsurancePlanCodeSequence", "MilitaryRank", "Occupation",
    "ServiceEpisodeID", "PatientMotherBirthName", "OtherPatientNames", "RequestingService",
)  # fmt: skip
_MOST_TELLING_BYTES = 4_096


class PixelSpan(NamedTuple):
    """Where the pixel data element begins, its value, and where it ends; fragments if encapsulated."""

    start: int
    value: int
    end: int
    fragments: tuple[tuple[int, int], ...] | None


class Told(NamedTuple):
    """One value as received that must not stand in the output."""

    tag: int
    vr: bytes
    value: bytes


@dataclass(slots=True)
class Structure:
    """One file as walked: its data set (inflated), how it is encoded, and what was met."""

    data: bytes
    start: int
    transfer_syntax: str
    implicit: bool
    little_endian: bool
    pixels: PixelSpan | None = None
    told: list[Told] = field(default_factory=list)
    elements: int = 0


class _Level(NamedTuple):
    """An open sequence or item: where it ends (None: by a delimiter)."""

    end: int | None
    is_sequence: bool
    implicit: bool


class _Element(NamedTuple):
    tag: int
    vr: bytes
    value: int
    length: int


def read_structure(data: bytes, limits: Limits) -> Structure:
    """Walk a DICOM file.

    Raises:
        DeidentificationError: "dicom_truncated", "dicom_ambiguous", "dicom_too_deep", "dicom_too_large".
    """
    structure = _open(data, limits)
    _Walk(structure, limits).run()
    return structure


def looks_like_dicom(data: bytes) -> bool:
    """Whether the bytes say that they are DICOM, or begin with an unmistakable first element."""
    return data[128:132] == b"DICM" or _guess(data, 0) is not None


def _open(data: bytes, limits: Limits) -> Structure:
    start = 132 if data[128:132] == b"DICM" else 0
    syntax, start = _read_meta(data, start)
    if not syntax:
        guessed = _guess(data, start)
        if guessed is None:
            raise DeidentificationError("dicom_ambiguous")
        syntax = guessed
    if syntax == DEFLATED:
        return _new_structure(_inflate(data[start:], limits), 0, EXPLICIT)
    return _new_structure(data, start, syntax)


def _new_structure(data: bytes, start: int, syntax: str) -> Structure:
    return Structure(data, start, syntax, implicit=syntax == IMPLICIT, little_endian=syntax != BIG_ENDIAN)


def _read_meta(data: bytes, position: int) -> tuple[str, int]:
    """Return the transfer syntax, empty if none is given, and where the data set begins."""
    syntax = ""
    while data[position : position + 2] == b"\x02\x00":
        element = _read_element(data, position, implicit=False, little_endian=True)
        end = element.value + element.length
        if element.length == _UNDEFINED or end > len(data):
            raise DeidentificationError("dicom_truncated")
        if element.tag == 0x00020010:
            syntax = data[element.value : end].rstrip(b"\0 ").decode("ascii", "replace")
        position = end
    return syntax, position


def _guess(data: bytes, position: int) -> str | None:
    """Return the transfer syntax that the first element shows, None where it could be anything."""
    head = data[position : position + 8]
    if len(head) < 8:
        return None
    if head[:2] == b"\x02\x00" and head[4:6] in _SHORT_VRS | _LONG_VRS:
        return EXPLICIT
    if head[:2] in (b"\x08\x00", b"\x10\x00") and head[3] == 0:
        if head[4:6] in _SHORT_VRS:
            return EXPLICIT
        is_short = int.from_bytes(head[4:8], "little") <= 1024
        return IMPLICIT if is_short and _vr_by_tag(_tag_of(head, little_endian=True)) != b"UN" else None
    if head[:2] == b"\x00\x08" and head[4:6] in _SHORT_VRS:
        return BIG_ENDIAN
    return None


def _inflate(packed: bytes, limits: Limits) -> bytes:
    inflator = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflator.decompress(packed, limits.file_bytes + 1)
    except zlib.error as error:
        raise DeidentificationError("dicom_truncated") from error
    if len(data) > limits.file_bytes:
        raise DeidentificationError("dicom_too_large")
    if not inflator.eof:
        raise DeidentificationError("dicom_truncated")
    return data


def _tag_of(head: bytes, *, little_endian: bool) -> int:
    order: Literal["little", "big"] = "little" if little_endian else "big"
    return int.from_bytes(head[0:2], order) << 16 | int.from_bytes(head[2:4], order)


def _read_element(data: bytes, position: int, *, implicit: bool, little_endian: bool) -> _Element:
    """Read tag, VR and length of one element (or item) at a position."""
    head = data[position : position + 12]
    if len(head) < 8:
        raise DeidentificationError("dicom_truncated")
    tag = _tag_of(head, little_endian=little_endian)
    if implicit or tag >> 16 == 0xFFFE:
        return _Element(tag, _vr_by_tag(tag), position + 8, _number(head[4:8], little_endian=little_endian))
    vr = head[4:6]
    if vr in _SHORT_VRS:
        return _Element(tag, vr, position + 8, _number(head[6:8], little_endian=little_endian))
    if vr not in _LONG_VRS:
        raise DeidentificationError("dicom_ambiguous")
    if len(head) < 12:
        raise DeidentificationError("dicom_truncated")
    return _Element(tag, vr, position + 12, _number(head[8:12], little_endian=little_endian))


def _number(packed: bytes, *, little_endian: bool) -> int:
    return int.from_bytes(packed, "little" if little_endian else "big")


def _vr_by_tag(tag: int) -> bytes:
    entry = DicomDictionary.get(tag)
    return entry[0][:2].encode() if entry else b"UN"


@cache
def _telling_tags() -> frozenset[int]:
    return frozenset(tag for tag in map(tag_for_keyword, _TELLING_KEYWORDS) if tag is not None)


class _Walk:
    """One walk over a data set, with a stack of its own."""

    def __init__(self, structure: Structure, limits: Limits) -> None:
        self.structure = structure
        self.limits = limits
        self.data = structure.data
        self.little_endian = structure.little_endian
        self.levels: list[_Level] = []
        self.position = structure.start
        self.telling = _telling_tags()

    def run(self) -> None:
        while True:
            self._leave_ended_levels()
            if self.position == len(self.data):
                break
            if not self.levels and self._is_padding():
                break
            self._step()
        if self.levels:
            raise DeidentificationError("dicom_truncated")

    def _leave_ended_levels(self) -> None:
        while self.levels and self.levels[-1].end is not None and self.position >= self.levels[-1].end:
            if self.position > self.levels[-1].end:
                raise DeidentificationError("dicom_truncated")
            self.levels.pop()

    def _is_padding(self) -> bool:
        """Zeros after the last element, as some media pad files."""
        rest = self.data[self.position : self.position + 8]
        return not any(rest) and not any(self.data[self.position :])

    def _step(self) -> None:
        self.structure.elements += 1
        if self.structure.elements > self.limits.elements:
            raise DeidentificationError("dicom_too_large")
        implicit = self.levels[-1].implicit if self.levels else self.structure.implicit
        element = _read_element(self.data, self.position, implicit=implicit, little_endian=self.little_endian)
        if self.levels and self.levels[-1].is_sequence:
            self._take_item(element, implicit=implicit)
        elif element.tag >> 16 == 0xFFFE:
            self._take_item_end(element)
        else:
            self._take_element(element, implicit=implicit)

    def _take_item(self, element: _Element, *, implicit: bool) -> None:
        self.position = element.value
        if element.tag == _ITEM:
            self._enter(element, is_sequence=False, implicit=implicit)
        elif element.tag == _SEQUENCE_END and self.levels[-1].end is None:
            self.levels.pop()
        else:
            raise DeidentificationError("dicom_ambiguous")

    def _take_item_end(self, element: _Element) -> None:
        if element.tag != _ITEM_END or not self.levels or self.levels[-1].end is not None:
            raise DeidentificationError("dicom_ambiguous")
        self.position = element.value
        self.levels.pop()

    def _take_element(self, element: _Element, *, implicit: bool) -> None:
        if element.tag == _PIXEL_DATA:
            self._take_pixels(element)
        elif element.vr == b"SQ" or element.length == _UNDEFINED:
            is_unknown = element.vr == b"UN"
            self.position = element.value
            self._enter(element, is_sequence=True, implicit=implicit or is_unknown)
        else:
            self._take_value(element)

    def _enter(self, element: _Element, *, is_sequence: bool, implicit: bool) -> None:
        end = None if element.length == _UNDEFINED else self._end_of(element)
        if len(self.levels) >= 2 * self.limits.depth:
            raise DeidentificationError("dicom_too_deep")
        self.levels.append(_Level(end, is_sequence, implicit))

    def _end_of(self, element: _Element) -> int:
        end = element.value + element.length
        bound = next((level.end for level in reversed(self.levels) if level.end is not None), len(self.data))
        if end > bound:
            raise DeidentificationError("dicom_truncated")
        return end

    def _take_value(self, element: _Element) -> None:
        start, self.position = self.position, self._end_of(element)
        telling = element.vr in _TELLING_VRS or element.tag in self.telling
        if telling and 0 < element.length <= _MOST_TELLING_BYTES and start < self.position:
            self.structure.told.append(Told(element.tag, element.vr, self.data[element.value : self.position]))

    def _take_pixels(self, element: _Element) -> None:
        start = self.position
        if element.length != _UNDEFINED:
            self.position = self._end_of(element)
            self._note_pixels(PixelSpan(start, element.value, self.position, None))
            return
        fragments = tuple(self._fragments(element.value))
        self._note_pixels(PixelSpan(start, element.value, self.position, fragments))

    def _note_pixels(self, span: PixelSpan) -> None:
        """Icons have pixel data too, inside of their sequence; only those of the image count."""
        if self.levels:
            return
        if self.structure.pixels is not None:
            raise DeidentificationError("dicom_ambiguous")
        self.structure.pixels = span

    def _fragments(self, position: int) -> list[tuple[int, int]]:
        fragments: list[tuple[int, int]] = []
        while True:
            item = _read_element(self.data, position, implicit=True, little_endian=self.little_endian)
            if item.tag == _SEQUENCE_END:
                self.position = item.value
                return fragments
            position = item.value + item.length
            if item.tag != _ITEM or position > len(self.data):
                raise DeidentificationError("dicom_truncated")
            fragments.append((item.value, position))

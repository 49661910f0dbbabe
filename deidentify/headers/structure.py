"""The structure of a DICOM file, walked without recursion before anything is believed of it.

The walk gives a tree of places in the bytes; it refuses what is cut off, too
deep or ambiguous, and gathers what must not stand in the output: names,
numbers, dates and uids. How the file begins is told in `opening.py`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import tag_for_keyword

from deidentify.headers.opening import BIG_ENDIAN, IMPLICIT, LONG_VRS, SHORT_VRS, Opened, open_file
from deidentify.limits import Limits
from domain.errors import DeidentificationError

_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_DELIMITERS = 0xFFFE
PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS = 0x7FE00010, 0x7FE00008, 0x7FE00009
PIXEL_TAGS = frozenset((PIXEL_DATA, FLOAT_PIXELS, DOUBLE_PIXELS))
_TELLING_VRS = frozenset((b"PN", b"DA", b"DT", b"UI"))
_TELLING_KEYWORDS = (
    "PatientID", "OtherPatientIDs", "IssuerOfPatientID", "AccessionNumber", "StudyID", "AdmissionID", "StationName",
    "DeviceSerialNumber", "PlateID", "DetectorID", "RequestedProcedureID", "ScheduledProcedureStepID",
    "PerformedProcedureStepID", "FillerOrderNumberImagingServiceRequest", "PlacerOrderNumberImagingServiceRequest",
    "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "PatientAddress", "PatientTelephoneNumbers",
    "MedicalRecordLocator", "CurrentPatientLocation", "MilitaryRank", "Occupation", "ServiceEpisodeID",
    "PatientMotherBirthName", "OtherPatientNames", "RequestingService",
)  # fmt: skip
_PIXEL_VRS = frozenset((b"OB", b"OW", b"OF", b"OD", b"UN"))
_MOST_TELLING_BYTES = 4_096


class PixelSpan(NamedTuple):
    """Where the pixel data element begins, its value, and where it ends; fragments if encapsulated."""

    start: int
    value: int
    end: int
    fragments: tuple[tuple[int, int], ...] | None
    tag: int = PIXEL_DATA
    vr: bytes = b"OW"


class Told(NamedTuple):
    """One value as received that must not stand in the output."""

    tag: int
    vr: bytes
    value: bytes


class Element(NamedTuple):
    """One element as it was met: where its value lies, or its items.

    `vr` is the one received; in implicit data, and for UN, the dictionary's.
    """

    tag: int
    vr: bytes
    start: int
    end: int
    items: list[dict[int, Element]] | None = None


Level = dict[int, Element]
"""The elements of a data set or of an item, by tag."""


@dataclass(slots=True)
class Structure:
    """One file as walked: its data set (inflated), how it is encoded, and what was met.

    `implicit` is how it was read; it is written as its transfer syntax says.
    `sop_class` and `sop_instance` are those of the file meta.
    """

    data: bytes
    start: int
    transfer_syntax: str
    implicit: bool
    little_endian: bool
    sop_class: str = ""
    sop_instance: str = ""
    root: Level = field(default_factory=dict)
    pixels: PixelSpan | None = None
    told: set[Told] = field(default_factory=set)
    elements: int = 0

    @property
    def writes_implicit(self) -> bool:
        return self.transfer_syntax == IMPLICIT

    def value(self, element: Element) -> bytes:
        return self.data[element.start : element.end]

    def text(self, level: Level, tag: int) -> str:
        """Return the value of an element as plain text, empty where it is missing; for codes and uids."""
        element = level.get(tag)
        return self.value(element).decode("latin-1").strip(" \0") if element and element.items is None else ""


class _Frame(NamedTuple):
    """An open sequence (with its items) or item: where it ends (None: by a delimiter), and what it gathers."""

    end: int | None
    implicit: bool
    items: list[Level] | None
    level: Level


class _Head(NamedTuple):
    tag: int
    vr: bytes
    value: int
    length: int


class _Order(NamedTuple):
    """How numbers are packed."""

    implicit: struct.Struct
    explicit: struct.Struct
    long: struct.Struct


_LITTLE = _Order(struct.Struct("<HHL"), struct.Struct("<HH2sH"), struct.Struct("<L"))
_BIG = _Order(struct.Struct(">HHL"), struct.Struct(">HH2sH"), struct.Struct(">L"))


def read_structure(data: bytes, limits: Limits) -> Structure:
    """Walk a DICOM file.

    Raises:
        DeidentificationError: "dicom_truncated", "dicom_ambiguous", "dicom_too_deep", "dicom_too_large".
    """
    opened = open_file(data, limits)
    structure = _new_structure(opened)
    try:
        _Walk(structure, limits).run()
    except struct.error as error:
        raise DeidentificationError("dicom_truncated") from error
    return structure


def _new_structure(opened: Opened) -> Structure:
    return Structure(
        opened.data,
        opened.start,
        opened.transfer_syntax,
        implicit=opened.implicit,
        little_endian=opened.transfer_syntax != BIG_ENDIAN,
        sop_class=opened.sop_class,
        sop_instance=opened.sop_instance,
    )


@lru_cache(1 << 14)
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
        self.order = _LITTLE if structure.little_endian else _BIG
        self.position = structure.start
        self.telling = _telling_tags()
        root = _Frame(len(structure.data), structure.implicit, None, structure.root)
        self.frames = [root]

    def run(self) -> None:
        while True:
            frame = self._leave_ended_frames()
            if len(self.frames) == 1 and self._is_at_end():
                return
            self.structure.elements += 1
            if self.structure.elements > self.limits.elements:
                raise DeidentificationError("dicom_too_large")
            head = self._read_head(self.position, implicit=frame.implicit)
            if frame.items is not None:
                self._take_item(head, frame, frame.items)
            elif head.tag >> 16 == _DELIMITERS:
                self._take_item_end(head, frame)
            else:
                self._take_element(head, frame)

    def _leave_ended_frames(self) -> _Frame:
        frame = self.frames[-1]
        while frame.end is not None and self.position >= frame.end and len(self.frames) > 1:
            if self.position > frame.end:
                raise DeidentificationError("dicom_truncated")
            self.frames.pop()
            frame = self.frames[-1]
        return frame

    def _is_at_end(self) -> bool:
        """At the end of the data, or at zeros after the last element, as some media pad files."""
        if self.position == len(self.data):
            return True
        return not any(self.data[self.position : self.position + 8]) and not any(self.data[self.position :])

    def _read_head(self, position: int, *, implicit: bool) -> _Head:
        """Read tag, VR and length of one element (or item) at a position."""
        group, number, vr, length = self.order.explicit.unpack_from(self.data, position)
        tag = group << 16 | number
        if implicit or group == _DELIMITERS:
            return _Head(tag, _vr_by_tag(tag), position + 8, self.order.long.unpack_from(self.data, position + 4)[0])
        if vr in SHORT_VRS:
            return _Head(tag, vr, position + 8, length)
        if vr not in LONG_VRS:
            raise DeidentificationError("dicom_ambiguous")
        return _Head(tag, vr, position + 12, self.order.long.unpack_from(self.data, position + 8)[0])

    def _take_item(self, head: _Head, frame: _Frame, items: list[Level]) -> None:
        self.position = head.value
        if head.tag == _ITEM:
            level: Level = {}
            items.append(level)
            self._enter(head, _Frame(None, frame.implicit, None, level))
        elif head.tag == _SEQUENCE_END and frame.end is None:
            self.frames.pop()
        else:
            raise DeidentificationError("dicom_ambiguous")

    def _take_item_end(self, head: _Head, frame: _Frame) -> None:
        if head.tag != _ITEM_END or frame.end is not None:
            raise DeidentificationError("dicom_ambiguous")
        self.position = head.value
        self.frames.pop()

    def _take_element(self, head: _Head, frame: _Frame) -> None:
        if head.tag in PIXEL_TAGS:
            self._take_pixels(head)
            return
        vr = head.vr
        if vr == b"UN" and self.structure.little_endian:
            vr = _vr_by_tag(head.tag)
        if vr == b"SQ" or head.length == _UNDEFINED:
            self._take_sequence(head, frame)
        else:
            self._take_value(head, vr, frame.level)

    def _take_sequence(self, head: _Head, frame: _Frame) -> None:
        """Whatever has no length is a sequence; unknown ones are written as implicit data (PS3.5, 6.2.2)."""
        items: list[Level] = []
        self.position = head.value
        frame.level[head.tag] = Element(head.tag, b"SQ", head.value, head.value, items)
        self._enter(head, _Frame(None, frame.implicit or head.vr == b"UN", items, {}))

    def _enter(self, head: _Head, frame: _Frame) -> None:
        if len(self.frames) > 2 * self.limits.depth:
            raise DeidentificationError("dicom_too_deep")
        end = None if head.length == _UNDEFINED else self._end_of(head)
        self.frames.append(frame._replace(end=end))

    def _end_of(self, head: _Head) -> int:
        end = head.value + head.length
        frame = self.frames[-1]
        bound = frame.end
        if bound is None:
            bound = next(outer.end for outer in reversed(self.frames) if outer.end is not None)
        if end > bound:
            raise DeidentificationError("dicom_truncated")
        return end

    def _take_value(self, head: _Head, vr: bytes, level: Level) -> None:
        end = self._end_of(head)
        level[head.tag] = Element(head.tag, vr, head.value, end)
        self.position = end
        if (vr in _TELLING_VRS or head.tag in self.telling) and 0 < head.length <= _MOST_TELLING_BYTES:
            self.structure.told.add(Told(head.tag, vr, self.data[head.value : end]))

    def _take_pixels(self, head: _Head) -> None:
        """Whatever calls itself text or a sequence is no picture, and would pass unread."""
        if head.vr not in _PIXEL_VRS:
            raise DeidentificationError("dicom_ambiguous")
        start = self.position
        if head.length != _UNDEFINED:
            self.position = self._end_of(head)
            self._note_pixels(PixelSpan(start, head.value, self.position, None, head.tag, head.vr))
            return
        fragments = tuple(self._fragments(head.value))
        self._note_pixels(PixelSpan(start, head.value, self.position, fragments, head.tag, b"OB"))

    def _note_pixels(self, span: PixelSpan) -> None:
        """Icons have pixel data too, inside of their sequence; only those of the image count."""
        if len(self.frames) > 1:
            return
        if self.structure.pixels is not None:
            raise DeidentificationError("dicom_ambiguous")
        self.structure.pixels = span

    def _fragments(self, position: int) -> list[tuple[int, int]]:
        fragments: list[tuple[int, int]] = []
        while True:
            item = self._read_head(position, implicit=True)
            if item.tag == _SEQUENCE_END:
                self.position = item.value
                return fragments
            position = item.value + item.length
            if item.tag != _ITEM or position > len(self.data):
                raise DeidentificationError("dicom_truncated")
            fragments.append((item.value, position))

"""Canary files: every attribute that the profile names, filled with a marked value, in places where tools forget it.

Each file is an object of one class with marked values at its top level, inside
of sequences that the profile does not list (three deep), inside of private
sequences, and in odd groups. A value that comes out again anywhere is a survivor.
"""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from io import BytesIO
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from deidentify.headers.rules import profile_rules

MARK = "QZ"
_STORAGE = "1.2.840.10008.5.1.4.1.1."
CLASSES: Mapping[str, str] = {
    "ct": f"{_STORAGE}2",
    "enhanced_ct": f"{_STORAGE}2.1",
    "radiograph": f"{_STORAGE}1",
    "ultrasound": f"{_STORAGE}6.1",
    "capture": f"{_STORAGE}7",
    "report": f"{_STORAGE}88.11",
    "measurements": f"{_STORAGE}88.33",
    "key_objects": f"{_STORAGE}88.59",
    "dose_report": f"{_STORAGE}88.67",
    "structures": f"{_STORAGE}481.3",
    "plan": f"{_STORAGE}481.5",
    "dose": f"{_STORAGE}481.2",
    "segmentation": f"{_STORAGE}66.4",
    "presentation": f"{_STORAGE}11.1",
    "waveform": f"{_STORAGE}9.1.1",
    "registration": f"{_STORAGE}66.1",
}
_WITH_PIXELS = frozenset(("ct", "enhanced_ct", "radiograph", "ultrasound", "capture", "dose", "segmentation"))
_NESTING = (0x00081115, 0x00081199, 0x0040A375)
"""Sequences that the profile does not list: referenced series, referenced instances, current evidence."""
_NESTED_IN_IMAGES = (0x52009229, 0x00209111)
_TEXTS = frozenset(("AE", "LO", "LT", "SH", "ST", "UC", "UT", "UR"))


class Canary(NamedTuple):
    """One file with its marks: values that must not stand in the output, wherever.

    `measures` are dates, times and numbers, which a profile that moves dates or keeps sizes may write.
    """

    name: str
    data: bytes
    marks: frozenset[bytes]
    measures: frozenset[bytes]


def canaries(seed: int = 0, names: Collection[str] = CLASSES) -> Iterator[Canary]:
    """Yield one file for each class that is named."""
    for number, (name, sop_class) in enumerate(CLASSES.items()):
        if name not in names:
            continue
        maker = _Maker(random.Random(f"{seed}.{name}"), number)
        dataset = maker.dataset(sop_class, has_pixels=name in _WITH_PIXELS)
        yield Canary(name, _encoded(dataset), frozenset(maker.marks), frozenset(maker.measures))


class _Maker:
    """Fills attributes with values that are valid for their kind and stand nowhere else."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.marks: set[bytes] = set()
        self.measures: set[bytes] = set()
        self._chance = chance
        self._number = number
        self._count = 0

    def dataset(self, sop_class: str, *, has_pixels: bool) -> Dataset:
        dataset = self._filled()
        inner = _item(self._filled())
        for tag in (*_NESTING, *_NESTED_IN_IMAGES):
            dataset.add(DataElement(tag, "SQ", Sequence([_item(inner, self._filled())])))
            inner = dataset[tag].value[0]
        dataset.add(DataElement(0x00090010, "LO", self._text("LO")))
        dataset.add(DataElement(0x00091001, "SQ", Sequence([self._filled()])))
        dataset.add(DataElement(0x00091002, "UT", self._text("UT")))
        dataset.add(DataElement(0x50000010, "LO", self._text("LO")))
        dataset.add(DataElement(0x60004000, "LT", self._text("LT")))
        dataset.add(DataElement(0x00880200, "SQ", Sequence([self._filled()])))
        dataset.SOPClassUID, dataset.Modality = sop_class, "OT"
        if has_pixels:
            _add_pixels(dataset)
        return dataset

    def _filled(self) -> Dataset:
        """Return a data set with every plain attribute of the profile."""
        dataset = Dataset()
        for row in profile_rules().values():
            tag = int(row.key, 16) if re.fullmatch("[0-9A-F]{8}", row.key) else 0
            vr = dictionary_VR(tag) if tag and dictionary_has_tag(tag) else ""
            if tag >> 16 > 2 and (value := self._value(vr)) is not None:
                dataset.add(DataElement(tag, vr, value, already_converted=vr in _TEXTS))
        return dataset

    def _value(self, vr: str) -> object:
        makers: dict[str, Callable[[], object]] = {
            "PN": lambda: f"{self._text('PN')}^{self._text('PN')}",
            "CS": lambda: self._text("CS"),
            "DA": self._day,
            "DT": lambda: self._measured(f"{self._day()}{self._chance.randrange(24):02}4247"),
            "TM": lambda: self._measured(
                f"{self._chance.randrange(24):02}{self._chance.randrange(60):02}47.{self._next()}"
            ),
            "UI": lambda: self._noted(f"1.2.826.{self._number + 1}.{self._next()}.{self._chance.randrange(10**9)}"),
            "DS": lambda: self._measured(f"{self._chance.randrange(10**7)}.{self._next()}"),
            "OB": lambda: self._noted(f"{MARK}{self._next()}BYTES").encode(),
            **{text: lambda vr=vr: self._text(vr) for text in _TEXTS},  # type: ignore[misc] # a lambda with a default
        }
        return makers[vr]() if vr in makers else None

    def _text(self, vr: str) -> str:
        return self._noted(f"{MARK}{self._next()}{vr}")

    def _day(self) -> str:
        """Return a day that only this file names, long ago, so that no moved date of another can equal it."""
        self._count += 1
        year, rest = divmod(self._count % 36_000, 360)
        return self._measured(f"{1701 + year:04}{rest // 30 + 1:02}{rest % 30 % 28 + 1:02}")

    def _next(self) -> str:
        self._count += 1
        return f"{self._number:02}{self._count:06}"

    def _measured(self, value: str) -> str:
        self.measures.add(value.encode())
        return value

    def _noted(self, value: str) -> str:
        self.marks.add(value.encode())
        return value


def _item(*parts: Dataset) -> Dataset:
    item = Dataset()
    for part in parts:
        for element in part:
            item.add(element)
    return item


def _add_pixels(dataset: Dataset) -> None:
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 4, 6, 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.PhotometricInterpretation = 0, "MONOCHROME2"
    dataset.PixelData = struct.pack("<24H", *range(24))
    dataset["PixelData"].VR = "OW"


def _encoded(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.SourceApplicationEntityTitle = f"{MARK}SENDER"
    buffer = BytesIO()
    FileDataset(buffer, dataset, file_meta=meta, preamble=b"QZPREAMBLE".ljust(128, b"\1")).save_as(
        buffer, enforce_file_format=True
    )
    return buffer.getvalue()

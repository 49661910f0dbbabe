"""Which DICOM objects are taken, which of them are images that a panel looks at, and in which encodings."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from pydicom._uid_dict import UID_dictionary

from deidentify.headers.opening import BIG_ENDIAN, EXPLICIT, IMPLICIT
from deidentify.headers.rules import storage_classes
from deidentify.headers.structure import DOUBLE_PIXELS, FLOAT_PIXELS, Structure
from deidentify.headers.writing import SOP_CLASS_UID, KeptLevel, number_of, text_of
from deidentify.limits import Limits
from domain.errors import DeidentificationError

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_IMAGES = frozenset(
    _STORAGE + suffix
    for suffix in (
        "1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "2.1", "2.2", "3", "3.1", "4", "4.1", "4.3", "4.4",
        "5", "6", "6.1", "6.2", "6.3", "7", "7.1", "7.2", "7.3", "7.4", "12.1", "12.1.1", "12.2", "12.2.1", "12.3",
        "13.1.1", "13.1.2", "13.1.3", "13.1.4", "13.1.5", "14.1", "14.2", "20", "77.1.1", "77.1.1.1", "77.1.2",
        "77.1.2.1", "77.1.3", "77.1.4", "77.1.4.1", "77.1.5.1", "77.1.5.2", "77.1.5.4", "77.1.6", "77.1.7", "128",
        "128.1", "130", "481.1",
    )
)  # fmt: skip
_REFUSED = frozenset(_STORAGE + suffix for suffix in ("66", "9.4.1", "9.4.2", "201.1"))
"""Raw data of a maker's own form, recorded voices, and lists of what an archive holds."""
_DIRECTORY = "1.2.840.10008.1.3.10"
_ENCAPSULATED = f"{_STORAGE}104."
NATIVE = frozenset((IMPLICIT, EXPLICIT, BIG_ENDIAN))
_COMPRESSED = frozenset(
    f"1.2.840.10008.1.2.{suffix}"
    for suffix in ("4.50", "4.51", "4.57", "4.70", "4.80", "4.81", "4.90", "4.91", "4.201", "4.202", "4.203", "5")
)
_OVERLAY_BIT_POSITION = 0x0102
_VIDEO_FIRST, _VIDEO_LAST = 100, 108
_PIXEL_TAGS = (0x00280010, 0x00280011, 0x00280002, 0x00280100)
"""Rows, columns, samples, bits allocated."""
_INTEGER_TAGS = (0x00280101, 0x00280102, 0x00280103)
_PHOTOMETRIC, _FRAMES = 0x00280004, 0x00280008
_BITS = (1, 8, 16, 32, 64)


class ObjectKind(StrEnum):
    """An image is looked at, so its pixels are searched; other objects have numbers, codes and references."""

    IMAGE = "image"
    OTHER = "other"


class PixelShape(NamedTuple):
    """Frames, rows, columns, samples, and bits of a sample."""

    frames: int
    rows: int
    columns: int
    samples: int
    bits: int

    @property
    def total_bits(self) -> int:
        return self.frames * self.rows * self.columns * self.samples * self.bits


def kind_of_object(structure: Structure, *, decode: bool) -> ObjectKind:
    """Return what a file holds, or refuse what is not taken.

    Args:
        decode: whether the pixels have to be read; otherwise an encoding that no decoder reads may pass.
    Raises:
        DeidentificationError: "dicom_video", "dicom_encapsulated", "dicomdir_dropped", "dicom_object",
            "dicom_transfer_syntax", "dicom_overlay_in_pixels", "dicom_incomplete".
    """
    sop_class = sop_class_of(structure)
    _require_known_class(sop_class, structure)
    kind = ObjectKind.IMAGE if sop_class in _IMAGES else ObjectKind.OTHER
    _require_known_encoding(structure, decode=decode)
    overlays = (tag for tag in structure.root if 0x6000 <= tag >> 16 <= 0x60FF)
    if any(tag & 0xFFFF == _OVERLAY_BIT_POSITION and _is_set(structure, tag) for tag in overlays):
        raise DeidentificationError("dicom_overlay_in_pixels")
    return kind


def sop_class_of(structure: Structure) -> str:
    """Return the class of the object, from the file meta where the data set does not say it."""
    return structure.text(structure.root, SOP_CLASS_UID) or structure.sop_class


def _require_known_class(sop_class: str, structure: Structure) -> None:
    if _is_video(structure.transfer_syntax):
        raise DeidentificationError("dicom_video")
    if sop_class == _DIRECTORY or 0x00041220 in structure.root:
        raise DeidentificationError("dicomdir_dropped")
    if sop_class.startswith(_ENCAPSULATED):
        raise DeidentificationError("dicom_encapsulated")
    if not sop_class:
        raise DeidentificationError("dicom_incomplete")
    if sop_class in _REFUSED or sop_class not in _IMAGES | storage_classes() or sop_class not in UID_dictionary:
        raise DeidentificationError("dicom_object")


def _is_set(structure: Structure, tag: int) -> bool:
    return any(structure.value(structure.root[tag]))


def _require_known_encoding(structure: Structure, *, decode: bool) -> None:
    syntax, pixels = structure.transfer_syntax, structure.pixels
    if pixels is None:
        known = syntax in NATIVE | _COMPRESSED
    else:
        known = syntax in NATIVE | _COMPRESSED or (not decode and syntax in UID_dictionary)
    if not known:
        raise DeidentificationError("dicom_transfer_syntax")
    if pixels is not None and (pixels.fragments is None) != (syntax in NATIVE):
        raise DeidentificationError("dicom_ambiguous")


def _is_video(syntax: str) -> bool:
    prefix, _, last = syntax.rpartition(".")
    head = prefix.removeprefix("1.2.840.10008.1.2.4")
    number = (last if head == "" else head[1:]) if prefix.startswith("1.2.840.10008.1.2.4") else ""
    return number.isdigit() and _VIDEO_FIRST <= int(number) <= _VIDEO_LAST


def require_bounded_pixels(cleaned: KeptLevel, structure: Structure, limits: Limits) -> PixelShape:
    """Return the shape of the pixel data, if it is complete, sensible and within the limits.

    Raises:
        DeidentificationError: "dicom_incomplete", "pixels_too_many".
    """
    little_endian = structure.little_endian
    is_integer = structure.pixels is None or structure.pixels.tag not in (FLOAT_PIXELS, DOUBLE_PIXELS)
    needed = (*_PIXEL_TAGS, *(_INTEGER_TAGS if is_integer else ()))
    found = [number_of(cleaned, tag, little_endian=little_endian) for tag in needed]
    if None in found or text_of(cleaned, _PHOTOMETRIC) in ("", "UNKNOWN"):
        raise DeidentificationError("dicom_incomplete")
    rows, columns, samples, bits = (number or 0 for number in found[: len(_PIXEL_TAGS)])
    frames = number_of(cleaned, _FRAMES, little_endian=little_endian)
    shape = PixelShape(1 if frames is None else frames, rows, columns, samples, bits)
    if min(shape) < 1 or shape.samples not in (1, 3) or shape.bits not in _BITS:
        raise DeidentificationError("dicom_incomplete")
    if shape.rows * shape.columns > limits.frame_pixels or shape.total_bits > limits.decoded_bytes * 8:
        raise DeidentificationError("pixels_too_many")
    return shape


def native_bytes(cleaned: KeptLevel, shape: PixelShape) -> int:
    """Return how long uncompressed pixel data of this shape are, without the byte that makes them even."""
    if text_of(cleaned, _PHOTOMETRIC) == "YBR_FULL_422":
        return shape.frames * shape.rows * shape.columns * 2 * shape.bits // 8
    return (shape.total_bits + 7) // 8

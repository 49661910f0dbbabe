"""Which DICOM objects are images that a panel looks at, and in which encodings we read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydicom.dataset import Dataset

from deidentify.headers.structure import BIG_ENDIAN, EXPLICIT, IMPLICIT, Structure
from deidentify.limits import Limits
from domain.errors import DeidentificationError

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_IMAGES = frozenset(
    _STORAGE + suffix
    for suffix in (
        "1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "2.1", "2.2", "3", "3.1", "4", "4.1", "4.3", "4.4",
        "6", "6.1", "6.2", "7", "7.1", "7.2", "7.3", "7.4", "12.1", "12.1.1", "12.2", "12.2.1", "12.3", "13.1.1",
        "13.1.2", "13.1.3", "13.1.4", "13.1.5", "14.1", "14.2", "20", "77.1.1", "77.1.2", "77.1.3", "77.1.4",
        "128", "128.1", "130",
    )
)  # fmt: skip
_NATIVE = frozenset((IMPLICIT, EXPLICIT, BIG_ENDIAN))
_COMPRESSED = frozenset(
    f"1.2.840.10008.1.2.{suffix}"
    for suffix in ("4.50", "4.51", "4.57", "4.70", "4.80", "4.81", "4.90", "4.91", "4.201", "4.202", "4.203", "5")
)
_OVERLAY_BIT_POSITION = 0x0102
_VIDEO_FIRST, _VIDEO_LAST = 100, 108
_PIXEL_KEYWORDS = (
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel",
    "PhotometricInterpretation",
)  # fmt: skip


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


def require_image(dataset: Dataset, structure: Structure) -> None:
    """Refuse what is no image, or in an encoding that is not read.

    Raises:
        DeidentificationError: "dicom_video", "dicom_without_pixels", "dicom_object", "dicom_transfer_syntax",
            "dicom_pixels_elsewhere", "dicom_overlay_in_pixels".
    """
    if _is_video(structure.transfer_syntax):
        raise DeidentificationError("dicom_video")
    if structure.pixels is None:
        raise DeidentificationError("dicom_without_pixels")
    if str(dataset.get("SOPClassUID", "")) not in _IMAGES:
        raise DeidentificationError("dicom_object")
    _require_known_encoding(structure)
    overlays = (tag for tag in tuple(dataset.keys()) if 0x6000 <= tag.group <= 0x60FF)
    if any(tag.element == _OVERLAY_BIT_POSITION and dataset[tag].value for tag in overlays):
        raise DeidentificationError("dicom_overlay_in_pixels")


def _require_known_encoding(structure: Structure) -> None:
    syntax, pixels = structure.transfer_syntax, structure.pixels
    if syntax not in _NATIVE | _COMPRESSED:
        raise DeidentificationError("dicom_transfer_syntax")
    if pixels is None or (pixels.fragments is None) != (syntax in _NATIVE):
        raise DeidentificationError("dicom_ambiguous")


def _is_video(syntax: str) -> bool:
    prefix, _, last = syntax.rpartition(".")
    head = prefix.removeprefix("1.2.840.10008.1.2.4")
    number = (last if head == "" else head[1:]) if prefix.startswith("1.2.840.10008.1.2.4") else ""
    return number.isdigit() and _VIDEO_FIRST <= int(number) <= _VIDEO_LAST


def require_bounded_pixels(dataset: Dataset, limits: Limits) -> PixelShape:
    """Return the shape of the pixel data, if it is complete, sensible and within the limits.

    Raises:
        DeidentificationError: "dicom_incomplete", "pixels_too_many".
    """
    if any(dataset.get(keyword) in (None, "") for keyword in _PIXEL_KEYWORDS):
        raise DeidentificationError("dicom_incomplete")
    frames = int(dataset.get("NumberOfFrames") or 1)
    shape = PixelShape(
        frames, int(dataset.Rows), int(dataset.Columns), int(dataset.SamplesPerPixel), int(dataset.BitsAllocated)
    )
    if min(shape) < 1 or shape.samples not in (1, 3) or shape.bits not in (1, 8, 16, 32):
        raise DeidentificationError("dicom_incomplete")
    if shape.rows * shape.columns > limits.frame_pixels or shape.total_bits > limits.decoded_bytes * 8:
        raise DeidentificationError("pixels_too_many")
    return shape


def native_bytes(dataset: Mapping[str, object] | Dataset, shape: PixelShape) -> int:
    """Return how long uncompressed pixel data of this shape are, without the byte that makes them even."""
    if str(dataset.get("PhotometricInterpretation")) == "YBR_FULL_422":
        return shape.frames * shape.rows * shape.columns * 2 * shape.bits // 8
    return (shape.total_bits + 7) // 8

"""One DICOM file through the door: structure, header, leftovers, pixels, facts."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import NamedTuple

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from deidentify.facts import read_facts
from deidentify.headers.cleaning import Cleaning
from deidentify.headers.leftovers import refuse_leftovers
from deidentify.headers.objects import PixelShape, native_bytes, require_bounded_pixels, require_image
from deidentify.headers.structure import PixelSpan, Structure, read_structure
from deidentify.headers.values import Written
from deidentify.headers.writing import write_header
from deidentify.limits import Limits
from deidentify.pixels.decoding import quiet, require_decodable
from deidentify.pixels.streams import blank_comments, stated_size
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError
from domain.study import ImageFacts

_MOST_STREAM_HEADER = 1 << 16
_Buffer = bytes | bytearray | memoryview


class CleanedDicom(NamedTuple):
    body: bytes
    facts: ImageFacts
    report: dict[str, int]


def clean_dicom(data: bytes, pseudonyms: Pseudonyms, limits: Limits) -> CleanedDicom:
    """Return a de-identified copy of a DICOM image, its pixel data as they were.

    Raises:
        DeidentificationError: it stays outside; `code` says why.
    """
    with quiet():
        structure = read_structure(data, limits)
        original = _read_header(structure)
        require_image(original, structure)
        cleaning = Cleaning(written=Written(pseudonyms), depth_limit=limits.depth)
        cleaned = cleaning.clean(original)
        _complete_identity(cleaned, cleaning.written)
        shape = require_bounded_pixels(cleaned, limits)
        header = write_header(cleaned, structure)
        refuse_leftovers(header, structure.told, cleaning.written.values)
        pixels, blanked = _pixel_element(cleaned, structure, shape)
        body = b"".join((header, *pixels))
        result = dcmread(BytesIO(body))
        require_decodable(result, shape.frames)
        facts = read_facts(result, shape)
    cleaning.counts["stream_comment_blanked"] += blanked
    return CleanedDicom(body, facts, dict(+cleaning.counts))


def _read_header(structure: Structure) -> Dataset:
    """Read everything before the pixel data; what comes after them is nothing we keep."""
    end = structure.pixels.start if structure.pixels else len(structure.data)
    header = BytesIO(structure.data[structure.start : end])
    return read_dataset(header, structure.implicit, structure.little_endian)


def _complete_identity(cleaned: Dataset, written: Written) -> None:
    """An image that names no study or series becomes one of its own."""
    if not all(cleaned.get(name) for name in ("SOPClassUID", "SOPInstanceUID")):
        raise DeidentificationError("dicom_incomplete")
    for name in ("StudyInstanceUID", "SeriesInstanceUID"):
        if not cleaned.get(name):
            setattr(cleaned, name, written.note(written.pseudonyms.uid(f"{name} of {cleaned.SOPInstanceUID}")))


def _pixel_element(cleaned: Dataset, structure: Structure, shape: PixelShape) -> tuple[list[_Buffer], int]:
    """Return the element as it was: native data cut to their length, comments of streams blanked.

    It comes in pieces that are put together once: pixel data may be most of the memory there is.
    """
    span = structure.pixels
    if span is None:  # pragma: no cover - `require_image` has refused it
        raise DeidentificationError("dicom_without_pixels")
    if span.fragments is not None:
        return _blanked(structure.data, span, shape)
    return _native(structure, span, expected=native_bytes(cleaned, shape), frames=shape.frames), 0


def _blanked(data: bytes, span: PixelSpan, shape: PixelShape) -> tuple[list[_Buffer], int]:
    """Return what lies between the streams as it is, and each stream without its comments.

    A stream that says another size than the header would be decoded to another size: a way to exhaust memory.
    """
    whole = memoryview(data)
    pieces: list[_Buffer] = []
    count, last = 0, span.start
    for start, end in (span.fragments or ())[1:]:
        stream = bytearray(whole[start:end])
        size = stated_size(bytes(stream[:_MOST_STREAM_HEADER]))
        if size not in (None, (shape.rows, shape.columns)):
            raise DeidentificationError("pixels_undecodable")
        blanked = blank_comments(stream)
        if blanked:
            pieces += (whole[last:start], stream)
            count, last = count + blanked, end
    return [*pieces, whole[last : span.end]], count


def _native(structure: Structure, span: PixelSpan, *, expected: int, frames: int) -> list[_Buffer]:
    """Refuse what is too short, or so long that frames seem to be missing from the count."""
    length = span.end - span.value
    if length < expected:
        raise DeidentificationError("dicom_truncated")
    if length > expected + max(expected // frames - 1, 1):
        raise DeidentificationError("pixels_length")
    whole = memoryview(structure.data)
    padded = expected + expected % 2
    size = struct.pack("<I" if structure.little_endian else ">I", padded)
    value = whole[span.value : min(span.value + padded, span.end)]
    return [whole[span.start : span.value - 4], size, value, bytes(padded - len(value))]

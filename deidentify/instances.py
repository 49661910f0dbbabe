"""One DICOM file through the door: structure, header, leftovers, pixels, facts."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from deidentify.facts import read_facts
from deidentify.headers.cleaning import Cleaning
from deidentify.headers.leftovers import refuse_leftovers
from deidentify.headers.objects import PixelShape, native_bytes, require_bounded_pixels, require_image
from deidentify.headers.structure import RLE, PixelSpan, Structure, read_structure
from deidentify.headers.values import Written
from deidentify.headers.writing import write_header
from deidentify.limits import Limits
from deidentify.pixels.decoding import quiet, require_decodable
from deidentify.pixels.runs import blank_slack
from deidentify.pixels.streams import begins_picture, blank_comments, stated_size
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError
from domain.study import ImageFacts

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
        cleaning = Cleaning(Written(pseudonyms), limits.depth, little_endian=structure.little_endian)
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
        return _blanked(structure, span, shape)
    return _native(structure, span, expected=native_bytes(cleaned, shape), frames=shape.frames), 0


def _blanked(structure: Structure, span: PixelSpan, shape: PixelShape) -> tuple[list[_Buffer], int]:
    """Return what lies between the streams as it is, and each stream without what is no picture.

    A stream that says another size than the header would be decoded to another size: a way to exhaust memory.
    """
    whole = memoryview(structure.data)
    pieces: list[_Buffer] = []
    count, last = 0, span.start
    for fragments in _pictures(structure, span, shape.frames):
        stream = bytearray(b"".join(whole[start:end] for start, end in fragments))
        if structure.transfer_syntax == RLE:
            blanked = blank_slack(stream, shape.rows * shape.columns)
        elif stated_size(bytes(stream)) == (shape.rows, shape.columns):
            blanked = blank_comments(stream)
        else:
            raise DeidentificationError("pixels_undecodable")
        for start, end in fragments if blanked else ():
            pieces += (whole[last:start], stream[: end - start])
            del stream[: end - start]
            last = end
        count += blanked
    return [*pieces, whole[last : span.end]], count


def _pictures(structure: Structure, span: PixelSpan, frames: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the fragments of each frame: a fragment that begins no stream goes on with the one before.

    The first item is the offset table: empty, or where in the fragments each frame begins.
    """
    (table, end), *fragments = span.fragments or ((0, 0),)
    data = structure.data
    starts = {start - 8 - end for start, _ in fragments}
    offsets = [int.from_bytes(data[place : place + 4], "little") for place in range(table, end, 4)]
    firsts = [number for number, (start, _) in enumerate(fragments) if _begins(structure, start)]
    if len(firsts) != frames or firsts[0] != 0 or not starts.issuperset(offsets) or (end - table) % 4:
        raise DeidentificationError("pixels_undecodable")
    for first, after in zip(firsts, [*firsts[1:], len(fragments)], strict=True):
        yield fragments[first:after]


def _begins(structure: Structure, start: int) -> bool:
    """Of run lengths, each fragment is a frame."""
    return structure.transfer_syntax == RLE or begins_picture(structure.data[start : start + 12])


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

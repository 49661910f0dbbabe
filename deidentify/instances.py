"""One DICOM file through the door: structure, header, leftovers, pixels, facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from pydicom import dcmread

from deidentify.facts import read_facts
from deidentify.headers.cleaning import Cleaning
from deidentify.headers.leftovers import refuse_leftovers, tokens_of
from deidentify.headers.marks import mark, mark_searched_image
from deidentify.headers.objects import (
    ObjectKind,
    PixelShape,
    kind_of_object,
    native_bytes,
    require_bounded_pixels,
    sop_class_of,
)
from deidentify.headers.opening import RLE
from deidentify.headers.policy import policy_for
from deidentify.headers.rules import Treatment
from deidentify.headers.structure import PixelSpan, Structure, read_structure
from deidentify.headers.values import Work, remap_uid
from deidentify.headers.writing import (
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    Kept,
    KeptLevel,
    pixel_head,
    text_of,
    write_header,
)
from deidentify.identities import identities_of
from deidentify.limits import Limits
from deidentify.pixels.decoding import Decoded, last_decoded, quiet, require_decodable
from deidentify.pixels.runs import blank_slack
from deidentify.pixels.streams import begins_picture, blank_comments, stated_size
from deidentify.profiles import ARCHIVE, Profile
from deidentify.pseudonyms import Pseudonyms
from domain.errors import DeidentificationError
from domain.identity import Fingerprint
from domain.study import ImageFacts

_Buffer = bytes | bytearray | memoryview
_PATIENT_NAME, _PATIENT_ID, _ISSUER, _BIRTH_DATE = 0x00100010, 0x00100020, 0x00100021, 0x00100030
_STUDY_UID, _SERIES_UID = 0x0020000D, 0x0020000E
_UNDEFINED = 0xFFFFFFFF
_WITHOUT_LETTERS = frozenset(("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.481.2"))
"""Segmentations and doses are computed, voxel by voxel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanOptions:
    """How a file is taken.

    `pixels_searched` is what the file is marked with: whether its pixels are
    searched for text as well. Without `decode`, nobody tries whether the pixels
    can be decoded, and nobody is told facts of a picture; a file may then have
    fewer bytes of pixels than its header says, never more.
    """

    profile: Profile = ARCHIVE
    pixels_searched: bool = False
    decode: bool = True


class CleanedDicom(NamedTuple):
    """One file that passed: `facts` where it is an image that was decoded; `named` never leaves memory.

    `identities` are fingerprints of whom the original named, `named` the values themselves in their one form.
    `decoded` spares whoever goes on with the file at once a second decoding, and is not to be held for long.
    """

    body: bytes
    facts: ImageFacts | None
    report: dict[str, int]
    identities: frozenset[Fingerprint] = frozenset()
    named: frozenset[str] = frozenset()
    has_pixels: bool = True
    decoded: Decoded | None = None


def clean_dicom(
    data: bytes, pseudonyms: Pseudonyms, limits: Limits, *, options: CleanOptions | None = None
) -> CleanedDicom:
    """Return a de-identified copy of a DICOM object, its pixel data as they were.

    Raises:
        DeidentificationError: it stays outside; `code` says why.
    """
    with quiet():
        return _clean(data, pseudonyms, limits=limits, options=options or CleanOptions())


def _clean(data: bytes, pseudonyms: Pseudonyms, *, limits: Limits, options: CleanOptions) -> CleanedDicom:
    structure = read_structure(data, limits)
    kind = kind_of_object(structure, decode=options.decode)
    cleaning = _cleaning(structure, pseudonyms.of(*_subject(structure)), options=options, kind=kind)
    cleaned = cleaning.clean()
    _complete_identity(cleaned, structure, cleaning.work)
    has_private = cleaning.counts[Treatment.SAFE_PRIVATE.value] > 0
    is_searched = options.pixels_searched and kind is ObjectKind.IMAGE
    _refuse_unsearched(structure, options=options, is_searched=is_searched)
    mark(cleaned, cleaning.work, pixels_searched=is_searched, has_private=has_private)
    if is_searched:
        mark_searched_image(cleaned)
    shape = None if structure.pixels is None else require_bounded_pixels(cleaned, structure, limits)
    header = write_header(cleaned, structure)
    refuse_leftovers(header, tokens_of(structure.told), cleaning.work.written)
    pixels, blanked = _pixel_element(cleaned, structure, shape=shape, decode=options.decode)
    body = b"".join((header, *pixels))
    is_picture = options.decode and kind is ObjectKind.IMAGE
    facts, decoded = _facts(body, shape) if shape and is_picture else (None, None)
    cleaning.counts["stream_comment_blanked"] += blanked
    identities = identities_of(structure, secret=pseudonyms.secret)
    counts, has_pixels = dict(+cleaning.counts), structure.pixels is not None
    return CleanedDicom(body, facts, counts, *identities, has_pixels=has_pixels, decoded=decoded)


def _refuse_unsearched(structure: Structure, *, options: CleanOptions, is_searched: bool) -> None:
    """Pixels that should be searched and are no picture we read stay outside, but for those that hold no letters."""
    if not options.pixels_searched or is_searched or structure.pixels is None:
        return
    if sop_class_of(structure) not in _WITHOUT_LETTERS:
        raise DeidentificationError("dicom_object")


def _cleaning(structure: Structure, pseudonyms: Pseudonyms, *, options: CleanOptions, kind: ObjectKind) -> Cleaning:
    sop_class = sop_class_of(structure)
    tokens = tokens_of(structure.told)
    work = Work(
        policy_for(options.profile, sop_class, is_image=kind is ObjectKind.IMAGE),
        pseudonyms,
        little_endian=structure.little_endian,
        told=tokens.words,
        told_numbers=tokens.numbers,
    )
    return Cleaning(structure, work)


def _subject(structure: Structure) -> tuple[str, ...]:
    """Return by what a file tells its patient from others, most telling first."""
    tags = (_PATIENT_ID, _ISSUER, _PATIENT_NAME, _BIRTH_DATE, _STUDY_UID)
    number, issuer, name, birth, study = (structure.text(structure.root, tag) for tag in tags)
    return (f"{number}\x1f{issuer}" if number else "", f"{name}\x1f{birth}" if name else "", study)


def _complete_identity(cleaned: KeptLevel, structure: Structure, work: Work) -> None:
    """What only the file meta names is taken from there; an object without study or series becomes its own."""
    if not text_of(cleaned, SOP_CLASS_UID):
        cleaned[SOP_CLASS_UID] = Kept(b"UI", work.note(sop_class_of(structure).encode()))
    if not text_of(cleaned, SOP_INSTANCE_UID) and structure.sop_instance:
        uid = remap_uid(structure.sop_instance, work.pseudonyms)
        cleaned[SOP_INSTANCE_UID] = Kept(b"UI", work.note(uid.encode()))
    instance = text_of(cleaned, SOP_INSTANCE_UID)
    if not instance:
        raise DeidentificationError("dicom_incomplete")
    for tag, name in ((_STUDY_UID, "StudyInstanceUID"), (_SERIES_UID, "SeriesInstanceUID")):
        if not text_of(cleaned, tag):
            uid = work.pseudonyms.uid(f"{name} of {instance}")
            cleaned[tag] = Kept(b"UI", work.note(uid.encode()))


def _facts(body: bytes, shape: PixelShape) -> tuple[ImageFacts, Decoded | None]:
    result = dcmread(BytesIO(body))
    require_decodable(result, shape.frames)
    return read_facts(result, shape), last_decoded(result)


def _pixel_element(
    cleaned: KeptLevel, structure: Structure, *, shape: PixelShape | None, decode: bool
) -> tuple[list[_Buffer], int]:
    """Return the element: native data cut to their length, comments of streams blanked, all else as it was.

    It comes in pieces that are put together once: pixel data may be most of the memory there is.
    """
    span = structure.pixels
    if span is None or shape is None:
        return [], 0
    if span.fragments is not None:
        pieces, count = _blanked(structure, span, shape)
        return [pixel_head(span, _UNDEFINED, structure), *pieces], count
    expected = native_bytes(cleaned, shape)
    if decode:
        _require_length(span.end - span.value, expected=expected, frames=shape.frames)
    return _native(structure, span, expected=expected), 0


def _blanked(structure: Structure, span: PixelSpan, shape: PixelShape) -> tuple[list[_Buffer], int]:
    """Return what lies between the streams as it is, and each stream without what is no picture.

    A stream that says another size than the header would be decoded to another size: a way to exhaust memory.
    """
    whole = memoryview(structure.data)
    pieces: list[_Buffer] = []
    count, last = 0, span.value
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


def _require_length(length: int, *, expected: int, frames: int) -> None:
    """Refuse what is too short, or so long that frames seem to be missing from the count."""
    if length < expected:
        raise DeidentificationError("dicom_truncated")
    if length > expected + max(expected // frames - 1, 1):
        raise DeidentificationError("pixels_length")


def _native(structure: Structure, span: PixelSpan, *, expected: int) -> list[_Buffer]:
    """Return as much as the picture needs, made even: in words of swapped bytes the last sample is the last byte."""
    padded = expected + expected % 2
    value = memoryview(structure.data)[span.value : min(span.value + padded, span.end)]
    return [pixel_head(span, len(value) + len(value) % 2, structure), value, bytes(len(value) % 2)]

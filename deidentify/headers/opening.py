"""How a DICOM file begins: preamble, file meta and transfer syntax; what is missing is guessed only if unmistakable."""

from __future__ import annotations

import zlib
from typing import Literal, NamedTuple

from pydicom._dicom_dict import DicomDictionary

from deidentify.limits import Limits
from domain.errors import DeidentificationError

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"

LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
SHORT_VRS = frozenset(
    (b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS")
) | {b"ST", b"TM", b"UI", b"UL", b"US"}
_MOST_META_BYTES = 1 << 16
_CLASS, _INSTANCE, _SYNTAX = b"\x02\x00\x02\x00", b"\x02\x00\x03\x00", b"\x02\x00\x10\x00"
_DIRECTORY = "1.2.840.10008.1.3.10"


class Opened(NamedTuple):
    """The data set (inflated), where it begins, how it is encoded, and what the file meta says it is.

    `implicit` is how the bytes are, which now and then is not what the transfer syntax says.
    """

    data: bytes
    start: int
    transfer_syntax: str
    implicit: bool
    sop_class: str = ""
    sop_instance: str = ""


def open_file(data: bytes, limits: Limits) -> Opened:
    """Return the data set of a file.

    Raises:
        DeidentificationError: "dicom_truncated", "dicom_ambiguous", "dicom_too_large", "dicomdir_dropped".
    """
    start = 132 if data[128:132] == b"DICM" else 0
    meta, start = _read_meta(data, start)
    if meta.get(_CLASS) == _DIRECTORY:
        raise DeidentificationError("dicomdir_dropped")
    syntax = meta.get(_SYNTAX, "")
    if syntax == DEFLATED:
        data, start, syntax = _inflate(data[start:], limits), 0, EXPLICIT
    seen = _guess(data, start)
    if not syntax and seen is None:
        raise DeidentificationError("dicom_ambiguous")
    syntax = syntax or seen or ""
    is_little = syntax != BIG_ENDIAN
    implicit = seen == IMPLICIT if is_little and seen in (IMPLICIT, EXPLICIT) else syntax == IMPLICIT
    return Opened(data, start, syntax, implicit, meta.get(_CLASS, ""), meta.get(_INSTANCE, ""))


def looks_like_dicom(data: bytes) -> bool:
    """Whether the bytes say that they are DICOM, or begin with an unmistakable first element."""
    return data[128:132] == b"DICM" or _guess(data, 0) is not None


def _read_meta(data: bytes, position: int) -> tuple[dict[bytes, str], int]:
    """Return the texts of the file meta by tag, and where the data set begins."""
    meta: dict[bytes, str] = {}
    while data[position : position + 2] == b"\x02\x00":
        tag, value, length = _read_meta_head(data[position : position + 12])
        end = position + value + length
        if length > _MOST_META_BYTES or end > len(data):
            raise DeidentificationError("dicom_truncated")
        meta[tag] = data[position + value : end].strip(b"\0 ").decode("latin-1")
        position = end
    return meta, position


def _read_meta_head(head: bytes) -> tuple[bytes, int, int]:
    """Return tag, place of the value, and its length; meta information is always little endian and explicit."""
    vr = head[4:6]
    if len(head) < 8 or (vr in LONG_VRS and len(head) < 12):
        raise DeidentificationError("dicom_truncated")
    if vr in SHORT_VRS:
        return head[:4], 8, int.from_bytes(head[6:8], "little")
    if vr in LONG_VRS:
        return head[:4], 12, int.from_bytes(head[8:12], "little")
    raise DeidentificationError("dicom_ambiguous")


def _guess(data: bytes, position: int) -> str | None:
    """Return the transfer syntax that the first element shows, None where it could be anything."""
    head = data[position : position + 8]
    if len(head) < 8:
        return None
    if head[:2] == b"\x02\x00" and head[4:6] in SHORT_VRS | LONG_VRS:
        return EXPLICIT
    if head[:2] in (b"\x08\x00", b"\x10\x00") and head[3] == 0:
        if head[4:6] in SHORT_VRS:
            return EXPLICIT
        is_short = int.from_bytes(head[4:8], "little") <= 1024
        is_group_length = head[2:8] == b"\0\0\4\0\0\0"
        is_known = _tag_of(head, "little") in DicomDictionary
        return IMPLICIT if is_group_length or (is_short and is_known) else None
    if head[:2] == b"\x00\x08" and head[4:6] in SHORT_VRS:
        return BIG_ENDIAN
    return None


def _tag_of(head: bytes, order: Literal["little", "big"]) -> int:
    return int.from_bytes(head[0:2], order) << 16 | int.from_bytes(head[2:4], order)


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

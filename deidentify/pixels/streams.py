"""Compressed streams inside of DICOM: their pictures stay as they are, all else in them is blanked in place.

JPEG and JPEG-LS are walked here, JPEG 2000 in `codestreams.py`, run lengths in `runs.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deidentify.pixels.codestreams import BOX_SIGNATURE, box_spans, code_start, codestream_spans
from domain.errors import DeidentificationError

Span = tuple[int, int]
_SCAN, _END = 0xDA, 0xD9
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7))
_KNOWN = _FRAMES | {0xC4, 0xCC, _SCAN, 0xDB, 0xDC, 0xDD, 0xF8}
"""Segments that decoders read: frames, tables, scans, numbers of lines, restart intervals, presets of JPEG-LS."""
_APPLICATIONS = ((0xE0, b"JFIF\0\1", 14), (0xE0, b"JFIF\0", 5), (0xEE, b"Adobe", 12), (0xE8, b"mrfx", 5))
"""Applications that say how colours are meant: how they begin, and how much of them is fixed."""
_ALONE = frozenset((0x01, *range(0xD0, 0xDA)))
_AFTER_DATA = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""Within coded data, restart markers and bytes below 0x80 belong to them (JPEG stuffs a zero, JPEG-LS a bit)."""
_MARKER = re.compile(rb"\xff[\x01-\xfe]")


def blank_comments(stream: bytearray) -> int:
    """Overwrite with zeros what is no picture: comments, foreign applications, what lies between and behind.

    Lengths stay, so that offset tables stay true. Returns how many spans were blanked.

    Raises:
        DeidentificationError("pixels_undecodable"): it is none of the known streams, or its boxes lead nowhere.
    """
    spans = list(_spans(bytes(stream)))
    for start, end in spans:
        stream[start:end] = bytes(end - start)
    return len(spans)


def begins_picture(head: bytes) -> bool:
    """Whether these bytes begin a stream, so that they do not go on with the one before."""
    return head.startswith((b"\xff\xd8\xff", b"\xff\x4f\xff\x51", BOX_SIGNATURE))


def stated_size(stream: bytes) -> tuple[int, int] | None:
    """Return rows and columns as the stream's own header states them, None where it states none."""
    if stream[:2] == b"\xff\xd8":
        start = next((start for marker, _, start, _ in _segments(stream) if marker in _FRAMES), len(stream))
        return _pair(stream[start + 1 : start + 5])
    code = code_start(stream)
    if code is None or not stream.startswith(b"\xff\x4f\xff\x51", code):
        return None
    start = code + 8
    far, near = _pair(stream[start : start + 8]), _pair(stream[start + 8 : start + 16])
    return (far[1] - near[1], far[0] - near[0]) if far and near else None


def _pair(packed: bytes) -> tuple[int, int] | None:
    """Return two numbers of the same width, the first and the second half of the bytes."""
    half = len(packed) // 2
    return (int.from_bytes(packed[:half], "big"), int.from_bytes(packed[half:], "big")) if half else None


def _spans(stream: bytes) -> Iterator[Span]:
    """Yield what is to be blanked and is more than padding: zeros, or the 0xFF that may fill before a marker."""
    if stream[:2] == b"\xff\xd8":
        spans = _jpeg_spans(stream)
    elif stream[:2] == b"\xff\x4f":
        spans = codestream_spans(stream, 0)
    elif stream[:12] == BOX_SIGNATURE:
        spans = box_spans(stream)
    else:
        raise DeidentificationError("pixels_undecodable")
    yield from ((start, min(end, len(stream))) for start, end in spans if stream[start:end].strip(b"\0\xff"))


def _jpeg_spans(stream: bytes) -> Iterator[Span]:
    last = 2
    for marker, begin, start, end in _segments(stream):
        yield last, begin
        if marker not in _KNOWN:
            yield start + _kept_of(stream, marker, start), end
        last = end
    yield last, len(stream)


def _kept_of(stream: bytes, marker: int, start: int) -> int:
    fixed = (size for of, begin, size in _APPLICATIONS if marker == of and stream.startswith(begin, start))
    return next(fixed, 0)


def _segments(stream: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield each marker with its place, and start and end of its content; coded data belong to the scan before them.

    Bytes between segments, which decoders pass over, belong to none.
    """
    position = 2
    while found := _MARKER.search(stream, position):
        begin, position = found.span()
        marker = stream[begin + 1]
        start, end = position, position
        if marker not in _ALONE:
            start = min(position + 2, len(stream))
            end = max(start, min(position + int.from_bytes(stream[position:start], "big"), len(stream)))
        if marker == _SCAN:
            after = _AFTER_DATA.search(stream, end)
            end = after.start() if after else len(stream)
        yield marker, begin, start, end
        if marker == _END:
            return
        position = end

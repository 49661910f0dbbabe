"""Compressed streams inside of DICOM: their pictures stay as they are, their comments are blanked in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.errors import DeidentificationError

_JPEG_START, _JPEG_SCAN, _JPEG_COMMENT = 0xD8, 0xDA, 0xFE
_JPEG_KEPT_APPLICATION = {0xE0: b"JFIF\0", 0xEE: b"Adobe", 0xE8: b"mrfx"}
_J2K_START, _J2K_TILE, _J2K_DATA, _J2K_COMMENT = 0x4F, 0x90, 0x93, 0x64
_JPEG_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7))
_MOST_BOXES = 4096
_BOX_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_BOXES_KEPT = frozenset((b"jP  ", b"ftyp", b"jp2h"))
_BOX_OF_CODE = b"jp2c"


def blank_comments(stream: bytearray) -> int:
    """Overwrite comments and foreign application data of a JPEG, JPEG-LS or JPEG 2000 stream with zeros.

    Lengths stay, so that offset tables stay true. Returns how many were blanked.

    Raises:
        DeidentificationError("pixels_undecodable"): the boxes around a JPEG 2000 code stream lead nowhere.
    """
    spans = list(_comments(bytes(stream)))
    for start, end in spans:
        stream[start:end] = bytes(end - start)
    return len(spans)


def stated_size(stream: bytes) -> tuple[int, int] | None:
    """Return rows and columns as the stream's own header states them, None where it states none."""
    if stream[:2] == b"\xff\xd8":
        frames = (start for marker, start, _ in _segments(stream, 2) if marker in _JPEG_FRAMES)
        start = next(frames, len(stream))
        return _pair(stream[start + 1 : start + 5])
    start = stream.find(b"\xff\x4f\xff\x51", 0, _MOST_BOXES) + 8
    if start < 8:
        return None
    far, near = _pair(stream[start : start + 8]), _pair(stream[start + 8 : start + 16])
    return (far[1] - near[1], far[0] - near[0]) if far and near else None


def _pair(packed: bytes) -> tuple[int, int] | None:
    """Return two numbers of the same width, the first and the second half of the bytes."""
    half = len(packed) // 2
    return (int.from_bytes(packed[:half], "big"), int.from_bytes(packed[half:], "big")) if half else None


def _comments(stream: bytes) -> Iterator[tuple[int, int]]:
    if stream[:2] == b"\xff\xd8":
        yield from _jpeg_comments(stream)
    elif stream[:2] == b"\xff\x4f":
        yield from _codestream_comments(stream, 2)
    elif stream[:12] == _BOX_SIGNATURE:
        yield from _box_comments(stream)


def _jpeg_comments(stream: bytes) -> Iterator[tuple[int, int]]:
    """Walk the marker segments up to the first scan, and what stands after the end of the image."""
    for marker, start, end in _segments(stream, 2):
        kept = _JPEG_KEPT_APPLICATION.get(marker)
        is_foreign = 0xE0 <= marker <= 0xEF and not (kept and stream.startswith(kept, start))
        if marker == _JPEG_COMMENT or is_foreign:
            yield start, end
    after = stream.rfind(b"\xff\xd9") + 2
    if any(stream[after:]) and after > 1:
        yield after, len(stream)


def _segments(stream: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment's content until the coded data begin."""
    while position + 4 <= len(stream) and stream[position] == 0xFF:
        marker = stream[position + 1]
        if marker in (_JPEG_SCAN, _J2K_TILE, _J2K_DATA):
            return
        if marker == 0xFF:
            position += 1
            continue
        end = position + 2 + int.from_bytes(stream[position + 2 : position + 4], "big")
        start, end = position + 4, max(end, position + 4)
        yield marker, start, min(end, len(stream))
        position = end


def _codestream_comments(stream: bytes, position: int) -> Iterator[tuple[int, int]]:
    """Walk the main header of a JPEG 2000 code stream, then the header of each tile-part."""
    while position < len(stream):
        segments = list(_segments(stream, position))
        yield from _marked(segments)
        last = segments[-1][2] if segments else position
        tile = stream.find(b"\xff\x90\x00\x0a", last, last + 4)
        length = int.from_bytes(stream[tile + 6 : tile + 10], "big") if tile >= 0 else 0
        if length == 0:
            return
        if tile + 12 < len(stream):
            yield from _marked(_segments(stream, tile + 12))
        position = tile + length


def _marked(segments: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the text of each comment, behind the two bytes that say in what it is written."""
    for marker, start, end in segments:
        if marker == _J2K_COMMENT:
            yield min(start + 2, end), end


def _box_comments(stream: bytes) -> Iterator[tuple[int, int]]:
    """Walk the boxes around a code stream; a box of no length would keep readers there for ever."""
    position = 0
    while position + 8 <= len(stream):
        length, kind = int.from_bytes(stream[position : position + 4], "big"), stream[position + 4 : position + 8]
        if kind == _BOX_OF_CODE:
            inner = _codestream_comments(stream[position + 8 :], 2)
            yield from ((position + 8 + start, position + 8 + stop) for start, stop in inner)
            return
        if length < 8:
            break
        if kind not in _BOXES_KEPT:
            yield position + 8, min(position + length, len(stream))
        position += length
    raise DeidentificationError("pixels_undecodable")

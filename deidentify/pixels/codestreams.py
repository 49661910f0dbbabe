"""JPEG 2000: which bytes of a code stream, and of the boxes around it, are no part of the picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.errors import DeidentificationError

Span = tuple[int, int]
BOX_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_SIZE, _TILE, _DATA, _END, _COMMENT = 0x51, 0x90, 0x93, 0xD9, 0x64
_KNOWN = frozenset(
    (_SIZE, 0x50, 0x52, 0x53, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x61, 0x63)
) | {0x74, 0x75, 0x77, 0x78}
"""Segments of PS3.5 A.4.4 (ISO/IEC 15444-1, -2 and -15) that say how the picture is coded."""
_AFTER_DATA = re.compile(rb"\xff[\x90-\xff]")
"""Coded data hold no byte above 0x8F behind 0xFF."""
_TILE_HEADER = 12
_KIND = 4
"""A box is blanked with its kind, so that no reader looks for anything inside."""
_BRANDS = frozenset((b"jp2 ", b"jpx ", b"jpm ", b"jph ", b"J2P0", b"J2P1"))


def codestream_spans(stream: bytes, start: int) -> Iterator[Span]:
    """Walk the main header and each tile-part up to the end of the code stream; what follows is none of it."""
    position = start + 2
    spans, position = _header(stream, position, _TILE)
    yield from spans
    while stream[position : position + 4] == b"\xff\x90\x00\x0a":
        spans, data = _header(stream, position + _TILE_HEADER, _DATA)
        yield from spans
        position = _end_of_tile(stream, position, data)
    is_ended = stream[position : position + 2] == b"\xff\xd9"
    yield position + 2 * is_ended, len(stream)


def _end_of_tile(stream: bytes, position: int, data: int) -> int:
    """Return where a tile-part ends; a length of zero lasts to the end of the code stream."""
    length = int.from_bytes(stream[position + 6 : position + 10], "big")
    if length:
        return max(position + length, min(data + 2, len(stream)))
    after = re.search(rb"\xff\xd9", stream[data:])
    return data + after.start() if after else len(stream)


def _header(stream: bytes, position: int, last: int) -> tuple[list[Span], int]:
    """Return what is blanked of the segments of a header, and where the marker stands that ends it."""
    spans: list[Span] = []
    while position + 4 <= len(stream) and stream[position] == 0xFF:
        marker = stream[position + 1]
        if marker in (last, _TILE, _DATA, _END):
            break
        end = min(position + 2 + max(2, int.from_bytes(stream[position + 2 : position + 4], "big")), len(stream))
        if marker not in _KNOWN:
            spans.append((min(position + (6 if marker == _COMMENT else 4), end), end))
        position = end
    return spans, position


def box_spans(stream: bytes) -> Iterator[Span]:
    """Walk the boxes up to the code stream, which ends the picture whatever length its box states.

    Raises:
        DeidentificationError("pixels_undecodable"): there is no code stream, or boxes lead nowhere.
    """
    for kind, start, end in _boxes(stream, 0, len(stream)):
        if kind == b"jp2c":
            yield from codestream_spans(stream, start)
            return
        if kind == b"jp2h":
            for inner, first, last in _boxes(stream, start, end):
                kept = _kept_of(inner, stream[first:last])
                yield first + kept if kept else first - _KIND, last
        elif kind == b"ftyp":
            yield from _foreign_brands(stream, start, end)
        elif kind != b"jP  ":
            yield start - _KIND, end
    raise DeidentificationError("pixels_undecodable")


def code_start(stream: bytes) -> int | None:
    """Return where the code stream begins, with or without boxes around it."""
    if not stream.startswith(BOX_SIGNATURE):
        return 0
    return next((start for kind, start, _ in _boxes(stream, 0, len(stream)) if kind == b"jp2c"), None)


def _boxes(stream: bytes, position: int, limit: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the content; a box of no length would keep readers there for ever."""
    while position + 8 <= limit:
        length, kind = int.from_bytes(stream[position : position + 4], "big"), stream[position + 4 : position + 8]
        start = position + 8
        if kind == b"jp2c" and length == 1:
            start, length = start + 8, 16
        if kind != b"jp2c" and not 8 <= length <= limit - position:
            raise DeidentificationError("pixels_undecodable")
        yield kind, start, position + length
        position += max(length, 8)


def _foreign_brands(stream: bytes, start: int, end: int) -> Iterator[Span]:
    """Yield what names no known brand, minor version included."""
    for place in range(start, end, 4):
        if stream[place : min(place + 4, end)] not in _BRANDS:
            yield place, min(place + 4, end)


def _kept_of(kind: bytes, content: bytes) -> int:
    """Return how many bytes of a box in the header belong to the picture: sizes, enumerated colours, palettes."""
    kept = 0
    if kind == b"ihdr":
        kept = 14
    elif kind == b"colr":
        kept = 7 if content[:1] == b"\1" else 3
    elif kind == b"cdef":
        kept = 2 + 6 * int.from_bytes(content[:2], "big")
    elif kind == b"pclr":
        kept = _palette_bytes(content)
    elif kind in (b"bpcc", b"cmap"):
        kept = len(content)
    return min(kept, len(content))


def _palette_bytes(content: bytes) -> int:
    """Entries, columns, the depth of each column, then the values."""
    entries, columns = int.from_bytes(content[:2], "big"), int.from_bytes(content[2:3], "big")
    depths = content[3 : 3 + columns]
    return 3 + columns + entries * sum(((depth & 0x7F) + 8) // 8 for depth in depths)

"""Run lengths (DICOM PS3.5 Annex G): what lies in a frame beside its segments is blanked in place."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from domain.errors import DeidentificationError

_HEADER = 64
_MOST_SEGMENTS = 15
_NOTHING = 0x80
"""The code that decoders pass over; zeros would be read as further values."""


def blank_slack(frame: bytearray, expected: int) -> int:
    """Overwrite what follows the values of each segment, and unused places of the header.

    Args:
        frame: one frame, in place.
        expected: values in one segment, rows × columns.
    Returns:
        how many spans were blanked.
    Raises:
        DeidentificationError("pixels_undecodable"): its header makes no sense, or a segment is too short.
    """
    count, *offsets = struct.unpack("<16L", frame[:_HEADER]) if len(frame) >= _HEADER else (0,)
    bounds = [*offsets[:count], len(frame)]
    if not 1 <= count <= _MOST_SEGMENTS or bounds != sorted(bounds) or bounds[0] < _HEADER:
        raise DeidentificationError("pixels_undecodable")
    blanked = 0
    for start, end, blank in _slack(frame, bounds, expected):
        if any(frame[start:end]):
            frame[start:end] = bytes((blank,)) * (end - start)
            blanked += 1
    return blanked


def _slack(frame: bytearray, bounds: list[int], expected: int) -> Iterator[tuple[int, int, int]]:
    yield 4 + 4 * (len(bounds) - 1), _HEADER, 0
    yield _HEADER, bounds[0], 0
    for start, end in pairwise(bounds):
        last = _end_of_values(frame, start, end=end, expected=expected)
        if frame[last:end] != bytes((_NOTHING,)) * (end - last):
            yield last, end, _NOTHING


def _end_of_values(frame: bytearray, position: int, *, end: int, expected: int) -> int:
    """Return where the code ends that brings the last value."""
    while expected > 0 and position < end:
        code = frame[position]
        if code < _NOTHING:
            expected -= code + 1
            position += code + 2
        elif code > _NOTHING:
            expected -= 257 - code
            position += 2
        else:
            position += 1
    if expected > 0 or position > end:
        raise DeidentificationError("pixels_undecodable")
    return position

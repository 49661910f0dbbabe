"""Spots of a picture where thin strokes across and along stand closest together, for a closer look at them.

The look at a reduced picture overlooks faint letters of ten pixels. Whatever they are – a few signs, tilted, on their
side, in noise – they are the densest strokes of their surroundings: the densest spots that no line covers are
enlarged, put together on one sheet, and shown to the detector again. They are few, so that the look is cheap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from deidentify.burned_in.detection import Line, Look, detect_lines
from deidentify.burned_in.sheet import Box, Cutting, Sheet
from deidentify.burned_in.views import View, as_grey

_SMOOTHED, _HAT, _MOST_CONTRAST = 0.8, 7, 60
_CELL = 4
_WORDS = ((8, 3), (3, 8), (6, 4), (4, 6))
"""Windows in cells, columns × rows, about as large as a short word of small letters, lying, standing and tilted."""
_LEAST_STROKES = 3.0
_APART = (5, 4)
_AROUND = (40, 30)
"""What is cut out around a spot, in pixels to each side."""
_MOST_SPOTS = 64
_COVERING = 0.6
_SCALE, _SIDE, _FLOOR = 2.0, 704, 12.0
_THICKEST, _SHORTEST = 36.0, 1.0
_ADDED = 1.0
_FILLED, _GAP = 0.9, 4
_CERTAIN = 0.95
_COLOURED, _STROKE, _IN_COLOUR, _CHANGING = 60, 5, 0.15, 8.0

Density = NDArray[np.float32]


def look_at_spots(rgb: View, lines: Sequence[Line], look: Look) -> list[Line]:
    """Return the lines that the detector finds at the spots with the densest strokes outside of `lines`."""
    cuttings = [
        Cutting(box, _SCALE, _FLOOR, _THICKEST, _SHORTEST)
        for box in _joined(_spots(as_grey(rgb), lines), rgb.shape[:2])
    ]
    if not cuttings:
        return []
    sheet = Sheet(_SIDE)
    for cutting in cuttings:
        sheet.add(rgb, cutting)
    return _without_flow(rgb, [line for one in detect_lines(sheet.picture(), look) for line in sheet.in_picture(one)])


def _without_flow(rgb: View, lines: Sequence[Line]) -> list[Line]:
    """Leave out doubtful lines in areas filled with changing colours, wider than strokes: blood flow, or its scale."""
    coloured = (rgb.max(axis=2) - rgb.min(axis=2) >= _COLOURED).astype(np.uint8)
    filled = cv2.morphologyEx(coloured, cv2.MORPH_OPEN, np.ones((_STROKE, _STROKE), np.uint8)) > 0
    return [line for line in lines if line.score >= _CERTAIN or not _is_flow(rgb, filled, line)]


def _is_flow(rgb: View, filled: NDArray[np.bool_], line: Line) -> bool:
    x, y, width, height = cv2.boundingRect(np.round(line.quad).astype(np.int32))
    inside = np.s_[max(0, y) : y + height, max(0, x) : x + width]
    area = filled[inside]
    return bool(area.any() and area.mean() >= _IN_COLOUR and rgb[inside][area].std(axis=0).mean() >= _CHANGING)


def _spots(grey: View, lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield the middles (x, y) of the densest spots, the densest first."""
    density = _density(grey)
    for line in lines:
        if line.score >= _COVERING:
            cv2.fillConvexPoly(density, np.round(line.quad / _CELL).astype(np.int32), (0.0,))
    across, down = _APART
    for _ in range(_MOST_SPOTS):
        y, x = divmod(int(density.argmax()), density.shape[1])
        if density[y, x] < _LEAST_STROKES:
            return
        density[max(0, y - down) : y + down + 1, max(0, x - across) : x + across + 1] = 0
        yield x * _CELL, y * _CELL


def _density(grey: View) -> Density:
    """Return per cell how strong the strokes in a window around it are, in grey levels, of the rarer direction."""
    smoothed = np.asarray(cv2.GaussianBlur(grey, (0, 0), _SMOOTHED), np.uint8)
    across, along = (_in_cells(_strokes(smoothed, np.ones(size, np.uint8))) for size in ((1, _HAT), (_HAT, 1)))
    windows = [np.minimum(cv2.blur(across, size), cv2.blur(along, size)) for size in _WORDS]
    return np.asarray(np.maximum.reduce(windows), dtype=np.float32)


def _strokes(grey: View, window: View) -> View:
    hats = (cv2.morphologyEx(grey, hat, window) for hat in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT))
    return np.asarray(np.minimum(np.maximum(*hats), _MOST_CONTRAST), np.uint8)


def _in_cells(strokes: View) -> Density:
    rows, columns = (max(1, edge // _CELL) for edge in strokes.shape)
    return np.asarray(cv2.resize(strokes.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _joined(spots: Iterable[tuple[int, int]], shape: tuple[int, ...]) -> list[Box]:
    """Return the rectangles around spots; those that meet become one where little is added by that."""
    boxes: list[Box] = []
    for x, y in spots:
        one = _around(x, y, shape)
        while (place := next((n for n, other in enumerate(boxes) if _is_joinable(one, other)), None)) is not None:
            one = _union(one, boxes.pop(place))
        boxes.append(one)
    return _fitting(boxes)


def _around(x: int, y: int, shape: tuple[int, ...]) -> Box:
    across, down = _AROUND
    left, top = max(0, x - across), max(0, y - down)
    return left, top, min(shape[1], x + across) - left, min(shape[0], y + down) - top


def _union(first: Box, second: Box) -> Box:
    left, top = min(first[0], second[0]), min(first[1], second[1])
    right, bottom = (max(first[edge] + first[edge + 2], second[edge] + second[edge + 2]) for edge in (0, 1))
    return left, top, right - left, bottom - top


def _is_joinable(first: Box, second: Box) -> bool:
    _, _, width, height = _union(first, second)
    parts = first[2] * first[3] + second[2] * second[3]
    meet = width < first[2] + second[2] and height < first[3] + second[3]
    return meet and width * height <= _ADDED * parts and max(width, height) * _SCALE <= _SIDE


def _fitting(boxes: Sequence[Box]) -> list[Box]:
    """Return as many of the densest as one sheet holds, the highest first, so that they lie in even rows."""
    fitting: list[Box] = []
    room = _SIDE * _SIDE * _FILLED
    for box in boxes:
        room -= (box[2] * _SCALE + _GAP) * (box[3] * _SCALE + _GAP)
        if room < 0:
            break
        fitting.append(box)
    return sorted(fitting, key=lambda box: -box[3])

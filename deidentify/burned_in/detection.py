"""Lines of text found by the detector: boxes around what it takes for letters, in whatever script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from deidentify.burned_in.networks import Floats, text_probability
from deidentify.burned_in.views import View

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
_STEP = 32
_MOST_LINES = 2000
_LARGEST_SHARE = 0.3
_GROW = 1.5
_SMALL, _SMALL_SCALE = 900, 1.6
_TILE, _OVERLAP = 1312, 128
"""Larger pictures are looked at in tiles, so that the memory is bounded; a line over a border is found in two parts."""


class Line(NamedTuple):
    """A line of text: four corners in pixels of the view, and how sure the detector is, 0 to 1.

    `is_extreme` says that its letters have the very highest or lowest grey level of the picture.
    """

    quad: Floats
    score: float
    is_extreme: bool = False


class Look(NamedTuple):
    """How the detector looks: long side of the picture, least probability of a pixel and of a line."""

    side: int
    pixel: float
    line: float


def detect_lines(rgb: View, look: Look) -> list[Line]:
    """Return the lines of text in a picture (rows × columns × 3)."""
    rows, columns = rgb.shape[:2]
    scale = look.side / max(rows, columns)
    if scale > 1:
        scale = min(scale, _SMALL_SCALE if max(rows, columns) < _SMALL else 1.0)
    height, width = (max(_STEP, round(edge * scale / _STEP) * _STEP) for edge in (rows, columns))
    resized = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    ratio = np.array([columns / width, rows / height], np.float32)
    return [
        Line((line.quad + np.array([left, top], np.float32)) * ratio, line.score)
        for top, tile_height in _tiles(height)
        for left, tile_width in _tiles(width)
        for line in _lines_of(np.asarray(resized[top : top + tile_height, left : left + tile_width], np.uint8), look)
    ]


def extent(quad: Floats) -> tuple[float, float]:
    """Return the short and the long side of a box, in pixels."""
    sides = np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1)
    return float(sides.min()), float(sides.max())


def _tiles(edge: int) -> Iterator[tuple[int, int]]:
    """Yield where tiles begin along an edge, and how long they are: one if it is short, else even, overlapping ones."""
    count = max(1, -(-(edge - _OVERLAP) // (_TILE - _OVERLAP)))
    length = -(-(edge + (count - 1) * _OVERLAP) // (count * _STEP)) * _STEP
    for tile in range(count):
        yield (edge - length) * tile // max(1, count - 1), length


def _lines_of(tile: View, look: Look) -> list[Line]:
    batch = ((tile.astype(np.float32) / 255 - _MEAN) / _SPREAD).transpose(2, 0, 1)[None]
    probability = text_probability(np.ascontiguousarray(batch))[0, 0]
    contours, _ = cv2.findContours((probability > look.pixel).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    lines = (_line(probability, np.asarray(contour, np.int32), look) for contour in contours[:_MOST_LINES])
    return [line for line in lines if line is not None]


def _line(probability: Floats, contour: NDArray[np.int32], look: Look) -> Line | None:
    """Return the box around a contour, grown as the network was trained on shrunken letters."""
    (x, y), (width, height), angle = cv2.minAreaRect(contour)
    left, top, columns, rows = cv2.boundingRect(contour)
    if min(width, height) < 2 or columns * rows > _LARGEST_SHARE * probability.size:
        return None
    inside = np.zeros((rows, columns), np.uint8)
    cv2.fillPoly(inside, [contour - np.array([left, top], np.int32)], (1,))
    score = float(probability[top : top + rows, left : left + columns][inside > 0].mean())
    if score < look.line:
        return None
    grow = width * height * _GROW / (width + height)
    return Line(np.asarray(cv2.boxPoints(((x, y), (width + grow, height + grow), angle)), np.float32), score)

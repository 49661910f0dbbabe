"""Thin strokes, the shape of burned-in letters: cheap looks at slices, and how much of them a box holds.

Letters have strokes across and along, close together; edges of the body have one kind only, vessels lie apart. Cells
of a slice count both kinds, bright or dark, and a window the size of a short word is as dense as the rarer kind.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from deidentify.burned_in.views import View

_STROKE_WINDOW = np.ones((7, 7), np.uint8)
_BRIGHT = 140
_PERCENTILE = 88
_LEAST_PIXELS = 20
CELL = 8
"""Side of a cell in which strokes are counted, in pixels."""
_ACROSS, _ALONG = np.ones((1, 7), np.uint8), np.ones((7, 1), np.uint8)
_WORDS = ((5, 2), (2, 5))
"""Windows in cells, columns × rows: a short word of small letters, lying and standing."""
_LOW_PERCENT, _HIGH_PERCENT, _SAMPLED = 0.5, 99.9, 4
_LEAST_CONTRAST, _MOST_CONTRAST, _TIMES_UNREST, _ROUGH_SHARE = 10.0, 60.0, 4.0, 0.2
_DENSE, _DENSE_NEAR_MASK, _OVER_USUAL = 0.2, 0.14, 0.08
_UNREST = 3.0
_GROUND, _GAIN, _GREY = 15, 2.0, 128
_NEAR = np.ones((5, 9), np.uint8)
_LEAST_SUSPECTS, _SUSPECT_SHARE = 16, 8


def stroke_mask(frame: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a slice shows thin bright strokes at more than half of its range, as burned-in text does.

    Args:
        frame: one frame of CT or MR, rows × columns, stored values of any depth.
    """
    low, high = float(frame.min()), float(frame.max())
    scale = 255 / max(high - low, 1.0)
    grey = cv2.convertScaleAbs(frame.astype(np.float32), alpha=scale, beta=-low * scale)
    return np.asarray(cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, _STROKE_WINDOW) > _BRIGHT)


def stroke_cells(frame: NDArray[Any]) -> NDArray[np.uint8]:
    """Return how many pixels of thin strokes across and along each cell holds, as [direction, row, column].

    A stroke is brighter or darker than both its sides, by more than the slice's own unrest.

    Args:
        frame: one frame, rows × columns, values of any depth.
    """
    values = frame.astype(np.float32)
    sample = values[::_SAMPLED, ::_SAMPLED]
    low, high = (float(edge) for edge in np.percentile(sample, (_LOW_PERCENT, _HIGH_PERCENT)))
    scale = 255 / max(high - low, 1e-6)
    grey = np.clip((values - low) * scale, 0, 255).astype(np.uint8)
    return np.stack([_counted(_stands_out(grey, window)) for window in (_ACROSS, _ALONG)])


def outstanding(cells: NDArray[np.uint8], covered: NDArray[np.bool_]) -> list[int]:
    """Return which slices of a stack hold what may be text: the most likely ones first, and only so many.

    Args:
        cells: the strokes of all slices, as [slice, direction, row, column].
        covered: the cells that are masked in every slice.
    """
    density = np.stack([_density(one * ~covered) for one in cells])
    middle = np.median(density, axis=0)
    unrest = np.median(np.abs(density - middle), axis=0)
    usual = cv2.dilate((middle + _UNREST * unrest).astype(np.float32), np.ones((3, 3), np.uint8))
    is_near = cv2.dilate(covered.astype(np.uint8), _NEAR) > 0
    least = np.maximum(np.where(is_near, _DENSE_NEAR_MASK, _DENSE), usual + _OVER_USUAL)
    excess = np.asarray((density - least).max(axis=(1, 2)))
    most = max(_LEAST_SUSPECTS, len(cells) // _SUSPECT_SHARE)
    return [int(place) for place in np.argsort(-excess, kind="stable")[:most] if excess[place] > 0]


def only_strokes(grey: View) -> View:
    """Return a picture without what is larger than letters, so that text across edges of the body shows as a line."""
    ground = cv2.medianBlur(np.ascontiguousarray(grey), _GROUND)
    over = (grey.astype(np.float32) - ground) * _GAIN + _GREY
    return np.asarray(np.clip(over, 0, 255), dtype=np.uint8)


def _stands_out(grey: View, window: NDArray[np.uint8]) -> NDArray[np.bool_]:
    thin = np.maximum(
        cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, window), cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, window)
    )
    sample = thin[::_SAMPLED, ::_SAMPLED]
    rough = sample[sample > 0]
    unrest = float(np.median(rough)) if rough.size > _ROUGH_SHARE * sample.size else 0.0
    return np.asarray(thin > np.clip(_TIMES_UNREST * unrest, _LEAST_CONTRAST, _MOST_CONTRAST))


def _counted(strokes: NDArray[np.bool_]) -> NDArray[np.uint8]:
    rows, columns = (-(-edge // CELL) for edge in strokes.shape)
    padded = np.zeros((rows * CELL, columns * CELL), dtype=np.uint8)
    padded[: strokes.shape[0], : strokes.shape[1]] = strokes
    return np.asarray(padded.reshape(rows, CELL, columns, CELL).sum(axis=(1, 3), dtype=np.uint8))


def _density(cells: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return which share of the best window around each cell is strokes, of the rarer direction."""
    windows = [
        np.minimum(*(cv2.boxFilter(kind, cv2.CV_32F, size, borderType=cv2.BORDER_CONSTANT) for kind in cells))
        for size in _WORDS
    ]
    return np.asarray(np.maximum(*windows) / CELL**2, dtype=np.float32)


def stroke_strength(grey: View, box: tuple[int, int, int, int]) -> float:
    """Return how strong the thin strokes within a box (x, y, width, height) are, in grey levels."""
    x, y, width, height = box
    part = grey[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)]
    if part.size < _LEAST_PIXELS:
        return 0.0
    edge = max(3, int(min(part.shape) * 0.45) | 1)
    window = np.ones((edge, edge), np.uint8)
    thin = np.maximum(
        cv2.morphologyEx(part, cv2.MORPH_TOPHAT, window), cv2.morphologyEx(part, cv2.MORPH_BLACKHAT, window)
    )
    return float(np.percentile(thin, _PERCENTILE))

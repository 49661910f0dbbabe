"""How far a photo of a screen or a film can be trusted, and where in it the picture is.

Estimates, each documented where it is made; they warn and propose, and change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from deidentify.burned_in.views import View, as_grey
from domain.study import Area, Concern

_LEAST_SIDE = 1000
_COARSE_TABLE = 30.0
"""Mean of the luminance table of a JPEG; coarser ones are those of the reference encoder below quality 75 or so."""
_BLOCKY = 1.6
_TILE = 512
_PEAK, _LEAST_PEAKS = 2.5, 3
_LEAST_FREQUENCY, _ON_AXIS = 0.04, (2.5, 1.5)
_SURROUNDINGS = (31, 31)
_WHITE, _TOO_WHITE = 253, 0.06
_NEAR = np.ones((15, 15), np.uint8)
_SHARPEST, _LEAST_EDGE, _SLOW = 99.9, 20, 0.105
_WORK_SIDE, _STANDS_OUT = 800, 12
_LEAST_SHARE, _MOST_SHARE, _LEAST_ASPECT = 0.12, 0.93, 0.4

Grey = NDArray[np.uint8]


def judge_photo(
    view: View, tables: Mapping[int, Sequence[int]] | None = None, *, from_camera: bool
) -> tuple[Concern, ...]:
    """Return what limits the reading of a photo, in the order of `Concern`.

    Args:
        view: 8 bits, rows × columns or with colours.
        tables: the quantisation tables of the JPEG it came as.
        from_camera: its file named a camera.
    """
    grey = view if view.ndim == 2 else as_grey(np.ascontiguousarray(view))
    is_photo = from_camera or shows_moire(grey)
    judged = (
        (Concern.SCREEN_PHOTO, is_photo),
        (Concern.LOW_RESOLUTION, max(grey.shape) < _LEAST_SIDE),
        (Concern.COMPRESSED, is_strongly_compressed(grey, tables)),
        (Concern.CLIPPED, is_photo and is_clipped(grey)),
        (Concern.BLURRED, is_blurred(grey)),
    )
    return tuple(concern for concern, holds in judged if holds)


def is_strongly_compressed(grey: Grey, tables: Mapping[int, Sequence[int]] | None) -> bool:
    """Return whether the tables are coarse, or blocks of 8 × 8 from an earlier compression show."""
    if tables and float(np.mean(tables[min(tables)])) > _COARSE_TABLE:
        return True
    return blockiness(grey) > _BLOCKY


def blockiness(grey: Grey) -> float:
    """Return how much larger steps are between blocks of 8 × 8 than within them; 1 where there are no blocks."""
    values = grey.astype(np.float32)
    return max(_step_ratio(np.abs(np.diff(values, axis=1))), _step_ratio(np.abs(np.diff(values, axis=0)).T))


def _step_ratio(steps: NDArray[np.float32]) -> float:
    if steps.shape[1] < 16:
        return 1.0
    columns = steps.mean(axis=0)
    phases = np.array([columns[phase::8].mean() for phase in range(8)])
    return float((phases[7] + 0.05) / (np.delete(phases, 7).mean() + 0.05))


def shows_moire(grey: Grey) -> bool:
    """Return whether the spectrum of the middle has sharp peaks off its axes, as the grid of a screen leaves.

    Lines of a user interface and blocks of compression lie on the axes.
    """
    tile = _middle(grey)
    if min(tile.shape) < _TILE // 2:
        return False
    values = tile.astype(np.float32)
    window = np.outer(np.hanning(tile.shape[0]), np.hanning(tile.shape[1])).astype(np.float32)
    spectrum = np.log1p(np.abs(np.fft.rfft2((values - values.mean()) * window))).astype(np.float32)
    return int(_peaks(spectrum, tile.shape).sum()) >= _LEAST_PEAKS


def _peaks(spectrum: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which frequencies are many times (e to the 2.5) stronger than their surroundings."""
    stands_out = spectrum - cv2.blur(spectrum, _SURROUNDINGS) > _PEAK
    rows, columns = np.abs(np.fft.fftfreq(shape[0]))[:, None], np.fft.rfftfreq(shape[1])[None]
    is_off_axis = (rows * shape[0] > _ON_AXIS[0]) & (columns * shape[1] > _ON_AXIS[1])
    return np.asarray(stands_out & is_off_axis & (np.hypot(rows, columns) > _LEAST_FREQUENCY))


def _middle(grey: Grey) -> Grey:
    top, left = (max(0, (edge - _TILE) // 2) for edge in grey.shape)
    return grey[top : top + _TILE, left : left + _TILE]


def is_clipped(grey: Grey) -> bool:
    """Return whether more of the picture is at the upper end than text and markers explain."""
    return float((grey >= _WHITE).mean()) > _TOO_WHITE


def is_blurred(grey: Grey) -> bool:
    """Return whether even the sharpest edges climb slowly: their steepest step is a small part of their height."""
    calm = cv2.GaussianBlur(np.ascontiguousarray(grey), (0, 0), 0.6)
    height = float(np.percentile(cv2.dilate(calm, _NEAR).astype(np.int16) - cv2.erode(calm, _NEAR), _SHARPEST))
    if height < _LEAST_EDGE:
        return False
    steps = (np.abs(np.diff(calm.astype(np.int16), axis=axis)) for axis in (0, 1))
    return max(float(np.percentile(step, _SHARPEST)) for step in steps) < _SLOW * height


def find_viewport(view: View) -> Area | None:
    """Return the rectangle around the screen or film in a photo, None where there is none or it fills the picture."""
    grey = view if view.ndim == 2 else as_grey(np.ascontiguousarray(view))
    scale = min(1.0, _WORK_SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = cv2.GaussianBlur(cv2.resize(np.ascontiguousarray(grey), size, interpolation=cv2.INTER_AREA), (5, 5), 0)
    quads = [quad for edges in _outlines(small) for quad in _quads(edges)]
    fitting = [quad for quad in quads if _is_screen(quad, small.size)]
    if not fitting:
        return None
    x, y, width, height = (int(edge / scale) for edge in cv2.boundingRect(max(fitting, key=cv2.contourArea)))
    return Area(x=x, y=y, width=min(width, grey.shape[1] - x), height=min(height, grey.shape[0] - y))


def _is_screen(quad: Any, size: int) -> bool:
    _, _, width, height = cv2.boundingRect(quad)
    is_broad = min(width, height) > _LEAST_ASPECT * max(width, height)
    return is_broad and _LEAST_SHARE <= cv2.contourArea(quad) / size <= _MOST_SHARE


def _outlines(small: Any) -> tuple[Any, ...]:
    """Return what differs from the surroundings of the screen, and what is brighter than the best threshold."""
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    differs = (np.abs(small.astype(np.int16) - int(np.median(border))) > _STANDS_OUT).astype(np.uint8)
    closed = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    _, bright = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8)), bright


def _quads(outline: Any) -> list[Any]:
    """Return the hulls of those shapes that have four corners, whole, so that a crop cuts nothing off."""
    contours, _ = cv2.findContours(outline, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    return [hull for hull in map(cv2.convexHull, contours) if _corners(hull) == 4]


def _corners(hull: Any) -> int:
    return len(cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, closed=True), closed=True))

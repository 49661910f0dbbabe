"""Pictures as the search for text looks at them: 8-bit views, locally normalised, smoothed, scaled."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

View = NDArray[np.uint8]
_LOW_PERCENT, _HIGH_PERCENT = 0.5, 99.9
_OUTLYING, _FURTHEST, _LEAST_RANGE = 4, 1e9, 1e-6
_SAMPLED = 4
_LEAST_WINDOW, _WINDOW_SHARE = 15, 0.02
_TARGET_SPREAD = 60
_LARGE = 1500


def to_view(values: NDArray[Any]) -> View:
    """Return the frame in 8 bits: from a low percentile to the maximum, where burned-in text lies.

    A few values far above all others (a hot pixel, text at the end of the type's range) are cut off, so that they
    stay white and the rest does not go dark.

    Args:
        values: one frame, rows × columns or rows × columns × 3, integers or floats of any depth.
    """
    if values.dtype == np.uint8:
        return values
    finite = _finite(values)
    step = _SAMPLED if min(finite.shape[:2]) >= _SAMPLED else 1
    low, high = (float(edge) for edge in np.percentile(finite[::step, ::step], (_LOW_PERCENT, _HIGH_PERCENT)))
    top = float(finite.max())
    if high > low and top - low > _OUTLYING * (high - low):
        top = low + 2 * (high - low)
    scaled = (finite - low) / max(top - low, _LEAST_RANGE) * 255
    return np.asarray(np.clip(scaled, 0, 255), dtype=np.uint8)


def _finite(values: NDArray[Any]) -> NDArray[np.float32]:
    if np.issubdtype(values.dtype, np.floating):
        values = np.clip(np.nan_to_num(values), -_FURTHEST, _FURTHEST)
    return values.astype(np.float32)


def as_rgb(view: View) -> View:
    return np.ascontiguousarray(view) if view.ndim == 3 else np.repeat(view[..., None], 3, axis=2)


def as_grey(rgb: View) -> View:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def normalise_locally(grey: View, floor: float = 12.0) -> View:
    """Return the picture with the same mean and spread everywhere, so that faint text stands out as strong text.

    Args:
        floor: the least spread, in grey levels, that is brought to the same; noise should stay below it.
    """
    window = max(_LEAST_WINDOW, int(min(grey.shape) * _WINDOW_SHARE) | 1)
    mean = np.asarray(cv2.boxFilter(grey, cv2.CV_32F, (window, window)), np.float32)
    square = np.asarray(cv2.sqrBoxFilter(grey, cv2.CV_32F, (window, window)), np.float32)
    square -= mean * mean
    spread = np.sqrt(np.maximum(square, floor * floor, out=square), out=square)
    even = (grey - mean) / spread
    even *= _TARGET_SPREAD
    even += 128
    return np.asarray(np.clip(even, 0, 255, out=even), dtype=np.uint8)


def blend(rgb: View, floor: float = 12.0) -> View:
    """Return the mean of the picture and its locally normalised form: one look shows strong and faint text alike."""
    even = as_rgb(normalise_locally(as_grey(rgb), floor))
    return np.asarray(cv2.addWeighted(rgb, 0.5, even, 0.5, 0), dtype=np.uint8)


def reduce(rgb: View, side: int) -> View:
    """Return the picture with its long side no longer than that."""
    scale = side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def noise(grey: View) -> float:
    """Return how rough the picture is, in grey levels: the median of its second differences."""
    coarse = grey[::2, ::2] if max(grey.shape) > _LARGE else grey
    return float(np.median(np.abs(cv2.Laplacian(np.ascontiguousarray(coarse), cv2.CV_32F))))


def smooth(rgb: View, sigma: float = 1.0) -> View:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), dtype=np.uint8)

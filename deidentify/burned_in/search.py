"""Where text may be: the looks at a picture, and what of their findings is worth reading."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from deidentify.burned_in.detection import Line, Look, detect_lines, extent
from deidentify.burned_in.rows import look_closer
from deidentify.burned_in.spots import look_at_spots
from deidentify.burned_in.views import View, blend, reduce, smooth

WHOLE_SIDE = 1024
_AGAIN_SIDE, _SMALL = 640, 640
_NEAR_SIDE, _PHOTO_SIDES = 2400, (1280, 1600)
_FAINT = 8.0
_PIXEL, _LINE = 0.2, 0.3
_NEAR = Look(512, 0.3, 0.5)
_TALL, _TALLEST, _SPECK = 0.13, 0.35, 8.5
_DOUBTFUL, _CERTAIN = 0.5, 0.8
_INSIDE, _FILLED = 0.8, 0.5


def search_again(rgb: View) -> list[Line]:
    """Return the lines of one look at the picture in another size than in the search: a quick check of a masked one."""
    lines = _look(rgb, blend(reduce(rgb, _AGAIN_SIDE)), _AGAIN_SIDE)
    return _without_repeats([line for line in lines if _is_likely(line, rgb)])


def search(rgb: View, *, is_photo: bool) -> list[Line]:
    """Return the lines that the looks find, each once, in pixels of the picture.

    The whole picture is looked at reduced, a photo in two ways; then rows of letters that were not found
    are looked at from close by.
    """
    lines = _looks_at_photo(rgb) if is_photo else _looks(rgb)
    near = reduce(rgb, _NEAR_SIDE)
    lines += _moved(look_closer(near, _moved(lines, near, rgb), _NEAR), rgb, near)
    if not is_photo:
        lines += _moved(look_at_spots(near, _moved(lines, near, rgb), _NEAR), rgb, near)
    return _without_repeats([line for line in lines if _is_likely(line, rgb)])


def _looks(rgb: View) -> list[Line]:
    """Look at the picture reduced or, if it is small, enlarged; at a very small one also as it is."""
    shown = blend(reduce(rgb, WHOLE_SIDE))
    sides = (WHOLE_SIDE, max(shown.shape)) if max(rgb.shape) <= _SMALL else (WHOLE_SIDE,)
    return [line for side in sides for line in _look(rgb, shown, side)]


def _looks_at_photo(rgb: View) -> list[Line]:
    """Look at a photo smoothed, so that the screen's grid goes, and once more as it is, for small letters."""
    first, second = _PHOTO_SIDES
    smoothed = blend(reduce(smooth(rgb), first), _FAINT)
    return _look(rgb, smoothed, max(smoothed.shape)) + _look(rgb, reduce(rgb, second), second)


def _look(rgb: View, shown: View, side: int) -> list[Line]:
    return _moved(detect_lines(shown, Look(side, _PIXEL, _LINE)), rgb, shown)


def _moved(lines: Sequence[Line], to: View, of: View) -> list[Line]:
    """Return lines found in one size of a picture in the pixels of another."""
    ratio = np.array([to.shape[1] / of.shape[1], to.shape[0] / of.shape[0]], np.float32)
    return [line._replace(quad=line.quad * ratio) for line in lines]


def _is_likely(line: Line, rgb: View) -> bool:
    """Whether a line is worth reading: no speck of doubtful score, nothing doubtful as thick as a part of the body."""
    thickness, _ = extent(line.quad)
    speck = _SPECK * max(1.0, max(rgb.shape) / WHOLE_SIDE)
    share = thickness / min(rgb.shape[:2])
    if share > _TALL:
        return share < _TALLEST and line.score >= _CERTAIN
    return line.score >= _DOUBTFUL or thickness > speck


def _without_repeats(lines: Sequence[Line]) -> list[Line]:
    """Return lines once: of two that cover each other the larger one, with the better score."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: -cv2.contourArea(line.quad)):
        twin = next((place for place, other in enumerate(kept) if _is_inside(line, other)), None)
        if twin is None:
            kept.append(line)
        else:
            kept[twin] = kept[twin]._replace(
                score=max(kept[twin].score, line.score), is_extreme=kept[twin].is_extreme or line.is_extreme
            )
    return kept


def _is_inside(line: Line, other: Line) -> bool:
    shared, _ = cv2.intersectConvexConvex(line.quad, other.quad)
    return bool(shared > _INSIDE * cv2.contourArea(line.quad) and shared > _FILLED * cv2.contourArea(other.quad))

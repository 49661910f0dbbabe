"""One picture of many cut-outs, for a closer look at all of them at once, and the way back into the picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from deidentify.burned_in.detection import Line, extent
from deidentify.burned_in.networks import Floats
from deidentify.burned_in.views import View, as_grey, as_rgb, blend

_GREY = 128
_GAP = 4

Box = tuple[int, int, int, int]


class Cutting(NamedTuple):
    """What to cut out: its rectangle with the margin, how much to enlarge it, how its faint letters are brought out.

    `level` is the grey level that all of its letters have, if they have only one. Lines thicker than `thickest` or
    shorter than `shortest` times their thickness are not taken over.
    """

    box: Box
    scale: float
    floor: float
    thickest: float
    shortest: float
    level: int | None = None
    is_upright: bool = False


class _Place(NamedTuple):
    """Where a cut-out lies on the sheet, how much it was enlarged, and where it came from: its top left corner, and
    its lower edge if it was laid on its side."""

    box: Box
    scale: float
    corner: tuple[int, int]
    bottom: int | None
    cutting: Cutting

    def in_picture(self, quad: Floats) -> Floats:
        """Return corners on the sheet as corners in the picture."""
        x, y = ((quad - np.array(self.box[:2], np.float32)) / np.float32(self.scale)).T
        left, top = self.corner
        turned = (left + x, top + y) if self.bottom is None else (left + y, self.bottom - x)
        return np.stack(turned, axis=1).astype(np.float32)


class Sheet:
    """One picture of many cut-outs, and where each came from."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._picture = np.full((side, side, 3), _GREY, np.uint8)
        self._places: list[_Place] = []
        self._x = self._y = self._height = 0

    def add(self, rgb: View, cutting: Cutting) -> None:
        """Put a cut-out on the sheet, enlarged or reduced; one that finds no room is left out."""
        left, top, columns, rows = cutting.box
        left, top, right, lower = max(0, left), max(0, top), left + columns, top + rows
        part = rgb[top:lower, left:right]
        bottom = top + part.shape[0] if cutting.is_upright else None
        part = part if bottom is None else np.ascontiguousarray(np.rot90(part, -1))
        scale = min(cutting.scale, self._side / max(part.shape[:2]))
        height, width = (max(1, int(edge * scale)) for edge in part.shape[:2])
        x, y = self._room(width)
        if y + height > self._side:
            return
        resized = cv2.resize(_only(part, cutting.level), (width, height), interpolation=cv2.INTER_CUBIC)
        shown = np.asarray(resized, np.uint8)
        shown = shown if cutting.level is not None else blend(shown, cutting.floor)
        self._picture[y : y + height, x : x + width] = shown
        self._places.append(_Place((x, y, width, height), scale, (left, top), bottom, cutting))
        self._x, self._height = x + width + _GAP, max(self._height, height)

    def picture(self) -> View:
        return self._picture[: min(self._side, self._y + self._height)]

    def in_picture(self, line: Line) -> Iterator[Line]:
        """Yield the line of the sheet where it stands in the picture, if it has the shape that is wanted."""
        middle = line.quad.mean(axis=0)
        for place in self._places:
            x, y, width, height = place.box
            if x <= middle[0] < x + width and y <= middle[1] < y + height:
                quad, cutting = place.in_picture(line.quad), place.cutting
                thickness, length = extent(quad)
                if thickness <= cutting.thickest and length >= cutting.shortest * thickness:
                    yield Line(quad, line.score, cutting.level is not None)

    def _room(self, width: int) -> tuple[int, int]:
        if self._x + width > self._side:
            self._x, self._y, self._height = 0, self._y + self._height + _GAP, 0
        return self._x, self._y


def _only(rgb: View, level: int | None) -> View:
    """Return white on black what has this grey level; the picture itself if there is none."""
    return rgb if level is None else as_rgb(np.asarray(as_grey(rgb) == level, np.uint8) * 255)

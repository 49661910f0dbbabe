"""Masks drawn as masks: diagonal stripes, light and dark, within a thin edge; never even and dark like air."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deidentify.pixels.findings import rectangle
from domain.study import Area

_LIGHT, _DARK, _EDGE = 176, 88, 232
_PERIOD, _LIGHT_PART = 8, 4


def hatch(picture: Image.Image, areas: Iterable[Area]) -> Image.Image:
    """Return the picture (grey or RGB) with the areas hatched, clipped to it."""
    pixels = np.array(picture)
    for area in areas:
        part = pixels[rectangle(area)]
        if part.size:
            part[:] = _stripes(part.shape, area)
    return Image.fromarray(pixels)


def placed(area: Area, *, within: Area, scale: float) -> Area | None:
    """Return where an area lies in a picture of a part that was scaled; None where it lies outside.

    Args:
        within: the part of the image that the picture shows.
        scale: pixels of the picture for one of the image.
    """
    seen = area.seen_in(within)
    if seen is None:
        return None
    left, top = int(seen.x * scale), int(seen.y * scale)
    right, bottom = math.ceil((seen.x + seen.width) * scale), math.ceil((seen.y + seen.height) * scale)
    return Area(x=left, y=top, width=max(1, right - left), height=max(1, bottom - top))


def _stripes(shape: tuple[int, ...], area: Area) -> NDArray[Any]:
    """Stripes follow the picture's own corner, so that areas side by side go on in each other."""
    rows, columns = np.mgrid[area.y : area.y + shape[0], area.x : area.x + shape[1]]
    stripes = np.where((rows + columns) % _PERIOD < _LIGHT_PART, _LIGHT, _DARK).astype(np.uint8)
    stripes[[0, -1]] = _EDGE
    stripes[:, [0, -1]] = _EDGE
    return stripes if len(shape) == 2 else stripes[..., None]

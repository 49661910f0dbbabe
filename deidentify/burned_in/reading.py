"""Lines read: each cut out, turned upright where it may stand on its side, and read in batches of one width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from deidentify.burned_in.networks import Floats, character_probability, characters
from deidentify.burned_in.views import View

HEIGHT = 48
_STEP, _LEAST, _MOST = 32, 64, 1216
_BATCH_WIDTH = 1280
"""Columns read at once: what the reader keeps in memory grows with them."""


class Reading(NamedTuple):
    """What was read, and how sure the reader is, 0 to 1."""

    words: str
    certainty: float


def cut(rgb: View, quad: Floats) -> View | None:
    """Return the part of a picture within four corners, set upright, or None if it is too thin to hold a letter."""
    corners = _ordered(quad)
    width = int(max(_length(corners[0], corners[1]), _length(corners[3], corners[2])))
    height = int(max(_length(corners[0], corners[3]), _length(corners[1], corners[2])))
    if min(width, height) < 3:
        return None
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(rgb, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def read(crops: Sequence[View]) -> list[Reading]:
    """Return what each crop says, in their order."""
    readings: dict[int, Reading] = {}
    by_width: dict[int, list[int]] = {}
    for place, crop in enumerate(crops):
        by_width.setdefault(_padded_width(crop), []).append(place)
    for width, places in sorted(by_width.items()):
        count = max(1, _BATCH_WIDTH // width)
        for start in range(0, len(places), count):
            some = places[start : start + count]
            batch = np.stack([_scaled(crops[place], width) for place in some])
            readings.update(zip(some, map(_decoded, character_probability(batch)), strict=True))
    return [readings[place] for place in range(len(crops))]


def _ordered(quad: Floats) -> Floats:
    """Return the corners from the top left one on, clockwise."""
    total, difference = quad.sum(axis=1), quad[:, 1] - quad[:, 0]
    order = [int(total.argmin()), int(difference.argmin()), int(total.argmax()), int(difference.argmax())]
    return np.ascontiguousarray(quad[order], dtype=np.float32)


def _length(first: Floats, second: Floats) -> float:
    return float(np.linalg.norm(first - second))


def _natural_width(crop: View) -> int:
    return max(4, int(HEIGHT * crop.shape[1] / crop.shape[0]))


def _padded_width(crop: View) -> int:
    return min(_MOST, max(_LEAST, -(-_natural_width(crop) // _STEP) * _STEP))


def _scaled(crop: View, width: int) -> Floats:
    own = min(width, _natural_width(crop))
    batch = np.zeros((3, HEIGHT, width), np.float32)
    batch[:, :, :own] = (cv2.resize(crop, (own, HEIGHT)).astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
    return batch


def _decoded(probability: Floats) -> Reading:
    """Return the characters of the likeliest path: repeats joined, gaps dropped."""
    best, sure = probability.argmax(axis=1), probability.max(axis=1)
    told = (best > 0) & np.concatenate([[True], best[1:] != best[:-1]])
    if not told.any():
        return Reading("", 0.0)
    known = characters()
    return Reading("".join(known[place] for place in best[told]), float(sure[told].mean()))

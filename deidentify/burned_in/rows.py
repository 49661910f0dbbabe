"""Rows of letters found without a network: small strokes of one size side by side, for a closer look at them.

A first look at a reduced picture may overlook small or faint lines. What stands in rows and was not found is
enlarged to one letter height, put together on one sheet, and shown to the detector again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from deidentify.burned_in.detection import Line, Look, detect_lines
from deidentify.burned_in.sheet import Box, Cutting, Sheet
from deidentify.burned_in.views import View, as_grey, noise, normalise_locally

_HAT = np.ones((13, 13), np.uint8)
_STRONG = 60
_LEAST_LETTER, _MOST_LETTER = 5, 40
_LEAST_AREA, _FULL = 6, 0.85
_LETTERS = 3
_REACH = 7
_HIGHEST = 50
_COVERED = 0.5
_MOST_ROWS = 24
_WANTED_LETTER = 20
_MARGIN = 14
_SHEET = 512
_THICKEST, _SHORTEST = 3.0, 1.6
_QUIET, _LOUD = 4.0, 12.0
_RARE = 0.25


class Row(NamedTuple):
    """A row of letters: rectangle in pixels of the picture, height of its letters, how many they are, and the grey
    level that all of them have, if they have only one."""

    box: Box
    letter: float
    letters: int
    level: int | None = None


def look_closer(rgb: View, lines: Sequence[Line], look: Look) -> list[Line]:
    """Return the lines that the detector finds where rows of letters are that `lines` do not cover."""
    all_rows = letter_rows(as_grey(rgb))
    rows = list(islice((row for row in all_rows if not _is_covered(row.box, lines, rgb.shape[:2])), _MOST_ROWS))
    if not rows:
        return []
    sheet = Sheet(_SHEET)
    for row in rows:
        sheet.add(rgb, _cutting(row))
    found = detect_lines(sheet.picture(), look)
    return [line for one in found for line in sheet.in_picture(one)]


def letter_rows(grey: View) -> list[Row]:
    """Return rows of at least three letters, bright or dark, lying or upright, the likeliest first."""
    return [*_most_first(_extremes(grey)), *_most_first(_strokes(grey))]


def _most_first(rows: Iterator[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row.letters)


def _extremes(grey: View) -> Iterator[Row]:
    """Yield rows of letters at the very end of the range.

    Text is mostly burned in with the highest or lowest value there is, and so stands out of its background even
    where both look white.
    """
    for level in (int(grey.max()), int(grey.min())):
        extreme = np.asarray(grey == level, np.uint8)
        if extreme.mean() < _RARE:
            yield from (row._replace(level=level) for row in _rows(extreme))


def _strokes(grey: View) -> Iterator[Row]:
    """Yield rows of letters that are thin and brighter, or darker, than what is around them."""
    even = normalise_locally(grey, float(np.clip(2 * noise(grey), _QUIET, _LOUD)))
    for hat in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        yield from _rows(np.asarray(cv2.morphologyEx(even, hat, _HAT) > _STRONG, np.uint8))


def _rows(strokes: View) -> Iterator[Row]:
    _, labels, stats, centers = cv2.connectedComponentsWithStatsWithAlgorithm(strokes, 8, cv2.CV_32S, cv2.CCL_BBDT)
    width, height, area = (stats[:, column] for column in (2, 3, 4))
    letter = (height >= _LEAST_LETTER) & (height <= _MOST_LETTER) & (width <= _MOST_LETTER) & (area >= _LEAST_AREA)
    letter &= area < _FULL * width * height + 8
    letter[0] = False
    if np.count_nonzero(letter) < _LETTERS:
        return
    letters = _halved(letter.astype(np.uint8)[labels])
    middle = centers[letter].astype(int) // 2
    sizes = np.maximum(width, height)[letter]
    for window in (np.ones((1, _REACH), np.uint8), np.ones((_REACH, 1), np.uint8)):
        closed = np.asarray(cv2.morphologyEx(letters, cv2.MORPH_CLOSE, window), np.uint8)
        yield from _joined(closed, middle, sizes)


def _halved(letters: View) -> View:
    """Return the picture in half its size; a pixel is set if one of its four was."""
    rows, columns = letters.shape
    padded = np.zeros((rows + rows % 2, columns + columns % 2), np.uint8)
    padded[:rows, :columns] = letters
    return np.maximum(
        np.maximum(padded[::2, ::2], padded[1::2, ::2]), np.maximum(padded[::2, 1::2], padded[1::2, 1::2])
    )


def _joined(joined: View, middle: NDArray[np.int_], sizes: NDArray[np.int32]) -> Iterator[Row]:
    """Yield the rows of a picture in half its size; their boxes are those of the whole one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(joined, 8, cv2.CV_32S, cv2.CCL_BBDT)
    owners = labels[middle[:, 1], middle[:, 0]]
    members = np.bincount(owners, minlength=count)
    members[0] = 0
    for place in np.nonzero(members >= _LETTERS)[0]:
        x, y, width, height = (2 * int(value) for value in stats[place, :4])
        low, high = sorted((width, height))
        if low > _HIGHEST or high < 1.4 * low:
            continue
        size = float(np.median(sizes[owners == place]))
        if size >= 0.3 * low:
            yield Row((x, y, width, height), size, int(members[place]))


def _is_covered(box: Box, lines: Sequence[Line], shape: tuple[int, ...]) -> bool:
    x, y, width, height = box
    cover = np.zeros((height, width), np.uint8)
    for line in lines:
        cv2.fillConvexPoly(cover, np.round(line.quad - np.array([x, y], np.float32)).astype(np.int32), (1,))
    return bool(cover.mean() > _COVERED) or height > shape[0] // 2


def _cutting(row: Row) -> Cutting:
    """Return what to cut out to show a row with letters of one height, lying."""
    x, y, width, height = row.box
    scale = float(np.clip(_WANTED_LETTER / row.letter, 0.7, 2.5))
    margin = round(_MARGIN / scale) + 2
    box = (x - margin, y - margin, width + 2 * margin, height + 2 * margin)
    return Cutting(box, scale, _QUIET, _THICKEST * row.letter, _SHORTEST, row.level, is_upright=height > width)

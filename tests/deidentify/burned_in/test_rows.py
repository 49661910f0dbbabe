"""The closer look: rows of letters that nobody found yet are put on one sheet, and found again in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from deidentify.burned_in import rows
from deidentify.burned_in.detection import Line, Look, detect_lines
from deidentify.burned_in.rows import Row, letter_rows, look_closer
from deidentify.burned_in.views import as_rgb, reduce
from tests.fakes.burned_in import anatomy, write

LOOK = Look(512, 0.3, 0.5)


def _box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def test_rows_of_letters_are_found_lying_and_upright():
    view = anatomy()
    write(view, "FICTUS ZEBRA", at=(20, 30))
    upright = np.ascontiguousarray(np.rot90(view))

    assert any(row.letters >= 8 and row.box[2] > 90 for row in letter_rows(view))
    assert any(row.letters >= 8 and row.box[3] > 90 for row in letter_rows(upright))


def test_flat_picture_has_no_rows():
    assert letter_rows(np.full((80, 90), 7, np.uint8)) == []


@pytest.mark.parametrize(("width", "size", "count"), [(40, 20.0, 1), (40, 4.0, 0), (20, 20.0, 0)])
def test_only_long_things_of_large_strokes_are_rows(width, size, count):
    joined = np.zeros((60, 60), np.uint8)
    joined[10:28, 10 : 10 + width] = 1
    middle = np.array([[12, 12], [20, 20], [26, 26]])

    found = list(rows._joined(joined, middle, np.full(3, size)))

    assert [row.box for row in found] == [(20, 20, 2 * width, 36)] * count


def test_row_that_was_overlooked_is_found_where_it_stands():
    view = anatomy()
    write(view, "FICTUS OKAPI", at=(60, 470), scale=0.5)

    found = look_closer(as_rgb(view), [], LOOK)

    assert any(line.quad[:, 1].min() > 440 and 40 < line.quad[:, 0].mean() < 200 for line in found)


def test_row_that_was_found_is_not_looked_at_again():
    view = np.zeros((120, 200), np.uint8)
    write(view, "FICTUS OKAPI", at=(20, 60), scale=0.5)

    assert look_closer(as_rgb(view), [Line(_box(0, 30, 200, 80), 0.9)], LOOK) == []


@pytest.mark.parametrize(
    ("row", "box", "scale", "is_upright"),
    [
        (Row((100, 200, 80, 20), 20.0, 6), (84, 184, 112, 52), 1.0, False),
        (Row((100, 200, 20, 80), 20.0, 6, 255), (84, 184, 52, 112), 1.0, True),
        (Row((100, 200, 80, 20), 5.0, 6), (92, 192, 96, 36), 2.5, False),
    ],
)
def test_row_is_cut_out_with_letters_of_one_height(row, box, scale, is_upright):
    cutting = rows._cutting(row)

    assert (cutting.box, cutting.scale, cutting.is_upright, cutting.level) == (box, scale, is_upright, row.level)


def test_large_picture_is_searched_in_tiles():
    view = np.zeros((160, 1700), np.uint8)
    write(view, "FICTUS ZEBRA", at=(1480, 80), scale=0.8)

    found = detect_lines(as_rgb(view), Look(1700, 0.2, 0.3))

    assert any(1450 < line.quad[:, 0].mean() < 1680 for line in found)
    assert max(reduce(as_rgb(view), 400).shape) == 400

"""The closer look: rows of letters that nobody found yet are put on one sheet, and found again in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from deidentify.burned_in import rows
from deidentify.burned_in.detection import Line, Look, detect_lines
from deidentify.burned_in.rows import Row, letter_rows, look_closer
from deidentify.burned_in.views import as_grey, as_rgb, reduce
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


def test_sheet_leads_back_to_the_picture():
    sheet = rows._Sheet()
    sheet.add(np.zeros((300, 300, 3), np.uint8), Row((100, 200, 80, 20), 20.0, 6))

    back = list(sheet.in_picture(Line(_box(16, 16, 96, 36), 0.9)))

    assert [line.quad.min(axis=0).tolist() for line in back] == [[100, 200]]
    assert list(sheet.in_picture(Line(_box(0, 0, 100, 70), 0.9))) == []
    assert list(sheet.in_picture(Line(_box(400, 400, 480, 420), 0.9))) == []


def test_upright_row_is_laid_down_on_the_sheet_and_led_back():
    sheet = rows._Sheet()
    sheet.add(np.zeros((400, 300, 3), np.uint8), Row((100, 200, 20, 80), 20.0, 6, 255))

    back = list(sheet.in_picture(Line(_box(16, 16, 96, 36), 0.9)))

    assert [line.quad.min(axis=0).tolist() for line in back] == [[100, 200]]
    assert [line.quad.max(axis=0).tolist() for line in back] == [[120, 280]]
    assert [line.is_extreme for line in back] == [True]


def test_sheet_takes_no_more_than_it_has_room_for():
    sheet = rows._Sheet()
    picture = as_rgb(anatomy())

    for place in range(40):
        sheet.add(picture, Row((10, 5 + 10 * place, 300, 20), 20.0, 9, 255 if place % 2 else None))

    assert 400 < sheet.picture().shape[0] <= 512
    assert len(sheet._places) < 40


@pytest.mark.parametrize("level", [0, 255])
def test_only_one_level_is_shown(level):
    view = np.full((60, 60, 3), 128, np.uint8)
    view[10:20] = level

    shown = as_grey(rows._only(view, level))

    assert (shown > 0).mean() == pytest.approx(1 / 6)
    assert rows._only(view, None) is view


def test_large_picture_is_searched_in_tiles():
    view = np.zeros((160, 1700), np.uint8)
    write(view, "FICTUS ZEBRA", at=(1480, 80), scale=0.8)

    found = detect_lines(as_rgb(view), Look(1700, 0.2, 0.3))

    assert any(1450 < line.quad[:, 0].mean() < 1680 for line in found)
    assert max(reduce(as_rgb(view), 400).shape) == 400

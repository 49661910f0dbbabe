"""The sheet of cut-outs: what it takes, and the way back into the picture."""

from __future__ import annotations

import numpy as np
import pytest

from deidentify.burned_in import sheet
from deidentify.burned_in.detection import Line
from deidentify.burned_in.sheet import Cutting, Sheet
from deidentify.burned_in.views import as_grey, as_rgb
from tests.fakes.burned_in import anatomy


def _box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def test_sheet_leads_back_to_the_picture():
    page = Sheet(512)
    page.add(np.zeros((300, 300, 3), np.uint8), Cutting((84, 184, 112, 52), 2.0, 12.0, 60, 1.6))

    back = list(page.in_picture(Line(_box(32, 32, 192, 72), 0.9)))

    assert [line.quad.min(axis=0).tolist() for line in back] == [[100, 200]]
    assert [line.quad.max(axis=0).tolist() for line in back] == [[180, 220]]
    assert list(page.in_picture(Line(_box(0, 0, 60, 60), 0.9))) == []
    assert list(page.in_picture(Line(_box(0, 0, 224, 124), 0.9))) == []
    assert list(page.in_picture(Line(_box(400, 400, 480, 420), 0.9))) == []


def test_upright_cut_out_is_laid_down_on_the_sheet_and_led_back():
    page = Sheet(512)
    cutting = Cutting((84, 184, 52, 112), 1.0, 12.0, 60, 1.6, level=255, is_upright=True)
    page.add(np.zeros((400, 300, 3), np.uint8), cutting)

    back = list(page.in_picture(Line(_box(16, 16, 96, 36), 0.9)))

    assert [line.quad.min(axis=0).tolist() for line in back] == [[100, 200]]
    assert [line.quad.max(axis=0).tolist() for line in back] == [[120, 280]]
    assert [line.is_extreme for line in back] == [True]


def test_sheet_takes_no_more_than_it_has_room_for():
    page = Sheet(512)
    picture = as_rgb(anatomy())

    for place in range(40):
        cutting = Cutting((10, 5 + 10 * place, 300, 52), 1.0, 4.0, 60, 1.6, level=255 if place % 2 else None)
        page.add(picture, cutting)

    assert 400 < page.picture().shape[0] <= 512
    assert len(page._places) < 40


@pytest.mark.parametrize("level", [0, 255])
def test_only_one_level_is_shown(level):
    view = np.full((60, 60, 3), 128, np.uint8)
    view[10:20] = level

    shown = as_grey(sheet._only(view, level))

    assert (shown > 0).mean() == pytest.approx(1 / 6)
    assert sheet._only(view, None) is view

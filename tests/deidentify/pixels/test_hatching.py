"""Masks drawn as stripes: light and dark, sharp, and where they lie in the part that is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from deidentify.pixels.hatching import hatch, placed
from domain.study import Area

WHOLE = Area(x=0, y=0, width=40, height=30)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_mask_is_striped_light_and_dark_within_an_edge(mode):
    before = Image.new(mode, (40, 30))

    after = np.asarray(hatch(before, [Area(x=10, y=5, width=20, height=15)]))

    inside = after[6:19, 11:29]
    assert {88, 176} == set(inside.ravel().tolist())
    assert set(after[5, 10:30].ravel().tolist()) == {232}
    assert not after[:5].any()
    assert not np.asarray(before).any()


def test_mask_beyond_the_picture_is_clipped():
    after = np.asarray(
        hatch(Image.new("L", (40, 30)), [Area(x=38, y=28, width=9, height=9), Area(x=50, y=0, width=1, height=1)])
    )

    assert after[28:, 38:].all()
    assert np.count_nonzero(after) == 4


@given(st.integers(0, 39), st.integers(0, 29), st.floats(0.1, 4))
def test_placed_mask_covers_what_it_covered(x, y, scale):
    area = Area(x=x, y=y, width=min(9, 40 - x), height=min(5, 30 - y))

    there = placed(area, within=WHOLE, scale=scale)

    assert there.x <= area.x * scale
    assert there.x + there.width >= (area.x + area.width) * scale - 1e-6
    assert there.y + there.height >= (area.y + area.height) * scale - 1e-6


def test_mask_outside_of_the_part_is_not_drawn():
    assert placed(Area(x=0, y=0, width=5, height=5), within=Area(x=5, y=5, width=9, height=9), scale=2) is None

"""The 8-bit view that text is searched in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from deidentify.burned_in.views import as_rgb, noise, to_view

SHAPES = st.sampled_from([(1, 1), (3, 5), (40, 33), (16, 20, 3)])


@given(
    st.sampled_from(["int8", "uint16", "int16", "int32", "uint32", "float32", "float64"]).flatmap(
        lambda kind: hnp.arrays(kind, SHAPES)
    )
)
def test_any_frame_has_a_view(values):
    view = to_view(values)

    assert view.dtype == np.uint8
    assert view.shape == values.shape


def test_text_at_the_top_of_the_range_is_white():
    values = np.full((64, 64), 500, np.int16)
    values[:, :20], values[10, 10] = -1024, 4095

    view = to_view(values)

    assert view[10, 10] == 255
    assert view[0, 0] == 0


def test_hot_pixel_leaves_the_rest_bright():
    values = np.full((64, 64), 500, np.uint16)
    values[:, :20], values[10, 10] = 0, 65535

    view = to_view(values)

    assert view[10, 10] == 255
    assert view[40, 40] > 100


@pytest.mark.parametrize("shape", [(8, 9), (8, 9, 3)])
def test_bytes_are_their_own_view(shape):
    values = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)

    assert to_view(values) is values
    assert as_rgb(values).shape == (8, 9, 3)


def test_noise_is_told_from_calm():
    lot = np.random.default_rng(3)

    assert noise(np.full((200, 300), 90, np.uint8)) == 0
    assert noise(lot.integers(0, 255, (200, 1600), dtype=np.uint8)) > 20

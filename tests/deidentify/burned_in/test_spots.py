"""Spots with the densest strokes: faint small letters that the whole look overlooks are found from close by."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deidentify.burned_in import spots
from deidentify.burned_in.detection import Line, Look
from deidentify.burned_in.search import search
from deidentify.burned_in.spots import look_at_spots
from deidentify.burned_in.views import as_rgb

LOOK = Look(512, 0.3, 0.5)


def _lettered(size: int, at: tuple[int, int], turns: int = 0, *, ink: int = 60) -> np.ndarray:
    """Return noise with a faint word of nine pixels in it."""
    view = np.random.default_rng(3).normal(100, 5, (size, size))
    word = cv2.putText(np.zeros((14, 84), np.uint8), "ZEBRA 39", (1, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, 255, 1)
    word = np.rot90(word, turns)
    view[at[1] : at[1] + word.shape[0], at[0] : at[0] + word.shape[1]][word > 0] += ink
    return np.asarray(np.clip(view, 0, 255), np.uint8)


@pytest.mark.parametrize("turns", [0, 1])
def test_faint_word_is_found_where_it_stands(turns):
    view = _lettered(600, (300, 400), turns)

    found = look_at_spots(as_rgb(view), [], LOOK)

    middle = (342, 407) if turns == 0 else (307, 442)
    assert len(found) == 1
    assert np.abs(found[0].quad.mean(axis=0) - middle).max() < 10


def test_faint_small_word_in_a_large_picture_is_found():
    view = _lettered(2400, (1200, 700), ink=30)  # the whole look alone overlooks it

    found = search(as_rgb(view), is_photo=False)

    assert any(abs(line.quad.mean(axis=0) - (1242, 707)).max() < 15 for line in found)


def test_spot_that_a_sure_line_covers_is_not_looked_at_again():
    view, quad = _lettered(600, (300, 400)), [[290, 390], [394, 390], [394, 424], [290, 424]]
    lines = [Line(np.array(quad, np.float32), score) for score in (0.9, 0.5)]

    covered, doubtful = (list(spots._spots(view, [line])) for line in lines)

    assert covered == []
    assert any(290 <= x < 394 and 390 <= y < 424 for x, y in doubtful)


def _ground(kind: str) -> np.ndarray:
    """Return a part of 40 × 80 pixels: red turning yellow, one blue, or grey."""
    view = np.full((40, 80, 3), (30, 60, 200) if kind == "bar" else 90, np.uint8)
    if kind == "flow":
        view[:] = np.stack(np.broadcast_arrays(220, np.linspace(0, 200, 80)[None, :], np.zeros((40, 1))), axis=2)
    return view


@pytest.mark.parametrize(
    ("ground", "ink", "score", "flows"),
    [
        ("flow", (255, 255, 255), 0.8, True),
        ("flow", (255, 255, 255), 0.96, False),
        ("bar", (255, 255, 255), 0.8, False),
        ("grey", (255, 255, 0), 0.8, False),
    ],
)
def test_doubtful_line_in_changing_colours_is_blood_flow(ground, ink, score, flows):
    view = _ground(ground)
    cv2.putText(view, "ZEBRA", (10, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.5, ink, 1)
    quad = np.array([[8, 10], [64, 10], [64, 29], [8, 29]], np.float32)

    left = spots._without_flow(view, [Line(quad, score)])

    assert (left == []) is flows


@pytest.mark.parametrize("shape", [(3, 40), (80, 90), (2, 2)])
def test_flat_picture_has_no_spots(shape):
    assert look_at_spots(np.full((*shape, 3), 7, np.uint8), [], LOOK) == []


def test_spots_of_a_picture_full_of_strokes_are_limited():
    view = np.asarray(np.random.default_rng(3).normal(120, 50, (900, 900)).clip(0, 255), np.uint8)

    assert len(list(spots._spots(view, []))) == 64


def test_no_more_spots_are_cut_out_than_one_sheet_holds():
    places = [(100 + 200 * place, 100 + 200 * row) for row in range(8) for place in range(8)]

    boxes = spots._joined(places, (1800, 1800))

    assert 10 < len(boxes) < 64


def test_spots_side_by_side_are_cut_out_together():
    boxes = spots._joined([(100, 100), (125, 100), (150, 104), (900, 900), (10, 10)], (1000, 1000))

    assert sorted(boxes) == [(0, 0, 50, 40), (60, 70, 130, 64), (860, 870, 80, 60)]


@given(st.lists(st.tuples(st.integers(0, 299), st.integers(0, 199)), max_size=30))
def test_cut_outs_lie_within_the_picture_and_each_spot_in_one(places):
    boxes = spots._joined(places, (200, 300))

    assert all(x >= 0 and y >= 0 and x + width <= 300 and y + height <= 200 for x, y, width, height in boxes)
    assert not places or boxes

"""Lines cut out and read, and the strokes in them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from deidentify.burned_in.detection import extent
from deidentify.burned_in.finder import FoundText
from deidentify.burned_in.reading import cut, read
from deidentify.burned_in.strokes import stroke_strength
from tests.fakes.burned_in import anatomy, write


@pytest.mark.parametrize("angle", [-40, -10, 0, 20, 44])
def test_tilted_line_is_cut_out_whole(angle):
    view = np.zeros((200, 200, 3), np.uint8)
    quad = cv2.boxPoints(((100, 100), (120, 20), angle)).astype(np.float32)

    crop = cut(view, quad)

    assert crop is not None
    assert sorted(crop.shape[:2]) == pytest.approx([20, 120], abs=1)
    assert extent(quad) == pytest.approx((20, 120), abs=0.1)


def test_line_too_thin_for_letters_is_not_read():
    assert cut(np.zeros((50, 50, 3), np.uint8), np.array([[1, 1], [40, 1], [40, 2], [1, 2]], np.float32)) is None
    assert read([]) == []


def test_words_are_read_in_their_order():
    crops = []
    for words in ("ZEBRA 9074", "L"):
        crop = np.zeros((40, 30 + 20 * len(words), 3), np.uint8)
        write(crop, words, at=(8, 30), scale=0.9, thickness=2)
        crops.append(crop)

    first, second = read([*crops, np.zeros((40, 40, 3), np.uint8)])[:2]

    assert first.words.replace(" ", "") == "ZEBRA9074"
    assert (second.words, second.certainty > 0.8) == ("L", True)


def test_strokes_are_strong_in_letters_only():
    view = anatomy()
    write(view, "FICTUS", at=(20, 30))

    assert stroke_strength(view, (18, 12, 90, 24)) > 80
    assert stroke_strength(view, (18, 300, 90, 24)) < 20
    assert stroke_strength(view, (-9, -9, 10, 10)) == 0


def test_box_is_padded_whole_and_not_clipped():
    text = FoundText(((0.4, 0.6), (9.2, 0.6), (9.2, 5.5), (0.4, 5.5)), "", 0.0, 3.0)

    assert text.box == (-2, -2, 14, 10)

"""Photos through the door: masked, judged, refused where a face or text stays."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from deidentify.limits import Limits
from deidentify.pixels.photo_search import clean_and_search_photo
from deidentify.pixels.search import TextFinder
from domain.errors import DeidentificationError
from domain.study import Area, Concern
from tests.deidentify.pixels.pictures import FINDER, white_is_text, with_white
from tests.deidentify.pixels.test_faces import face


def _png(pixels: np.ndarray) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _searched(pixels: np.ndarray, finder: TextFinder = FINDER):
    return clean_and_search_photo(_png(pixels), Limits(), finder=finder)


def test_text_in_a_photo_is_masked_and_told():
    searched = _searched(with_white((400, 600), (20, 10, 200, 20), (550, 300, 8, 8)))

    after = np.asarray(Image.open(BytesIO(searched.photo.body)))
    assert searched.findings.masks == (Area(x=20, y=10, width=200, height=20),)
    assert set(after[10:30, 20:220].ravel().tolist()) == {128}
    assert after[304, 554] == 255
    assert Concern.LOW_RESOLUTION in searched.concerns


def test_mask_over_the_middle_needs_a_word():
    assert Concern.MASK_OVER_LUNG in _searched(with_white((400, 600), (200, 180, 200, 20))).concerns
    assert Concern.MASK_OVER_LUNG not in _searched(with_white((400, 600), (200, 5, 200, 20))).concerns


def test_screen_is_offered_and_not_cut():
    desk = np.full((900, 1200), 90, np.uint8)
    desk[100:800, 150:1050] = 20

    searched = _searched(desk)

    assert searched.crop is not None
    assert (searched.photo.rows, searched.photo.columns) == (900, 1200)


def test_photo_with_a_face_is_refused():
    with pytest.raises(DeidentificationError, match="face_found"):
        _searched(face())


def test_what_shows_on_the_masked_photo_is_masked_too():
    looks = iter([white_is_text(with_white((400, 600), (20, y, 200, 20))) for y in (10, 100)])
    shows = iter([True, False])
    finder = TextFinder(find=lambda view, **_: next(looks), shows=lambda *_: next(shows))

    assert [mask.y for mask in _searched(with_white((400, 600)), finder).findings.masks] == [10, 100]


def test_text_that_no_mask_hides_is_refused():
    finder = TextFinder(find=white_is_text, shows=lambda *_: True)

    with pytest.raises(DeidentificationError, match="text_still_shows"):
        _searched(with_white((400, 600), (20, 10, 200, 20)), finder)

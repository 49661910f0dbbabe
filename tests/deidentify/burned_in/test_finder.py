"""The search as a whole, on drawn pictures: text is found, markers stay, nothing is masked without need."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from deidentify.burned_in.finder import Findings, FoundText, find_text, still_shows
from tests.fakes.burned_in import anatomy, hatched, write


def _covers(texts: tuple[FoundText, ...], x: int, y: int) -> bool:
    return any(
        left <= x < left + width and top <= y < top + height
        for left, top, width, height in (text.box for text in texts)
    )


def test_name_is_masked_and_markers_stay():
    view = anatomy()
    write(view, "FICTUS ZEBRA", at=(20, 30))
    write(view, "PORTABLE", at=(370, 300))
    write(view, "L", at=(450, 120), scale=1.2)

    findings = find_text(view)

    assert _covers(findings.blank, 60, 25)
    assert not _covers(findings.blank, 455, 110)
    assert "PORTABLE" in {text.words.upper() for text in findings.kept}
    assert findings.lost_markers == ()


def test_marker_that_is_a_name_of_the_case_is_masked():
    view = anatomy()
    write(view, "PORTABLE L", at=(300, 60))

    findings = find_text(view, named=frozenset({"Portable"}))

    assert findings.kept == ()
    assert _covers(findings.blank, 340, 55)
    assert len(findings.lost_markers) == 1


def test_mirrored_side_marker_stays():
    view = anatomy()
    sheet = np.zeros((70, 60), np.uint8)
    write(sheet, "R", at=(10, 55), scale=1.8, thickness=3)
    view[200:270, 40:100] = np.maximum(view[200:270, 40:100], sheet[:, ::-1])

    findings = find_text(view)

    assert [text.words.upper() for text in findings.kept] == ["R"]
    assert findings.blank == ()


@pytest.mark.parametrize("turns", [1, 2])
def test_line_on_its_side_is_masked(turns):
    view = anatomy()
    write(view, "ZZ-9074231 ZEBRA", at=(20, 30))

    findings = find_text(np.ascontiguousarray(np.rot90(view, turns)))

    assert len(findings.blank) == 1
    assert findings.blank[0].letter_height > 8


def test_white_on_nearly_white_is_found():
    view = np.maximum(anatomy(), 246)
    write(view, "FICTUS OKAPI 9074231", at=(30, 480), scale=0.7)

    assert _covers(find_text(view).blank, 120, 474)


@pytest.mark.parametrize("turns", [0, 1])
def test_line_in_a_very_narrow_picture_is_masked(turns):
    view = np.zeros((15, 620), np.uint8)
    write(view, "FICTUS ZEBRA", at=(380, 12), scale=0.4)
    view = np.ascontiguousarray(np.rot90(view, turns))

    findings = find_text(view)

    left, top, width, height = (max(0, edge) for edge in findings.blank[0].box)
    hidden = view.copy()
    hidden[top : top + height, left : left + width] = 0
    assert view.any()
    assert not hidden.any()
    assert max(width, height) < 200
    assert not still_shows(hidden, findings)


def test_picture_without_text_is_left_alone():
    assert find_text(anatomy()) == Findings((), (), ())
    assert find_text(np.zeros((3, 40), np.uint8)) == Findings((), (), ())


def test_photo_of_a_screen_is_searched_too():
    view = np.repeat(anatomy()[..., None], 3, axis=2)
    write(view, "FICTUS ZEBRA", at=(20, 30))

    findings = find_text(np.asarray(cv2.GaussianBlur(view, (0, 0), 1.0), np.uint8), is_photo=True)

    assert _covers(findings.blank, 60, 25)


def test_masked_picture_shows_nothing_and_half_masked_one_does():
    view = anatomy()
    write(view, "FICTUS ZEBRA 9074231", at=(20, 30))
    write(view, "20391847 OKAPI", at=(250, 400))
    findings = find_text(view)
    half = Findings(tuple(text for text in findings.blank if text.box[1] < 200), (), ())

    assert not still_shows(hatched(view, findings), findings)
    assert still_shows(hatched(view, half), half)
    assert not still_shows(view, Findings((), (), ()))

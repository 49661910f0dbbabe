"""Masks and markers side by side: halves of a marker are put together, and a mask spares its neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from deidentify.burned_in import finder
from deidentify.burned_in.detection import Line
from deidentify.burned_in.finder import FoundText


def _text(words: str, x: float, y: float, width: float, height: float, certainty: float = 0.95) -> FoundText:
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return FoundText(corners, words, certainty, height * 0.6)


@pytest.mark.parametrize(("first", "second"), [("Se:", "4"), ("1 2.31", "cm"), ("W:400", "L:40")])
def test_halves_of_a_marker_stay(first, second):
    halves = [_text(first, 10, 10, 40, 16), _text(second, 56, 11, 20, 15)]

    assert all(finder._is_part(half, halves, frozenset()) for half in halves)


@pytest.mark.parametrize(
    ("words", "x", "y", "certainty", "named"),
    [
        ("4", 56, 60, 0.95, ""),
        ("4", 156, 11, 0.95, ""),
        ("4", 56, 11, 0.5, ""),
        ("KIM", 56, 11, 0.95, ""),
        ("4", 56, 11, 0.95, "Se4"),
    ],
)
def test_what_makes_no_marker_is_masked(words, x, y, certainty, named):
    other = _text(words, x, y, 20, 15, certainty)
    half = _text("Se:", 10, 10, 40, 16)

    assert not finder._is_part(half, [half, other], frozenset({named}))


def test_mask_gives_way_to_markers_around_it():
    text = _text("FICTUS", 100, 100, 80, 40)
    around = [(100, 80, 80, 26), (100, 134, 80, 26), (70, 105, 36, 20), (176, 105, 36, 20)]

    x, y, width, height = finder._without(text, around).box

    assert (x, y) == (106, 106)
    assert (x + width, y + height) == (176, 134)


def test_mask_gives_way_by_a_quarter_at_the_most():
    text = _text("FICTUS", 100, 100, 80, 36)

    x, y, width, height = finder._without(text, [(90, 90, 100, 40)]).box

    assert (x, width) == (98, 84)
    assert 98 <= y <= 108
    assert y + height >= 128


def test_mask_without_neighbours_is_left_whole():
    text = _text("FICTUS", 100, 100, 80, 36)

    assert finder._without(text, [(300, 300, 9, 9)]) is text
    assert finder._without(text, []) is text


@pytest.mark.parametrize(
    ("size", "words", "certainty", "is_text"),
    [
        ((200, 60), "RED", 0.9, True),
        ((200, 60), "RED", 0.6, False),
        ((200, 60), "", 0.0, False),
        ((100, 20), "OKAPI", 0.6, True),
        ((100, 20), "OKAPI", 0.5, False),
        ((100, 20), "O", 0.9, False),
    ],
)
def test_flat_grey_is_masked_only_if_it_was_read(size, words, certainty, is_text):
    text = _text(words, 100, 100, *size, certainty)
    line = Line(np.array(text.quad, np.float32), 0.9)

    assert finder._is_text(line, text, np.full((512, 512), 90, np.uint8)) is is_text


@pytest.mark.parametrize(
    ("size", "score", "strokes", "is_text"),
    [
        ((100, 34), 0.8, 60, True),
        ((100, 34), 0.7, 60, False),
        ((30, 34), 0.8, 60, False),
        ((20, 20), 0.7, 60, True),
        ((20, 20), 0.7, 40, False),
        ((50, 20), 0.9, 60, True),
        ((50, 20), 0.9, 40, False),
        ((100, 20), 0.4, 40, True),
        ((100, 20), 0.7, 25, True),
        ((100, 20), 0.5, 25, False),
        ((100, 20), 0.9, 9, False),
    ],
)
def test_unread_line_is_masked_only_with_thin_strokes_in_it(size, score, strokes, is_text):
    line = Line(np.array(_text("", 100, 100, *size).quad, np.float32), score)

    assert finder._looks_like_text(line, size[1] / 512, strokes=strokes) is is_text


@pytest.mark.parametrize(("score", "share", "is_text"), [(0.9, 0.03, True), (0.9, 0.05, False), (0.7, 0.03, False)])
def test_thin_line_of_one_extreme_level_needs_no_contrast(score, share, is_text):
    line = Line(np.array(_text("", 100, 100, 90, 16).quad, np.float32), score, is_extreme=True)

    assert finder._looks_like_text(line, share, strokes=5) is is_text


def test_line_too_thin_to_cut_out_is_not_read():
    line = Line(np.array([[1, 1], [40, 1], [40, 2], [1, 2]], np.float32), 0.9)

    assert finder._ways(np.zeros((50, 50, 3), np.uint8), line) == []

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


def _inked(*rows: tuple[int, int]) -> np.ndarray:
    """Return a grey picture with strokes like letters in these rows, first and past the last."""
    grey = np.full((256, 256), 90, np.uint8)
    for first, last in rows:
        grey[first:last, 60:240:3] = 200
    return grey


def test_mask_gives_way_to_markers_around_it():
    text = _text("FICTUS", 100, 100, 80, 40)
    around = [(100, 80, 80, 26), (100, 134, 80, 26), (70, 105, 36, 20), (176, 105, 36, 20)]

    x, y, width, height = finder._without(text, around, _inked((85, 102), (106, 134), (138, 155))).box

    assert (x, x + width) == (106, 176)
    assert (y, y + height) == (102, 138)


def test_mask_ends_in_the_empty_rows_beside_a_marker():
    text = _text("FICTUS", 100, 100, 80, 36)

    above = finder._without(text, [(100, 84, 80, 26)], _inked((90, 104), (108, 134))).box
    below = finder._without(text, [(100, 128, 80, 26)], _inked((102, 126), (130, 150))).box

    assert (above[1], above[1] + above[3]) == (104, 138)
    assert (below[1], below[1] + below[3]) == (98, 130)


def test_mask_gives_way_by_a_third_at_the_most():
    text = _text("FICTUS", 100, 100, 80, 36)

    x, y, width, height = finder._without(text, [(90, 90, 100, 36)], _inked((90, 115), (117, 140))).box

    assert (x, width) == (98, 84)
    assert (y, y + height) == (112, 138)


def test_mask_gives_way_beside_a_marker_outside_of_the_picture():
    text = _text("FICTUS", 100, 100, 80, 36)

    above = finder._without(text, [(100, 84, 80, 26)], np.zeros((90, 90), np.uint8)).box
    below = finder._without(text, [(100, 128, 80, 26)], np.zeros((90, 90), np.uint8)).box

    assert (above[1], below[1] + below[3]) == (98, 138)


def test_mask_without_neighbours_is_left_whole():
    text = _text("FICTUS", 100, 100, 80, 36)

    assert finder._without(text, [(300, 300, 9, 9)], _inked()) is text
    assert finder._without(text, [], _inked()) is text


@pytest.mark.parametrize(
    ("words", "size", "certainty", "is_fragment"),
    [
        ("Liver L", (120, 16), 0.95, True),
        ("Liver L", (120, 16), 0.7, False),
        ("rL", (120, 16), 0.95, False),
        ("Liver L", (35, 13), 0.95, False),
        ("Liver L", (120, 60), 0.94, False),
        ("Liver L", (120, 60), 0.99, True),
    ],
)
def test_marker_within_a_longer_line_is_a_part_of_it(words, size, certainty, is_fragment):
    marker, whole = _text("r L", 104, 102, 34, 12), _text(words, 100, 100, *size, certainty)

    assert finder._is_fragment(marker, whole) is is_fragment


@pytest.mark.parametrize(
    ("words", "certainty", "length", "is_lone"),
    [
        ("", 0.0, 16, True),
        ("x", 0.7, 16, True),
        ("+", 0.9, 16, True),
        ("x", 0.9, 16, False),
        ("JK", 0.6, 16, False),
        ("", 0.0, 40, False),
    ],
)
def test_what_is_as_wide_as_high_and_not_read_is_a_lone_sign(words, certainty, length, is_lone):
    text = _text(words, 100, 100, length, 16, certainty)

    assert finder._is_lone_sign(Line(np.array(text.quad, np.float32), 0.9), text, [text]) is is_lone


@pytest.mark.parametrize(
    ("x", "y", "size", "is_next"),
    [
        (122, 101, 16, True),
        (101, 120, 16, True),
        (102, 101, 16, False),
        (180, 101, 16, False),
        (101, 180, 16, False),
        (124, 121, 16, False),
        (122, 101, 60, False),
    ],
)
def test_sign_beside_above_or_below_another_is_no_lone_one(x, y, size, is_next):
    text, other = _text("", 100, 100, 16, 16), _text("", x, y, size, size)

    assert finder._is_next(text, other) is is_next


@pytest.mark.parametrize(
    ("words", "shape", "is_whole"),
    [("", (14, 30), True), ("AB", (14, 30), False), ("", (14, 300), False), ("", (60, 30), False)],
)
def test_short_part_taken_for_one_sign_is_no_text(words, shape, is_whole):
    text = _text(words, 2, 2, 26, 10)

    assert finder._is_whole(text, (0, 0), np.zeros((*shape, 3), np.uint8)) is is_whole


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
        ((50, 20), 0.7, 60, True),
        ((50, 20), 0.7, 40, False),
        ((50, 20), 0.93, 9, True),
        ((50, 24), 0.93, 40, False),
        ((100, 20), 0.4, 40, True),
        ((100, 20), 0.7, 25, True),
        ((100, 20), 0.5, 25, False),
        ((100, 20), 0.9, 9, False),
    ],
)
def test_unread_line_is_masked_only_with_thin_strokes_in_it(size, score, strokes, is_text):
    line = Line(np.array(_text("", 100, 100, *size).quad, np.float32), score)

    assert finder._looks_like_text(line, size[1] / 512, strokes=strokes) is is_text


@pytest.mark.parametrize(
    ("score", "share", "is_extreme", "is_text"),
    [
        (0.93, 0.03, False, True),
        (0.93, 0.05, False, False),
        (0.9, 0.03, False, False),
        (0.9, 0.03, True, True),
        (0.9, 0.05, True, False),
        (0.7, 0.03, True, False),
        (0.9, 0.01, False, True),
        (0.7, 0.01, False, False),
    ],
)
def test_thin_line_that_is_surely_there_needs_no_contrast(score, share, is_extreme, is_text):
    line = Line(np.array(_text("", 100, 100, 90, 16).quad, np.float32), score, is_extreme)

    assert finder._looks_like_text(line, share, strokes=5) is is_text


@pytest.mark.parametrize(
    ("score", "size", "certainty", "y", "is_beside"),
    [
        (0.85, (60, 16), 0.95, 122, True),
        (0.8, (60, 16), 0.95, 122, False),
        (0.85, (20, 16), 0.95, 122, False),
        (0.85, (60, 24), 0.95, 130, False),
        (0.85, (60, 16), 0.7, 122, False),
        (0.85, (60, 16), 0.95, 190, False),
    ],
)
def test_clear_line_next_to_words_is_text_unread(score, size, certainty, y, is_beside):
    unread, words = _text("", 100, 100, *size, 0.0), _text("FICTUS", 100, y, 90, 16, certainty)
    line = Line(np.array(unread.quad, np.float32), score)

    assert finder._is_beside_words(line, unread, [unread, words], edge=512) is is_beside


def test_line_too_thin_to_cut_out_is_not_read():
    line = Line(np.array([[1, 1], [40, 1], [40, 2], [1, 2]], np.float32), 0.9)

    assert finder._ways(np.zeros((50, 50, 3), np.uint8), line) == []

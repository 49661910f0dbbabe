"""Boxes of text as areas: clipped, once each, slanted ones in pieces; several looks as one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deidentify.burned_in.finder import Findings
from deidentify.pixels.findings import (
    ImageFindings,
    image_findings,
    only_certain,
    sparing,
    text_areas,
    union,
    with_more,
)
from domain.study import Area, Concern
from tests.deidentify.pixels.pictures import text

SHAPE = (100, 200)


def _findings(blank=(), kept=(), lost=()):
    return Findings(tuple(blank), tuple(kept), tuple(lost))


@given(st.integers(-20, 220), st.integers(-20, 120), st.integers(5, 90), st.integers(5, 40), st.floats(-3.2, 3.2))
def test_areas_cover_the_text_within_the_picture(x, y, width, height, angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2) @ turn.T + (x, y)
    found = text(0, 0, 9, 9)._replace(quad=tuple(map(tuple, corners)))

    areas = text_areas(found, SHAPE, None)

    inside = np.zeros(SHAPE, bool)
    for area in areas:
        assert area.x + area.width <= 200
        assert area.y + area.height <= 100
        inside[area.y : area.y + area.height, area.x : area.x + area.width] = True
    for along, across in ((0.5, 0.5), (0.1, 0.5), (0.9, 0.5), (0.5, 0.1), (0.5, 0.9)):
        top = corners[0] + (corners[1] - corners[0]) * along
        column, row = np.floor(top + (corners[3] - corners[0]) * across).astype(int)
        assert not (0 <= row < 100 and 0 <= column < 200) or inside[row, column]


def test_slanted_line_is_covered_by_several_small_areas():
    slanted = text(0, 0, 9, 9)._replace(quad=((10, 10), (90, 60), (85, 68), (5, 18)))

    areas = text_areas(slanted, SHAPE, 2)

    assert len(areas) > 4
    assert sum(area.width * area.height for area in areas) < 0.7 * 85 * 58
    assert {area.frame for area in areas} == {2}


def test_area_within_another_is_not_told_twice():
    found = image_findings(_findings([text(0, 0, 50, 20), text(5, 5, 20, 10), text(0, 0, 50, 20)]), SHAPE, None)

    assert found.masks == (Area(x=0, y=0, width=50, height=20),)
    assert found.words == ("FICTUS ZEBRA",)


def test_small_letters_and_lost_markers_are_concerns():
    small = text(0, 0, 50, 20)._replace(letter_height=6.0)

    found = image_findings(_findings([small], lost=[small]), SHAPE, None)

    assert found.concerns == (Concern.MARKER_LOST, Concern.LETTERS_TOO_SMALL)
    assert ImageFindings().concerns == ()


def test_words_are_in_no_representation():
    assert "FICTUS" not in repr(image_findings(_findings([text(0, 0, 50, 20)]), SHAPE, None))


def test_areas_that_nearly_lie_within_another_are_left_out():
    line = Area(x=10, y=10, width=50, height=20)
    near, far = (Area(x=10 - out, y=10, width=50 + out, height=20 - out, frame=1) for out in (2, 3))

    assert ImageFindings(masks=(line,)).merged(ImageFindings(masks=(near,))).masks == (line,)
    assert ImageFindings(masks=(line,)).merged(ImageFindings(masks=(far,))).masks == (line, far)


def test_marker_of_all_frames_stays_unless_one_frame_surely_says_else():
    marker = Area(x=10, y=10, width=54, height=24)
    unsure, single = text(10, 10, 50, 20, "RI", certainty=0.7), text(10, 10, 50, 20, "1")
    word, beside = text(10, 10, 50, 20, "KIM"), text(48, 10, 50, 20, "", certainty=0.0)

    spared = sparing(_findings([unsure, single, word, beside], lost=[unsure, word]), [marker])

    assert (spared.blank, spared.lost_markers) == ((word, beside), (word,))
    assert sparing(_findings([unsure]), []).blank == (unsure,)


def test_marker_of_one_look_stays_unless_much_more_is_there():
    marker, same, line = text(10, 10, 20, 20, "R"), text(11, 10, 20, 20), text(10, 10, 150, 20)

    kept = union([_findings(kept=[marker]), _findings([same], kept=[marker], lost=[same])])
    lost = union([_findings(kept=[marker]), _findings([line], lost=[line])])

    assert (kept.blank, kept.kept, kept.lost_markers) == ((), (marker,), ())
    assert (lost.blank, lost.kept, lost.lost_markers) == ((line,), (), (line,))


def test_second_light_counts_only_what_is_surely_read():
    sure, unsure, short = text(0, 0, 50, 20), text(0, 30, 50, 20, certainty=0.5), text(0, 60, 50, 20, "1")

    look = only_certain(_findings([sure, unsure, short], lost=[sure, short]))

    assert (look.blank, look.lost_markers) == ((sure,), (sure,))


def test_what_shows_after_masking_is_masked_marker_or_not():
    marker, other, again = text(0, 0, 30, 20, "R"), text(50, 50, 30, 20, "PORTABLE"), text(0, 0, 29, 20, "B")

    found = with_more(_findings(kept=[marker, other]), [_findings([again])])

    assert (found.blank, found.kept, found.lost_markers) == ((again,), (other,), (marker,))


def test_findings_of_two_frames_are_put_together():
    first = ImageFindings(masks=(Area(x=0, y=0, width=9, height=9),), words=("A",), marker_lost=True)
    second = ImageFindings(
        masks=(Area(x=1, y=1, width=3, height=3, frame=1), Area(x=20, y=1, width=3, height=3, frame=1)),
        words=("A", "B"),
        still_shows=True,
    )

    both = first.merged(second)

    assert both.masks == (first.masks[0], second.masks[1])
    assert (both.words, both.marker_lost, both.still_shows) == (("A", "B"), True, True)

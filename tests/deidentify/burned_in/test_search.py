"""What of the looks' findings is worth reading."""

from __future__ import annotations

import numpy as np
import pytest

from deidentify.burned_in import search
from deidentify.burned_in.detection import Line


def _line(width: float, height: float, score: float, at: float = 20) -> Line:
    quad = [[at, at], [at + width, at], [at + width, at + height], [at, at + height]]
    return Line(np.array(quad, np.float32), score)


@pytest.mark.parametrize(
    ("line", "is_likely"),
    [
        (_line(90, 16, 0.4), True),
        (_line(8, 7, 0.4), False),
        (_line(8, 7, 0.6), True),
        (_line(300, 80, 0.9), True),
        (_line(300, 80, 0.7), False),
        (_line(300, 200, 0.9), False),
    ],
)
def test_specks_and_parts_of_the_body_are_not_read(line, is_likely):
    assert search._is_likely(line, np.zeros((512, 512, 3), np.uint8)) is is_likely


def test_line_of_an_extreme_level_stays_one_when_found_twice():
    large, small = _line(100, 20, 0.6), _line(96, 19, 0.5, 21)._replace(is_extreme=True)

    kept = search._without_repeats([large, small])

    assert [(line.score, line.is_extreme) for line in kept] == [(0.6, True)]


def test_line_found_twice_is_kept_once_with_its_better_score():
    large, small, other = _line(100, 20, 0.6), _line(96, 19, 0.9, 21), _line(100, 20, 0.7, 300)

    kept = search._without_repeats([small, large, other])

    assert sorted(line.score for line in kept) == [0.7, 0.9]
    assert search._without_repeats([large, small._replace(score=0.5)])[0].score == large.score

"""Whether work grows in proportion to its input: judged by a ratio, since machines differ."""

from __future__ import annotations

import time
from collections.abc import Callable

_SHORT, _TIMES, _AT_MOST = 14_000, 4, 9
"""Four times the text would take sixteen times as long if it took squares."""
_LEAST_SECONDS = 0.05
_TRIES = 3


def grows_linearly(work: Callable[[str], object], unit: str) -> bool:
    """Return whether four times the text takes well below the sixteen times that squares would take."""
    return any(_is_linear(work, unit) for _ in range(_TRIES))


def _is_linear(work: Callable[[str], object], unit: str) -> bool:
    short = max(_seconds(work, unit, _SHORT), _LEAST_SECONDS)
    return _seconds(work, unit, _SHORT * _TIMES) < _AT_MOST * short


def _seconds(work: Callable[[str], object], unit: str, size: int) -> float:
    text = (unit * size)[:size]
    begun = time.process_time()
    work(text)
    return time.process_time() - begun

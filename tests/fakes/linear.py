"""Whether work grows in proportion to its input: judged by a ratio, since machines differ."""

from __future__ import annotations

import time
from collections.abc import Callable

_SHORT, _TIMES = 20_000, 5
_LEAST_SECONDS = 0.05


def grows_linearly(work: Callable[[str], object], unit: str) -> bool:
    """Return whether five times the text takes well below the twenty-five times that squares would take."""
    short = min(_seconds(work, unit, _SHORT) for _ in range(2))
    return _seconds(work, unit, _SHORT * _TIMES) < 3 * _TIMES * max(short, _LEAST_SECONDS)


def _seconds(work: Callable[[str], object], unit: str, size: int) -> float:
    text = (unit * size)[:size]
    begun = time.process_time()
    work(text)
    return time.process_time() - begun

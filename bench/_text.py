"""How well the rules for text find what identifies, on messages of several sittings, and how often they go wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date

from bench._messages import Message, sittings
from deidentify.text import find_spans
from domain.text import IdentifierKind

SEEDS = (11, 12, 13)
_TODAY = date(2026, 11, 22)
_CONVERTED = (IdentifierKind.DATE, IdentifierKind.AGE)


def measure() -> dict[str, dict[str, float]]:
    """Return for each sitting the recall, of names too, the share of clean messages altered, and the time."""
    drawn = [sittings(seed) for seed in SEEDS]
    measured = {name: _measured([message for sitting in drawn for message in sitting[name]]) for name in drawn[0]}
    everything = [message for sitting in drawn for messages in sitting.values() for message in messages]
    return {**measured, "all": _measured(everything)}


def _measured(messages: Sequence[Message]) -> dict[str, float]:
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    altered = 0
    begun = time.perf_counter()
    for message in messages:
        spans = find_spans(message.text, today=_TODAY)
        covered = {place for span in spans for place in range(span.start, span.end)}
        for start, end, kind in message.spans:
            total[kind] += 1
            found[kind] += _is_covered(message.text, start, end, kind=kind, covered=covered)
        altered += message.is_clean and any(span.type not in _CONVERTED for span in spans)
    clean = sum(message.is_clean for message in messages)
    return {
        "identifiers": sum(found.values()) / sum(total.values()),
        "names": found["NAME"] / total["NAME"],
        "clean_altered": altered / clean,
        "ms_a_message": (time.perf_counter() - begun) / len(messages) * 1000,
    }


def _is_covered(text: str, start: int, end: int, *, kind: str, covered: set[int]) -> bool:
    """Every letter and digit is gone; of an age, its number, or the words that stand for one."""
    is_number = kind == "AGE" and any(character.isdigit() for character in text[start:end])
    places = [place for place in range(start, end) if (str.isdigit if is_number else str.isalnum)(text[place])]
    return all(place in covered for place in places)


if __name__ == "__main__":
    for sitting, figures in measure().items():
        print(f"{sitting:8}" + "  ".join(f"{name} {value:.3f}" for name, value in figures.items()))

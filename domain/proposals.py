"""What the panel proposes an answered question for, to the editors: a case, the quiz, the guideline."""

from __future__ import annotations

from collections.abc import Sequence

from domain.question import Entry, EntryKind

PURPOSE = "as"
"""Under this an entry says what for."""


def purposes_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return what a question was proposed for, each once, in its order."""
    return tuple(dict.fromkeys(str(e.details[PURPOSE]) for e in entries if e.kind is EntryKind.PROPOSED))

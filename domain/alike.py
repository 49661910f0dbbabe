"""Questions that ask alike: while a surge lasts they stand together, so that one panelist can take them in one go.

Nothing is ever merged by this; it says who stands beside whom, and to the panel alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.question import Question
from domain.words import themes_of

MOST_LOOKED_AT = 12
"""So many of those that share words are compared, the likeliest first: the work of one question stays the same."""
LEAST_SHARED = 2
LEAST_SHARE = 0.5
"""Of all the words that tell what either is about."""


def are_alike(first: str, second: str) -> bool:
    """Return whether two texts ask about the same: half of what both are about stands in both."""
    one, other = frozenset(themes_of(first)), frozenset(themes_of(second))
    shared = one & other
    return len(shared) >= LEAST_SHARED and len(shared) >= LEAST_SHARE * len(one | other)


def first_alike(question: Question, others: Iterable[Question]) -> Question | None:
    """Return the first of some questions beside which a new one may stand; None where it stands alone."""
    return next((other for other in others if may_stand_together(question, other)), None)


def may_stand_together(question: Question, other: Question) -> bool:
    """Return whether another question of the same panel asks alike and still waits for an answer."""
    if other.id == question.id or other.panel_id != question.panel_id or not other.is_awaiting_panel:
        return False
    if other.wrong_patient_at is not None or other.is_under_review:
        return False
    return are_alike(question.text.value, other.text.value)

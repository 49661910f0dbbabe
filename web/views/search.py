"""What a search found, as a page shows it: one line a question, with where in it the words stand."""

from __future__ import annotations

from domain.search import Found, excerpt_of
from domain.web import JsonValue
from domain.words import Sought
from web.views.entries import moment


def found_view(found: Found, sought: Sought) -> dict[str, JsonValue]:
    """Return a found question; a release that carries no day (safety rule 5) is given none here either."""
    question = found.question
    excerpt = excerpt_of(found, sought)
    spans: list[JsonValue] = [[start, end] for start, end in excerpt.spans]
    return {
        "id": question.id,
        "label": question.label,
        "state": question.state.value,
        "answered": found.is_answered,
        "at": None if found.is_released_alone else moment(question.opened_at),
        "excerpt": excerpt.text,
        "spans": spans,
    }

"""What is hidden of a question while a flag on it is judged: by item for its pages, by content for copies of its words.

A message that was sent holds a copy of what somebody said. It is hidden where it holds the hidden words, so that an
answer that comes after the flag still reaches its asker.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from domain.question import Entry, Question
from domain.study import Image
from domain.text import DeidentifiedText

TEXT = "text"
_SAID, _SERIES = "said:", "series:"
_NOTHING = DeidentifiedText(value="")
_TELLING = 4
"""Shorter words stand inside others by chance; they count only where they are the whole copy."""


def said_item(entry: Entry) -> str:
    """Return the item of everything that came with one message: the answer, and its line for SMS."""
    return _SAID + (entry.key.rpartition(":")[0] or entry.key)


def series_item(series_uid: str) -> str:
    return _SERIES + series_uid


def series_of(items: Iterable[str]) -> frozenset[str]:
    """Return the uids of the series among items."""
    return frozenset(item.removeprefix(_SERIES) for item in items if item.startswith(_SERIES))


def hides_text(question: Question) -> bool:
    return TEXT in question.taken_down


def hides_entry(question: Question, entry: Entry) -> bool:
    return entry.text is not None and said_item(entry) in question.taken_down


def hides_image(question: Question, image: Image) -> bool:
    return series_item(image.facts.series_uid) in question.taken_down


def hidden_words(question: Question, entries: Sequence[Entry]) -> frozenset[str]:
    """Return the texts that are hidden of a question, as they were said."""
    said = {entry.text.value for entry in entries if entry.text is not None and hides_entry(question, entry)}
    own = {question.text.value} if hides_text(question) else set()
    return frozenset(text for text in said | own if text.strip())


def holds(copy: str, hidden: Iterable[str]) -> bool:
    """Return whether a copy has hidden words in it."""
    return any(copy == text or (len(text) >= _TELLING and text in copy) for text in hidden)


def shown(question: Question) -> Question:
    """Return a question without the text that is hidden."""
    return replace(question, text=_NOTHING) if hides_text(question) else question


def shown_entries(question: Question, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return a timeline without the words that are hidden; that something was said stays."""
    if not question.taken_down:
        return tuple(entries)
    return tuple(replace(entry, text=_NOTHING) if hides_entry(question, entry) else entry for entry in entries)

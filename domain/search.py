"""What of a question may be found by whom: the documents of the index, and what a search gives back.

`domain.access` is the rule of who may see what; the readings here follow it
text by text, and a test compares the two over generated members and questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum

from domain.access import may_see, may_see_entry, sees_full_card
from domain.consent import ConsentScope
from domain.ids import MemberId, derive_id
from domain.member import Member, Role
from domain.opinions import is_sealed
from domain.question import SEEN_BY_PANEL, Entry, EntryKind, Question, QuestionState
from domain.release import newest_release
from domain.text import DeidentifiedText
from domain.words import Sought, spans_of, words_of

PANEL = "§panel"
EDITORS = "§editors"
MEMBERS = "§members"
ANSWERED = "§answered"
"""Words that no text has: they stand in the index beside a document's own, and say who finds it."""

_EXCERPT = 90
_BEFORE = 24
_LEAST_SHARED = 2
_LEAST_SHARE = 0.3


class Reading(IntEnum):
    """A question as one kind of reader knows it; each has a document of its own."""

    OPEN = 0
    """Without what is internal: for its asker and for editors; for the panel too, where nothing is internal."""
    INTERNAL = 1
    """With the panel's notes."""
    RELEASED = 2
    """The editor's published text alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the index holds of one reading."""

    reading: Reading
    finders: frozenset[str]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A question that was found, with the texts in it that whoever searched may read, oldest first."""

    question: Question
    texts: tuple[DeidentifiedText, ...]
    is_answered: bool
    is_released_alone: bool = False
    """Whether they may read nothing but the editor's published text, which carries no day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A line out of a found text; `spans` are where in it what was sought stands."""

    text: str
    spans: tuple[tuple[int, int], ...]


def is_searchable(question: Question) -> bool:
    """Return whether a question may be found at all: nothing taken back or flagged, no draft, no wrong patient."""
    is_right = question.wrong_patient_at is None and not question.is_under_review
    return question.number is not None and question.state in SEEN_BY_PANEL and is_right


def documents_of(question: Question, entries: Sequence[Entry]) -> tuple[Document, ...]:
    """Return what the index has to hold of a question as it stands now."""
    return tuple(_documents(question, entries)) if is_searchable(question) else ()


def finder_words(member: Member) -> frozenset[str]:
    """Return by which words a member finds documents; without any nothing is found."""
    if not member.active:
        return frozenset()
    if member.has(Role.PANELIST) or member.has(Role.COORDINATOR):
        return frozenset({PANEL})
    return frozenset({EDITORS if member.has(Role.EDITOR) else MEMBERS, own_word(member.id)})


def own_word(member_id: MemberId) -> str:
    """Return the word by which a member finds their own questions; letters and digits, whatever their id is made of."""
    return f"§{derive_id('finder', member_id)}"


def readable_texts(member: Member, question: Question, entries: Sequence[Entry]) -> tuple[DeidentifiedText, ...]:
    """Return the texts of a question that a member may read and therefore find."""
    if not is_searchable(question) or not may_see(member, question):
        return ()
    if not sees_full_card(member, question):
        published = published_text(entries)
        return () if published is None else (published,)
    said = (entry.text for entry in entries if entry.text is not None and may_see_entry(member, question, entry))
    return tuple(text for text in (question.text, *said) if text.value)


def found_by(member: Member, question: Question, entries: Sequence[Entry]) -> Found:
    """Return a question as its finder is shown it."""
    return Found(
        question=question,
        texts=readable_texts(member, question, entries),
        is_answered=is_answered(question, entries),
        is_released_alone=not sees_full_card(member, question),
    )


def published_text(entries: Sequence[Entry]) -> DeidentifiedText | None:
    newest = newest_release(entries)
    return None if newest is None else newest.text


def is_answered(question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether there is an answer that still stands: a reopened question waits for another."""
    is_done = question.state in (QuestionState.ANSWERED, QuestionState.CLOSED)
    return is_done and any(entry.kind is EntryKind.ANSWER for entry in entries)


def excerpt_of(found: Found, sought: Sought) -> Excerpt:
    """Return the line that shows best why a question was found: of the text that holds most of what was sought."""
    marked = [(text.value, spans_of(sought, text.value)) for text in found.texts]
    if not marked:
        return Excerpt(text="", spans=())
    return _cut(*max(marked, key=lambda one: len(one[1])))


def shares_theme(themes: Set[str], found: Found) -> bool:
    """Return whether a found question is about the same as a text of these themes, not merely worded alike."""
    shared = themes & {word for one in found.texts for word in words_of(one.value)}
    return len(shared) >= _LEAST_SHARED and len(shared) >= _LEAST_SHARE * len(themes)


def _documents(question: Question, entries: Sequence[Entry]) -> Iterator[Document]:
    done = frozenset({ANSWERED}) if is_answered(question, entries) else frozenset()
    # What is under seal is its author's alone: nobody else may learn of it by searching.
    said = [e for e in entries if e.text is not None and e.text.value and not is_sealed(question, e)]
    spoken = tuple(entry.text.value for entry in said if entry.text is not None and not entry.is_internal)
    with_notes = tuple(entry.text.value for entry in said if entry.text is not None)
    own = frozenset({own_word(question.asker_id)})
    is_allowed = question.state is QuestionState.CLOSED and question.consent is not ConsentScope.CONSULT_ONLY
    editors = frozenset({EDITORS}) if is_allowed else frozenset()
    panel = frozenset({PANEL})
    is_same = len(spoken) == len(with_notes)
    open_finders = done | own | editors | (panel if is_same else frozenset())
    yield Document(reading=Reading.OPEN, finders=open_finders, texts=(question.text.value, *spoken))
    if not is_same:
        texts = (question.text.value, *with_notes)
        yield Document(reading=Reading.INTERNAL, finders=done | panel, texts=texts)
    published = published_text(entries)
    if is_allowed and question.released_at is not None and published is not None:
        yield Document(reading=Reading.RELEASED, finders=done | {MEMBERS}, texts=(published.value,))


def _cut(text: str, spans: tuple[tuple[int, int], ...]) -> Excerpt:
    """Cut a text around the first span, between words where there are some, each break of a line made a space."""
    first = spans[0][0] if spans else 0
    start = 0 if first <= _BEFORE else _word_start(text, first - _BEFORE, first)
    end = min(len(text), start + _EXCERPT)
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(head) - start
    kept = tuple((a + shift, min(b, end) + shift) for a, b in spans if a >= start and a < end)
    line = "".join(" " if letter.isspace() else letter for letter in text[start:end])
    return Excerpt(text=f"{head}{line}{tail}", spans=kept)


def _word_start(text: str, earliest: int, latest: int) -> int:
    spaces = [place + 1 for place in range(earliest, latest) if text[place].isspace()]
    return spaces[0] if spaces else earliest

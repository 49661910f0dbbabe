"""Who has answered a question, who passed on it, and what of it is still sealed: read from its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from domain.ids import MemberId
from domain.question import Entry, EntryKind, Question, Urgency

MOST_ANSWERS = 2
"""Beyond a second opinion nobody is asked for one."""

_ASKED = frozenset({EntryKind.OPENED, EntryKind.REOPENED, EntryKind.UNMERGED})
_SEALABLE = frozenset({EntryKind.OPINION, EntryKind.ANSWER, EntryKind.SHORT_LINE})
SEAL = "sealed"
"""The detail of an entry that was written under seal."""


class PassReason(StrEnum):
    """Why a panelist does not take a question; who is merely busy may be asked again when it begins anew."""

    BUSY = "busy"
    FIELD = "field"
    CONFLICT = "conflict"


_FOR_GOOD = frozenset({PassReason.FIELD.value, PassReason.CONFLICT.value})


def since_asking(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return what happened since the asker last laid the question before the panel, that included."""
    last = max((place for place, entry in enumerate(entries) if entry.kind in _ASKED), default=0)
    return entries[last:]


def answers_of(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the first answer of each panelist since the question was asked, in their order."""
    answers: dict[MemberId | None, Entry] = {}
    for entry in since_asking(entries):
        if entry.kind is EntryKind.ANSWER:
            answers.setdefault(entry.actor_id, entry)
    return tuple(answers.values())


def is_complete(question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether as many panelists have answered as it needs."""
    return len(answers_of(entries)) >= question.needs


def awaits_second(question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether one answer is out and another still owed."""
    return question.is_awaiting_panel and bool(answers_of(entries))


def who_is_done(entries: Sequence[Entry]) -> frozenset[MemberId]:
    """Return who is not asked for this question again: who answered it, and who cannot judge it at all."""
    passed = (e for e in since_asking(entries) if e.kind is EntryKind.PASSED and e.details.get("reason") in _FOR_GOOD)
    done = {entry.actor_id for entry in (*answers_of(entries), *passed)}
    return frozenset(member_id for member_id in done if member_id is not None)


def seals_from_the_start(urgency: Urgency) -> bool:
    """Return whether opinions are sealed unless somebody says otherwise: where nobody is in a hurry."""
    return urgency is Urgency.ROUTINE


def is_sealed(question: Question, entry: Entry) -> bool:
    """Return whether an entry was written under seal, and the seal is not broken yet."""
    if entry.kind not in _SEALABLE or not entry.details.get(SEAL):
        return False
    return question.unsealed_at is None or entry.at > question.unsealed_at


def may_downgrade(question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether the panel may say that it can wait: once, and not where its asker has insisted."""
    changed = any(entry.kind in (EntryKind.DOWNGRADED, EntryKind.INSISTED) for entry in since_asking(entries))
    return question.urgency is Urgency.URGENT and question.is_awaiting_panel and not changed


def may_insist(question: Question, entries: Sequence[Entry]) -> bool:
    """Return whether its asker may have it urgent again: once."""
    kinds = [entry.kind for entry in since_asking(entries)]
    is_lower = EntryKind.DOWNGRADED in kinds and EntryKind.INSISTED not in kinds
    return is_lower and question.is_awaiting_panel and question.urgency is not Urgency.URGENT

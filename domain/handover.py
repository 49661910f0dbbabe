"""Handing a question to a colleague: offered, and with its giver until it is accepted (safety rule 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ids import MemberId
from domain.question import Entry, EntryKind, Question, QuestionState

WAITS = timedelta(minutes=10)
"""So long an offer may lie before giver and taker are both told once more."""

_ASKERS = frozenset({EntryKind.OPENED, EntryKind.HANDOVER_OFFERED})
_ENDS = frozenset({EntryKind.HANDED_OVER, EntryKind.HANDOVER_DECLINED})
_CLAIM_CHANGED = frozenset({EntryKind.CLAIMED, EntryKind.RELEASED_CLAIM, EntryKind.TAKEN_OVER})
_FREES = frozenset(
    {
        *(EntryKind.RELEASED_CLAIM, EntryKind.REOPENED, EntryKind.SECOND_SOUGHT),
        *(EntryKind.MERGED, EntryKind.UNMERGED),
    }
)
"""After these nobody has a question."""
_HELD_BY_PANEL = frozenset({QuestionState.CLAIMED, QuestionState.NEEDS_INFO})
_HELD_BY_ASKER = _HELD_BY_PANEL | {QuestionState.OPEN, QuestionState.ANSWERED, QuestionState.MERGED}


_AS_PANELIST = frozenset(
    {
        *(EntryKind.CLAIMED, EntryKind.RELEASED_CLAIM, EntryKind.TAKEN_OVER, EntryKind.PASSED, EntryKind.ASKED_BACK),
        *(EntryKind.NOTE, EntryKind.OPINION, EntryKind.ANSWER, EntryKind.SHORT_LINE, EntryKind.DOWNGRADED),
        *(EntryKind.MERGED, EntryKind.UNMERGED, EntryKind.SEALED, EntryKind.FOLLOWED, EntryKind.UNFOLLOWED),
    }
)
"""What only the panel does; everything else may be an asker's, whoever they became later."""


class Side(StrEnum):
    """Who hands over: whoever has the question on the panel, or its asker."""

    PANEL = "panel"
    ASKER = "asker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One offer; `number` counts a question's offers from 1."""

    number: int
    giver: MemberId
    taker: MemberId
    side: Side


def may_give(question: Question, member_id: MemberId) -> Side | None:
    """Return on which side a member may hand the question over; None where they have nothing to give."""
    if question.asker_id == member_id:
        return Side.ASKER if question.state in _HELD_BY_ASKER else None
    if question.claimed_by == member_id and question.state in _HELD_BY_PANEL:
        return Side.PANEL
    return None


def open_offers(question: Question, entries: Sequence[Entry]) -> tuple[Handover, ...]:
    """Return the offers that still stand: neither answered nor overtaken."""
    ended = {entry.details.get("of") for entry in entries if entry.kind in _ENDS}
    offers = [(place, entry) for place, entry in enumerate(entries) if entry.kind is EntryKind.HANDOVER_OFFERED]
    numbered = ((place, _offer(entry, number)) for number, (place, entry) in enumerate(offers, start=1))
    return tuple(
        offer
        for place, offer in numbered
        if offer.number not in ended
        and may_give(question, offer.giver) is offer.side
        and _stands(offer, entries[place:])
    )


def held_since(question: Question, entries: Sequence[Entry]) -> datetime | None:
    """Return since when whoever has a question for the panel has it; None where nobody does.

    What nobody had taken is its author's with the first answer; an answer to what one has already changes nothing.
    """
    own: list[Entry] = []
    for entry in entries:
        if entry.kind in _FREES:
            own = []
        elif entry.actor_id is not None and entry.actor_id == question.claimed_by:
            own.append(entry)
    taken = [entry.at for entry in own if _is_taking(entry)]
    answered = [entry.at for entry in own if entry.kind is EntryKind.ANSWER]
    return next(iter((*taken[-1:], *answered)), None)


def askers_of(entries: Sequence[Entry]) -> frozenset[MemberId]:
    """Return everybody who was its asker at some time, or was to be."""
    found = [entry for entry in entries if entry.kind in _ASKERS and entry.details.get("side") != Side.PANEL.value]
    people = [entry.actor_id for entry in found] + [entry.details.get("member") for entry in found]
    return frozenset(MemberId(str(person)) for person in people if person)


def is_said_as_panelist(entry: Entry) -> bool:
    """Return whether its author acted for the panel, so that a former asker who has taken it goes by their name."""
    return entry.kind in _AS_PANELIST


def _is_taking(entry: Entry) -> bool:
    """Whoever leaves may have their own questions handed over by somebody who has one of them for the panel."""
    if entry.kind is EntryKind.HANDED_OVER:
        return entry.details.get("side") == Side.PANEL.value
    return entry.kind in (EntryKind.CLAIMED, EntryKind.TAKEN_OVER)


def _offer(entry: Entry, number: int) -> Handover:
    assert entry.actor_id is not None
    taker = MemberId(str(entry.details["member"]))
    return Handover(number=number, giver=entry.actor_id, taker=taker, side=Side(str(entry.details["side"])))


def _stands(offer: Handover, since: Sequence[Entry]) -> bool:
    """A claim that has changed hands since is another claim."""
    return offer.side is Side.ASKER or not any(entry.kind in _CLAIM_CHANGED for entry in since)

"""What came of a simulation, read from the timelines of its questions: nothing here asks the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, inf
from statistics import fmean, pstdev

from domain.clock import BEGINNING, Clock, capped, pauses_of
from domain.ids import MemberId
from domain.policies import EscalationPolicy
from domain.question import Entry, EntryKind, Urgency

GRACE = timedelta(minutes=1)
_MINUTE = timedelta(minutes=1)
_TAKES = frozenset({EntryKind.CLAIMED, EntryKind.ANSWER, EntryKind.TAKEN_OVER})
_SETTLES = frozenset(
    {EntryKind.OWNED, EntryKind.ANSWER, EntryKind.CLOSED, EntryKind.WITHDRAWN, EntryKind.MERGED, EntryKind.SOLVED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One laying of a question before the panel, with what happened until the next."""

    urgency: Urgency
    entries: Sequence[Entry]
    is_first: bool = True
    is_last: bool = True

    @property
    def began_at(self) -> datetime:
        return self.entries[0].at

    def deadline(self, policy: EscalationPolicy) -> datetime | None:
        """Return by when somebody has it or the coordinator owns it; None while its asker is being asked back."""
        pauses = capped(pauses_of(self.entries), policy.pause_at_most)
        due = Clock(started_at=self.began_at, pauses=pauses, hours=policy.hours).due(policy.steps[-1].after)
        return None if due is None else due + GRACE

    def is_looked_after(self, by: datetime) -> bool:
        """Return whether at an instant somebody had it, it was over, or the coordinator owned it."""
        told = [entry for entry in self.entries if entry.at <= by]
        if any(entry.kind in _SETTLES for entry in told):
            return True
        if not self.is_last and self._ended_by(by):
            return True
        return _is_held(told)

    def taken_after_minutes(self) -> float:
        """Return how long it lay until somebody took it; infinite where nobody did."""
        taken = next((entry.at for entry in self.entries if entry.kind in _TAKES), None)
        return inf if taken is None else (taken - self.began_at) / _MINUTE

    def _ended_by(self, by: datetime) -> bool:
        return self.entries[-1].kind in BEGINNING and self.entries[-1].at <= by


def chapters(entries: Sequence[Entry]) -> Iterator[Chapter]:
    """Yield a question's chapters; each but the last holds the entry that begins the next as its own last."""
    places = [place for place, entry in enumerate(entries) if entry.kind in BEGINNING]
    urgency = Urgency.TODAY
    for number, (place, following) in enumerate(pairwise((*places, len(entries)))):
        first = entries[place]
        if first.kind is EntryKind.OPENED:
            urgency = Urgency(str(first.details["urgency"]))
        elif first.kind in (EntryKind.DOWNGRADED, EntryKind.INSISTED):
            urgency = Urgency.URGENT if first.kind is EntryKind.INSISTED else Urgency.TODAY
        is_last = following == len(entries)
        yield Chapter(urgency=urgency, entries=entries[place : following + 1], is_first=number == 0, is_last=is_last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The measures; times in minutes. What never came has no time."""

    questions: int
    urgent: int
    forgotten: int
    urgent_claimed_or_owned: float
    claim_minutes: Mapping[str, Mapping[str, float | None]]
    answered: int
    owned_by_coordinator: int
    load: tuple[int, ...]

    @property
    def load_cv(self) -> float:
        """Return the coefficient of variation of the questions per panelist."""
        mean = fmean(self.load) if self.load else 0.0
        return round(pstdev(self.load) / mean, 3) if mean else 0.0


def figures_of(
    timelines: Iterable[Sequence[Entry]],
    *,
    policies: Mapping[Urgency, EscalationPolicy],
    panelists: Collection[MemberId],
    end: datetime,
) -> Figures:
    """Return the measures of everything that was asked until an instant."""
    opened = [entries for entries in timelines if any(entry.kind is EntryKind.OPENED for entry in entries)]
    told = [chapter for entries in opened for chapter in chapters(entries)]
    due = [(chapter, by) for chapter in told if (by := chapter.deadline(policies[chapter.urgency])) and by <= end]
    forgotten = [chapter for chapter, by in due if not chapter.is_looked_after(by)]
    urgent = [chapter for chapter, _ in due if chapter.urgency is Urgency.URGENT]
    left = sum(chapter.urgency is Urgency.URGENT for chapter in forgotten)
    kinds = [{entry.kind for entry in entries} for entries in opened]
    return Figures(
        questions=len(opened),
        urgent=len(urgent),
        forgotten=len(forgotten),
        urgent_claimed_or_owned=round(1 - left / len(urgent), 4) if urgent else 1.0,
        claim_minutes={urgency.value: _centiles(told, urgency) for urgency in Urgency},
        answered=sum(EntryKind.ANSWER in found for found in kinds),
        owned_by_coordinator=sum(EntryKind.OWNED in found for found in kinds),
        load=_load(opened, panelists),
    )


def _centiles(told: Sequence[Chapter], urgency: Urgency) -> dict[str, float | None]:
    """Those who still wait at the end count as longest."""
    minutes = sorted(
        chapter.taken_after_minutes() for chapter in told if chapter.urgency is urgency and chapter.is_first
    )
    return {name: _at(minutes, part) for name, part in (("p50", 0.5), ("p90", 0.9))}


def _at(ordered: Sequence[float], part: float) -> float | None:
    if not ordered:
        return None
    found = ordered[max(0, ceil(part * len(ordered)) - 1)]
    return None if found == inf else round(found, 1)


def _load(opened: Iterable[Sequence[Entry]], panelists: Collection[MemberId]) -> tuple[int, ...]:
    """Return how many questions each panelist took or answered, the fewest first."""
    pairs = {(entry.question_id, entry.actor_id) for entries in opened for entry in entries if entry.kind in _TAKES}
    counted = Counter(member_id for _, member_id in pairs)
    return tuple(sorted(counted[member_id] for member_id in panelists))


def _is_held(told: Sequence[Entry]) -> bool:
    """Whether whoever took it last has it still."""
    held = False
    for entry in told:
        if entry.kind in (EntryKind.CLAIMED, EntryKind.TAKEN_OVER, EntryKind.HANDED_OVER):
            held = True
        elif entry.kind is EntryKind.RELEASED_CLAIM:
            held = False
    return held

"""The clock of one question: it stands still while its asker is asked back, and may run in working hours only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.hours import Hours
from domain.question import Entry, EntryKind

_NONE = timedelta(0)
BEGINNING = frozenset(
    {
        *(EntryKind.OPENED, EntryKind.REOPENED, EntryKind.UNMERGED, EntryKind.SECOND_SOUGHT),
        *(EntryKind.DOWNGRADED, EntryKind.INSISTED),
    }
)
"""With each of them the chain of an escalation begins anew."""
_KEEPS_A_PAUSE = frozenset({EntryKind.DOWNGRADED, EntryKind.INSISTED})
_ENDS_A_PAUSE = frozenset(
    {EntryKind.RESUMED, EntryKind.RELEASED_CLAIM, EntryKind.CLAIMED, EntryKind.PASSED, EntryKind.ANSWER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time during which the clock stood still; it still does where there is no end yet."""

    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Runs from an instant on; pauses come one after another."""

    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    hours: Hours | None = None

    def due(self, wait: timedelta) -> datetime | None:
        """Return when the clock will have run for so long; None while it stands still before that."""
        since, left = self.started_at, wait
        for pause in self.pauses:
            due = self._ahead(since, left)
            if due <= pause.begins:
                return due
            left -= self._between(since, pause.begins)
            if pause.ends is None:
                return None
            since = max(since, pause.ends)
        return self._ahead(since, left)

    def has_run(self, wait: timedelta, now: datetime) -> bool:
        """Return whether the clock has run for so long by now."""
        due = self.due(wait)
        return due is not None and due <= now

    def _ahead(self, start: datetime, wait: timedelta) -> datetime:
        return start + max(_NONE, wait) if self.hours is None else self.hours.ahead(start, wait)

    def _between(self, start: datetime, end: datetime) -> timedelta:
        return max(_NONE, end - start) if self.hours is None else self.hours.between(start, end)


def since_opening(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return what happened since the question was last opened or reopened, that included."""
    last = max((place for place, entry in enumerate(entries) if entry.kind in BEGINNING), default=0)
    return entries[last:]


def pauses_of(entries: Sequence[Entry]) -> tuple[Pause, ...]:
    """Return when the asker was being asked back since the question was last opened.

    Another urgency begins the clock anew, and leaves the asker asked back.
    """
    pauses: list[Pause] = []
    begins: datetime | None = None
    for entry in entries:
        if entry.kind in BEGINNING:
            pauses = []
            begins = entry.at if begins is not None and entry.kind in _KEEPS_A_PAUSE else None
        elif entry.kind is EntryKind.ASKED_BACK and begins is None:
            begins = entry.at
        elif entry.kind in _ENDS_A_PAUSE and begins is not None:
            pauses.append(Pause(begins=begins, ends=entry.at))
            begins = None
    return (*pauses, Pause(begins=begins)) if begins is not None else tuple(pauses)


def capped(pauses: Iterable[Pause], at_most: timedelta | None) -> tuple[Pause, ...]:
    """Return the pauses cut short, so that together they last no longer; as they are where there is no limit."""
    if at_most is None:
        return tuple(pauses)
    cut: list[Pause] = []
    left = at_most
    for pause in pauses:
        latest = pause.begins + left
        ends = latest if pause.ends is None else min(pause.ends, latest)
        cut.append(Pause(begins=pause.begins, ends=ends))
        left -= ends - pause.begins
    return tuple(cut)

"""Shifts read from an iCalendar file of any program: whose each is, when, and in which tier.

A file is read whole or not at all: each event that cannot be used gives one
sentence for the operator who imports it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from domain.calendar import ReadCalendar, ReadingRules, ReadShift
from domain.ids import MemberId
from domain.member import Member
from domain.rota import Tier
from domain.rotation import instant_of
from rota.writing import MEMBER_PROPERTY

LARGEST_BYTES = 2 * 1024 * 1024
MOST_EVENTS = 2000
_SECONDARY = re.compile(r"secondary|second|backup|back-up|tier ?2|2nd|2차|백업|예비", re.IGNORECASE)
_REPEATS = ("RRULE", "RDATE")


class _Unusable(Exception):  # noqa: N818 - it ends one event, not the reading
    """Why an event cannot be used, as the end of a sentence."""


def read_calendar(data: bytes, *, people: Sequence[Member], rules: ReadingRules) -> ReadCalendar:
    """Return the shifts of a calendar file, or every problem that keeps it from being used.

    Args:
        people: who may be on call; events name them by member id, mail address or display name.
    """
    if len(data) > LARGEST_BYTES:
        return ReadCalendar(problems=(f"the file is larger than {LARGEST_BYTES // 1024 // 1024} MB",))
    try:
        events = [event for event in Calendar.from_ical(data).walk("VEVENT") if isinstance(event, Event)]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):
        # The library takes whatever stands before an END for what is said to end there.
        return ReadCalendar(problems=("the file is not an iCalendar file",))
    if not 0 < len(events) <= MOST_EVENTS:
        return ReadCalendar(problems=(f"the file holds {len(events)} events; 1 to {MOST_EVENTS} can be imported",))
    return _read_events(events, _Reader(people=people, rules=rules))


def _read_events(events: Iterable[Event], reader: _Reader) -> ReadCalendar:
    shifts: list[ReadShift] = []
    problems: list[str] = []
    for number, event in enumerate(events, start=1):
        try:
            shifts.append(reader.shift(event))
        except _Unusable as reason:
            problems.append(f"event {number} ({_title(event) or 'no title'}): {reason}")
    if problems:
        return ReadCalendar(problems=tuple(problems))
    return ReadCalendar(shifts=tuple(sorted(shifts, key=lambda shift: (shift.begins_at, shift.tier))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    people: Sequence[Member]
    rules: ReadingRules

    def shift(self, event: Event) -> ReadShift:
        begins_at, ends_at = self._times(event)
        if begins_at >= ends_at:
            raise _Unusable("it does not end after it begins")
        return ReadShift(tier=self._tier(event), begins_at=begins_at, ends_at=ends_at, member_id=self._member(event))

    def _times(self, event: Event) -> tuple[datetime, datetime]:
        if any(name in event for name in _REPEATS):
            raise _Unusable("it repeats; export the single shifts instead")
        try:
            return self._instant(event.start), self._instant(event.end)
        except (ValueError, KeyError, IndexError, OverflowError, AttributeError, TypeError) as error:
            raise _Unusable("its beginning or end cannot be read") from error

    def _instant(self, at: date | datetime) -> datetime:
        if not isinstance(at, datetime):
            return instant_of(at, self.rules.day_begins, self.rules.time_zone)
        local = at.replace(tzinfo=ZoneInfo(self.rules.time_zone)) if at.tzinfo is None else at
        return local.astimezone(UTC)

    def _tier(self, event: Event) -> Tier:
        for named in (" ".join(_texts(event.get("CATEGORIES"))), _title(event)):
            if _SECONDARY.search(named):
                return Tier.SECONDARY
            if "PRIMARY" in named.upper():
                return Tier.PRIMARY
        return self.rules.tier

    def _member(self, event: Event) -> MemberId:
        """Ours by id, others' by mail address, then by the name of a participant, then by the title."""
        identifier = str(event.get(MEMBER_PROPERTY, ""))
        found = {member.id for member in self.people if member.id == identifier}
        attendees = _listed(event.get("ATTENDEE"))
        mails = {_folded(re.sub(r"(?i)^mailto:", "", str(attendee))) for attendee in attendees}
        found = found or {member.id for member in self.people if mails & set(_mails(member))}
        names = [str(getattr(attendee, "params", {}).get("CN", "")) for attendee in attendees]
        found = found or self._named(names) or self._named([_title(event)])
        if len(found) > 1:
            raise _Unusable("it names more than one person of the panel")
        if not found:
            raise _Unusable("it names nobody of the panel")
        return found.pop()

    def _named(self, texts: Iterable[str]) -> set[MemberId]:
        """Return whose name stands in the texts; a name that is part of a longer one found there does not count."""
        said = " | ".join(map(_folded, texts))
        names = {_folded(member.display_name) for member in self.people if member.display_name.strip()}
        inside = {name for name in names if name in said}
        longest = {name for name in inside if not any(name != other and name in other for other in inside)}
        return {member.id for member in self.people if _folded(member.display_name) in longest}


def _title(event: Event) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())[:80]


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _texts(value: object) -> list[str]:
    return [str(each) for part in _listed(value) for each in getattr(part, "cats", [part])]


def _mails(member: Member) -> list[str]:
    return [_folded(address.external_id) for address in member.addresses if "@" in address.external_id]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())

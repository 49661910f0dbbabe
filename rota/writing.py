"""Shifts written as an iCalendar file (RFC 5545), for calendars and for other programs' rotas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from domain.calendar import CalendarShift

MEMBER_PROPERTY = "X-HILUM-MEMBER"
_PRODUCT = "-//Hilum//Rota//EN"
_REFRESH = timedelta(hours=1)
_DAY = timedelta(days=1)


def write_calendar(shifts: Sequence[CalendarShift], *, name: str, time_zone: str, now: datetime) -> bytes:
    """Return a calendar file; times stand in the zone, which the file describes."""
    calendar = Calendar.new(prodid=_PRODUCT, name=name, refresh_interval=_REFRESH, method="PUBLISH")
    for shift in shifts:
        calendar.add_component(_event(shift, ZoneInfo(time_zone), now))
    if shifts:
        first, last = min(shift.begins_at for shift in shifts), max(shift.ends_at for shift in shifts)
        calendar.add_missing_timezones(first_date=(first - _DAY).date(), last_date=(last + _DAY).date())
    return bytes(calendar.to_ical())


def _event(shift: CalendarShift, zone: ZoneInfo, now: datetime) -> Event:
    event = Event.new(
        uid=f"{shift.uid}@hilum",
        summary=shift.title,
        start=_local(shift.begins_at, zone),
        end=_local(shift.ends_at, zone),
        stamp=now.astimezone(UTC),
        categories=["ON-CALL", shift.tier.value.upper()],
    )
    event.add(MEMBER_PROPERTY, shift.member_id)
    if shift.mail:
        attendee = vCalAddress(f"mailto:{shift.mail}")
        attendee.params["CN"] = shift.name
        event.add("ATTENDEE", attendee)
    return event


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the local time; the second of two that are alike stands in UTC, since a file cannot tell them apart."""
    local = instant.astimezone(zone)
    return instant.astimezone(UTC) if local.fold else local

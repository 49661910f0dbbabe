"""Shifts as calendars hold them, and a member's private feed of them; reading and writing iCalendar is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from domain.ids import MemberId, PanelId, derive_id
from domain.member import Member
from domain.rota import Shift, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarShift:
    """One shift of one person; `title` is what a calendar shows of it."""

    uid: str
    tier: Tier
    begins_at: datetime
    ends_at: datetime
    member_id: MemberId
    title: str
    name: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """How to read what a calendar leaves open: times without a zone, whole days, and events that name no tier."""

    time_zone: str = "Asia/Seoul"
    day_begins: time = time(8)
    tier: Tier = Tier.PRIMARY


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadShift:
    tier: Tier
    begins_at: datetime
    ends_at: datetime
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCalendar:
    """What was read; with any problem, one sentence each, nothing of it should be used."""

    shifts: tuple[ReadShift, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFeed:
    """A member's private calendar address: it can be read again and again until it is revoked."""

    token_hash: str
    member_id: MemberId
    made_at: datetime
    revoked_at: datetime | None = None


def calendar_shift(panel_id: PanelId, shift: Shift, *, member: Member, title: str) -> CalendarShift:
    """Return a held shift as a calendar entry: the same shift has the same id whenever it is written."""
    mails = [address.external_id for address in member.addresses if "@" in address.external_id]
    return CalendarShift(
        uid=derive_id("shift", panel_id, shift.tier, shift.begins_at.isoformat()),
        tier=shift.tier,
        begins_at=shift.begins_at,
        ends_at=shift.ends_at,
        member_id=member.id,
        title=title,
        name=member.display_name,
        mail=mails[0] if mails else "",
    )

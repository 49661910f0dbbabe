"""Test pages: a phone that has not passed one of late counts as a gap in the rota (safety rule 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.ids import MemberId
from domain.member import Member

TEST_LASTS = timedelta(days=30)
_ASKED_BEFORE = timedelta(days=5)
"""So many days before a test runs out the next is sent, and again every so often until it is passed."""
_AGAIN_AFTER = timedelta(days=1)
_OPENS, _CLOSES = time(9), time(18)
"""A test page rings, so it is sent in the day of whoever it rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPage:
    """One test page to one member; passed once its button was pressed."""

    __test__ = False  # its name is not that of a test

    id: str
    member_id: MemberId
    sent_at: datetime
    passed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecord:
    """When a member was last sent a test page, and when they last passed one."""

    sent_at: datetime | None = None
    passed_at: datetime | None = None

    def has_passed(self, now: datetime) -> bool:
        return self.passed_at is not None and now < self.passed_at + TEST_LASTS

    def is_due(self, member: Member, now: datetime) -> bool:
        """Return whether the next test page is due: before the last one runs out, a day apart, in the daytime."""
        holds = self.has_passed(now + _ASKED_BEFORE)
        waits = self.sent_at is not None and now < self.sent_at + _AGAIN_AFTER
        return not holds and not waits and _OPENS <= member.local(now).time() < _CLOSES


def untested(
    members: Iterable[MemberId], records: Mapping[MemberId, PhoneRecord], now: datetime
) -> frozenset[MemberId]:
    """Return the members whose phone has passed no test page in the last 30 days."""
    never = PhoneRecord()
    return frozenset(member_id for member_id in members if not records.get(member_id, never).has_passed(now))

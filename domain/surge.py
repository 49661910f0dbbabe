"""Surge mode: when more questions come than the rota was made for. Two people switch it on, and it ends by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.access import Capability, can
from domain.errors import UserError
from domain.ids import MemberId
from domain.member import Member

CAUGHT_UP_WITHIN = timedelta(hours=1)
"""So long after a day's last digest it is still sent, where the program was down when it fell due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeRules:
    confirm_within: timedelta = timedelta(minutes=15)
    lasts: timedelta = timedelta(hours=72)
    claim_within: timedelta = timedelta(minutes=15)
    """The target of an urgent question while it lasts."""
    digests_from: time = time(8)
    digests_until: time = time(20)
    """The last digest of a day, on each member's own clock."""
    digest_every: timedelta = timedelta(hours=4)

    def __post_init__(self) -> None:
        if not self.digests_from < self.digests_until or self.digest_every <= timedelta(0):
            raise ValueError("the digests of a day come one after another")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """The switch: what somebody proposed last, and what came of it."""

    proposed_by: MemberId | None = None
    proposed_at: datetime | None = None
    confirmed_by: MemberId | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None

    def is_on(self, now: datetime) -> bool:
        return self.begins_at is not None and self.ends_at is not None and self.begins_at <= now < self.ends_at

    def is_proposed(self, now: datetime, rules: SurgeRules) -> bool:
        """Return whether a proposal waits for a second person."""
        if self.proposed_at is None or self.confirmed_by is not None:
            return False
        return now < self.proposed_at + rules.confirm_within


def digest_slot(local: datetime, rules: SurgeRules) -> datetime | None:
    """Return the last time for a digest that a member's own clock has passed today; None where none is due any more.

    One that was missed is caught up on, only not late in the evening: what it would have told is in the next morning's.
    """
    first, last = (_at(local, moment) for moment in (rules.digests_from, rules.digests_until))
    if not first <= local < last + CAUGHT_UP_WITHIN:
        return None
    return first + min(local - first, last - first) // rules.digest_every * rules.digest_every


def may_switch(member: Member) -> bool:
    return can(member, Capability.SURGE)


def switched(surge: Surge, member: Member, now: datetime, *, rules: SurgeRules) -> Surge:
    """Return the switch after a member has asked for a surge: proposed by the first, on by the second.

    Raises:
        UserError: "surge_only", "surge_is_on", "surge_needs_another".
    """
    if not may_switch(member):
        raise UserError("surge_only")
    if surge.is_on(now):
        raise UserError("surge_is_on")
    if not surge.is_proposed(now, rules):
        return Surge(proposed_by=member.id, proposed_at=now)
    if surge.proposed_by == member.id:
        raise UserError("surge_needs_another")
    return Surge(
        proposed_by=surge.proposed_by,
        proposed_at=surge.proposed_at,
        confirmed_by=member.id,
        begins_at=now,
        ends_at=now + rules.lasts,
    )


def ended(surge: Surge, member: Member, now: datetime) -> Surge:
    """Return the switch after a member has ended the surge, or taken a proposal back; one person is enough for that.

    Raises:
        UserError: "surge_only", "surge_is_off".
    """
    if not may_switch(member):
        raise UserError("surge_only")
    if not surge.is_on(now) and (surge.proposed_at is None or surge.confirmed_by is not None):
        raise UserError("surge_is_off")
    return Surge()


def _at(local: datetime, moment: time) -> datetime:
    return local.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)

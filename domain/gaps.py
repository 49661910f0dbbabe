"""Gaps of a rota, ahead of time and as they begin, and how far ahead somebody is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.ids import MemberId
from domain.panel import Panel
from domain.rota import Shift, Tier

WARNED_AHEAD = (timedelta(hours=72), timedelta(hours=48), timedelta(hours=2))


def gaps_ahead(panel: Panel, now: datetime) -> tuple[Shift, ...]:
    """Return the gaps that are there now or begin within 72 hours, each from its true beginning.

    A tier that was never planned has none, and one whose beginning lies beyond
    every turn was told of when it began.
    """
    return tuple(
        shift
        for tier in Tier
        if panel.tier(tier).is_planned
        for shift in panel.whole_shifts(tier, now, now + WARNED_AHEAD[0])
        if shift.is_gap and shift.begins_at > now - panel.tier(tier).longest
    )


def duty_ahead(panel: Panel, member_id: MemberId, now: datetime) -> Shift | None:
    """Return the shift for which a member is planned now, or the first that begins within 72 hours."""
    shifts = (shift for tier in Tier for shift in panel.shifts(tier, now, now + WARNED_AHEAD[0]))
    return min((each for each in shifts if each.planned == member_id), key=lambda each: each.begins_at, default=None)


def warning_of(gap: Shift, now: datetime) -> int:
    """Return how many hours ahead the warning is that is due now: 72, 48 or 2, and 0 from the beginning on."""
    if gap.begins_at <= now:
        return 0
    due = [ahead for ahead in WARNED_AHEAD if gap.begins_at - now <= ahead]
    return int(min(due, default=WARNED_AHEAD[0]) / timedelta(hours=1))

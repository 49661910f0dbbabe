"""Sharing the work: what each member of a panel has carried, and how many nights are too many.

Whom of a pool to ask first, and who has enough open questions, is decided in `domain/escalation.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

from domain.ids import MemberId
from domain.rota import Shift
from domain.rotation import instant_of, local_days

NIGHTS_LIMIT = 2
NIGHTS_WINDOW = timedelta(days=14)
_DEEP_NIGHT = time(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one member has carried since some time ago; shown to the coordinator only."""

    member_id: MemberId
    asked: int
    open_claims: int
    answered: int
    nights: int
    too_many_nights: bool


def nights_of(member_id: MemberId, shifts: Iterable[Shift], time_zone: str) -> frozenset[date]:
    """Return the nights that a member is on call, each named by its morning, on the member's own clock.

    A night is one at whose three o'clock the member is on call: a shift that is
    night where the rota was made may be afternoon where its holder lives.
    """
    return frozenset(
        day
        for shift in shifts
        if shift.member_id == member_id
        for day in local_days(shift.begins_at, shift.ends_at, time_zone)
        if shift.begins_at <= instant_of(day, _DEEP_NIGHT, time_zone) < shift.ends_at
    )


def has_too_many_nights(nights: Iterable[date], *, limit: int = NIGHTS_LIMIT) -> bool:
    """Return whether any 14 days in a row hold more nights than the limit."""
    ordered = sorted(set(nights))
    return any(last - first < NIGHTS_WINDOW for first, last in zip(ordered, ordered[limit:], strict=False))

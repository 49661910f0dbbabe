"""Who is on call in one tier: turns, the layers over them, overrides over both, and the gaps that are left.

A panel has two tiers; what joins them is in `domain/panel.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.ids import MemberId, PanelId
from domain.rotation import Rotation, instant_of, local_days

_DAY = timedelta(days=1)


class Tier(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Certain hours with turns of their own, such as nights or public holidays.

    It covers each day from the rotation's handoff to the next `ends`: 22:00 to
    08:00, or the whole day where both are the same. Who has the turn at the
    beginning keeps it to the end.
    """

    tier: Tier
    name: str
    rotation: Rotation
    ends: time
    on_holidays_only: bool = False

    def covered_day(self, instant: datetime, holidays: frozenset[date]) -> date | None:
        """Return the day whose hours hold an instant; None where the layer does not cover it."""
        day = self.rotation.day_of(instant)
        if self.on_holidays_only and day not in holidays:
            return None
        return day if instant < self.end_of(day) else None

    def end_of(self, day: date) -> datetime:
        goes_overnight = self.ends <= self.rotation.handoff_at
        last = day + _DAY if goes_overnight else day
        return instant_of(last, self.ends, self.rotation.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One person in one tier for an interval, or nobody; it beats turns and layers, a later one an earlier one."""

    id: str
    panel_id: PanelId
    tier: Tier
    begins_at: datetime
    ends_at: datetime
    member_id: MemberId | None
    made_at: datetime
    made_by: MemberId | None = None
    """None where an operator made it."""

    def __post_init__(self) -> None:
        if not self.begins_at < self.ends_at:
            raise ValueError("an override ends after it begins")

    def covers(self, instant: datetime) -> bool:
        return self.begins_at <= instant < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One stretch of a tier: who is on call, or a gap, and who was meant to be."""

    tier: Tier
    begins_at: datetime
    ends_at: datetime
    member_id: MemberId | None
    planned: MemberId | None = None
    """Differs from `member_id` in a gap: whoever is planned has left, has no tested phone, or has both tiers."""

    @property
    def is_gap(self) -> bool:
        return self.member_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Who is planned at an instant, and by which turn; two turns of one person are two."""

    member_id: MemberId | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRota:
    """Everything that decides one tier: the turns below, layers over them, overrides on top."""

    rotation: Rotation | None
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    holidays: frozenset[date] = frozenset()

    @property
    def is_planned(self) -> bool:
        """Whether anybody was ever meant to be on call here; a tier that nobody planned is no gap to warn of."""
        return bool(self.rotation or self.layers or self.overrides)

    def turn_at(self, instant: datetime) -> Turn:
        """Return whose turn an instant (aware) is."""
        for override in reversed(self.overrides):
            if override.covers(instant):
                return Turn(member_id=override.member_id, source=override.id)
        for place, layer in reversed(list(enumerate(self.layers))):
            day = layer.covered_day(instant, self.holidays)
            if day is not None:
                return Turn(member_id=layer.rotation.member_on(day), source=f"{place}:{day}")
        if self.rotation is None:
            return Turn(member_id=None, source="")
        day = self.rotation.day_of(instant)
        return Turn(member_id=self.rotation.member_on(day), source=str(self.rotation.turn_on(day)))

    def changes(self, begin: datetime, end: datetime) -> set[datetime]:
        """Return every instant inside an interval at which somebody else might begin."""
        found = {edge for override in self.overrides for edge in (override.begins_at, override.ends_at)}
        found.update(edge for layer in self.layers for edge in _edges(layer, begin, end))
        if self.rotation is not None:
            found.update(map(self.rotation.begins, local_days(begin, end, self.rotation.time_zone)))
        return {instant for instant in found if begin < instant < end}

    @property
    def longest(self) -> timedelta:
        """How long one turn lasts at the most."""
        rotations = [layer.rotation for layer in self.layers] + ([self.rotation] if self.rotation else [])
        turns = [timedelta(days=rotation.days + 1) for rotation in rotations]
        return max([_DAY, *turns, *(override.ends_at - override.begins_at for override in self.overrides)])


def _edges(layer: Layer, begin: datetime, end: datetime) -> Iterator[datetime]:
    for day in local_days(begin, end, layer.rotation.time_zone):
        yield layer.rotation.begins(day)
        yield layer.end_of(day)

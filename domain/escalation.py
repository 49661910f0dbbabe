"""Who is told of an unclaimed question, and when: policies as data, steps as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ids import MemberId
from domain.panel import Panel
from domain.question import Urgency


class Audience(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    PANEL = "panel"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """At `after` the opening, everybody in `audience` is told."""

    after: timedelta
    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """The steps for one urgency, with the targets that the asker is shown; it always ends."""

    claim_within: timedelta
    answer_within: timedelta
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        times = [step.after for step in self.steps]
        if not times or times != sorted(set(times)):
            raise ValueError("steps come one after another")


def _steps(*pairs: tuple[int, Audience]) -> tuple[Step, ...]:
    return tuple(Step(after=timedelta(minutes=minutes), audience=audience) for minutes, audience in pairs)


POLICIES: dict[Urgency, EscalationPolicy] = {
    Urgency.URGENT: EscalationPolicy(
        claim_within=timedelta(minutes=10),
        answer_within=timedelta(minutes=60),
        steps=_steps(
            (0, Audience.PRIMARY),
            (5, Audience.SECONDARY),
            (10, Audience.PANEL),
            (20, Audience.PANEL),
            (30, Audience.COORDINATOR),
            (60, Audience.COORDINATOR),
        ),
    ),
    Urgency.TODAY: EscalationPolicy(
        claim_within=timedelta(hours=2),
        answer_within=timedelta(hours=6),
        steps=_steps((0, Audience.PRIMARY), (120, Audience.PANEL), (360, Audience.COORDINATOR)),
    ),
    Urgency.ROUTINE: EscalationPolicy(
        claim_within=timedelta(hours=12),
        answer_within=timedelta(hours=24),
        steps=_steps((0, Audience.PRIMARY), (720, Audience.PANEL), (4320, Audience.COORDINATOR)),
    ),
}


def audience_of(step: Step, panel: Panel, now: datetime) -> tuple[MemberId, ...]:
    """Return who is told at a step, each person once."""
    primary, secondary = panel.on_call(now)
    match step.audience:
        case Audience.PRIMARY:
            return (primary,)
        case Audience.SECONDARY:
            return tuple(dict.fromkeys((primary, secondary)))
        case Audience.PANEL:
            return panel.members
        case Audience.COORDINATOR:
            return (panel.coordinator_id,)

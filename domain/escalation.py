"""Who is told of an unclaimed question, and when: policies as data, steps as pure functions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

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
    """At `after` the opening, everybody in `audience` is told; `notice` is what the asker is told, if anything."""

    after: timedelta
    audience: Audience
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """The steps for one urgency, with the targets that the asker is shown; it always ends."""

    claim_within: timedelta
    answer_within: timedelta
    steps: tuple[Step, ...]
    remind_claimer_after: timedelta
    release_claim_after: timedelta
    """After a claim without an answer; a waiting ask-back is not counted as silence."""

    def __post_init__(self) -> None:
        if not self.remind_claimer_after < self.release_claim_after:
            raise ValueError("a claimer is reminded before the claim is released")
        times = [step.after for step in self.steps]
        if not times or times != sorted(set(times)):
            raise ValueError("steps come one after another")


def _step(minutes: int, audience: Audience, notice: str | None = None) -> Step:
    return Step(after=timedelta(minutes=minutes), audience=audience, notice=notice)


POLICIES: dict[Urgency, EscalationPolicy] = {
    Urgency.URGENT: EscalationPolicy(
        claim_within=timedelta(minutes=10),
        answer_within=timedelta(minutes=60),
        steps=(
            _step(0, Audience.PRIMARY),
            _step(5, Audience.SECONDARY),
            _step(10, Audience.PANEL, "question.target_missed"),
            _step(20, Audience.PANEL, "question.nobody_yet"),
            _step(30, Audience.COORDINATOR),
            _step(60, Audience.COORDINATOR, "question.no_answer"),
        ),
        remind_claimer_after=timedelta(minutes=15),
        release_claim_after=timedelta(minutes=25),
    ),
    Urgency.TODAY: EscalationPolicy(
        claim_within=timedelta(hours=2),
        answer_within=timedelta(hours=6),
        steps=(
            _step(0, Audience.PRIMARY),
            _step(120, Audience.PANEL),
            _step(360, Audience.COORDINATOR, "question.target_missed"),
        ),
        remind_claimer_after=timedelta(hours=3),
        release_claim_after=timedelta(hours=5),
    ),
    Urgency.ROUTINE: EscalationPolicy(
        claim_within=timedelta(hours=12),
        answer_within=timedelta(hours=24),
        steps=(
            _step(0, Audience.PRIMARY),
            _step(12 * 60, Audience.PANEL),
            _step(72 * 60, Audience.COORDINATOR, "question.target_missed"),
        ),
        remind_claimer_after=timedelta(hours=24),
        release_claim_after=timedelta(hours=48),
    ),
}


def audience_of(step: Step, panel: Panel, now: datetime, *, reachable: Collection[MemberId]) -> tuple[MemberId, ...]:
    """Return who is told at a step, each person once.

    Args:
        reachable: who may be told at all: active, with an address, and not the asker.
    Returns:
        where nobody of the step can be reached the rest of the panel, or the
        coordinator; empty where nobody is left at all.
    """
    for people in (_people(step, panel, now), panel.members, (panel.coordinator_id,)):
        told = tuple(member_id for member_id in people if member_id in reachable)
        if told:
            return told
    return ()


def _people(step: Step, panel: Panel, now: datetime) -> tuple[MemberId, ...]:
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
        case _:
            assert_never(step.audience)

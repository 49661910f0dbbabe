"""Policies of escalation as data: which steps there are for each urgency, and whom they call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.clock import Clock
from domain.guard import Guard
from domain.hours import Hours, QuietHours
from domain.paging import LIMITS, Limit, Way
from domain.question import Urgency
from domain.surge import SurgeRules

MOST_REPEATS = 3
"""A chain goes back to those it has called so often at the most, so that nobody is worn out by one question."""


class Audience(StrEnum):
    """Whom a step calls."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TURN = "turn"
    """The one of the panel who was asked longest ago."""
    POOL = "pool"
    """Those of the panel who are in the awake pool and have room for another question."""
    AWAKE = "awake"
    """Everybody of the panel who is awake."""
    PANEL = "panel"
    """Everybody of the panel who has room for another question; nobody in their quiet hours."""
    POST = "post"
    """The whole panel, as a notice that asks nobody in person."""
    OFFICE = "office"
    """The coordinator, and the chair of the section."""


_MANY = (Audience.POOL, Audience.AWAKE, Audience.PANEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    audience: Audience
    way: Way = Way.FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """When the question's clock has run for `after`, its calls are made; `notice` is what the asker is told then."""

    after: timedelta
    calls: tuple[Call, ...]
    notice: str | None = None

    @property
    def audiences(self) -> tuple[Audience, ...]:
        return tuple(dict.fromkeys(call.audience for call in self.calls))


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """The steps for one urgency, with the targets that the asker is shown; it always ends with the coordinator."""

    claim_within: timedelta
    answer_within: timedelta
    steps: tuple[Step, ...]
    remind_claimer_after: timedelta
    release_claim_after: timedelta
    """After a claim without an answer; a waiting ask-back is not counted as silence."""
    extend_claim_by: timedelta = timedelta(minutes=15)
    """Once, where the claimer asks for it."""
    hours: Hours | None = None
    """In which the clock runs; None means by day and by night."""
    wakes: bool = False
    """Whether it pages those on call, and those who opted in, in their quiet hours."""
    pause_at_most: timedelta | None = None
    remind_asker_after: timedelta = timedelta(hours=4)
    close_unanswered_after: timedelta = timedelta(hours=72)

    def __post_init__(self) -> None:
        if not self.remind_claimer_after < self.release_claim_after:
            raise ValueError("a claimer is reminded before the claim is released")
        times = [step.after for step in self.steps]
        if not times or times != sorted(set(times)):
            raise ValueError("steps come one after another")
        if any(sum(pool in step.audiences for step in self.steps) > 1 + MOST_REPEATS for pool in _MANY):
            raise ValueError(f"many people are called again {MOST_REPEATS} times at the most")
        if Audience.OFFICE not in self.steps[-1].audiences:
            raise ValueError("the last step leaves it with the coordinator")

    def targets(self, now: datetime) -> tuple[datetime, datetime]:
        """Return by when it is to be claimed and answered, as the asker is told."""
        clock = Clock(started_at=now, hours=self.hours)
        claim_due, answer_due = clock.due(self.claim_within), clock.due(self.answer_within)
        assert claim_due is not None
        assert answer_due is not None
        return claim_due, answer_due


def chain(*lines: str) -> tuple[Step, ...]:
    """Return the steps that lines such as "5 primary:voice secondary secondary:next" describe.

    A line has the minutes that the clock has run, then whom to call, each with a way (first, next or voice).

    Raises:
        ValueError: a line that says something else.
    """
    steps: list[Step] = []
    for line in lines:
        minutes, *called = line.split()
        calls = tuple(_call(word) for word in called)
        if not calls:
            raise ValueError("a step calls somebody")
        notice = _notice(calls, steps, is_last=line is lines[-1])
        steps.append(Step(after=timedelta(minutes=int(minutes)), calls=calls, notice=notice))
    return tuple(steps)


def _call(word: str) -> Call:
    audience, _, way = word.partition(":")
    return Call(audience=Audience(audience), way=Way(way or Way.FIRST))


def _notice(calls: Sequence[Call], steps: Sequence[Step], *, is_last: bool) -> str | None:
    """The asker is told when the claim's target was missed, when everybody is asked, and when the chain ends."""
    told = {step.notice for step in steps}
    audiences = {call.audience for call in calls}
    if is_last:
        return "question.no_answer"
    if Audience.AWAKE in audiences and "question.nobody_yet" not in told:
        return "question.nobody_yet"
    if audiences & {Audience.POOL, Audience.PANEL} and "question.target_missed" not in told:
        return "question.target_missed"
    return None


URGENT_CHAIN = (
    "0 primary",
    "3 primary:next",
    "5 primary:voice secondary secondary:next",
    "10 pool",
    "20 awake awake:next",
    "30 office:next office:voice",
    "45 pool awake awake:next",
    "60 office office:next",
)
TODAY_CHAIN = ("0 turn", "40 turn", "80 turn", "120 panel", "240 office", "360 office")
ROUTINE_CHAIN = ("0 post", "720 panel", "2160 office")
"""Minutes of working hours: 12 hours of them are one day, 36 the ceiling of three days."""

POLICIES: Mapping[Urgency, EscalationPolicy] = {
    Urgency.URGENT: EscalationPolicy(
        claim_within=timedelta(minutes=10),
        answer_within=timedelta(minutes=60),
        steps=chain(*URGENT_CHAIN),
        remind_claimer_after=timedelta(minutes=15),
        release_claim_after=timedelta(minutes=25),
        wakes=True,
        pause_at_most=timedelta(minutes=10),
        remind_asker_after=timedelta(minutes=15),
        close_unanswered_after=timedelta(hours=24),
    ),
    Urgency.TODAY: EscalationPolicy(
        claim_within=timedelta(hours=2),
        answer_within=timedelta(hours=6),
        steps=chain(*TODAY_CHAIN),
        remind_claimer_after=timedelta(hours=3),
        release_claim_after=timedelta(hours=5),
        hours=Hours(),
    ),
    Urgency.ROUTINE: EscalationPolicy(
        claim_within=timedelta(hours=12),
        answer_within=timedelta(hours=12),
        steps=chain(*ROUTINE_CHAIN),
        remind_claimer_after=timedelta(hours=12),
        release_claim_after=timedelta(hours=24),
        hours=Hours(),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Everything about paging that a society may set."""

    policies: Mapping[Urgency, EscalationPolicy] = field(default_factory=lambda: POLICIES)
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=lambda: LIMITS)
    open_claims: int = 3
    """Who has so many questions in hand is not asked for another, except when everybody awake is."""
    bundle: timedelta = timedelta(minutes=2)
    """Notices that are not urgent wait so long for others to go with them."""
    quiet: QuietHours = field(default_factory=QuietHours)
    """Of members who have set none of their own."""
    read_again_after: tuple[timedelta, ...] = (timedelta(minutes=3), timedelta(minutes=8))
    """When what was not acknowledged is sent again (safety rule 11)."""
    guard: Guard = field(default_factory=Guard)
    surge: SurgeRules = field(default_factory=SurgeRules)

    @property
    def time_zone(self) -> str:
        """The society's own clock: that of its working hours."""
        hours = (policy.hours for policy in self.policies.values())
        return next((each.time_zone for each in hours if each is not None), "UTC")

    def policy(self, urgency: Urgency, *, in_surge: bool) -> EscalationPolicy:
        policy = self.policies[urgency]
        if urgency is not Urgency.URGENT or not in_surge:
            return policy
        return replace(policy, claim_within=max(policy.claim_within, self.surge.claim_within))

"""What is simulated: how many questions come, when, from whom, and how urgent; all of it follows from the seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from domain.member import Member
from domain.question import Urgency

PEAK = 909
"""Cases that Korea reported on 29 February 2020, more than on any day before."""
PEAK_DAY = datetime(2020, 2, 29, tzinfo=UTC)
_DAY = timedelta(days=1)
_HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 14, 13, 11, 13, 14, 14, 13, 12, 10, 9, 8, 7, 5, 3)
"""How many questions are asked in each hour of an asker's own day, beside each other."""
_URGENCIES = {Urgency.URGENT: 25, Urgency.TODAY: 60, Urgency.ROUTINE: 15}

_PATIENTS = ("M 50s", "F 60s", "M 70s", "F 30s", "M 40s", "F 80s", "50대 남", "60대 여", "70대 남", "30대 여")
_FINDINGS = (
    *("COVID D8, O2 up 2-5 L", "GGO in both lower lobes", "new effusion on the right", "crazy paving, D12"),
    *("reversed halo, D5", "consolidation, CRP rising", "mosaic attenuation", "pneumomediastinum on HFNC"),
    *("코로나 D8 산소 2→5L", "양측 GGO, D6", "우측 흉수 증가", "결절 추적 6개월", "경화 진행, D10"),
)
_ASKED = (
    *("PE?", "progression or superinfection?", "OP pattern?", "CTPA needed?", "fibrosis already?", "follow-up when?"),
    *("PE 가능성?", "세균 감염 합병?", "CTPA 필요?", "추적 간격?"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a simulation is asked to do.

    `surge` makes one day in the middle a peak of `peak` questions, and has the
    surge mode switched on as it begins.
    """

    days: int = 30
    questions: int = 10_000
    panelists: int = 40
    seed: int = 1
    surge: bool = False
    peak: int = PEAK
    begins_at: datetime | None = None

    def __post_init__(self) -> None:
        if min(self.days, self.questions, self.panelists) < 1:
            raise ValueError("there is at least one day, one question and one panelist")

    @property
    def start(self) -> datetime:
        """The first instant: such that the peak falls on its own date, unless another is given."""
        return self.begins_at or PEAK_DAY - self.days // 2 * _DAY

    @property
    def end(self) -> datetime:
        return self.start + self.days * _DAY

    @property
    def peak_begins(self) -> datetime:
        return self.start + self.days // 2 * _DAY

    def dice(self, *names: object) -> Random:
        """Return dice of one purpose: what one person does changes nothing for another."""
        return Random(":".join(map(str, (self.seed, *names))))  # noqa: S311 - it plays people, and guards nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One question that somebody begins to write."""

    at: datetime
    asker: Member
    urgency: Urgency
    text: str


def arrivals(plan: Plan, askers: Sequence[Member]) -> list[Arrival]:
    """Return every question of a simulation, in the order of time."""
    dice = plan.dice("arrivals")
    peak = plan.days // 2 if plan.surge else -1
    share = [plan.questions // plan.days + (day < plan.questions % plan.days) for day in range(plan.days)]
    counts = [plan.peak if day == peak else count for day, count in enumerate(share)]
    found = [_arrival(plan, askers, dice, day=day) for day, count in enumerate(counts) for _ in range(count)]
    return sorted(found, key=lambda arrival: (arrival.at, arrival.asker.id))


def _arrival(plan: Plan, askers: Sequence[Member], dice: Random, *, day: int) -> Arrival:
    asker = dice.choice(askers)
    [hour] = dice.choices(range(24), weights=_HOURS)
    begins = plan.start + day * _DAY
    moment = time(hour, dice.randrange(60), dice.randrange(60))
    at = datetime.combine(begins.date(), moment, tzinfo=ZoneInfo(asker.time_zone)).astimezone(UTC)
    # On the asker's clock, and within this day of the simulation.
    while at < begins:
        at += _DAY
    while at >= begins + _DAY:
        at -= _DAY
    [urgency] = dice.choices(list(_URGENCIES), weights=list(_URGENCIES.values()))
    text = f"{dice.choice(_PATIENTS)}, {dice.choice(_FINDINGS)}. {dice.choice(_ASKED)}"
    return Arrival(at=max(at, begins), asker=asker, urgency=urgency, text=text)

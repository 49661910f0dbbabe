"""How long questions wait: by hour of the day, panel and urgency, with small numbers hidden.

Times are those that an asker waits, by the clock on the wall; the targets are the policy's. Nobody learns from a
report what a single colleague did: of fewer than five questions nothing is said but that there were some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from domain.ids import PanelId
from domain.policies import EscalationPolicy
from domain.question import Urgency

LEAST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """One question as it fared since it was first laid before the panel."""

    urgency: Urgency
    panel_id: PanelId | None
    opened_at: datetime
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    owned_at: datetime | None = None
    """From when on it was left to the coordinator, since nobody of the panel answered."""
    is_withdrawn: bool = False
    """Or merged into another: nobody owes it an answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The middle and the ninth of ten, in whole seconds; None where nothing was measured."""

    median: int | None = None
    ninetieth: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How one group fared. Without a count it is too small to be shown, and says nothing else."""

    name: str
    count: int | None
    claim: Spread = Spread()
    answer: Spread = Spread()
    claimed_in_time: int | None = None
    """Per cent of those whose time for it has passed, or who were claimed."""
    answered_in_time: int | None = None
    never_answered: int | None = None
    """Nobody has answered, though its target has passed."""
    owned: int | None = None
    """Left to the coordinator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReport:
    since: datetime
    until: datetime
    time_zone: str
    total: Level
    by_urgency: tuple[Level, ...]
    by_panel: tuple[Level, ...]
    by_hour: tuple[Level, ...]
    """Of the day, "00" to "23", on the society's own clock; hours in which nothing was opened are left out."""


def service_report(
    waited: Sequence[Waited],
    policies: Mapping[Urgency, EscalationPolicy],
    *,
    since: datetime,
    until: datetime,
    time_zone: str,
) -> ServiceReport:
    """Return the report of the questions of a period, as it stands at its end."""
    judge = _Judge(policies=policies, until=until)
    zone = ZoneInfo(time_zone)
    own = [each for each in waited if since <= each.opened_at < until]
    return ServiceReport(
        since=since,
        until=until,
        time_zone=time_zone,
        total=judge.level("all", own),
        by_urgency=judge.levels(own, lambda each: each.urgency.value, order=[urgency.value for urgency in Urgency]),
        by_panel=judge.levels(own, lambda each: each.panel_id or ""),
        by_hour=judge.levels(own, lambda each: f"{each.opened_at.astimezone(zone).hour:02}"),
    )


def percentile(seconds: Iterable[float], share: float) -> int | None:
    """Return the smallest of some times that at least this share of them does not exceed (nearest rank)."""
    ordered = sorted(seconds)
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)]) if ordered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    policies: Mapping[Urgency, EscalationPolicy]
    until: datetime

    def levels(
        self, waited: Sequence[Waited], name: Callable[[Waited], str], *, order: Sequence[str] = ()
    ) -> tuple[Level, ...]:
        """Return one level a group. Where a single one is hidden its size could be worked out: another goes with it."""
        groups: dict[str, list[Waited]] = {}
        for each in waited:
            groups.setdefault(name(each), []).append(each)
        small = [key for key, group in groups.items() if len(group) < LEAST_SHOWN]
        if len(small) == 1 and len(groups) > 1:
            small.append(min((key for key in groups if key not in small), key=lambda key: (len(groups[key]), key)))
        names = sorted(groups, key=lambda key: (order.index(key) if key in order else len(order), key))
        return tuple(_hidden(key) if key in small else self.level(key, groups[key]) for key in names)

    def level(self, name: str, group: Sequence[Waited]) -> Level:
        if len(group) < LEAST_SHOWN:
            return _hidden(name) if group else Level(name=name, count=0)
        claims = [(self._targets(each)[0], each.claimed_at or each.answered_at, each) for each in group]
        answers = [(self._targets(each)[1], each.answered_at, each) for each in group]
        return Level(
            name=name,
            count=len(group),
            claim=_spread(claims),
            answer=_spread(answers),
            claimed_in_time=self._in_time(claims),
            answered_in_time=self._in_time(answers),
            owned=sum(each.owned_at is not None for each in group),
            never_answered=sum(self._is_missed(due, done, each) for due, done, each in answers),
        )

    def _targets(self, waited: Waited) -> tuple[datetime, datetime]:
        return self.policies[waited.urgency].targets(waited.opened_at)

    def _in_time(self, done: Sequence[tuple[datetime, datetime | None, Waited]]) -> int | None:
        """What is neither done nor due yet is not judged; of few that are, no share is told."""
        judged = [
            at is not None and at <= due for due, at, each in done if at is not None or self._is_missed(due, at, each)
        ]
        return round(100 * sum(judged) / len(judged)) if len(judged) >= LEAST_SHOWN else None

    def _is_missed(self, due: datetime, done: datetime | None, waited: Waited) -> bool:
        return done is None and due <= self.until and not waited.is_withdrawn


def _hidden(name: str) -> Level:
    return Level(name=name, count=None)


def _spread(done: Sequence[tuple[datetime, datetime | None, Waited]]) -> Spread:
    times = [(at - each.opened_at) / timedelta(seconds=1) for _, at, each in done if at is not None]
    if len(times) < LEAST_SHOWN:
        return Spread()
    return Spread(median=percentile(times, 0.5), ninetieth=percentile(times, 0.9))

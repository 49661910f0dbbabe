"""A simulation's result as an operator reads it, and as a script does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.simulation.plan import Plan
from bot.simulation.run import Result
from bot.simulation.society import Cast
from domain.question import Urgency

_NAMES = {Urgency.URGENT: "urgent", Urgency.TODAY: "today", Urgency.ROUTINE: "routine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is printed; `holds` is False where something happened that must not."""

    headline: str
    figures: Mapping[str, object]
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, object]:
        return dict(self.figures)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what the figures say, in words."""
        f = self.figures
        yield "Questions", f"{f['questions']} asked, {f['answered']} answered, {f['urgent']} times urgent"
        yield "Forgotten", str(f["forgotten"])
        yield (
            "Urgent, after 60 minutes claimed or the coordinator's",
            f"{100 * _number(f['urgent_claimed_or_owned']):g} %",
        )
        yield "Left with the coordinator", str(f["owned_by_coordinator"])
        for name, minutes in _mapping(f["claim_minutes"]).items():
            shown = ", ".join(f"{key} {_minutes(value)}" for key, value in _mapping(minutes).items())
            yield f"Taken after ({name})", shown
        yield "Pages", f"{f['pages']}, {f['pages_per_panelist_day']} a day for each panelist"
        yield "Pages in quiet hours, unasked", str(f["quiet_hour_pages"])
        yield "Pages beyond a phone's limits", str(f["pages_over_limit"])
        yield "Questions per panelist", f"{f['load_min']} to {f['load_max']} (variation {f['load_cv']})"
        yield "Speed", f"{f['days_per_minute']} simulated days a minute"


def report_of(plan: Plan, cast: Cast, result: Result) -> Report:
    figures, watch = result.figures, result.watch
    days = plan.days
    urgent = figures.claim_minutes[Urgency.URGENT.value]
    told: dict[str, object] = {
        "days": days,
        "questions": figures.questions,
        "panelists": len(cast.panelists),
        "seed": plan.seed,
        "surge": plan.surge,
        "own_society": cast.is_own,
        "urgent": figures.urgent,
        "answered": figures.answered,
        "forgotten": figures.forgotten,
        "quiet_hour_pages": watch.quiet_hour_pages,
        "pages_over_limit": watch.pages_over_limit,
        "urgent_claimed_or_owned": figures.urgent_claimed_or_owned,
        "claim_p50_min": urgent["p50"],
        "claim_p90_min": urgent["p90"],
        "claim_minutes": figures.claim_minutes,
        "owned_by_coordinator": figures.owned_by_coordinator,
        "pages": watch.pages,
        "pages_per_panelist_day": round(watch.pages / days / max(1, len(cast.panelists)), 1),
        "load_cv": figures.load_cv,
        "load_min": min(figures.load, default=0),
        "load_max": max(figures.load, default=0),
        "parked": result.parked,
        "commands": sum(result.tally.commands.values()),
        "days_per_minute": round(60 * days / result.seconds, 2),
        "days_per_cpu_minute": round(60 * days / result.cpu_seconds, 2),
    }
    return Report(headline=_headline(plan, cast), figures=told, problems=tuple(_problems(told)))


def _headline(plan: Plan, cast: Cast) -> str:
    whose = f"your panel {cast.panel.name}" if cast.is_own else "a fictional society in five time zones"
    peak = f", {plan.peak} of them on {plan.peak_begins:%d %B %Y}" if plan.surge else ""
    days = "1 day" if plan.days == 1 else f"{plan.days} days"
    return f"{days} from {plan.start:%d %B %Y}: {whose}, {len(cast.panelists)} panelists{peak}."


def _problems(told: Mapping[str, object]) -> Iterator[str]:
    if told["forgotten"]:
        yield f"{told['forgotten']} questions were forgotten: nobody had them, and the coordinator did not own them."
    if told["quiet_hour_pages"]:
        yield f"{told['quiet_hour_pages']} pages in quiet hours reached somebody who had not agreed to them."
    if told["pages_over_limit"]:
        yield f"{told['pages_over_limit']} pages went to a phone beyond its limits."
    if told["parked"]:
        yield f"{told['parked']} pieces of work were set aside for an operator."


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def _minutes(value: object) -> str:
    return f"{value} min" if isinstance(value, float) else "never"

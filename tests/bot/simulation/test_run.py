"""A few simulated days, small: nothing forgotten, nobody woken, and the same again for the same seed."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from bot.simulation.plan import Plan
from bot.simulation.report import Report, report_of
from bot.simulation.run import Result, Simulation
from bot.simulation.society import fictional
from domain.policies import Escalation
from domain.ports.services import Rules

SMALL = Plan(days=2, questions=14, panelists=6, seed=3)
SURGE = replace(SMALL, surge=True, peak=12, questions=6)
BY_THE_WATCH = {"days_per_minute", "days_per_cpu_minute"}


@cache
def lived(plan: Plan, *, is_rehearsal: bool = True) -> Result:
    simulation = Simulation(
        plan=plan, cast=fictional(plan), escalation=Escalation(), rules=Rules(), is_rehearsal=is_rehearsal
    )
    return asyncio.run(simulation.run())


def told(plan: Plan, result: Result) -> dict[str, Any]:
    figures = report_of(plan, fictional(plan), result).as_json()
    return {name: value for name, value in figures.items() if name not in BY_THE_WATCH}


def test_nothing_is_forgotten_and_nobody_woken() -> None:
    report = report_of(SMALL, fictional(SMALL), lived(SMALL))

    assert report.problems == ()
    names = ("forgotten", "quiet_hour_pages", "pages_over_limit", "parked")
    assert [report.figures[name] for name in names] == [0, 0, 0, 0]
    assert report.figures["urgent_claimed_or_owned"] == 1.0


def test_most_questions_are_answered_by_the_real_handlers() -> None:
    result = lived(SMALL)

    assert result.figures.questions >= 12
    assert result.figures.answered >= result.figures.questions // 2
    assert {"NotifyStep", "TakeAction", "Deliver", "WatchRota"} <= set(result.tally.commands)


def test_same_seed_gives_the_same_figures() -> None:
    again = Simulation(plan=SMALL, cast=fictional(SMALL), escalation=Escalation(), rules=Rules())

    assert told(SMALL, asyncio.run(again.run())) == told(SMALL, lived(SMALL))


def test_forgetful_storage_changes_no_figure() -> None:
    lasting = lived(SMALL, is_rehearsal=False)

    assert told(SMALL, lasting) == told(SMALL, lived(SMALL))
    assert asdict(lasting.tally) == asdict(lived(SMALL).tally)


def test_surge_is_switched_on_by_two_and_holds() -> None:
    result = lived(SURGE)

    report = report_of(SURGE, fictional(SURGE), result)
    assert report.problems == ()
    assert result.figures.questions >= 12


def test_report_names_what_went_wrong() -> None:
    result = lived(SMALL)
    wrong = replace(result, figures=replace(result.figures, forgotten=2), parked=1)

    report: Report = report_of(SMALL, fictional(SMALL), wrong)

    assert not report.holds
    assert [problem.split()[0] for problem in report.problems] == ["2", "1"]

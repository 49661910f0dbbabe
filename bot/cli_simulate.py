"""`hilum simulate`: a society tries its rota and its policies before the outbreak, on simulated people."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.clock import utc_now
from bot.compose import rules_of
from bot.escalation import escalation_of
from bot.logs import configure_logs
from bot.simulation.plan import PEAK, Plan
from bot.simulation.report import Report, report_of
from bot.simulation.run import Result, Simulation
from bot.simulation.society import Cast, fictional, own_society
from bot.terminal import console, fail
from config.loading import load_settings
from config.settings import Settings
from domain.errors import HilumError

_PANELISTS = 40
_EXAMPLES = f"""Play a stretch of time with simulated people, and say whether anything was forgotten.

The clock is simulated; the handlers, the queue and the database are the real ones, in a folder that is deleted
afterwards. Nothing is sent to anybody. Policies are those of your settings. Where your database has a panel, its
people, rota and overrides are tried, from today on; otherwise, or with --panelists, a fictional society in five time
zones. Exit code 1: a question was forgotten, or somebody was paged who should not have been.

\b
Examples:
  hilum simulate                               30 days, 10000 questions, 40 panelists (some minutes)
  hilum simulate --days 3 --questions 300      a first look
  hilum --config hilum.toml simulate           your own policies, panel and rota
  hilum simulate --surge                       with {PEAK} questions on one day, as on 29 February 2020
  hilum simulate --seed 7 --json               the same seed gives the same figures
"""


def register(app: typer.Typer) -> None:
    app.command("simulate", help=_EXAMPLES)(simulate)


def simulate(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    *,
    days: Annotated[int, typer.Option(min=1, help="Simulated days.")] = 30,
    questions: Annotated[int, typer.Option(min=1, help="Questions, over all days.")] = 10_000,
    panelists: Annotated[
        int | None, typer.Option(min=1, help="A fictional panel of so many, in place of your own; 40 if you have none.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    surge: Annotated[
        bool, typer.Option("--surge", help=f"{PEAK} questions on the day in the middle, with the surge mode on.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings file; otherwise as `hilum --config` has it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
) -> None:
    settings: Settings = load_settings(config, environment=os.environ) if config else context.obj()
    configure_logs("error", sys.stderr)
    own = None if panelists is not None else _own_society(settings)
    plan = Plan(
        days=days,
        questions=questions,
        panelists=panelists or _PANELISTS,
        seed=seed,
        surge=surge,
        begins_at=_today() if own else None,
    )
    cast = own.with_askers(plan) if own else fictional(plan)
    result = _run(plan, cast, settings)
    report = report_of(plan, cast, result)
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), ensure_ascii=False) + "\n")
    else:
        _show(report)
    if not report.holds:
        raise SystemExit(1)


def _own_society(settings: Settings) -> Cast | None:
    """Return the society of the settings' database; None where there is none yet."""
    try:
        return own_society(settings)
    except HilumError as error:
        fail(
            f"your database cannot be read ({error.code.replace('_', ' ')}): `hilum doctor` says what to do, "
            "--panelists 40 tries a fictional society",
            code=1,
        )


def _run(plan: Plan, cast: Cast, settings: Settings) -> Result:
    columns = (TextColumn("Day {task.completed:.0f} of {task.total:.0f}"), BarColumn(), TimeRemainingColumn())
    shown = type(console)(stderr=True)
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as progress:
        task = progress.add_task("days", total=plan.days)
        simulation = Simulation(
            plan=plan,
            cast=cast,
            escalation=escalation_of(settings.escalation),
            rules=rules_of(settings),
            on_day=lambda day: progress.update(task, completed=day),
        )
        return asyncio.run(simulation.run())


def _show(report: Report) -> None:
    console.print(report.headline)
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in report.lines():
        table.add_row(name, value)
    console.print(table)
    for problem in report.problems:
        console.print(f"✗ {problem}", style="bold red")
    if report.holds:
        console.print("✓ Nothing was forgotten, nobody was woken who had not agreed, no phone was flooded.")


def _today() -> datetime:
    return utc_now().replace(hour=0, minute=0, second=0, microsecond=0)

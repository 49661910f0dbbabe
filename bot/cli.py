"""The console script `hilum`.

Exit codes: 0 done · 1 it did not work, or a check found something · 2 the command
line is wrong · 3 the settings are wrong.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bot import cli_audit, cli_data, cli_members, cli_operate, cli_panels, cli_parked, cli_report, cli_run, cli_simulate
from bot.terminal import fail
from config.loading import SettingsError, find_settings_file, load_settings
from domain.errors import HilumError

app = typer.Typer(
    name="hilum",
    help="The messaging bot of a radiologists' society.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
cli_run.register(app)
cli_operate.register(app)
cli_data.register(app)
cli_audit.register(app)
cli_members.register(app)
cli_panels.register(app)
cli_parked.register(app)
cli_simulate.register(app)
cli_report.register(app)


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings file; otherwise ./hilum.toml where there is one.")
    ] = None,
) -> None:
    """Remember where the settings are; the command reads them."""
    file = config or find_settings_file(Path.cwd())
    context.obj = lambda: load_settings(file, environment=os.environ)


def main() -> None:
    """Run a command; every known error ends as one clear sentence and an exit code."""
    try:
        app()
    except SettingsError as error:
        fail(*error.problems, code=3)
    except HilumError as error:
        fail(f"{error.code.replace('_', ' ')} – `hilum doctor` says what to do", code=1)

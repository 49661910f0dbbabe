"""`hilum deidentify`, `backup` and `restore`: what reads and writes whole folders."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.compose import storage_options
from bot.terminal import console, fail
from config.settings import Settings
from domain.errors import UserError
from storage.backup import backup as back_up
from storage.backup import restore as bring_back

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


def register(app: typer.Typer) -> None:
    app.command("deidentify")(deidentify)
    app.command("backup")(backup)
    app.command("restore")(restore)


def deidentify(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, folders or zips.")],
    *,
    output: Annotated[Path, typer.Option(help="Empty folder for the de-identified copies.")],
    report: Annotated[Path | None, typer.Option(help="JSON lines: what became of each file, never a value.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take files through the door, for use outside the bot. Burned-in text is not looked for yet."""
    # The pixel libraries are read for this command alone: every other one starts without them.
    from deidentify.batch import BatchOptions, deidentify_paths

    columns = (TextColumn("de-identifying"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=as_json or not console.is_terminal) as bar:
        task = bar.add_task("files", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        try:
            counts = deidentify_paths(paths, output, report, options=BatchOptions(progress=show))
        except UserError as error:
            fail(error.code.replace("_", " "), code=1)
    if as_json:
        sys.stdout.write(json.dumps({"clean": counts.clean, "refused": counts.refused}) + "\n")
    else:
        console.print(f"{counts.clean} clean, {counts.refused} refused")
        if counts.clean:
            console.print("Look at every picture before you pass it on: names burned into the pixels are still there.")
    if counts.refused:
        raise SystemExit(1)


def backup(context: typer.Context, target: Annotated[Path, typer.Argument(help="New folder for the backup.")]) -> None:
    """Copy database, linkage and archive; never keys, never anything identifiable."""
    settings: Settings = context.obj()
    manifest = back_up(storage_options(settings), target)
    console.print(f"{len(manifest.files)} files in {target}. The keys are not in it: keep their copy elsewhere.")


def restore(context: typer.Context, source: Annotated[Path, typer.Argument(exists=True, file_okay=False)]) -> None:
    """Bring a backup back into an empty installation, and erase again what was erased since."""
    settings: Settings = context.obj()
    outcome = bring_back(source, storage_options(settings))
    again = outcome.objects_erased + outcome.subjects_erased
    console.print(f"{outcome.files} files restored; {again} erasures made since the backup were applied again.")

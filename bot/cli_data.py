"""`hilum backup` and `restore`, beside the commands of the door: what reads and writes whole folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import cli_deidentify
from bot.compose import storage_options
from bot.terminal import console
from config.settings import Settings
from storage.backup import backup as back_up
from storage.backup import restore as bring_back


def register(app: typer.Typer) -> None:
    cli_deidentify.register(app)
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(context: typer.Context, target: Annotated[Path, typer.Argument(help="New folder for the backup.")]) -> None:
    """Copy database, linkage and archive; never keys, never anything identifiable."""
    settings: Settings = context.obj()
    manifest = back_up(storage_options(settings), target)
    console.print(f"{len(manifest.files)} files in {target}. The keys are not in it: keep their copy elsewhere.")


def restore(context: typer.Context, source: Annotated[Path, typer.Argument(exists=True, file_okay=False)]) -> None:
    """Bring a backup back into an empty installation, and erase again what was erased since."""
    settings: Settings = context.obj()
    outcome = bring_back(source, storage_options(settings))
    again = outcome.objects_erased + outcome.subjects_erased + outcome.removed
    console.print(f"{outcome.files} files restored; {again} erasures made since the backup were applied again.")

"""Runs Alembic from code: no ini file, no working folder to be in."""

from __future__ import annotations

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from domain.errors import PermanentError
from storage.engines import engine_for_once


def upgrade(url: str) -> None:
    """Bring a database to the newest revision, all in one transaction.

    Raises:
        PermanentError("database_revision_unknown"): its tables are of a version that this program does not know.
    """
    migrations = as_file(files("storage") / "migrations")
    try:
        with engine_for_once(url) as engine, migrations as folder, engine.begin() as connection:
            settings = Config()
            settings.set_main_option("script_location", str(folder).replace("%", "%%"))
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    except CommandError as error:
        # A newer program made these tables, or no program of ours.
        raise PermanentError("database_revision_unknown") from error

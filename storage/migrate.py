"""Whether a database has this version's tables, and how a new or an older one gets them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from domain.errors import PermanentError
from storage import search_index
from storage.engines import engine_for_once, sqlite_file
from storage.schema import metadata

HEAD = "0015"
"""The newest revision in `migrations/versions`; a test compares."""

_PREPARE_LOCK = 0x48494C56
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def revision_of(url: str) -> str | None:
    """Return the revision a database is at, None where it has no tables of ours (or is not there)."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return None
    with engine_for_once(url) as engine, engine.connect() as connection:
        return _revision(connection)


def is_current(url: str) -> bool:
    return revision_of(url) == HEAD


def prepare(url: str) -> None:
    """Make the tables of an empty database at once.

    This short way gives what the migrations give, which a test compares; it
    spares loading them.

    Raises:
        PermanentError("database_not_migrated"): it has tables of another version; `migrate` is for those.
    """
    _make_folder(sqlite_file(url))
    with engine_for_once(url) as engine, engine.begin() as connection:
        _lock(connection)
        revision = _revision(connection)
        if revision is None:
            create(connection)
    if revision not in {None, HEAD}:
        raise PermanentError("database_not_migrated")


def migrate(url: str) -> None:
    """Bring a database to this version, whatever it is now; quick where it is empty or there already."""
    revision = revision_of(url)
    if revision is None:
        prepare(url)
    elif revision != HEAD:
        # Loading Alembic takes longer than all the rest of a start.
        from storage.migrations.run import upgrade  # noqa: PLC0415

        upgrade(url)
        _index(url)


def _index(url: str) -> None:
    """Fill the search's index, where an older version left none or one with other words."""
    with engine_for_once(url) as engine, engine.begin() as connection:
        if not search_index.is_in_step(connection):
            search_index.rebuild(connection)


def create(connection: sa.Connection) -> None:
    """Make every table, and note the revision they stand for."""
    metadata.create_all(connection, checkfirst=False)
    _VERSION.create(connection)
    connection.execute(sa.insert(_VERSION), {"version_num": HEAD})


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


def _lock(connection: sa.Connection) -> None:
    """Let one process prepare at a time; on SQLite the transaction itself sees to that."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_PREPARE_LOCK)))


def _make_folder(file: Path | None) -> None:
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

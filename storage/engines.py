"""Engines: how each database is opened, and which URLs name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from domain.errors import PermanentError
from storage.columns import to_json
from storage.translation import translated

POSTGRES_THREADS = 6
SQLITE_READERS = 3
_BUSY_TIMEOUT_MS = 10_000
_READS_ONLY = "query_only=ON"


def parse_url(url: str) -> sa.URL:
    """Return a database's URL with its driver: `sqlite:////path/hilum.db` or `postgresql://…`.

    Raises:
        PermanentError("database_url_unknown"): another database, or no file.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise PermanentError("database_url_unknown") from error
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
    raise PermanentError("database_url_unknown")


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database, None for PostgreSQL."""
    parsed = parse_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def open_engine(url: str, *, size: int, read_only: bool = False, is_rehearsal: bool = False) -> sa.Engine:
    """Return an engine that keeps up to `size` connections; its errors never show parameters.

    On SQLite a rehearsal waits for no disk: its data are thrown away with it.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, size=size, pragmas=_pragmas(read_only=read_only, is_rehearsal=is_rehearsal))
    engine = _create(parsed, size=size, pool_pre_ping=True)
    if read_only:
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


@contextmanager
def engine_for_once(url: str) -> Iterator[sa.Engine]:
    """Give an engine for one piece of work, whose errors become ours; nothing of it stays open."""
    engine = open_engine(url, size=1)
    try:
        with translated():
            yield engine
    finally:
        engine.dispose()


def read_only_twin(engine: sa.Engine) -> sa.Engine:
    """Return a PostgreSQL engine on the same connections whose transactions read one snapshot."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _open_sqlite(url: sa.URL, *, size: int, pragmas: Sequence[str]) -> sa.Engine:
    engine = _create(url, size=size, connect_args={"check_same_thread": False})
    begins = "BEGIN" if _READS_ONLY in pragmas else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # SQLAlchemy's own BEGIN below is the only one: the driver's would come too late for a lock.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begins)

    return engine


def _pragmas(*, read_only: bool, is_rehearsal: bool) -> tuple[str, ...]:
    settings = (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=OFF" if is_rehearsal else "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=OFF" if is_rehearsal else "secure_delete=ON",
    )
    return (*settings, _READS_ONLY) if read_only else settings


def _create(url: sa.URL, *, size: int, **options: Any) -> sa.Engine:
    return sa.create_engine(
        url, pool_size=size, max_overflow=0, hide_parameters=True, json_serializer=to_json, **options
    )

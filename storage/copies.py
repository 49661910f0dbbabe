"""Copies of databases: SQLite's own backup, and on PostgreSQL every row as JSON lines; both of one instant."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from domain.errors import PermanentError
from storage.columns import Instant
from storage.engines import engine_for_once, read_only_twin, sqlite_file
from storage.schema import metadata

_AT_ONCE = 500
# Identifiable content never leaves, sealed or not: its keys are not in a backup, and its time to live is a day.
_SEALED = frozenset({"sealed", "wrapped_key", "key_id"})
_LEFT_OUT: dict[str, frozenset[str]] = {"inbox": _SEALED, "parked": _SEALED}
# A restored program must not take in again what was written, and removed, since the backup.
_EMPTIED = frozenset({"upload_segment", "read_mark"})


def copy_database(url: str, folder: Path, *, name: str, tables: sa.MetaData = metadata) -> Path:
    """Write a copy into a folder, without what is identifiable; returns its file."""
    source = sqlite_file(url)
    if source is not None:
        return _copy_file(source, folder / f"{name}.db")
    return _dump(url, folder / f"{name}.jsonl.gz", tables)


def put_back(copy: Path, url: str, *, tables: sa.MetaData = metadata) -> None:
    """Fill a database from a copy: a file in its place, or rows into empty tables.

    Raises:
        PermanentError("backup_of_another_database"): the copy is of the other kind.
    """
    target = sqlite_file(url)
    if (target is not None) != (copy.suffix == ".db"):
        raise PermanentError("backup_of_another_database")
    if target is not None:
        _copy_file(copy, target)
        return
    _load(copy, url, tables)


def _copy_file(source: Path, target: Path) -> Path:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        names = {row[0] for row in writing.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        with writing:
            for table in names & _LEFT_OUT.keys():
                cleared = ", ".join(f"{column} = NULL" for column in sorted(_LEFT_OUT[table]))
                writing.execute(f"UPDATE {table} SET {cleared}")  # noqa: S608  # names of this module, no input
            for table in names & _EMPTIED:
                writing.execute(f"DELETE FROM {table}")  # noqa: S608  # names of this module, no input
        # Without this the copy would keep what was cleared in its free pages.
        writing.execute("VACUUM")
        writing.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)
    return target


def _dump(url: str, target: Path, tables: sa.MetaData) -> Path:
    with (
        engine_for_once(url) as engine,
        read_only_twin(engine).connect() as connection,
        gzip.open(target, "wt") as file,
    ):
        for table in tables.sorted_tables:
            for row in _rows(connection, table):
                file.write(json.dumps({"table": table.name, "row": row}) + "\n")
    target.chmod(0o600)
    return target


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    if table.name in _EMPTIED:
        return
    cleared = _LEFT_OUT.get(table.name, frozenset())
    streamed = connection.execution_options(yield_per=_AT_ONCE).execute(sa.select(table)).mappings()
    for row in streamed:
        yield {column: None if column in cleared else _plain(value) for column, value in row.items()}


def _load(copy: Path, url: str, tables: sa.MetaData) -> None:
    with engine_for_once(url) as engine, engine.begin() as connection, gzip.open(copy, "rt") as file:
        for name, rows in _grouped(json.loads(line) for line in file):
            table = tables.tables[name]
            connection.execute(sa.insert(table), [_typed(table, row) for row in rows])
        for table in tables.sorted_tables:
            _set_sequence(connection, table)


def _grouped(lines: Iterable[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Gather rows of one table, some hundred at a time."""
    table = ""
    rows: list[dict[str, Any]] = []
    for line in lines:
        if rows and (line["table"] != table or len(rows) == _AT_ONCE):
            yield table, rows
            rows = []
        table = line["table"]
        rows.append(line["row"])
    if rows:
        yield table, rows


def _set_sequence(connection: sa.Connection, table: sa.Table) -> None:
    """Let a table's numbers go on after the greatest that was put back."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    greatest = sa.select(sa.func.max(column)).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(greatest, 1), greatest.is_not(None))))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _typed_value(table.c[name], value) for name, value in row.items()}


def _typed_value(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value)
    return datetime.fromisoformat(value) if isinstance(column.type, Instant) else value

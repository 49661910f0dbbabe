"""Statements that SQLite and PostgreSQL spell alike: insert where new, replace, count up, order writers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import conversation, counter

Row = Mapping[str, Any]

_FOLLOWED_LOCK = 0x48494C55  # "HILU": any number will do, as long as every process takes the same

_LOCK_FOLLOWED = sa.select(sa.func.pg_advisory_xact_lock(_FOLLOWED_LOCK))


def insert_new(connection: sa.Connection, table: sa.Table, row: Row) -> bool:
    """Insert a row; False where one with the same key is there already."""
    statement = _insert_new(connection.dialect.name, table)
    # Without being asked, SQLAlchemy forgets an insert's count together with its cursor.
    return connection.execute(statement, row, execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_all_new(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows, leaving those as they are whose key is there already."""
    if rows:
        connection.execute(_insert_new(connection.dialect.name, table), rows)


def replace_row(connection: sa.Connection, table: sa.Table, row: Row) -> None:
    """Insert a whole row, or give the one with the same primary key these values."""
    connection.execute(_replace_row(connection.dialect.name, table), row)


def forget_rows(connection: sa.Connection, times: Mapping[sa.Table, sa.Column[Any]], until: datetime) -> int:
    """Remove the rows of some tables whose time lies not after an instant; returns how many."""
    gone = (sa.delete(table).where(column <= until) for table, column in times.items())
    return sum(connection.execute(statement).rowcount for statement in gone)


def next_seq(connection: sa.Connection, lane: str) -> int:
    """Return a lane's next place; whoever else adds to this lane waits until this transaction ends."""
    statement = _count_up(connection.dialect.name, conversation.c.next_seq)
    return int(connection.execute(statement, {"lane": lane, "next_seq": 1}).scalar_one())


def count_up(connection: sa.Connection, name: str) -> int:
    """Return the next number of a counter that begins with 1 and has no gaps."""
    statement = _count_up(connection.dialect.name, counter.c.value)
    return int(connection.execute(statement, {"name": name, "value": 1}).scalar_one())


def order_followed_rows(connection: sa.Connection) -> None:
    """Let rows that streams follow by id become visible in the order of their ids.

    PostgreSQL hands ids out before the commit: without this, a reader could see
    row 8, go on from there, and never see row 7 that committed a moment later.
    SQLite has one writer, which is enough.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_FOLLOWED)


def rows_of(
    connection: sa.Connection, statement: sa.Select[Any], values: Mapping[str, Any] | None = None
) -> Sequence[sa.RowMapping]:
    return connection.execute(statement, values).mappings().all()


# Building a statement takes as long as running it, so each is built once.


@cache
def _insert_new(dialect: str, table: sa.Table) -> sa.Insert:
    return _insert(dialect, table).on_conflict_do_nothing().inline()  # type: ignore[no-any-return]  # as `_insert` says


@cache
def _replace_row(dialect: str, table: sa.Table) -> sa.Insert:
    key = [column.name for column in table.primary_key]
    insert = _insert(dialect, table)
    values = {column.name: insert.excluded[column.name] for column in table.c if column.name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=values)  # type: ignore[no-any-return]  # as `_insert`


@cache
def _count_up(dialect: str, column: sa.Column[int]) -> sa.Insert:
    table = column.table
    key = [key.name for key in table.primary_key]
    insert = _insert(dialect, table).on_conflict_do_update(index_elements=key, set_={column.name: column + 1})
    return insert.returning(column)  # type: ignore[no-any-return]  # as `_insert` says


def _insert(dialect: str, table: sa.FromClause) -> Any:
    """The two dialects' insert classes share their methods, but no type."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)

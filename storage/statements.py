"""Statements that SQLite and PostgreSQL spell alike: insert where new, replace, count up, order writers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import conversation, counter

Row = Mapping[str, Any]

_FOLLOWED_LOCK = 0x48494C55  # "HILU": any number will do, as long as every process takes the same


def insert_new(connection: sa.Connection, table: sa.Table, row: Row) -> bool:
    """Insert a row; False where one with the same key is there already."""
    insert = _insert(connection, table).on_conflict_do_nothing().inline()
    # Without being asked, SQLAlchemy forgets an insert's count together with its cursor.
    return connection.execute(insert, row, execution_options={"preserve_rowcount": True}).rowcount == 1


def replace_row(connection: sa.Connection, table: sa.Table, row: Row) -> None:
    """Insert a row, or give the one with the same primary key these values."""
    key = [column.name for column in table.primary_key]
    insert = _insert(connection, table)
    values = {name: insert.excluded[name] for name in row if name not in key}
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=values), row)


def next_seq(connection: sa.Connection, lane: str) -> int:
    """Return a lane's next place; whoever else adds to this lane waits until this transaction ends."""
    insert = _insert(connection, conversation)
    statement = insert.on_conflict_do_update(
        index_elements=["lane"], set_={"next_seq": conversation.c.next_seq + 1}
    ).returning(conversation.c.next_seq)
    return int(connection.execute(statement, {"lane": lane, "next_seq": 1}).scalar_one())


def count_up(connection: sa.Connection, name: str) -> int:
    """Return the next number of a counter that begins with 1 and has no gaps."""
    insert = _insert(connection, counter)
    statement = insert.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1}).returning(
        counter.c.value
    )
    return int(connection.execute(statement, {"name": name, "value": 1}).scalar_one())


def order_followed_rows(connection: sa.Connection) -> None:
    """Let rows that streams follow by id become visible in the order of their ids.

    PostgreSQL hands ids out before the commit: without this, a reader could see
    row 8, go on from there, and never see row 7 that committed a moment later.
    SQLite has one writer, which is enough.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_FOLLOWED_LOCK)))


def rows_of(connection: sa.Connection, statement: sa.Select[Any]) -> Sequence[sa.RowMapping]:
    return connection.execute(statement).mappings().all()


def _insert(connection: sa.Connection, table: sa.Table) -> Any:
    """The two dialects' insert classes share their methods, but no type."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)

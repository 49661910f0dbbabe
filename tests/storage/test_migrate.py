"""The schema: migrations and tables give the same, on both databases, quickly."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib.resources import files

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from domain.errors import PermanentError
from storage.engines import open_engine, sqlite_file
from storage.migrate import HEAD, is_current, migrate, prepare, revision_of
from storage.migrations.run import upgrade
from storage.schema import metadata
from storage.tables_search import is_described

_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
_COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length
    FROM information_schema.columns WHERE table_schema = 'public'
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request, tmp_path):
    if request.param == "postgres":
        return request.getfixturevalue("postgres_server").empty_database()
    return f"sqlite:///{tmp_path}/hilum.db"


def test_migrated_database_is_as_the_tables_say(empty_url):
    upgrade(empty_url)

    engine = open_engine(empty_url, size=1)
    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"include_name": is_described}), metadata
        )
    engine.dispose()

    assert differences == []


def test_short_way_gives_the_same_on_sqlite(tmp_path):
    migrated, made = f"sqlite:///{tmp_path}/migrated.db", f"sqlite:///{tmp_path}/made.db"

    upgrade(migrated)
    prepare(made)

    assert lite_schema(migrated) == lite_schema(made)


def test_short_way_gives_the_same_on_postgres(postgres_server):
    migrated, made = postgres_server.empty_database(), postgres_server.empty_database()

    upgrade(migrated)
    prepare(made)

    assert postgres_schema(migrated) == postgres_schema(made)


def test_database_is_current_once_migrated(empty_url):
    before = is_current(empty_url)

    migrate(empty_url)
    migrate(empty_url)

    assert (before, is_current(empty_url)) == (False, True)


def test_preparing_twice_changes_nothing(empty_url):
    prepare(empty_url)
    prepare(empty_url)

    assert revision_of(empty_url) == HEAD


def test_older_tables_are_left_to_the_migration(database_url):
    engine = open_engine(database_url, size=1)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()

    with pytest.raises(PermanentError, match="database_not_migrated"):
        prepare(database_url)
    with pytest.raises(PermanentError, match="database_revision_unknown"):
        migrate(database_url)


def test_newest_revision_is_the_one_that_is_checked():
    names = sorted(path.name for path in (files("storage") / "migrations" / "versions").iterdir())

    assert [name for name in names if name.endswith(".py")][-1].startswith(HEAD)


def lite_schema(url: str) -> dict[str, list[str]]:
    """Return every table and index, the lines of its definition sorted; a table made anew has its name quoted."""
    with closing(sqlite3.connect(str(sqlite_file(url)))) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: sorted(re.split(r",?\s*\n\s*", statement.replace('"', ""))) for name, statement in rows}


def postgres_schema(url: str) -> list[list[str]]:
    engine = open_engine(url, size=1)
    with engine.connect() as connection:
        found = [sorted(map(str, connection.execute(sa.text(query)))) for query in (_INDEXES, _COLUMNS, _CONSTRAINTS)]
    engine.dispose()
    return found

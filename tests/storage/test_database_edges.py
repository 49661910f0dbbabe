"""The edges of the database: URLs, errors, columns, and how the queue's statements are planned."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc

from domain.errors import HilumError, PermanentError, TransientError
from storage import job_queue
from storage.columns import Instant, replace_unstorable, to_json
from storage.engines import open_engine, parse_url
from storage.schema import metadata
from storage.translation import asks_to_rerun, translate, translated

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3.5))])
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001
LITE = sa.create_engine("sqlite://").dialect
QUEUE_STATEMENTS = {
    name: statement
    for name, statement in vars(job_queue).items()
    if isinstance(statement, sa.Select | sa.Update) and name not in {"_GATES", "_LEASE"}
}


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_postgres_urls_get_our_driver(url):
    if url.startswith("postgres:"):
        with pytest.raises(PermanentError, match="database_url_unknown"):
            parse_url(url.replace("postgres:", "nothing:"))
    assert parse_url(url).drivername == "postgresql+psycopg"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://h/d", "nonsense", ""])
def test_other_databases_are_refused(url):
    with pytest.raises(PermanentError, match="database_url_unknown"):
        parse_url(url)


def test_every_error_of_the_library_is_one_of_ours():
    kinds = [kind for _, kind in inspect.getmembers(exc, inspect.isclass) if issubclass(kind, exc.SQLAlchemyError)]

    ours = {kind: translate(kind.__new__(kind)) for kind in kinds}

    assert all(isinstance(error, TransientError | PermanentError) for error in ours.values())
    assert {kind for kind, error in ours.items() if isinstance(error, TransientError)} >= {
        exc.OperationalError,
        exc.TimeoutError,
    }
    assert not isinstance(ours[exc.IntegrityError], TransientError)


def test_lost_connection_is_transient_whatever_it_interrupted():
    error = exc.ProgrammingError("SELECT", {}, Exception(), connection_invalidated=True)

    with pytest.raises(TransientError), translated():
        raise error


def test_only_conflicts_between_transactions_are_run_again():
    conflict, other = Exception(), Exception()
    conflict.sqlstate = "40P01"

    assert asks_to_rerun(exc.OperationalError("", {}, conflict))
    assert not asks_to_rerun(exc.OperationalError("", {}, other))
    assert not asks_to_rerun(LookupError())


async def test_unreachable_database_is_a_transient_error(tmp_path):
    engine = open_engine(f"postgresql://nobody@/none?host={tmp_path}", size=1)

    with pytest.raises(HilumError) as caught, translated():
        engine.connect()

    assert isinstance(caught.value, TransientError)


def test_errors_show_no_parameters(database_url):
    engine = open_engine(database_url, size=1)

    with pytest.raises(exc.DBAPIError) as caught, engine.connect() as connection:
        connection.execute(sa.text("SELECT * FROM nothing WHERE name = :name"), {"name": "Marked Patient"})
    engine.dispose()

    assert "Marked Patient" not in str(caught.value)


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_text_as_they_do_in_time(one, other):
    column = Instant()

    texts = [column.process_bind_param(instant, LITE) for instant in (one, other)]

    assert (texts[0] < texts[1]) == (one < other)
    assert [column.process_result_value(text, LITE) for text in texts] == [one, other]


def test_instant_without_a_zone_is_a_defect():
    with pytest.raises(ValueError, match="aware"):
        Instant().process_bind_param(datetime(2026, 1, 1), LITE)  # noqa: DTZ001  # what must not be


def test_instants_come_back_in_utc(database_url):
    engine = open_engine(database_url, size=1)
    seoul = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))

    with engine.connect() as connection:
        found = connection.execute(sa.select(sa.literal(seoul, Instant))).scalar_one()
    engine.dispose()

    assert (found, found.tzinfo) == (seoul, UTC)


@given(st.text())
def test_storable_text_stays_as_it_is(text):
    kept = replace_unstorable(text)

    assert len(kept) == len(text)
    assert kept == text or "\x00" in text
    to_json(text).encode()


@pytest.mark.parametrize("name", sorted(QUEUE_STATEMENTS))
def test_queue_never_walks_over_all_jobs(name, tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/x.db", size=1)
    metadata.create_all(engine)
    compiled = QUEUE_STATEMENTS[name].compile(engine)

    with engine.connect() as connection:
        nothing = tuple(None for _ in compiled.positiontup)
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", nothing)]
    engine.dispose()

    few = {"SCAN jump", "SCAN CONSTANT ROW", "SCAN channel_gate"}  # one row a gate
    assert [step for step in plan if step.startswith("SCAN") and "USING" not in step and step not in few] == []

"""How transactions are run: what a failing group costs, and what PostgreSQL gives up for another's sake."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import Future

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from domain.errors import TransientError
from storage.columns import to_json
from storage.engines import open_engine
from storage.tables import counter
from storage.translation import translated
from storage.writers import GroupCommit, Pool

ADD = sa.insert(counter)


@pytest.fixture
def lite(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/x.db", size=1)
    counter.create(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def full(postgres_url):
    engine = open_engine(postgres_url, size=4)
    yield engine
    engine.dispose()


@pytest.fixture
def commits():
    return []


@pytest.fixture
def group(lite, commits):
    writer = GroupCommit(lite, lambda: commits.append("commit"), longest_seconds=60)
    yield writer
    writer.close()


@pytest.fixture
def pool(full, commits):
    writer = Pool(full, lambda: commits.append("commit"))
    yield writer
    writer.close()


def add(name):
    return lambda connection: connection.execute(ADD, {"name": name, "value": 1}).rowcount


def names(engine):
    with engine.connect() as connection:
        return sorted(connection.execute(sa.select(counter.c.name)).scalars())


def held(writer) -> Future[None]:
    """Keep the writer busy until the future is resolved, so that what follows makes one group."""
    begun: Future[None] = Future()
    gate: Future[None] = Future()

    def hold(_):
        begun.set_result(None)
        gate.result(timeout=10)

    writer.submit(hold)
    begun.result(10)
    return gate


def test_waiting_works_share_one_commit(group, lite, commits):
    gate = held(group)
    futures = [group.submit(add(f"n{number}")) for number in range(50)]

    gate.set_result(None)

    assert [future.result(10) for future in futures] == [1] * 50
    assert (len(names(lite)), commits) == (50, ["commit"])


def test_group_that_has_taken_long_enough_is_closed(lite, commits):
    writer = GroupCommit(lite, lambda: commits.append("commit"), longest_seconds=0)
    gate = held(writer)
    futures = [writer.submit(add(f"n{number}")) for number in range(3)]

    gate.set_result(None)
    writer.close()

    assert [future.result(0) for future in futures] == [1] * 3
    assert commits == ["commit"] * 3


def test_arrivals_go_ahead_of_what_waits(group):
    gate, ran = held(group), []
    for name in ("first", "second"):
        group.submit(lambda _, name=name: ran.append(name))
    group.submit(lambda _: ran.append("arrival"), ahead=True)

    gate.set_result(None)
    group.close()

    assert ran == ["arrival", "first", "second"]


def test_group_without_its_transaction_fails_as_a_whole(group, lite):
    gate = held(group)
    first = group.submit(add("a"))
    lost = group.submit(lambda connection: connection.exec_driver_sql("ROLLBACK") and 1 / 0)

    gate.set_result(None)

    for future in (first, lost):
        with pytest.raises(ZeroDivisionError):
            future.result(10)
    assert names(lite) == []


def test_work_given_up_in_the_queue_is_not_run(group, lite):
    gate = held(group)
    future = group.submit(add("a"))

    future.cancel()
    gate.set_result(None)
    group.submit(add("b")).result(10)

    assert names(lite) == ["b"]


def test_closing_finishes_what_was_submitted(group, lite):
    futures = [group.submit(add(f"n{number}")) for number in range(20)]

    group.close()
    group.close()

    assert [future.result(0) for future in futures] == [1] * 20
    with pytest.raises(TransientError, match="database_closed"):
        group.submit(add("late"))


def test_error_of_the_driver_is_transient():
    with pytest.raises(TransientError, match="database_unavailable"), translated():
        raise sqlite3.OperationalError


def test_locked_database_is_a_transient_error(group, lite, tmp_path):
    with lite.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    blocker = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")

    with pytest.raises(TransientError), translated():
        group.submit(add("a")).result(10)
    blocker.close()

    assert group.submit(add("a")).result(10) == 1


def test_deadlocked_work_is_run_again(pool, full):
    for name in ("a", "b"):
        pool.submit(add(name)).result(10)
    runs: list[str] = []

    def lock_in_order(*order):
        def work(connection):
            runs.append(order[0])
            for name in order:
                row = sa.update(counter).where(counter.c.name == name)
                connection.execute(row.values(value=counter.c.value + 1))
                connection.exec_driver_sql("SELECT pg_sleep(0.1)")

        return pool.submit(work)

    for future in (lock_in_order("a", "b"), lock_in_order("b", "a")):
        future.result(20)

    assert len(runs) >= 3


def test_endless_conflict_becomes_transient(pool):
    conflict = Exception()
    conflict.sqlstate = "40001"
    runs: list[int] = []

    def work(_):
        runs.append(1)
        raise exc.OperationalError("", {}, conflict)

    with pytest.raises(TransientError, match="database_busy"):
        pool.submit(work).result(10)
    assert len(runs) > 1


def test_other_errors_are_not_run_again(pool):
    pool.submit(add("a")).result(10)

    with pytest.raises(exc.IntegrityError):
        pool.submit(add("a")).result(10)


def test_closed_pool_says_so(pool):
    pool.close()

    with pytest.raises(TransientError, match="database_closed"):
        pool.submit(add("late"))


@pytest.mark.parametrize("kind", ["group", "pool"])
def test_commits_without_change_are_not_told(kind, request, commits):
    writer = request.getfixturevalue(kind)

    writer.submit(lambda connection: connection.execute(sa.select(counter)).all()).result(10)
    writer.submit(lambda connection: connection.execute(sa.delete(counter)).rowcount).result(10)

    assert commits == []


async def test_cancelled_waiting_leaves_the_writer_alone(group, lite):
    gate = held(group)
    task = asyncio.create_task(_waited(group.submit(add("a"))))
    await asyncio.sleep(0)

    task.cancel()
    gate.set_result(None)

    assert group.submit(add("b")).result(10) == 1


def test_json_keeps_plain_characters():
    assert to_json({"a": "폐렴"}) == '{"a":"폐렴"}'


async def _waited(future):
    return await asyncio.wrap_future(future)

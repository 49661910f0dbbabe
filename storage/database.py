"""The `Store`: one asynchronous face before synchronous transactions on SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa

from domain.errors import TransientError
from domain.ports.store import Transaction
from storage.changes import Changes
from storage.engines import POSTGRES_THREADS, SQLITE_READERS, open_engine, parse_url, read_only_twin
from storage.erasures import ErasureLog
from storage.translation import translated
from storage.unit_of_work import Surroundings, UnitOfWork
from storage.writers import GroupCommit, Pool, Work, Writer

T = TypeVar("T")


class Database:
    """The main database, its schema made before.

    `read` and `write` are the port; `look` and `change` do the same with a bare
    connection, for the queue.
    """

    def __init__(self, url: str, *, surroundings: Surroundings, erasures: ErasureLog) -> None:
        self._surroundings = surroundings
        self._erasures = erasures
        self._is_sqlite = parse_url(url).get_backend_name() == "sqlite"
        with translated():
            self._open(url)
        self._write_erasure_log()

    def _open(self, url: str) -> None:
        readers = SQLITE_READERS if self._is_sqlite else POSTGRES_THREADS
        self._threads = ThreadPoolExecutor(readers, thread_name_prefix="hilum-reader")
        self._writer: Writer
        if self._is_sqlite:
            self._write_engine = open_engine(url, size=1)
            self._read_engine = open_engine(url, size=readers, read_only=True)
            self._writer = GroupCommit(self._write_engine, self._note_commit)
        else:
            self._write_engine = open_engine(url, size=2 * POSTGRES_THREADS)
            self._read_engine = read_only_twin(self._write_engine)
            self._writer = Pool(self._write_engine, self._note_commit)
        self._changes: Changes | None = None
        self._changes = Changes(self._look_for_others)

    @property
    def is_sqlite(self) -> bool:
        return self._is_sqlite

    async def read(self, work: Callable[[Transaction], T]) -> T:
        return await self.look(lambda connection: work(UnitOfWork(connection, self._surroundings)))

    async def write(self, work: Callable[[Transaction], T], *, ahead: bool = False) -> T:
        units: list[UnitOfWork] = []

        def run(connection: sa.Connection) -> T:
            units.append(UnitOfWork(connection, self._surroundings))
            return work(units[-1])

        return await self._result(run, lambda: self._follow_erasures(units[-1]), ahead=ahead)

    async def look(self, work: Work[T]) -> T:
        """Run work that changes nothing, on one snapshot of the database."""
        self._note_look()
        with translated():
            return await asyncio.wrap_future(self._submit_read(work))

    async def change(self, work: Work[T]) -> T:
        """Run work in a transaction; back when it is durable."""
        return await self._result(work, None)

    async def changed(self, *, within: float) -> bool:
        assert self._changes is not None
        return await self._changes.wait(within)

    def close(self) -> None:
        """Finish what was begun, then let go of every connection; doing it again is nothing."""
        self._writer.close()
        self._threads.shutdown(wait=True)
        self._read_engine.dispose()
        self._write_engine.dispose()

    async def _result(self, work: Work[T], after: Callable[[], None] | None, *, ahead: bool = False) -> T:
        self._note_look()
        future = self._writer.submit(_carried(work), ahead=ahead)
        if after is not None:
            future.add_done_callback(lambda done: None if _has_failed(done) else after())
        with translated():
            return await asyncio.wrap_future(future)

    def _submit_read(self, work: Work[T]) -> Future[T]:
        try:
            return self._threads.submit(self._read_once, _carried(work))
        except RuntimeError as error:
            raise TransientError("database_closed") from error

    def _read_once(self, work: Work[T]) -> T:
        with self._read_engine.connect() as connection:
            return work(connection)

    def _note_look(self) -> None:
        if self._changes is not None:
            self._changes.note_look()

    def _note_commit(self) -> None:
        if self._changes is not None:
            self._changes.note_commit()

    def _look_for_others(self) -> Future[Any]:
        """Ask for a number that another process's commit changes.

        SQLite's does not count the commits of the connection that asks, which
        is why the writer is asked; PostgreSQL's snapshot changes with every one.
        """
        if self._is_sqlite:
            return self._writer.submit(lambda connection: _scalar(connection, "PRAGMA data_version"))
        return self._submit_read(lambda connection: _scalar(connection, "SELECT pg_current_snapshot()::text"))

    def _follow_erasures(self, unit: UnitOfWork) -> None:
        if unit.has_erased:
            self._write_erasure_log()

    def _write_erasure_log(self) -> None:
        """Let the log outside the database follow what was erased in it; what fails now is done at the next start."""
        try:
            self._writer.submit(self._erasures.follow)
        except TransientError:
            return


def _carried(work: Work[T]) -> Work[T]:
    """Return work without StopIteration, which a future cannot carry: whoever waits for it would wait for ever."""

    def run(connection: sa.Connection) -> T:
        try:
            return work(connection)
        except StopIteration as error:
            raise RuntimeError("work ran out of items") from error

    return run


def _scalar(connection: sa.Connection, statement: str) -> Any:
    return connection.exec_driver_sql(statement).scalar_one()


def _has_failed(future: Future[Any]) -> bool:
    return future.cancelled() or future.exception() is not None

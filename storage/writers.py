"""How transactions that change something are run: grouped by one thread on SQLite, by a few threads on PostgreSQL."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc

from domain.errors import TransientError
from storage.engines import POSTGRES_THREADS
from storage.translation import asks_to_rerun

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

_GROUP = 200
_RERUNS = 8
_CHANGED = "hilum_changed"


class Writer(Protocol):
    """Runs work in transactions of its own; a future has its result once it is durable."""

    def submit(self, work: Work[T]) -> Future[T]: ...
    def close(self) -> None:
        """Finish what was submitted, then stop."""


class GroupCommit:
    """One thread for SQLite, which has one writer anyway: everything that waits is committed with one fsync.

    Each work runs in a savepoint of the group's transaction, so that a failing
    one takes nothing else with it.
    """

    def __init__(self, engine: sa.Engine, on_commit: Callable[[], None]) -> None:
        self._engine = engine
        self._on_commit = on_commit
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._closed = False
        _watch_changes(engine)
        self._thread = threading.Thread(target=self._run, name="hilum-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> Future[T]:
        future: Future[T] = Future()
        if self._closed:
            raise TransientError("database_closed")
        self._queue.put(_Queued(work=work, future=future))
        return future

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            stopping = False
            group = [first]
            while len(group) < _GROUP and not self._queue.empty():
                queued = self._queue.get()
                if queued is None:
                    stopping = True
                    break
                group.append(queued)
            self._commit([queued for queued in group if queued.future.set_running_or_notify_cancel()])
            if stopping:
                return

    def _commit(self, group: list[_Queued]) -> None:
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.info.pop(_CHANGED, None)
                outcomes = [attempt(connection, queued.work) for queued in group]
                changed = _CHANGED in connection.info
        except BaseException as error:  # noqa: BLE001  # whatever it is, those who wait must hear of it
            for queued in group:
                queued.future.set_exception(error)
            return
        if changed:
            self._on_commit()
        for queued, outcome in zip(group, outcomes, strict=True):
            outcome.tell(queued.future)


class Pool:
    """A few threads for PostgreSQL; what it gives up for another's sake is run again."""

    def __init__(self, engine: sa.Engine, on_commit: Callable[[], None]) -> None:
        self._engine = engine
        self._on_commit = on_commit
        _watch_changes(engine)
        self._threads = ThreadPoolExecutor(POSTGRES_THREADS, thread_name_prefix="hilum-writer")

    def submit(self, work: Work[T]) -> Future[T]:
        try:
            return self._threads.submit(self._run, work)
        except RuntimeError as error:
            raise TransientError("database_closed") from error

    def close(self) -> None:
        self._threads.shutdown(wait=True)

    def _run(self, work: Work[T]) -> T:
        for _ in range(_RERUNS):
            try:
                return self._transact(work)
            except exc.DBAPIError as error:
                if not asks_to_rerun(error):
                    raise
        raise TransientError("database_busy")

    def _transact(self, work: Work[T]) -> T:
        with self._engine.begin() as connection:
            connection.info.pop(_CHANGED, None)
            result = work(connection)
            changed = _CHANGED in connection.info
        if changed:
            self._on_commit()
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queued:
    work: Work[Any]
    future: Future[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    value: Any = None
    error: BaseException | None = None

    def tell(self, future: Future[Any]) -> None:
        if self.error is None:
            future.set_result(self.value)
        else:
            future.set_exception(self.error)


def attempt(connection: sa.Connection, work: Work[Any]) -> Outcome:
    """Run work in a savepoint, set by the driver itself: SQLAlchemy's own takes longer than most work."""
    driver: Any = connection.connection.dbapi_connection
    driver.execute("SAVEPOINT work")
    try:
        outcome = Outcome(value=work(connection))
    except BaseException as error:  # told to whoever waits for this work; the others go on
        if not driver.in_transaction:
            # A full disk ends the whole transaction by itself: nothing of the group is committed.
            raise
        driver.execute("ROLLBACK TO work")
        outcome = Outcome(error=error)
    driver.execute("RELEASE work")
    return outcome


def _watch_changes(engine: sa.Engine) -> None:
    """Mark a connection whose transaction changed rows, since an empty claim must wake nobody."""

    @event.listens_for(engine, "after_cursor_execute")
    def note(connection: sa.Connection, cursor: Any, *arguments: Any) -> None:
        context = arguments[2]
        if (context.isinsert or context.isupdate or context.isdelete) and cursor.rowcount != 0:
            connection.info[_CHANGED] = True

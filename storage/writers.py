"""How transactions that change something are run: grouped by one thread on SQLite, by a few threads on PostgreSQL."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from time import monotonic
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc

from domain.errors import TransientError
from storage.engines import POSTGRES_THREADS
from storage.translation import asks_to_rerun

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

LONGEST_SECONDS = 0.01
"""So long a group takes more work at the most: a few times what an fsync takes."""
_RERUNS = 8
_CHANGED = "hilum_changed"


class Writer(Protocol):
    """Runs work in transactions of its own; a future has its result once it is durable."""

    def submit(self, work: Work[T], *, ahead: bool = False) -> Future[T]:
        """Have work run: `ahead` of what waits, or in its turn."""

    def close(self) -> None:
        """Finish what was submitted, then stop."""


class GroupCommit:
    """One thread for SQLite, which has one writer anyway: what waits is committed with one fsync.

    Each work runs in a savepoint of the group's transaction, so that a failing
    one takes nothing else with it. A group that has taken `longest_seconds` is
    closed: nobody waits for the commit of all that came behind.
    """

    def __init__(
        self, engine: sa.Engine, on_commit: Callable[[], None], *, longest_seconds: float = LONGEST_SECONDS
    ) -> None:
        self._engine = engine
        self._on_commit = on_commit
        self._longest_seconds = longest_seconds
        self._queue: queue.PriorityQueue[_Queued] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._closed = False
        _watch_changes(engine)
        self._thread = threading.Thread(target=self._run, name="hilum-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, ahead: bool = False) -> Future[T]:
        if self._closed:
            raise TransientError("database_closed")
        queued = _Queued(rank=_Rank.AHEAD if ahead else _Rank.IN_TURN, number=next(self._numbers), work=work)
        self._queue.put(queued)
        return queued.future

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put(_Queued(rank=_Rank.LAST, number=next(self._numbers), work=_nothing))
            self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()).rank is not _Rank.LAST:
            if first.future.set_running_or_notify_cancel():
                self._commit(first)

    def _commit(self, first: _Queued) -> None:
        futures = [first.future]
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.info.pop(_CHANGED, None)
                outcomes = [attempt(connection, work) for work in self._group(first, futures)]
                changed = _CHANGED in connection.info
        except BaseException as error:  # noqa: BLE001  # whatever it is, those who wait must hear of it
            for future in futures:
                future.set_exception(error)
            return
        if changed:
            self._on_commit()
        for future, outcome in zip(futures, outcomes, strict=True):
            outcome.tell(future)

    def _group(self, first: _Queued, futures: list[Future[Any]]) -> Iterator[Work[Any]]:
        """Yield work, and note who waits for it, until nothing is left or it has taken long enough."""
        ends_at = monotonic() + self._longest_seconds
        yield first.work
        while not self._queue.empty() and monotonic() < ends_at:
            queued = self._queue.get()
            if queued.rank is _Rank.LAST:
                self._queue.put(queued)
                return
            if queued.future.set_running_or_notify_cancel():
                futures.append(queued.future)
                yield queued.work


class Pool:
    """A few threads for PostgreSQL; what it gives up for another's sake is run again."""

    def __init__(self, engine: sa.Engine, on_commit: Callable[[], None]) -> None:
        self._engine = engine
        self._on_commit = on_commit
        _watch_changes(engine)
        self._threads = ThreadPoolExecutor(POSTGRES_THREADS, thread_name_prefix="hilum-writer")

    def submit(self, work: Work[T], *, ahead: bool = False) -> Future[T]:
        """Have work run; with several threads nothing waits for long, so that `ahead` changes nothing."""
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


class _Rank(IntEnum):
    AHEAD = 0
    IN_TURN = 1
    LAST = 2


@dataclass(order=True, slots=True, kw_only=True)
class _Queued:
    rank: _Rank
    number: int
    work: Work[Any] = field(compare=False)
    future: Future[Any] = field(compare=False, default_factory=Future)


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


def _nothing(_connection: sa.Connection) -> None:
    """What stands in the queue where its end is."""


def _watch_changes(engine: sa.Engine) -> None:
    """Mark a connection whose transaction changed rows, since an empty claim must wake nobody."""

    @event.listens_for(engine, "after_cursor_execute")
    def note(connection: sa.Connection, cursor: Any, *arguments: Any) -> None:
        context = arguments[2]
        if (context.isinsert or context.isupdate or context.isdelete) and cursor.rowcount != 0:
            connection.info[_CHANGED] = True

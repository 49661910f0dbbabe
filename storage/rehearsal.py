"""Storage for a rehearsal, whose data are thrown away: one thread, one open transaction, and a memory of what was read.

The same tables, statements and repositories as elsewhere. What is left out is
what makes data last: no disk is waited for, and no other process is expected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar, cast

import sqlalchemy as sa

from domain.ports.jobs import ClaimedJob
from domain.ports.store import Transaction
from storage.database import Database
from storage.engines import open_engine
from storage.job_queue import AT_ANY_GATE, END_WAITING, HAS_WORK, LEASED, SqlJobQueue, is_head, unpack_job
from storage.remembering import Memory, RememberingUnit
from storage.swift import SwiftConnection
from storage.tables import job
from storage.translation import translated
from storage.unit_of_work import Surroundings
from storage.writers import Work, attempt

T = TypeVar("T")

_COMMITS_EVERY = 1000
_HEADS = sa.select(job.c.id).where(AT_ANY_GATE, is_head()).order_by(job.c.priority, job.c.id)
_CLAIM = (
    sa.update(job)
    .where(job.c.id.in_(_HEADS.limit(sa.bindparam("room", type_=sa.Integer)).scalar_subquery()))
    .values(LEASED)
    .returning(job)
)


class RehearsalDatabase(Database):
    """Runs work at once, each in a savepoint of a transaction that is committed now and then."""

    def __init__(self, url: str, *, surroundings: Surroundings) -> None:
        self._engine = open_engine(url, size=1, is_rehearsal=True)
        self._memory = Memory()
        self._done = 0
        self._begin(surroundings)

    @property
    def is_sqlite(self) -> bool:
        return True

    async def read(self, work: Callable[[Transaction], T]) -> T:
        return self._look(lambda _: work(self._unit))

    async def write(self, work: Callable[[Transaction], T], *, ahead: bool = False) -> T:
        return self._run(lambda _: work(self._unit))

    async def look(self, work: Work[T]) -> T:
        return self._look(work)

    async def change(self, work: Work[T]) -> T:
        return self._run(work)

    async def changed(self, *, within: float) -> bool:
        return False

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def _begin(self, surroundings: Surroundings) -> None:
        self._connection = self._engine.connect()
        self._connection.begin()
        self._swift = cast(sa.Connection, SwiftConnection(self._connection))
        self._unit = RememberingUnit(self._swift, surroundings, self._memory)

    def _look(self, work: Work[T]) -> T:
        """What changes nothing needs no savepoint."""
        with translated():
            return work(self._swift)

    def _run(self, work: Work[T]) -> T:
        self._memory.is_touched = False
        self._done += 1
        if self._done % _COMMITS_EVERY == 0:
            # Else the log of what is not committed would grow and grow.
            self._connection.commit()
            self._connection.begin()
        with translated():
            outcome = attempt(self._swift, work)
            if outcome.error is not None:
                self._memory.take_back()
                raise outcome.error
        return cast(T, outcome.value)


class RehearsalQueue(SqlJobQueue):
    """The queue of one worker alone, on channels without gates: what is due is claimed in one statement."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._changed = database

    async def claim(self, now: datetime, *, owner: str, limit: int, lease: timedelta) -> Sequence[ClaimedJob]:
        def take(connection: sa.Connection) -> Sequence[ClaimedJob]:
            work = connection.execute(HAS_WORK, {"now": now}).one()
            if work.falls_due:
                connection.execute(END_WAITING, {"now": now})
            elif not work.stands:
                return ()
            values = {"by": owner, "until": now + lease, "room": limit}
            rows = connection.execute(_CLAIM, values).mappings().all()
            chosen = sorted(rows, key=lambda row: (row["priority"], row["id"]))
            return [claimed for row in chosen if (claimed := unpack_job(connection, row)) is not None]

        return await self._changed.change(take)

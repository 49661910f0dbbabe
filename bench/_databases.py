"""Fresh databases to measure on: SQLite files, and a PostgreSQL server of our own that syncs to the disk."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from storage.engines import open_engine, parse_url
from storage.tables import inbox, job
from tests.peers.postgres import StartedServer

NAMES = ("sqlite", "postgresql")


@dataclass(slots=True)
class Databases:
    """Makes databases of the kinds that were chosen."""

    names: tuple[str, ...]
    server: str | None
    _made: int = 0

    def fresh(self, name: str, folder: Path) -> str:
        """Return the URL of a database that nobody has used yet."""
        if name == "sqlite":
            return f"sqlite:///{folder}/hilum.db"
        assert self.server is not None
        self._made += 1
        made = f"hilum_bench_{self._made}"
        engine = sa.create_engine(parse_url(self.server), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {made}"))
        engine.dispose()
        return sa.make_url(self.server).set(database=made).render_as_string(hide_password=False)

    @property
    def postgres_version(self) -> str | None:
        if self.server is None:
            return None
        engine = sa.create_engine(parse_url(self.server))
        with engine.connect() as connection:
            version = str(connection.execute(sa.text("SHOW server_version")).scalar_one())
        engine.dispose()
        return version


def add_database_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")


@contextmanager
def chosen_databases(choice: str) -> Iterator[Databases]:
    """Start a server where PostgreSQL is among what was chosen, and stop it at the end."""
    names = NAMES if choice == "both" else (choice,)
    with ExitStack() as stack:
        server = stack.enter_context(StartedServer(durable=True)) if "postgresql" in names else None
        yield Databases(names, server)


class Look:
    """Counts rows from outside, while the program works on the database."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url, size=1, read_only=True)

    def messages(self, channel: str | None = None) -> int:
        """Return how many messages were committed, by all channels or by one."""
        all_of_them = sa.select(sa.func.count()).select_from(inbox)
        return self._count(all_of_them if channel is None else all_of_them.where(inbox.c.channel == channel))

    def unfinished_messages(self) -> int:
        """Messages that no handler has finished with yet."""
        return self._count(sa.select(sa.func.count()).select_from(inbox).where(inbox.c.sealed.is_not(None)))

    def jobs_left(self) -> int:
        """Jobs that could be done now, or are being done."""
        due = sa.and_(job.c.state.in_(("ready", "leased")), sa.not_(job.c.waits))
        return self._count(sa.select(sa.func.count()).select_from(job).where(due))

    def jobs_done(self) -> int:
        return self._count(sa.select(sa.func.count()).select_from(job).where(job.c.state == "done"))

    async def until_idle(self, *, within: float) -> float:
        """Wait until the worker has nothing left to do; return the seconds it took."""
        return await self._until(lambda: not self.jobs_left(), within)

    async def until_handled(self, *, within: float) -> float:
        """Wait until no message waits for its handler either, not even for another try; return the seconds it took."""
        return await self._until(lambda: not (self.unfinished_messages() or self.jobs_left()), within)

    def close(self) -> None:
        self._engine.dispose()

    async def _until(self, condition: Callable[[], bool], within: float) -> float:
        loop = asyncio.get_running_loop()
        started = loop.time()
        while loop.time() - started < within and not condition():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        return loop.time() - started

    def _count(self, statement: sa.Select[int]) -> int:
        with self._engine.connect() as connection:
            return connection.execute(statement).scalar_one()

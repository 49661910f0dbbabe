"""The linkage: which secret belongs to which subject, in a database of its own, under a key of its own.

A subject is found by a keyed hash, kept nowhere else; its secret is random and
sealed. Destroying this database, or its key, makes the archive anonymous.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from storage.engines import open_engine
from storage.erasures import ErasureLog
from storage.keyring import Keyring
from storage.statements import insert_new
from storage.translation import translated

T = TypeVar("T")

_SECRET_BYTES = 32
_FIRST_KEY = "linkage-0001"
_THREADS = 2

linkage_metadata = sa.MetaData()

subject_table = sa.Table(
    "subject",
    linkage_metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("lookup", sa.String(64), nullable=False, unique=True),
    sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
    sa.Column("key_id", sa.String(64), nullable=False),
)


class SqlLinkage:
    """The `Linkage` port."""

    def __init__(self, url: str, *, keyring: Keyring, erasures: ErasureLog, clock: Callable[[], datetime]) -> None:
        self._keyring = keyring
        self._erasures = erasures
        self._clock = clock
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="hilum-linkage")
        with translated():
            self._engine = open_engine(url, size=_THREADS)
            linkage_metadata.create_all(self._engine)

    async def secret_for(self, subject: str) -> bytes:
        return await self._run(self._get_or_create, subject)

    async def forget(self, subject: str) -> None:
        await self._run(self._forget, subject)

    def forget_rows(self, linkage_ids: frozenset[str]) -> int:
        """Forget again what was forgotten before a restore brought it back; returns how many there were."""
        with translated(), self._engine.begin() as connection:
            gone = [
                connection.execute(sa.delete(subject_table).where(subject_table.c.id == linkage_id)).rowcount
                for linkage_id in linkage_ids
            ]
        return sum(gone)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._engine.dispose()

    async def _run(self, work: Callable[[str], T], subject: str) -> T:
        with translated():
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, subject)

    def _get_or_create(self, subject: str) -> bytes:
        """Insert where new, then read: of two at once, both get the secret of the first."""
        lookup = self._lookup(subject)
        with self._engine.begin() as connection:
            found = self._find(connection, lookup)
            if found is None:
                insert_new(connection, subject_table, self._new_row(lookup))
                found = self._find(connection, lookup)
        assert found is not None
        return self._keyring.unwrap(found.sealed_secret, key_id=found.key_id, context=f"linkage/{found.id}")

    def _forget(self, subject: str) -> None:
        """Log first: a crash in between forgets at the next try, or at a restore, but never too little."""
        lookup = self._lookup(subject)
        with self._engine.begin() as connection:
            found = self._find(connection, lookup)
            if found is None:
                return
            self._erasures.note_subject(found.id, self._clock())
            connection.execute(sa.delete(subject_table).where(subject_table.c.id == found.id))
        self._empty_write_ahead_log()

    def _empty_write_ahead_log(self) -> None:
        """Drop SQLite's older copies of the page, which hold the sealed secret still."""
        if self._engine.dialect.name == "sqlite":
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def _new_row(self, lookup: str) -> dict[str, str | bytes]:
        row_id = secrets.token_hex(16)
        key_id = self._keyring.newest("linkage")
        wrapped = self._keyring.wrap(secrets.token_bytes(_SECRET_BYTES), key_id=key_id, context=f"linkage/{row_id}")
        return {"id": row_id, "lookup": lookup, "sealed_secret": wrapped.wrapped, "key_id": key_id}

    def _lookup(self, subject: str) -> str:
        """Hash with the first linkage key, which never changes, or subjects would not be found again."""
        key = hmac.digest(self._keyring.key(_FIRST_KEY), b"hilum subject lookup", hashlib.sha256)
        return hmac.new(key, subject.encode(), hashlib.sha256).hexdigest()

    def _find(self, connection: sa.Connection, lookup: str) -> sa.Row[str, bytes, str] | None:
        columns = (subject_table.c.id, subject_table.c.sealed_secret, subject_table.c.key_id)
        return connection.execute(sa.select(*columns).where(subject_table.c.lookup == lookup)).one_or_none()

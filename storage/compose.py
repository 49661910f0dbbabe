"""Everything of storage, opened together from plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.archive import LocalArchive
from storage.database import Database
from storage.erasures import ErasureLog
from storage.job_queue import SqlJobQueue
from storage.keyring import Keyring
from storage.linkage import SqlLinkage
from storage.migrate import prepare
from storage.rehearsal import RehearsalDatabase, RehearsalQueue
from storage.unit_of_work import Surroundings
from storage.uploads import LocalUploadVault


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageOptions:
    """Where everything lies.

    `database_url` and `linkage_url` name two databases: `sqlite:////path/hilum.db`
    or `postgresql://…`. Uploads, the erasure log and (unless `archive_folder`
    says otherwise) the archive lie in `data_folder`; keys outside of it.
    `clock` dates jobs, erasures and the day keys of uploads.
    """

    database_url: str
    linkage_url: str
    data_folder: Path
    keys_folder: Path
    clock: Callable[[], datetime]
    archive_folder: Path | None = None
    is_rehearsal: bool = False
    """On SQLite: one thread does everything and waits for no disk. For data that are thrown away."""

    @property
    def archive_path(self) -> Path:
        return self.archive_folder or self.data_folder / "archive"

    @property
    def uploads_path(self) -> Path:
        return self.data_folder / "uploads"

    @property
    def erasures_path(self) -> Path:
        return self.data_folder / "erasures.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The adapters of every port kept here; `close` ends them in order."""

    store: Database
    queue: SqlJobQueue
    vault: LocalUploadVault
    archive: LocalArchive
    linkage: SqlLinkage
    keyring: Keyring
    archive_folder: Path

    def close(self) -> None:
        self.store.close()
        self.linkage.close()


def open_storage(options: StorageOptions) -> Storage:
    """Open everything, making the folders and an empty database's tables where they are not there yet.

    Keys are never made here (`storage.keyring.create_keys` does that): a lost
    key must be noticed, not replaced.

    Raises:
        TransientError("database_unavailable"): try again.
        PermanentError: "database_url_unknown" (not SQLite or PostgreSQL), "database_not_migrated" (an older version's).
    """
    for folder in (options.data_folder, options.archive_path, options.uploads_path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepare(options.database_url)
    keyring = Keyring(options.keys_folder)
    erasures = ErasureLog(options.erasures_path)
    surroundings = Surroundings(keyring=keyring, clock=options.clock)
    if options.is_rehearsal:
        store: Database = RehearsalDatabase(options.database_url, surroundings=surroundings)
    else:
        store = Database(options.database_url, surroundings=surroundings, erasures=erasures)
    return Storage(
        store=store,
        queue=RehearsalQueue(store) if options.is_rehearsal else SqlJobQueue(store),
        vault=LocalUploadVault(options.uploads_path, keyring, clock=options.clock),
        archive=LocalArchive(options.archive_path, keyring),
        linkage=SqlLinkage(options.linkage_url, keyring=keyring, erasures=erasures, clock=options.clock),
        keyring=keyring,
        archive_folder=options.archive_path,
    )

"""Backups: a folder with both databases, the archive and a manifest; and the way back.

Never in a backup: keys (the operator keeps them apart), the sealed inbox and
uploads (identifiable, and gone after a day), the erasure log (which must be
newer than any backup). After a restore everything the log names is erased again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC
from pathlib import Path

import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import ObjectId
from storage.archive import LocalArchive
from storage.compose import StorageOptions
from storage.copies import copy_database, put_back
from storage.engines import engine_for_once, sqlite_file
from storage.erasures import Erased, ErasureLog
from storage.files import sync_folder, write_durably
from storage.keyring import Keyring
from storage.linkage import SqlLinkage, linkage_metadata
from storage.migrate import HEAD, is_current, migrate, prepare
from storage.removals import remove_again
from storage.schema import metadata
from storage.tables import sealed_object

_MANIFEST = "manifest.json"
_FORMAT = 1
_NOTE = (
    "Keys are not in this backup: keep them apart. Messages and files that were not yet de-identified are not in it"
    " either; whoever sent them is asked to send them again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds; `files` maps each path to its SHA-256.

    `revision` is for people: it says of which version the tables are, which a restore finds in the database itself.
    """

    created_at: str
    revision: str
    files: Mapping[str, str]
    format: int = _FORMAT
    note: str = _NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore put back, and what it erased again."""

    files: int
    objects_erased: int
    subjects_erased: int
    removed: int = 0
    """How often something that a moderator had removed came back, and was removed again."""


def backup(options: StorageOptions, target: Path) -> Manifest:
    """Write a backup into a new or empty folder; the program may go on running.

    Raises:
        PermanentError: "backup_target_not_empty", "database_not_migrated".
    """
    if target.exists() and any(target.iterdir()):
        raise PermanentError("backup_target_not_empty")
    if not is_current(options.database_url):
        raise PermanentError("database_not_migrated")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In this order: whatever the database names is in the archive and the linkage copied after it.
    copy_database(options.database_url, target, name="hilum")
    _copy_archive(options.archive_path, target / "archive")
    _create_linkage(options.linkage_url)
    copy_database(options.linkage_url, target, name="linkage", tables=linkage_metadata)
    manifest = Manifest(
        created_at=options.clock().astimezone(UTC).isoformat(), revision=HEAD, files=dict(_checksums(target))
    )
    os.sync()
    write_durably(target / _MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    sync_folder(target)
    return manifest


def restore(source: Path, options: StorageOptions, *, replace: bool = False) -> Restored:
    """Put a backup back, then erase again what was erased since; the program must not be running.

    Raises:
        PermanentError: "backup_unreadable", "backup_damaged", "restore_target_not_empty" (unless `replace`),
            "backup_of_another_database", "archive_key_missing" or "linkage_key_missing" (bring the keys back first).
    """
    manifest = _verified(source)
    keyring = Keyring(options.keys_folder)
    for kind in ("archive", "linkage"):
        keyring.newest(kind)
    if replace:
        _clear(options)
    elif _holds_anything(options):
        raise PermanentError("restore_target_not_empty")
    _put_all_back(source, options)
    erased = ErasureLog(options.erasures_path).read()
    return Restored(
        files=len(manifest.files),
        objects_erased=_erase_objects(options, erased),
        subjects_erased=_erase_subjects(options, erased),
        removed=_remove_words(options, erased),
    )


def _put_all_back(source: Path, options: StorageOptions) -> None:
    if sqlite_file(options.database_url) is None:
        prepare(options.database_url)
    put_back(_copy_in(source, "hilum"), options.database_url)
    migrate(options.database_url)
    if sqlite_file(options.linkage_url) is None:
        _create_linkage(options.linkage_url)
    put_back(_copy_in(source, "linkage"), options.linkage_url, tables=linkage_metadata)
    _copy_archive(source / "archive", options.archive_path)
    os.sync()


def _verified(source: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((source / _MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise PermanentError("backup_unreadable") from error
    if manifest.format != _FORMAT:
        raise PermanentError("backup_unreadable")
    if dict(_checksums(source)) != dict(manifest.files):
        raise PermanentError("backup_damaged")
    return manifest


def _checksums(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != _MANIFEST:
            with path.open("rb") as file:
                yield path.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()


def _copy_in(source: Path, name: str) -> Path:
    return next(path for path in (source / f"{name}.db", source / f"{name}.jsonl.gz") if path.exists())


def _copy_archive(source: Path, target: Path) -> None:
    """Copy every whole object; one that is shredded meanwhile is left out."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in source.glob("*/[!.]*"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(path, copy)


def _holds_anything(options: StorageOptions) -> bool:
    archived = options.archive_path.exists() and any(options.archive_path.iterdir())
    return archived or any(_holds_rows(url, tables) for url, tables in _databases(options))


def _databases(options: StorageOptions) -> tuple[tuple[str, sa.MetaData], ...]:
    return (options.database_url, metadata), (options.linkage_url, linkage_metadata)


def _holds_rows(url: str, tables: sa.MetaData) -> bool:
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return False
    with engine_for_once(url) as engine, engine.connect() as connection:
        there = [table for table in tables.sorted_tables if sa.inspect(connection).has_table(table.name)]
        return any(connection.execute(sa.select(table).limit(1)).first() is not None for table in there)


def _clear(options: StorageOptions) -> None:
    """Remove what a restore replaces; never the keys, and never the erasure log."""
    _complete_erasure_log(options)
    shutil.rmtree(options.archive_path, ignore_errors=True)
    shutil.rmtree(options.uploads_path, ignore_errors=True)
    for url, tables in _databases(options):
        file = sqlite_file(url)
        if file is not None:
            for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
                file.with_name(name).unlink(missing_ok=True)
            continue
        with engine_for_once(url) as engine, engine.begin() as connection:
            tables.drop_all(connection)
            connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))


def _complete_erasure_log(options: StorageOptions) -> None:
    """Write down what the database that goes has erased and a crash kept out of the log."""
    if not is_current(options.database_url):
        return
    with engine_for_once(options.database_url) as engine, engine.begin() as connection:
        ErasureLog(options.erasures_path).follow(connection)


def _create_linkage(url: str) -> None:
    with engine_for_once(url) as engine:
        linkage_metadata.create_all(engine)


def _erase_objects(options: StorageOptions, erased: Erased) -> int:
    """Delete the objects' files and forget their keys once more."""
    archive = LocalArchive(options.archive_path, Keyring(options.keys_folder))
    for object_id in erased.objects:
        archive.shred_now(ObjectId(object_id))
    statement = (
        sa.update(sealed_object)
        .where(sealed_object.c.id == sa.bindparam("object_id"), sealed_object.c.wrapped_key.is_not(None))
        .values(wrapped_key=None, key_id=None)
    )
    with engine_for_once(options.database_url) as engine, engine.begin() as connection:
        return sum(connection.execute(statement, {"object_id": each}).rowcount for each in erased.objects)


def _remove_words(options: StorageOptions, erased: Erased) -> int:
    with engine_for_once(options.database_url) as engine, engine.begin() as connection:
        return remove_again(connection, erased.removals)


def _erase_subjects(options: StorageOptions, erased: Erased) -> int:
    linkage = SqlLinkage(
        options.linkage_url,
        keyring=Keyring(options.keys_folder),
        erasures=ErasureLog(options.erasures_path),
        clock=options.clock,
    )
    try:
        return linkage.forget_rows(erased.subjects)
    finally:
        linkage.close()

"""Files that are there after a power cut: write, fsync, rename, fsync the folder."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from domain.errors import PermanentError, TransientError

T = TypeVar("T")

_SAFE_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")


def safe_name(name: str) -> str:
    """Return a name that may stand in a path.

    Raises:
        PermanentError("name_unsafe"): it could lead out of its folder.
    """
    if not _SAFE_NAME.fullmatch(name):
        raise PermanentError("name_unsafe")
    return name


@contextmanager
def translated_files() -> Iterator[None]:
    """Turn a full disk or a folder that went away into an error that is tried again."""
    try:
        yield
    except OSError as error:
        raise TransientError("disk_unavailable") from error


def write_durably(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a whole file and its data to the disk; in place, so only for names nobody reads yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_with(path: Path, write: Callable[[BinaryIO], T]) -> T:
    """Let `write` fill a new file, which takes its name only when it is whole and on the disk."""
    unfinished = unfinished_path(path)
    try:
        with unfinished.open("xb") as file:
            result = write(file)
            finish_file(file)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return result


def unfinished_path(path: Path) -> Path:
    """Return a name beside `path` that nobody else takes."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


def finish_file(file: BinaryIO) -> None:
    """Put what was written on the disk."""
    file.flush()
    os.fsync(file.fileno())


def append_durably(path: Path, data: bytes) -> None:
    """Append in one write, so that lines of several processes do not mix."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a folder's new and removed names durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

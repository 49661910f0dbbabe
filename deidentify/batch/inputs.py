"""Which files a run takes, and which of them belong together. Nothing here reads more than the beginning of a file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from domain.errors import DeidentificationError

_SYSTEM_NAMES = frozenset((".ds_store", "thumbs.db", "desktop.ini"))
_MEDIA_DIRECTORY = b"1.2.840.10008.1.3.10"
_FIRST_BYTES, _MOST_BYTES = 8_192, 131_072
_SERIES_UID = re.compile(rb"\x20\x00\x0e\x00(?:UI..|..\x00\x00)([0-9.]{5,64})", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of a run: its place in it, where it lies, and how the report names it."""

    place: int
    path: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """What is found in a folder and not taken; `is_refused` where the operator has to know, and not where it is empty
    of images by its nature."""

    name: str
    reason: str
    is_refused: bool


def list_inputs(paths: Iterable[Path], *, but: Path | None = None) -> Iterator[Source | Omission]:
    """Yield the files of some files and folders, by name; links within folders are never followed.

    Args:
        but: a file that is left out without a word: the report itself.
    """
    left_out = None if but is None else but.resolve()
    place = 0
    given = tuple(paths)
    for path in given:
        root = path if path.is_dir() and len(given) == 1 else path.parent
        for found in _walk(path, root) if path.is_dir() else (path,):
            if isinstance(found, Omission):
                yield found
            elif (omitted := _omission(found, root, is_inside=found is not path)) is not None:
                yield omitted
            elif left_out is None or found.resolve() != left_out:
                yield Source(place=place, path=found, name=shown(found, root))
                place += 1


def shown(path: Path, root: Path) -> str:
    """Return a path as the report names it: relative to the folder that was given; of several, with its name."""
    return os.path.relpath(path, root)


def open_source(path: Path) -> BinaryIO:
    """Open a file for reading; what is no file (a pipe, a device) is not even waited for.

    Raises:
        DeidentificationError("file_unreadable"): it is not there, not ours to read, or no file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise DeidentificationError("file_unreadable") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise DeidentificationError("file_unreadable")
    return os.fdopen(handle, "rb")


def by_series(sources: Iterable[Source]) -> list[tuple[Source, ...]]:
    """Return the files in groups of one series each; a file that shows no series is a group of its own.

    The first look decides who works together, nothing else: a wrong one costs time only.
    """
    groups: dict[bytes, list[Source]] = {}
    for source in sources:
        groups.setdefault(_series(source.path) or b"%d" % source.place, []).append(source)
    return [tuple(group) for group in groups.values()]


def in_chunks(sources: Sequence[Source], size: int) -> list[tuple[Source, ...]]:
    return [tuple(sources[start : start + size]) for start in range(0, len(sources), size)]


def _walk(folder: Path, root: Path) -> Iterator[Path | Omission]:
    unreadable: list[Omission] = []
    closed = lambda error: unreadable.append(  # noqa: E731 - the one place that hears of a folder it may not enter
        Omission(name=shown(Path(error.filename), root), reason="file_unreadable", is_refused=True)
    )
    for parent, folders, names in os.walk(folder, onerror=closed):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        folders[:] = sorted(set(folders).difference(links))
        yield from (_link(Path(parent, name), folder, root) for name in sorted(links))
        for name in sorted(names):
            path = Path(parent, name)
            yield _link(path, folder, root) if path.is_symlink() else path
    yield from unreadable


def _link(path: Path, folder: Path, root: Path) -> Omission:
    """A link to what the folder holds anyway costs nothing; one that leads out of it (or nowhere) is refused."""
    leads_out = not path.exists() or not path.resolve().is_relative_to(folder.resolve())
    return Omission(name=shown(path, root), reason="link_outside" if leads_out else "link_inside", is_refused=leads_out)


def _omission(path: Path, root: Path, *, is_inside: bool) -> Omission | None:
    if is_inside and path.name.lower() in _SYSTEM_NAMES:
        return Omission(name=shown(path, root), reason="system_file", is_refused=False)
    if path.name.lower() == "dicomdir" or _MEDIA_DIRECTORY in _beginning(path, 1_024):
        return Omission(name=shown(path, root), reason="dicomdir_dropped", is_refused=False)
    return None


def _series(path: Path) -> bytes | None:
    for size in (_FIRST_BYTES, _MOST_BYTES):
        head = _beginning(path, size)
        if (found := _SERIES_UID.search(head)) is not None:
            return found.group(1)
        if len(head) < size:
            break
    return None


def _beginning(path: Path, size: int) -> bytes:
    try:
        with open_source(path) as file:
            return file.read(size)
    except (DeidentificationError, OSError):
        return b""

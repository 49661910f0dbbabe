"""Zip files, one level deep and bounded: entry by entry, never more than one in memory."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, BinaryIO, NamedTuple

from deidentify.kinds import HEAD_BYTES, FileKind, kind_of
from deidentify.limits import Limits
from domain.errors import DeidentificationError

_JUNK_NAMES = frozenset((".ds_store", "thumbs.db", "desktop.ini", "dicomdir"))
_JUNK_FOLDERS = frozenset(("__macosx", ".git"))
_EXTRAS = frozenset((FileKind.UNKNOWN, FileKind.EMPTY))
_DAMAGED = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    struct.error,
    zlib.error,
)
_ENCRYPTED = 0x1
_BOUNDED_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
"""The library unpacks the others a whole block at a time, which no limit of ours would bound."""
_READ_BYTES = 1 << 20


class Entry(NamedTuple):
    """One entry: its place, and its bytes or why it is refused."""

    place: int
    data: bytes
    code: str | None


def read_entries(reader: BinaryIO, limits: Limits) -> Iterator[Entry]:
    """Yield the images of a zip, and refusals; files that are no images are refused together, once.

    Raises:
        DeidentificationError: "zip_damaged", "zip_too_many", "zip_too_large", "zip_empty": the zip as a whole.
    """
    try:
        with zipfile.ZipFile(reader) as archive:
            yield from _entries(archive, limits)
    except _DAMAGED as error:
        raise DeidentificationError("zip_damaged") from error


def _entries(archive: zipfile.ZipFile, limits: Limits) -> Iterator[Entry]:
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_junk(info)]
    if not infos:
        raise DeidentificationError("zip_empty")
    if len(infos) > limits.entries:
        raise DeidentificationError("zip_too_many")
    left = limits.inflated_bytes
    has_told_extras = False
    for place, info in enumerate(infos):
        entry = _read_entry(archive, info, place=place, limits=limits, left=left)
        left -= len(entry.data)
        if entry.code == "zip_extras":
            if has_told_extras:
                continue
            has_told_extras = True
        yield entry


def _is_junk(info: zipfile.ZipInfo) -> bool:
    """Files that computers add by themselves, and the index of a DICOM medium, which names the patient."""
    parts = [part.lower() for part in PurePosixPath(info.filename).parts]
    return bool(parts) and (parts[-1] in _JUNK_NAMES or bool(_JUNK_FOLDERS.intersection(parts)))


def _read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, place: int, limits: Limits, left: int) -> Entry:
    code = _refusal(info, limits)
    if code is not None:
        return Entry(place, b"", code)
    with archive.open(info) as file:
        head = file.read(HEAD_BYTES)
        kind = kind_of(head)
        if kind in _EXTRAS:
            return Entry(place, b"", "zip_extras")
        if kind is FileKind.ZIP:
            return Entry(place, b"", "zip_inside_zip")
        data = _read_bounded(file, head, most=min(limits.file_bytes, left))
    return Entry(place, data, None)


def _refusal(info: zipfile.ZipInfo, limits: Limits) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "zip_encrypted"
    if _leads_out(info):
        return "zip_path"
    if info.file_size > limits.file_bytes:
        return "file_too_large"
    if info.compress_type not in _BOUNDED_METHODS:
        return "zip_method"
    inflates_far = info.file_size > limits.ratio * max(info.compress_size, 1)
    return "zip_bomb" if inflates_far and info.file_size > limits.ratio_from_bytes else None


def _leads_out(info: zipfile.ZipInfo) -> bool:
    """Entries are never written under their names; but who sends such names means harm."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    is_elsewhere = path.is_absolute() or ".." in path.parts or ":" in info.filename
    return is_elsewhere or stat.S_ISLNK(info.external_attr >> 16)


def _read_bounded(file: IO[bytes], head: bytes, *, most: int) -> bytes:
    """Read on to the end, or to one byte more than allowed: what the directory says of sizes may be wrong."""
    parts, size = [head], len(head)
    while chunk := file.read(_READ_BYTES):
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            raise DeidentificationError("zip_too_large")
    return b"".join(parts)

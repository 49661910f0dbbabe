"""The vault of uploads: sealed as they stream in, opened in memory at the door, shredded after it.

Each segment is a file of its own with a key of its own, wrapped by the key of
the day, in a folder per upload. Its name ends in a mark of its key, so that two
connections sending the same upload never write over each other: the database
decides whose segment counts.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from domain.errors import PermanentError
from domain.ids import UploadId
from domain.study import SealedSegment
from storage.files import finish_file, safe_name, sync_folder, translated_files, unfinished_path
from storage.keyring import KEY_BYTES, Keyring
from storage.sealing import CHUNK_BYTES, SealedPart, SealedReader, SealingWriter

SEGMENT_BYTES = 8 * 1024 * 1024


class LocalUploadVault:
    """The `UploadVault` port in a local folder; every file operation runs in a thread."""

    def __init__(
        self, folder: Path, keyring: Keyring, *, clock: Callable[[], datetime], segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self._folder = Path(folder)
        self._keyring = keyring
        self._clock = clock
        self._segment_bytes = segment_bytes

    async def receive(
        self, upload_id: UploadId, chunks: AsyncIterator[bytes], *, first_position: int
    ) -> AsyncIterator[SealedSegment]:
        stretches = _Stretches(chunks)
        position = first_position
        while stretch := await stretches.next(self._segment_bytes):
            with translated_files():
                segment = await asyncio.to_thread(self._begin, upload_id, position)
            try:
                with translated_files():
                    await self._fill(segment, stretch, stretches)
                    sealed = await asyncio.to_thread(segment.finish)
            finally:
                segment.abandon()
            yield sealed
            position += 1

    async def shred(self, segments: Sequence[SealedSegment]) -> None:
        await asyncio.to_thread(self._shred, segments)

    async def _fill(self, segment: _OpenSegment, stretch: bytes, stretches: _Stretches) -> None:
        """Write up to a segment's size, a chunk at a time."""
        while stretch:
            await asyncio.to_thread(segment.write, stretch)
            stretch = await stretches.next(self._segment_bytes - segment.size_bytes)

    def _begin(self, upload_id: UploadId, position: int) -> _OpenSegment:
        folder = self._folder / safe_name(upload_id)
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._folder)
        return _OpenSegment(
            self._folder, self._keyring, day_key=self._day_key(), upload_id=upload_id, position=position
        )

    def _day_key(self) -> str:
        return self._keyring.inbox_key(self._clock().astimezone(UTC).date())

    def _shred(self, segments: Sequence[SealedSegment]) -> None:
        """Delete every file of these positions, strays of broken connections included."""
        for upload_id in {segment.upload_id for segment in segments}:
            folder = self._folder / safe_name(upload_id)
            positions = {segment.position for segment in segments if segment.upload_id == upload_id}
            found = [path for path in folder.glob("*") if _position_of(path) in positions]
            for path in found:
                path.unlink(missing_ok=True)
            _remove_if_empty(folder)

    async def remove_strays(self, known: Collection[UploadId], *, older_than: datetime) -> int:
        return await asyncio.to_thread(self._remove_strays, frozenset(known), older_than.timestamp())

    def _remove_strays(self, known: frozenset[UploadId], older_than: float) -> int:
        strays = [
            folder
            for folder in self._folder.iterdir()
            if folder.is_dir() and folder.name not in known and folder.stat().st_mtime < older_than
        ]
        for folder in strays:
            shutil.rmtree(folder, ignore_errors=True)
        return len(strays)


def open_segments(folder: Path, keyring: Keyring, segments: Sequence[SealedSegment]) -> SealedReader:
    """Return one seekable file of an upload's segments, decrypted in memory, a few chunks at a time; close it.

    Raises:
        PermanentError: "upload_missing", "inbox_key_missing" (expired), "sealed_damaged", "key_damaged".
    """
    reader = SealedReader([_part(folder, keyring, segment) for segment in segments])
    if reader.size_bytes != sum(segment.size_bytes for segment in segments):
        raise PermanentError("sealed_damaged")
    return reader


class _Stretches:
    """Cuts a stream into stretches of at most a chunk; ends quietly where the stream breaks off."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = aiter(chunks)
        self._rest = memoryview(b"")

    async def next(self, room: int) -> bytes:
        """Return the next stretch, at most `room` bytes, nothing at the end or where there is no room."""
        if room <= 0:
            return b""
        wanted = min(room, CHUNK_BYTES)
        gathered = bytearray()
        while len(gathered) < wanted and await self._has_more():
            taken = self._rest[: wanted - len(gathered)]
            gathered += taken
            self._rest = self._rest[len(taken) :]
        return bytes(gathered)

    async def _has_more(self) -> bool:
        while not self._rest:
            try:
                self._rest = memoryview(await anext(self._chunks))
            except Exception:  # noqa: BLE001  # however the stream ends, what came before it is kept
                return False
        return True


class _OpenSegment:
    """A segment being written under a name that nobody reads."""

    def __init__(self, folder: Path, keyring: Keyring, *, day_key: str, upload_id: UploadId, position: int) -> None:
        key = secrets.token_bytes(KEY_BYTES)
        self._upload_id = upload_id
        self._position = position
        self.size_bytes = 0
        wrapped = keyring.wrap(key, key_id=day_key, context=_sealed_name(upload_id, position))
        self._wrapped = wrapped
        self._path = _path(folder, upload_id, position=position, wrapped_key=wrapped.wrapped)
        self._unfinished = unfinished_path(self._path)
        self._file: BinaryIO = self._unfinished.open("xb")
        self._writer = SealingWriter(self._file, key=key, name=_sealed_name(upload_id, position))

    def write(self, data: bytes) -> None:
        self._writer.write(data)
        self.size_bytes += len(data)

    def finish(self) -> SealedSegment:
        self._writer.close()
        finish_file(self._file)
        self._file.close()
        self._unfinished.rename(self._path)
        sync_folder(self._path.parent)
        return SealedSegment(
            upload_id=self._upload_id,
            position=self._position,
            size_bytes=self.size_bytes,
            wrapped_key=self._wrapped.wrapped,
            key_id=self._wrapped.key_id,
        )

    def abandon(self) -> None:
        """Remove what was not finished; nothing after `finish`."""
        self._file.close()
        self._unfinished.unlink(missing_ok=True)


def _part(folder: Path, keyring: Keyring, segment: SealedSegment) -> SealedPart:
    name = _sealed_name(segment.upload_id, segment.position)
    path = _path(folder, segment.upload_id, position=segment.position, wrapped_key=segment.wrapped_key)
    key = keyring.unwrap(segment.wrapped_key, key_id=segment.key_id, context=name)
    return SealedPart(open=lambda: _open(path), key=key, name=name)


def _path(folder: Path, upload_id: UploadId, *, position: int, wrapped_key: bytes) -> Path:
    mark = hashlib.sha256(wrapped_key).hexdigest()[:16]
    return folder / safe_name(upload_id) / f"{position}.{mark}"


def _position_of(path: Path) -> int:
    """Return the position a file (finished, or ".position.mark.…" not) belongs to."""
    return int(path.name.lstrip(".").partition(".")[0])


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        # Gone already, or another segment is there.
        return


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise PermanentError("upload_missing") from error


def _sealed_name(upload_id: UploadId, position: int) -> str:
    return f"upload/{upload_id}.{position}"

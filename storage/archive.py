"""The archive in a local folder: de-identified objects, each sealed with a key of its own.

Synchronous, for the process that takes images through the door; `shred` is
the asynchronous port. Names hold random ids only. Every writing makes a file
of its own, named after the key: of two repeats neither spoils the other's.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from domain.errors import PermanentError
from domain.ids import ObjectId
from domain.ports.archive import SealedObject
from storage.files import safe_name, sync_folder, translated_files, write_with
from storage.keyring import KEY_BYTES, Keyring
from storage.sealing import SealedPart, SealedReader, SealingWriter


class LocalArchive:
    """Opened by folder and keyring, in any process."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = Path(folder)
        self._keyring = keyring

    def put(self, object_id: ObjectId, data: bytes | Iterable[bytes]) -> SealedObject:
        """Seal an object and return what opens it; durable when this returns, noise until its row is kept.

        Raises:
            TransientError("disk_unavailable"): no room, or no folder.
            PermanentError("archive_key_missing").
        """
        key = secrets.token_bytes(KEY_BYTES)
        name = _sealed_name(object_id)
        wrapped = self._keyring.wrap(key, key_id=self._keyring.newest("archive"), context=name)
        path = self._path(object_id, wrapped.wrapped)
        chunks = (data,) if isinstance(data, bytes) else data
        with translated_files():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            size = write_with(path, lambda stream: _seal(stream, chunks, key=key, name=name))
            sync_folder(path.parent)
            sync_folder(self._folder)
        return SealedObject(object_id=object_id, size_bytes=size, wrapped_key=wrapped.wrapped, key_id=wrapped.key_id)

    def open(self, sealed: SealedObject) -> SealedReader:
        """Return a seekable file of the object's bytes, decrypted on demand; close it.

        Raises:
            PermanentError: "object_missing", "sealed_damaged", or a key's.
        """
        name = _sealed_name(sealed.object_id)
        key = self._keyring.unwrap(sealed.wrapped_key, key_id=sealed.key_id, context=name)
        path = self._path(sealed.object_id, sealed.wrapped_key)
        reader = SealedReader([SealedPart(open=lambda: _open(path), key=key, name=name)])
        if reader.size_bytes != sealed.size_bytes:
            raise PermanentError("sealed_damaged")
        return reader

    def read(self, sealed: SealedObject) -> bytes:
        """Return the whole object; raises what `open` does."""
        with self.open(sealed) as reader:
            return reader.readall()

    async def shred(self, object_id: ObjectId) -> None:
        await asyncio.to_thread(self.shred_now, object_id)

    def shred_now(self, object_id: ObjectId) -> None:
        """Delete every file of an object; deleting it again is nothing."""
        shelf = self._shelf(object_id)
        for path in shelf.glob(f"{object_id}.*"):
            path.unlink(missing_ok=True)
        if shelf.exists():
            sync_folder(shelf)

    def _path(self, object_id: ObjectId, wrapped_key: bytes) -> Path:
        return self._shelf(object_id) / f"{object_id}.{hashlib.sha256(wrapped_key).hexdigest()[:16]}"

    def _shelf(self, object_id: ObjectId) -> Path:
        return self._folder / safe_name(object_id)[:2]


def _seal(stream: BinaryIO, chunks: Iterable[bytes], *, key: bytes, name: str) -> int:
    writer = SealingWriter(stream, key=key, name=name)
    size = 0
    for chunk in chunks:
        writer.write(chunk)
        size += len(chunk)
    writer.close()
    return size


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise PermanentError("object_missing") from error


def _sealed_name(object_id: ObjectId) -> str:
    return f"archive/{object_id}"

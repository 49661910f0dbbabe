"""How bytes are sealed: AES-256-GCM in chunks of 1 MiB, chained so that no chunk can be moved, cut off or added.

Layout: magic and version (5 bytes), random nonce prefix (7 bytes), then the
chunks, each with its 16-byte tag. A chunk's nonce is prefix, counter (4 bytes)
and a last flag (1 byte); its associated data are the header and the name of
the object, so that a sealed file opens under its own name only.

Source: Hoang, Reyhanitabar, Rogaway, Vizár 2015, "Online Authenticated-Encryption
and its Nonce-Reuse Misuse-Resistance" (the STREAM construction).
"""

from __future__ import annotations

import io
import os
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import PermanentError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_BYTES = 1024 * 1024
_MAGIC = b"HLMS\x01"
_PREFIX_BYTES = 7
_HEADER_BYTES = len(_MAGIC) + _PREFIX_BYTES
_TAG_BYTES = 16
_SEALED_CHUNK_BYTES = CHUNK_BYTES + _TAG_BYTES
_CACHED_CHUNKS = 4


class SealingWriter:
    """Seals what is written to it, a chunk at a time, into a binary stream; `close` writes the last chunk."""

    def __init__(self, stream: BinaryIO, *, key: bytes, name: str) -> None:
        self._stream = stream
        self._header = _MAGIC + secrets.token_bytes(_PREFIX_BYTES)
        self._cipher = _ChunkCipher(key, header=self._header, name=name)
        self._pending = bytearray()
        self._counter = 0
        self._stream.write(self._header)

    def write(self, data: bytes | memoryview) -> None:
        """Take data; a full chunk leaves only when more follows, since the last one is marked."""
        view = memoryview(data)
        while view:
            if len(self._pending) == CHUNK_BYTES:
                self._seal_pending(last=False)
            taken = view[: CHUNK_BYTES - len(self._pending)]
            self._pending += taken
            view = view[len(taken) :]

    def close(self) -> None:
        """Seal what is left; the stream stays open."""
        self._seal_pending(last=True)

    def _seal_pending(self, *, last: bool) -> None:
        self._stream.write(self._cipher.seal(bytes(self._pending), counter=self._counter, last=last))
        self._pending.clear()
        self._counter += 1


def seal_bytes(data: bytes, *, key: bytes, name: str) -> bytes:
    """Return the data sealed with a key, which must not be used again, under a name."""
    stream = io.BytesIO()
    writer = SealingWriter(stream, key=key, name=name)
    writer.write(data)
    writer.close()
    return stream.getvalue()


def open_bytes(sealed: bytes, *, key: bytes, name: str) -> bytes:
    """Return what was sealed.

    Raises:
        PermanentError("sealed_damaged"): changed, cut, or sealed under another key or name.
    """
    with SealedReader([SealedPart(open=lambda: io.BytesIO(sealed), key=key, name=name)]) as reader:
        return reader.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """One sealed file: how to open it, its key, and the name it was sealed under."""

    open: Callable[[], BinaryIO]
    key: bytes
    name: str


class SealedReader(io.RawIOBase):
    """Reads sealed parts, one after another, as one seekable file; decrypts on demand, a few chunks in memory.

    The end of every part is checked when it is opened, so that one cut short is
    found before anything of it is used.

    Raises:
        PermanentError("sealed_damaged"): changed, cut, swapped, or sealed under another key or name.
    """

    def __init__(self, parts: Sequence[SealedPart]) -> None:
        super().__init__()
        self._parts = [_PartReader(part) for part in parts]
        starts = [0]
        for part in self._parts:
            starts.append(starts[-1] + part.size_bytes)
        self._starts = starts
        self._position = 0
        self._open_part = 0
        self._cache: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        return self._starts[-1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size_bytes}[whence]
        if origin + offset < 0:
            raise ValueError("negative seek position")
        self._position = origin + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the whole buffer unless the file ends: parsers take a short read for the end."""
        target = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(target) and self._position < self.size_bytes:
            piece = self._piece(len(target) - filled)
            target[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._position += len(piece)
        return filled

    def readall(self) -> bytes:
        return self.read(max(0, self.size_bytes - self._position)) or b""

    def close(self) -> None:
        self._cache.clear()
        for part in self._parts:
            part.close()
        super().close()

    def _piece(self, wanted: int) -> memoryview:
        """Return what one chunk holds from the position on, at most `wanted` bytes of it."""
        part = self._part_at(self._position)
        chunk, start = divmod(self._position - self._starts[part], CHUNK_BYTES)
        return memoryview(self._chunk(part, chunk))[start : start + wanted]

    def _part_at(self, position: int) -> int:
        low, high = 0, len(self._parts) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if position < self._starts[middle + 1] else (middle + 1, high)
        return low

    def _chunk(self, part: int, chunk: int) -> bytes:
        found = self._cache.get((part, chunk))
        if found is None:
            if part != self._open_part:
                self._parts[self._open_part].close()
                self._open_part = part
            found = self._parts[part].chunk(chunk)
            self._cache[part, chunk] = found
            if len(self._cache) > _CACHED_CHUNKS:
                self._cache.popitem(last=False)
        self._cache.move_to_end((part, chunk))
        return found


class _PartReader:
    """Chunks of one sealed file."""

    def __init__(self, part: SealedPart) -> None:
        self._open = part.open
        self._stream: BinaryIO | None = part.open()
        sealed_bytes = self._stream.seek(0, os.SEEK_END)
        self._stream.seek(0)
        header = self._stream.read(_HEADER_BYTES)
        body = sealed_bytes - _HEADER_BYTES
        if not header.startswith(_MAGIC) or body < _TAG_BYTES:
            raise PermanentError("sealed_damaged")
        self._cipher = _ChunkCipher(part.key, header=header, name=part.name)
        self._chunks = -(-body // _SEALED_CHUNK_BYTES)
        self.size_bytes = body - self._chunks * _TAG_BYTES
        self.chunk(self._chunks - 1)
        # A long upload has many parts; one at a time is open.
        self.close()

    def chunk(self, number: int) -> bytes:
        stream = self._stream if self._stream is not None else self._open()
        self._stream = stream
        stream.seek(_HEADER_BYTES + number * _SEALED_CHUNK_BYTES)
        last = number == self._chunks - 1
        return self._cipher.open(stream.read(_SEALED_CHUNK_BYTES), counter=number, last=last)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class _ChunkCipher:
    def __init__(self, key: bytes, *, header: bytes, name: str) -> None:
        self._aead = AESGCM(key)
        self._prefix = header[len(_MAGIC) :]
        self._associated = header + name.encode()

    def seal(self, data: bytes, *, counter: int, last: bool) -> bytes:
        return self._aead.encrypt(self._nonce(counter, last=last), data, self._associated)

    def open(self, sealed: bytes, *, counter: int, last: bool) -> bytes:
        try:
            return self._aead.decrypt(self._nonce(counter, last=last), sealed, self._associated)
        except (InvalidTag, ValueError) as error:
            raise PermanentError("sealed_damaged") from error

    def _nonce(self, counter: int, *, last: bool) -> bytes:
        return self._prefix + counter.to_bytes(4, "big") + bytes([last])

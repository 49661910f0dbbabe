"""Sealed objects: de-identified images at rest, and the vault of uploads on their way in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.ids import ObjectId, UploadId
from domain.study import SealedSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedObject:
    """Where an archived object lies and the wrapped key that opens it."""

    object_id: ObjectId
    size_bytes: int
    wrapped_key: bytes
    key_id: str


class Archive(Protocol):
    """Sealed de-identified objects; writing one happens inside the door."""

    async def shred(self, object_id: ObjectId) -> None:
        """Delete an object; deleting it again is nothing."""


class UploadVault(Protocol):
    """Uploads while identifiable: sealed as they stream in, shredded when the door is done."""

    def receive(
        self, upload_id: UploadId, chunks: AsyncIterator[bytes], *, first_position: int
    ) -> AsyncIterator[SealedSegment]:
        """Seal a stream into durable segments, each yielded once it is safely on disk.

        When the stream breaks off, what came before is sealed and yielded, and
        the iteration ends; the caller sees from the sizes that some is missing.
        Memory stays below two segments' chunks, whatever the stream's length.
        """

    async def remove_strays(self, known: Collection[UploadId], *, older_than: datetime) -> int:
        """Delete the files of uploads nobody knows, last written before an instant; returns of how many uploads."""

    async def shred(self, segments: Sequence[SealedSegment]) -> None:
        """Delete the segments' files; deleting them again is nothing."""


class Linkage(Protocol):
    """Which case belongs to which patient: a separate database with its own key."""

    async def secret_for(self, subject: str) -> bytes:
        """Return the subject's 32-byte random secret, made at the first call, the same ever after."""

    async def forget(self, subject: str) -> None:
        """Destroy the secret, which makes what was derived from it anonymous."""

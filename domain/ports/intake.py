"""The one way in: everything received is handed to `accept`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from domain.errors import UserError
from domain.ids import MemberId, UploadId
from domain.messages import Address, InboundMessage
from domain.study import Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """What is taken in at the most; larger is refused before it is read."""

    text_characters: int = 20_000
    file_bytes: int = 500 * 1024 * 1024
    files_per_message: int = 2_000
    member_bytes: int = 4 * 1024 * 1024 * 1024

    def check_file(self, size_bytes: int) -> None:
        """Raise UserError("file_too_large") where one file has more."""
        if size_bytes > self.file_bytes:
            raise UserError("file_too_large", megabytes=self.file_bytes // 1_000_000)

    def check_held(self, size_bytes: int) -> None:
        """Raise UserError("uploads_full") where all files of one member that lie in the vault have more."""
        if size_bytes > self.member_bytes:
            raise UserError("uploads_full")


class Intake(Protocol):
    @property
    def limits(self) -> IntakeLimits: ...

    async def accept(self, message: InboundMessage, *, edit: InboundMessage | None = None) -> bool:
        """Seal and commit a message with the job that routes it; False for a replay.

        When this returns, the message is durable and may be acknowledged.

        Args:
            edit: for a message that was found with an edit in it already: the edit by itself. It is taken in its
                place where the message was taken in before, and is known from then on where it was not.

        Raises:
            UserError: "text_too_long", "too_many_files"; a service's message is parked then.
        """

    async def park(
        self, channel: str, external_id: str, raw: str, *, reason: str, sender: Address | None = None
    ) -> bool:
        """Seal and keep what a channel could not translate, for an operator; False for a replay.

        When this returns, it is durable and may be acknowledged; it blocks nothing.

        Args:
            reason: a fixed word that may be logged.
            sender: who is told why, where the reason is an error of theirs.
        """

    async def begin_upload(self, member_id: MemberId, *, external_id: str, size_bytes: int) -> Upload:
        """Announce a file; the same member and external id give the same upload.

        Raises:
            UserError: "file_empty", "file_too_large", "uploads_full".
        """

    async def receive(self, upload_id: UploadId, chunks: AsyncIterator[bytes], *, offset: int) -> Upload:
        """Take in the next stretch of a file, from `offset` bytes on.

        Returns the upload as it now stands; `received_bytes` is where to go on.

        Raises:
            UserError("upload_offset"): `offset` is not where the upload stands.
        """

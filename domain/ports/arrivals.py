"""What the one database keeps of messages from services, of what nobody could read, and of who may do what alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.arrival import FetchedFile, ParkedUpdate, Part, TakenMessage
from domain.ids import InboxId, QuestionId, UploadId
from domain.messages import Address
from domain.outage import Trouble


class ArrivalRepository(Protocol):
    def note_part(self, part: Part) -> None:
        """Note that a message brought files; one known already changes nothing."""

    def parts_of(self, inbox_id: InboxId) -> Sequence[Part]:
        """Return all parts of a message's album, in order of arrival; itself alone where it is none."""

    def parts_into(self, question_id: QuestionId) -> Sequence[Part]:
        """Return all parts of the albums of which one went into a question, in order of arrival.

        What stands alone is among them, and so is a part that has not been read yet.
        """

    def note_file(self, file: FetchedFile) -> None: ...
    def file(self, upload_id: UploadId) -> FetchedFile | None: ...
    def files_in(self, address: Address, reference: str) -> Sequence[FetchedFile]:
        """Return the files that one message in somebody's conversation brought, in order of arrival."""

    def forget_file(self, upload_id: UploadId) -> None: ...
    def note_message(self, message: TakenMessage) -> None:
        """Note where a message went, or that it holds other lines now."""

    def message(self, address: Address, reference: str) -> TakenMessage | None: ...
    def messages_of(self, question_id: QuestionId) -> Sequence[TakenMessage]:
        """In order of arrival."""

    def forget_ended(self, before: datetime) -> int:
        """Remove what was noted before an instant; returns how much."""


class ParkedRepository(Protocol):
    """What came in and could not be translated: sealed like the inbox, with the key of its day."""

    def add(self, channel: str, external_id: str, raw: str, *, reason: str, at: datetime) -> bool:
        """False where channel and external id are known already."""

    def waiting(self, channel: str) -> int:
        """Return how many of a channel are still kept."""

    def kept(self, *, limit: int = 100) -> Sequence[ParkedUpdate]:
        """Return what is still kept, oldest first."""

    def open(self, parked_id: str) -> tuple[ParkedUpdate, str] | None:
        """Unseal what was parked; None where it is no longer kept.

        Raises:
            PermanentError: "inbox_key_missing", "sealed_damaged", "key_damaged".
        """

    def finish(self, parked_id: str) -> None:
        """Shred the content; the row stays, so that a replay is still recognised."""

    def shred(self, *, received_before: datetime) -> int: ...


class TroubleRepository(Protocol):
    """Which channels do not work, as the processes that have them note it."""

    def of(self, channel: str) -> Trouble | None: ...
    def all(self) -> Sequence[Trouble]:
        """In the order of the channels' names."""

    def save(self, trouble: Trouble) -> None: ...
    def remove(self, channel: str) -> None: ...


class LeaseRepository(Protocol):
    """What one process at a time may do, such as asking a service for what is new."""

    def take(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Take or renew a lease; False while another owner's has not run out."""

    def release(self, name: str, *, owner: str) -> None: ...

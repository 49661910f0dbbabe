"""What is kept of messages from services once they were read: where files and words went, in the service's ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.ids import InboxId, QuestionId, UploadId, derive_id
from domain.messages import Address, Attachment, InboundMessage

ALBUM_QUIET = timedelta(seconds=1.5)
"""No further part for so long: the album is whole."""
FETCHED_WITHIN = timedelta(minutes=10)
"""So long a service that does not hand a file out is asked again; then its sender is asked for it."""
NOT_FETCHED = "refusal.file_not_fetched"
"""Why a file was refused that never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A message that brought files; `album` is shared by all parts of one, and its own id where it stands alone."""

    inbox_id: InboxId
    album: str
    address: Address
    files: int
    at: datetime

    @property
    def is_alone(self) -> bool:
        return self.album == self.inbox_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    """A file that is or was fetched, and the message in its sender's conversation that it lay in."""

    upload_id: UploadId
    attachment: Attachment
    address: Address
    reference: str
    album: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMessage:
    """A message whose words or files went into a question; `lines` are those that it added to a draft's text."""

    address: Address
    reference: str
    question_id: QuestionId
    at: datetime
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedUpdate:
    """What came by a channel and could not be translated, without its content; `reason` is a fixed word."""

    id: str
    channel: str
    reason: str
    received_at: datetime


def takes_files(message: InboundMessage) -> bool:
    """Return whether a message brings files: those of an edit may have come before, a room's are none of a case."""
    return bool(message.attachments) and not message.origin.is_edit and not message.origin.room


def album_of(inbox_id: InboxId, message: InboundMessage) -> str:
    """Return what the parts of one album share; a message that is none, or an edit, has it for itself."""
    group = message.origin.group
    if not group or message.origin.is_edit:
        return inbox_id
    return derive_id("album", message.sender.channel, message.sender.external_id, group)


def file_id(inbox_id: InboxId, attachment: Attachment) -> UploadId:
    """Return the upload that an attachment of a message becomes."""
    return UploadId(derive_id("upload", inbox_id, attachment.reference))

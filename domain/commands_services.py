"""Steps of the work that come with services: files to fetch, originals to delete, rooms; stored like all commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ids import DeliveryId, InboxId, MemberId, QuestionId, UploadId


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFile:
    """Bring a file that somebody has sent from its service into the vault."""

    upload_id: UploadId
    round: int = 0
    """Counts the times that its service could not be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeFiles:
    """Say how many files came, once for a message or for all parts of its album."""

    inbox_id: InboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteOriginal:
    """Delete the message in which a file came from its conversation, where the service still does."""

    upload_id: UploadId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMessage:
    """Delete a message in which a resident number stood, where its service does; `place` is a conversation or room."""

    member_id: MemberId
    channel: str
    sender: str
    place: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParked:
    """Tell the administrators that something came by a channel which could not be read, at most once an hour."""

    channel: str
    hour: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorQuestion:
    """Take the next step of showing a question in a room, by one call at its service; rounds count from 1."""

    question_id: QuestionId
    channel: str
    room: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRooms:
    """Compare who is in the panels' rooms with who is of the panels (safety rule 19)."""

    at: datetime
    channel: str = ""
    room: str = ""
    """Only this one, where somebody has come or gone; all of them where both are empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRelays:
    """Note the removal of everything that was sent about a question, some days after its close (safety rule 20)."""

    question_id: QuestionId
    closing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveThread:
    """Remove what stands of a question in a room."""

    question_id: QuestionId
    channel: str
    room: str
    closing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRelay:
    """Remove one message that was sent about a question that is closed."""

    delivery_id: DeliveryId
    closing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearPhone:
    """Remove one message about a case from a phone that is lost, whatever becomes of its question (safety rule 18)."""

    delivery_id: DeliveryId


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Take back one message at once: an answer or pictures of a wrong patient, or what showed a draft that is gone."""

    delivery_id: DeliveryId


ServiceCommand = (
    FetchFile
    | AcknowledgeFiles
    | DeleteOriginal
    | DeleteMessage
    | ReportParked
    | MirrorQuestion
    | WatchRooms
    | RemoveRelays
    | RemoveThread
    | RemoveRelay
    | ClearPhone
    | TakeBack
)

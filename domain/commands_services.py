"""Steps of the work that come with services: files to fetch, originals to delete, rooms; stored like all commands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from domain.ids import DeliveryId, InboxId, MemberId, QuestionId, UploadId
from domain.messages import Address

_SEEN_TOGETHER = timedelta(seconds=5)
"""Whoever comes and goes within so short a time is looked at once."""
_NOTED_WITHIN = timedelta(seconds=1)
"""A look waits for so long at the least: by then whoever notes it has committed, by any process's clock."""
_ANY_START = datetime(2026, 1, 1, tzinfo=UTC)


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
class RoutePart:
    """Find out what a part of an album means that has waited until the album was whole."""

    inbox_id: InboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteOriginal:
    """Delete the message in which a file came from its conversation, where the service still does."""

    upload_id: UploadId


class WhyDeleted(StrEnum):
    """Why a message is deleted that somebody wrote; its sender is told."""

    NUMBER = "number"
    """A resident number stood in it."""
    NAMED = "named"
    """It said in a room who the patient is."""
    SEALED = "sealed"
    """It was an opinion under seal, in a room where the others read."""
    TYPED = "typed"
    """It was about a question of which it is to be seen no more."""
    FILE = "file"
    """A photo, video or file was in it, in a room: nothing there has passed the door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMessage:
    """Delete a message that somebody wrote, where its service does; `place` is a conversation or room.

    Of the parts of an album its sender is told once.
    """

    member_id: MemberId
    channel: str
    sender: str
    place: str
    reference: str
    why: str = WhyDeleted.NUMBER
    question_id: str = ""
    album: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParked:
    """Tell the administrators that something came by a channel which could not be read, at most once an hour."""

    channel: str
    hour: datetime
    reason: str = ""
    """Why it is kept, where that is a sentence of its own: nothing was to be read in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellUntaken:
    """Tell whoever wrote it why a message was not taken in; `code` is of the error, `cause` what the service calls it.

    `sender` is their address at the channel.
    """

    channel: str
    sender: str
    cause: str
    code: str


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

    @classmethod
    def soon(cls, room: Address, now: datetime) -> WatchRooms:
        """Return a look into one room, due at its `at`: the same for all who note it within some seconds."""
        earliest = now + _NOTED_WITHIN
        at = earliest + (_ANY_START - earliest) % _SEEN_TOGETHER
        return cls(at=at, channel=room.channel, room=room.external_id)


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
    """Remove one message about a case from a phone that is lost, whatever becomes of its question (safety rule 18).

    `lost_at`, in seconds since 1970, tells one loss of a phone from the next.
    """

    delivery_id: DeliveryId
    lost_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Take back one message at once: an answer or pictures of a wrong patient, or what showed a draft that is gone."""

    delivery_id: DeliveryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Reword:
    """Take back at once one message that names somebody whom nothing knew when it was sent, and say it again without.

    Its reader is asked to delete it where it stays. `late` is 1 where it was on its way when it was reworded.
    """

    delivery_id: DeliveryId
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retract:
    """Take back a message that was sent, where its service allows it; ask its reader to delete it, where not."""

    delivery_id: DeliveryId
    incident_id: str


ServiceCommand = (
    FetchFile
    | AcknowledgeFiles
    | RoutePart
    | DeleteOriginal
    | DeleteMessage
    | ReportParked
    | TellUntaken
    | MirrorQuestion
    | WatchRooms
    | RemoveRelays
    | RemoveThread
    | RemoveRelay
    | ClearPhone
    | TakeBack
    | Reword
    | Retract
)

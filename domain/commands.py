"""Every step of the work as a stored command: ids and times, never content.

A job is one of these in the database. `bot/dispatcher.py` matches each to its
handler and does not type-check until it knows them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ids import DeliveryId, DigestId, InboxId, ObjectId, QuestionId, UploadId


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMessage:
    """Find out what a received message means."""

    inbox_id: InboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherDraft:
    """Add a message to its sender's draft."""

    inbox_id: InboxId
    question_id: QuestionId


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAction:
    """Do what a button, a form or a digit asks for; `token` is of the choice that a digit was found to mean."""

    inbox_id: InboxId
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayInformation:
    """Bring a member's further text and images into the thread of a question."""

    inbox_id: InboxId
    question_id: QuestionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUpload:
    """Take one complete upload through the door, then shred it."""

    upload_id: UploadId


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentDraft:
    """Show the asker the preview, when everything that was sent has been looked at."""

    question_id: QuestionId
    cause: str
    if_files_wait: bool = False
    """Only where files are still not looked at: by then the words should be able to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfDraft:
    """Remind the asker of a question that was not sent."""

    question_id: QuestionId
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireDraft:
    """Drop a draft that was not sent and not touched for long, and tell its asker."""

    question_id: QuestionId
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyStep:
    """Tell the audience of one escalation step, unless somebody took the question."""

    question_id: QuestionId
    opening: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseClaimer:
    """Ask whoever took a question and stays silent, then give it back to the panel."""

    question_id: QuestionId
    claim: int
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAnswered:
    """Close a question whose asker leaves the answer alone."""

    question_id: QuestionId
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Send one delivery."""

    delivery_id: DeliveryId
    again: int = 0
    """Counts the times that an operator had it sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDigest:
    """Plan the digest of everybody whose local time for it has come, or of everybody now."""

    name: str
    at: datetime
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeDigest:
    """Write and send one member's digest, or nothing where nothing is new."""

    digest_id: DigestId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepInbox:
    """Shred what has passed its time to live; warn before unprocessed messages expire."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseImages:
    """Erase the images of a consult-only question, some days after its close."""

    question_id: QuestionId
    closing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShredRemoved:
    """Delete a question's removed images; where none is left, also what links it to a patient."""

    question_id: QuestionId
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskImages:
    """Blank an area of one image, or a named part of every image of a series; or cut an image to its crop."""

    question_id: QuestionId
    cause: str
    image_id: str = ""
    """Of an `ImageId`; empty where a whole series is meant."""
    series_uid: str = ""
    preset: str = ""
    crop: bool = False
    frame: int = -1
    """From 0; -1 means every frame."""
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShredObject:
    """Delete the file of an object that another has taken the place of."""

    object_id: ObjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class PageViewers:
    """Tell everybody who saw images or the answer of a wrong patient, until each has acknowledged."""

    question_id: QuestionId
    round: int


Command = (
    RouteMessage
    | GatherDraft
    | TakeAction
    | RelayInformation
    | CleanUpload
    | PresentDraft
    | RemindOfDraft
    | ExpireDraft
    | NotifyStep
    | ChaseClaimer
    | CloseAnswered
    | Deliver
    | StartDigest
    | ComposeDigest
    | SweepInbox
    | EraseImages
    | ShredRemoved
    | MaskImages
    | ShredObject
    | PageViewers
)

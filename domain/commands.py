"""Every step of the work as a stored command: ids and times, never content.

A job is one of these in the database. `bot/dispatcher.py` matches each to its
handler and does not type-check until it knows them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from domain.commands_services import ServiceCommand
from domain.ids import DeliveryId, DigestId, InboxId, MemberId, ObjectId, PanelId, QuestionId, UploadId

UNMOVED = datetime.fromtimestamp(0, UTC)


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
    """Do what a button, a form or words ask for; what words were found to mean stands beside them.

    `token` is of the choice that they chose from; without one, `question_id` is what they are about. `is_whole` says
    that all of the message is what the action is told, and not only what stands behind a word of command.
    """

    inbox_id: InboxId
    token: str = ""
    action: str = ""
    question_id: str = ""
    is_whole: bool = False


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
    """Remind the asker of a question that was not sent; from the second time on the next channel."""

    question_id: QuestionId
    cause: str
    round: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireDraft:
    """Drop a draft that was not sent and not touched for long, and tell its asker."""

    question_id: QuestionId
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyStep:
    """Page the people of one escalation step, unless somebody took the question."""

    question_id: QuestionId
    opening: int
    step: int
    at_once: bool = False
    """Whoever was asked has passed or given it back: the next people now. `step` then only counts."""
    moved_to: datetime = UNMOVED
    """The later time at which it falls due, where the question's clock has stood still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPages:
    """Send what was held back for one member until an instant: the night is over, or the phone takes another."""

    member_id: MemberId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseClaimer:
    """Ask whoever took a question and stays silent, then give it back to the panel."""

    question_id: QuestionId
    claim: int
    round: int
    moved_to: datetime = UNMOVED
    """As of `NotifyStep`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseAsker:
    """Remind an asker of the question that they were asked back, then close what stays without a reply."""

    question_id: QuestionId
    asking: int
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseReply:
    """Page the next person where the claimer has not looked at the asker's reply."""

    question_id: QuestionId
    reply: int
    moved_to: datetime = UNMOVED
    """The later time at which a phone takes another page, where none did before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatUntilRead:
    """Send a message that its reader has not acknowledged again, on the next address."""

    delivery_id: DeliveryId
    round: int
    moved_to: datetime = UNMOVED
    """The later time at which it goes, where the phone took no other page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseHandover:
    """Tell giver and taker once more of an offered question that was not accepted."""

    question_id: QuestionId
    offer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSurge:
    """Tell the panel that the surge is over, unless it was ended before."""

    begins_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAnswered:
    """Close a question whose asker leaves the answer alone."""

    question_id: QuestionId
    answers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOutcome:
    """Ask the asker of a closed question what it turned out to be, unless they have told or do not want to."""

    question_id: QuestionId
    closing: int
    round: int


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
    after_incident: str = ""
    """Of the incident that kept the images until a moderator had decided."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRota:
    """Warn of gaps, hand over where shifts change, let offers expire, and test phones whose time has come."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Tell who comes on call in one tier, and who goes, what is open."""

    panel_id: PanelId
    tier: str
    """Of a `Tier`."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTestPages:
    """Send everybody of a panel a test page now."""

    panel_id: PanelId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindQuestions:
    """Tell a member which questions have the words that they sent."""

    inbox_id: InboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """Answer what was asked behind a stroke, in one message: "/status Q417"."""

    inbox_id: InboxId


@dataclass(frozen=True, slots=True, kw_only=True)
class PageModerators:
    """Page whoever judges what was flagged, until somebody has taken it."""

    incident_id: str
    round: int
    moved_to: datetime = UNMOVED
    """The later time at which a phone takes another page, where none did before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfIncident:
    """Say how much is left of the time that an incident has, while it is open."""

    incident_id: str
    hours_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendJoinCode:
    """Send somebody who applies the code that proves their e-mail address."""

    application_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowApplication:
    """Lay a proved application before whoever lets members in."""

    application_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfApplications:
    """Remind whoever lets members in of those who still wait."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetEnded:
    """Remove invites, applications, codes, links and sessions whose time was up long ago."""

    at: datetime


Command = (
    RouteMessage
    | AnswerRequest
    | GatherDraft
    | TakeAction
    | RelayInformation
    | CleanUpload
    | PresentDraft
    | RemindOfDraft
    | ExpireDraft
    | NotifyStep
    | SendPages
    | ChaseClaimer
    | ChaseAsker
    | ChaseReply
    | RepeatUntilRead
    | ChaseHandover
    | EndSurge
    | CloseAnswered
    | AskOutcome
    | Deliver
    | StartDigest
    | ComposeDigest
    | SweepInbox
    | EraseImages
    | ShredRemoved
    | MaskImages
    | ShredObject
    | PageViewers
    | PageModerators
    | RemindOfIncident
    | FindQuestions
    | WatchRota
    | HandOver
    | SendTestPages
    | SendJoinCode
    | ShowApplication
    | RemindOfApplications
    | ForgetEnded
    | ServiceCommand
)

"""What comes in from any channel, before anybody has decided what it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.ids import QuestionId, UploadId
from domain.text import IdentifiableText


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a person is reached: channel names are text, so a new one needs no migration."""

    channel: str
    external_id: str


def lane_of(sender: Address) -> str:
    """Return the lane in which one sender's messages are processed, one after another, as they came."""
    return f"from|{sender.channel}|{sender.external_id}"


_IDS = re.compile(r"[0-9a-f. ]*")
_NUMBER = re.compile(r"[0-9]{0,9}")
_WORD = re.compile(r"[a-z_]*")
_NAME = re.compile(r"[\w .@\-]{0,64}")
_MOMENT = re.compile(r"[0-9T:Z+.\-]{0,40}")
_REFERENCES: Mapping[str, re.Pattern[str]] = {
    "series": _IDS,
    "images": _IDS,
    "image": _IDS,
    "check": _WORD,
    "preset": _WORD,
    "panel": _NAME,
    "colleague": _NAME,
    "member": _NAME,
    "application": _IDS,
    "name": _NAME,
    "roles": re.compile(r"[a-z_ ]{0,120}"),
    "tier": _WORD,
    "reason": _WORD,
    "lead": re.compile(r"[qQ]?[0-9]{1,9}"),
    "entry": _NUMBER,
    "citations": re.compile(r"[gG0-9#,; ]{0,80}"),
    **dict.fromkeys(("confidence", "ct_severity", "co_rads"), _NUMBER),
    "incident": _IDS,
    "what": _WORD,
    "line": _NUMBER,
    "begins": _MOMENT,
    "ends": _MOMENT,
    **dict.fromkeys(("frame", "x", "y", "width", "height", "marked"), _NUMBER),
}


def is_reference(name: str, text: IdentifiableText) -> bool:
    """Return whether a form's field holds uids, ids, names and places as Hilum makes them, which are no words.

    Their digits would look like numbers of a person; what matches no row of ours is kept nowhere.
    """
    form = _REFERENCES.get(name)
    return form is not None and form.fullmatch(text.value) is not None


class Action(StrEnum):
    """Everything a member can press or say; words and digits resolve to the same values."""

    # the asker's draft
    SEND_URGENT = "send_urgent"
    SEND_TODAY = "send_today"
    SEND_ROUTINE = "send_routine"
    DISCARD = "discard"
    SOLVED = "solved"
    """An answered question that was offered with the preview answers it."""
    EDIT_TEXT = "edit_text"
    CONFIRM_SERIES = "confirm_series"
    REMOVE_SERIES = "remove_series"
    REMOVE_IMAGES = "remove_images"
    CONFIRM_CHECK = "confirm_check"
    NUMBER_REMOVED = "number_removed"
    """The resident-number check confirmed, by a button that needs no form."""
    SAME_PATIENT = "same_patient"
    """The two-patients check confirmed, by a button that needs no form."""
    # images, by whoever looks at them
    MASK_MORE = "mask_more"
    CROP = "crop"
    KEY_SLICE = "key_slice"
    """Marks a slice as one to look at, or takes that back."""
    WRONG_PATIENT = "wrong_patient"
    ACKNOWLEDGE = "acknowledge"
    # the asker's question
    ADD_INFORMATION = "add_information"
    ASK_MORE = "ask_more"
    """Further words for whoever answered."""
    ADD_IMAGES = "add_images"
    """Images that came after a question was sent belong to it."""
    NEW_QUESTION = "new_question"
    """They begin another question."""
    WITHDRAW = "withdraw"
    READ = "read"
    """What had to be acknowledged has been read (safety rule 11)."""
    HELPED = "helped"
    CHANGED_PLAN = "changed_plan"
    REOPEN = "reopen"
    CONSENT_TEACHING = "consent_teaching"
    CONSENT_RESEARCH = "consent_research"
    CONSENT_CONSULT_ONLY = "consent_consult_only"
    OUTCOME_AGREES = "outcome_agrees"
    """It turned out to be what the panel had answered."""
    OUTCOME_DIFFERS = "outcome_differs"
    OUTCOME_UNKNOWN = "outcome_unknown"
    OUTCOME_NEVER = "outcome_never"
    """Not to be asked what it turned out to be."""
    # the panel
    CLAIM = "claim"
    RELEASE = "release"
    EXTEND = "extend"
    """Still on it: fifteen minutes more, once."""
    ASK_BACK = "ask_back"
    NOTE = "note"
    ANSWER = "answer"
    DRAFT_ANSWER = "draft_answer"
    """Words by text message that are to be the answer: shown once before they go."""
    SEND_ANSWER = "send_answer"
    """The answer that was written by text message and has been shown once goes to the asker."""
    CLOSE = "close"
    PASS = "pass"  # noqa: S105 - a deed of the panel, no secret
    OPINION = "opinion"
    """One's own reading, for the panel: under seal where the question's opinions are sealed."""
    SEAL = "seal"
    RELEASE_OPINION = "release_opinion"
    """A note or an opinion of one's own goes to the asker as well."""
    SECOND_OPINION = "second_opinion"
    INSIST = "insist"
    """It is urgent, says its asker once more."""
    MERGE = "merge"
    UNMERGE = "unmerge"
    MAKE_CASE = "make_case"
    """An answered question is worth showing to others: its asker is asked for consent, then an editor looks at it."""
    QUIZ_CANDIDATE = "quiz_candidate"
    """The same, for the quiz."""
    GUIDELINE_PROPOSAL = "guideline_proposal"
    """The same, since the guideline should say something of it."""
    TAKE_OVER = "take_over"
    FOLLOW = "follow"
    """To hear, without a sound, how it goes on with a question that somebody else has."""
    UNFOLLOW = "unfollow"
    HAND_OVER = "hand_over"
    ACCEPT_HANDOVER = "accept_handover"
    DECLINE_HANDOVER = "decline_handover"
    # a panelist's text blocks
    ADD_BLOCK = "add_block"
    """One joins the answer that is being written; without a name, all are listed."""
    SAVE_BLOCK = "save_block"
    DELETE_BLOCK = "delete_block"
    SHARE_BLOCK = "share_block"
    """One's own becomes the panel's, says its coordinator."""
    # coordinator and board
    DOWNGRADE = "downgrade"
    SURGE = "surge"
    """Proposes a surge, or confirms what somebody else has proposed."""
    END_SURGE = "end_surge"
    REMOVE_ROOM_IMAGES = "remove_room_images"
    """Images leave a room whose people are not those of its panel (safety rule 19)."""
    # the editor
    PUBLISH = "publish"
    HOLD_BACK = "hold_back"
    SEND_DIGEST = "send_digest"
    # what was flagged, and the moderator
    FLAG = "flag"
    TAKE_INCIDENT = "take_incident"
    PUT_BACK = "put_back"
    TAKE_OUT = "take_out"
    IDENTIFIES = "identifies"
    """What was flagged shows who the patient is."""
    CLOSE_INCIDENT = "close_incident"
    # the rota
    ON_CALL = "on_call"
    MY_SHIFTS = "my_shifts"
    OFFER_SWAP = "offer_swap"
    ACCEPT_SWAP = "accept_swap"
    WITHDRAW_SWAP = "withdraw_swap"
    TEST_RANG = "test_rang"
    """This phone rang: the test page was read on it (safety rule 15)."""
    SEND_TESTS = "send_tests"
    # members
    INVITE = "invite"
    APPROVE_MEMBER = "approve_member"
    REFUSE_MEMBER = "refuse_member"
    OFFBOARD = "offboard"
    """A member leaves: everything is cut off, and what they had in hand goes to others."""
    CUT_OFF = "cut_off"
    """A member's phone is lost, says somebody else."""
    # a conversation in words
    WHICH_QUESTION = "which_question"
    """Waits for the number of a question, where what was said could be about several; never pressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button or a form: the action, what it is about, and the choice token it came with.

    `token` names a `PendingChoice`; a form opened on a page of ours has none
    and names its question (or draft) itself.
    """

    action: Action
    question_id: QuestionId | None = None
    token: str | None = None


class AttachmentKind(StrEnum):
    PHOTO = "photo"
    """Made smaller by the service: good enough to look at, no original."""
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that still lies at the service; fetched once it is durable that it came. Its name is never taken over."""

    reference: str
    kind: AttachmentKind
    size_bytes: int | None = None
    unique: str = ""
    """By what its service knows the same file again, however it is fetched; empty where the reference says it."""

    def is_same(self, other: Attachment) -> bool:
        """Return whether it is the file that another is; so it counts where one alone says by what it is known."""
        if bool(self.unique) != bool(other.unique):
            return True
        return (self.unique or self.reference) == (other.unique or other.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a message stands at its service, in the service's own ids; empty where there is no such thing.

    `room` is a place that several people share; without one it is a conversation with Hilum alone.
    """

    reference: str = ""
    """The message itself: what an edit or a deletion names."""
    room: str = ""
    thread: str = ""
    replied_to: str = ""
    group: str = ""
    """Of the parts of one album."""
    is_edit: bool = False
    """It says anew what `reference` said before."""
    is_deletion: bool = False
    """Its sender has deleted `reference`; the message says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message as it was received; identifiable, so it lives in the sealed inbox only.

    `external_id` is the service's (or page's) own id of the message: a second
    delivery with the same id on the same channel is a replay and changes nothing.
    `unreadable` names what it held that nobody can take here: voice, video, sticker.
    """

    channel: str
    external_id: str
    sender: Address
    received_at: datetime
    text: IdentifiableText | None = None
    press: Press | None = None
    fields: Mapping[str, IdentifiableText] = field(default_factory=dict)
    uploads: tuple[UploadId, ...] = ()
    in_reply_to: QuestionId | None = None
    attachments: tuple[Attachment, ...] = ()
    origin: Origin = field(default_factory=Origin)
    unreadable: str = ""

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be aware")
        if self.is_empty and not self.origin.is_deletion:
            raise ValueError("an empty message says nothing")

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.press or self.uploads or self.attachments or self.unreadable)

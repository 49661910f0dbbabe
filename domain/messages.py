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
_REFERENCES: Mapping[str, re.Pattern[str]] = {
    "series": _IDS,
    "images": _IDS,
    "image": _IDS,
    "check": _WORD,
    "preset": _WORD,
    **dict.fromkeys(("frame", "x", "y", "width", "height"), _NUMBER),
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
    WRONG_PATIENT = "wrong_patient"
    ACKNOWLEDGE = "acknowledge"
    # the asker's question
    ADD_INFORMATION = "add_information"
    WITHDRAW = "withdraw"
    HELPED = "helped"
    CHANGED_PLAN = "changed_plan"
    REOPEN = "reopen"
    CONSENT_TEACHING = "consent_teaching"
    CONSENT_CONSULT_ONLY = "consent_consult_only"
    # the panel
    CLAIM = "claim"
    RELEASE = "release"
    ASK_BACK = "ask_back"
    NOTE = "note"
    ANSWER = "answer"
    CLOSE = "close"
    # the editor
    PUBLISH = "publish"
    HOLD_BACK = "hold_back"
    SEND_DIGEST = "send_digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button or a form: the action, what it is about, and the choice token it came with.

    `token` names a `PendingChoice`; a form opened on a page of ours has none
    and names its question (or draft) itself.
    """

    action: Action
    question_id: QuestionId | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message as it was received; identifiable, so it lives in the sealed inbox only.

    `external_id` is the service's (or page's) own id of the message: a second
    delivery with the same id on the same channel is a replay and changes nothing.
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

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be aware")
        if not (self.text or self.press or self.uploads):
            raise ValueError("an empty message says nothing")

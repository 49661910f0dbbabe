"""What goes out: deliveries, the choices they offer, and the rendered message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from domain.forms import FormField
from domain.ids import DeliveryId, ImageId, MemberId, QuestionId
from domain.messages import Action, Address
from domain.text import DeidentifiedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Sentences of the catalogue inside another, in the reader's language; nothing at all where there are none.

    They may need the same values as the one around them.
    """

    keys: tuple[str, ...]
    lead: str = ""
    separator: str = ", "


Value = str | int | datetime | DeidentifiedText | Terms
"""A typed value of a message; datetimes are shown on the reader's own clock."""


class Priority(IntEnum):
    """Lower leaves first: an urgent page overtakes a digest."""

    URGENT = 0
    NORMAL = 5
    DIGEST = 9


class DeliveryState(StrEnum):
    """READY → SENDING → SENT, or DEAD (will never work) or UNKNOWN (a digest cut off in between)."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one address, with a wording key and values, rendered only when sent.

    Unique per cause, address and part, which is what its id is derived from.
    `subject` orders it: deliveries of one subject to one address arrive in order.
    """

    id: DeliveryId
    address: Address
    member_id: MemberId
    subject: str
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    question_id: QuestionId | None = None
    images: tuple[ImageId, ...] = ()
    choices: tuple[Action, ...] = ()
    token: str | None = None
    """Of the pending choice that the buttons belong to."""
    link: str | None = None
    priority: Priority = Priority.NORMAL
    state: DeliveryState = DeliveryState.READY
    created_at: datetime

    @property
    def lane(self) -> str:
        """The lane of its job: one after another goes what is of its subject to its address."""
        return f"{self.address.channel}|{self.address.external_id}|{self.subject}"

    @property
    def may_be_sent_twice(self) -> bool:
        """After a crash in mid-send: a page or an answer is sent again, a digest is not."""
        return self.priority is not Priority.DIGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingChoice:
    """Buttons that wait for a press: one token a message, resolved once, to one action."""

    token: str
    member_id: MemberId
    question_id: QuestionId | None
    actions: tuple[Action, ...]
    expires_at: datetime
    taken: Action | None = None
    is_outdated: bool = False
    """What it stands under has changed since: a press shows it anew and does nothing else."""
    about: str = ""
    """Id of what the buttons are about, where that is no question: a swap offer, a test page."""

    def __post_init__(self) -> None:
        if len(self.token.encode()) > 64:
            raise ValueError("Telegram's callback data holds 64 bytes at most")


class ChoiceShape(StrEnum):
    """How choices are shown: each as a button, in one menu, or in words: "reply 1"."""

    BUTTONS = "buttons"
    MENU = "menu"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedField:
    """One field of a choice's form as a channel shows it; options are values with their labels."""

    field: FormField
    label: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedChoice:
    """One button as a channel shows it; the digit is what a text-only reader sends."""

    action: Action
    label: str
    digit: str
    word: str = ""
    """What a text-only reader may send as well; shown where there is no digit."""
    fields: tuple[OfferedField, ...] = ()
    """What it has to be told; in text, behind its word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A delivery rendered in the reader's language; channels only escape and shape it."""

    delivery_id: DeliveryId
    key: str
    text: str
    question_id: QuestionId | None = None
    quoted: DeidentifiedText | None = None
    images: tuple[ImageId, ...] = ()
    choices: tuple[OfferedChoice, ...] = ()
    shape: ChoiceShape = ChoiceShape.BUTTONS
    token: str | None = None
    link: str | None = None
    closing: str = ""
    """Said below everything else: what an answer is, and what it is not."""
    reply: str = ""
    """A text of its own for readers without buttons: what to reply. Empty where the text says it."""
    prompt: str = ""
    """What stands in the empty field for the reply that it asks for; empty where it asks for none."""
    is_silent: bool = False
    """Makes no sound where it arrives: only pages, ask-backs and urgent answers do (safety rule 15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingGate:
    """How often a channel may be called: GCRA with one message each `interval`, `burst` at once.

    `channel` is the gate's name: that of a channel, or of one conversation or room there ("telegram|-100…").
    """

    channel: str
    interval: timedelta
    burst: int = 1

"""What goes out: deliveries, the choices they offer, and the rendered message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from domain.ids import DeliveryId, ImageId, MemberId, QuestionId
from domain.messages import Action, Address
from domain.text import DeidentifiedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Sentences of the catalogue inside another, in the reader's language; nothing at all where there are none."""

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

    def __post_init__(self) -> None:
        if len(self.token.encode()) > 64:
            raise ValueError("Telegram's callback data holds 64 bytes at most")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedChoice:
    """One button as a channel shows it; the digit is what a text-only reader sends."""

    action: Action
    label: str
    digit: str


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
    token: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingGate:
    """How often a channel may be called: GCRA with one message each `interval`, `burst` at once."""

    channel: str
    interval: timedelta
    burst: int = 1

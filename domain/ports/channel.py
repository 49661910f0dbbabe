"""A service that members are reached through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.delivery import ChoiceShape, OutgoingMessage, SendingGate
from domain.ids import QuestionId
from domain.messages import Address, Attachment

_SHORT = 500


class Copies(StrEnum):
    """Where a message lies once it was sent."""

    OURS = "ours"
    """In our own database: what is hidden there is hidden everywhere."""
    RETRACTABLE = "retractable"
    FINAL = "final"
    """On somebody's phone, and nothing takes it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can show.

    `shows_own_messages` is False where a member's own text must be echoed
    back to appear in the conversation (our own web page).
    `repeats_are_harmless` is True where sending a delivery again adds nothing.
    `most_buttons` fit under one message; more choices become a menu.
    """

    text_limit: int
    has_buttons: bool
    has_images: bool
    shows_own_messages: bool
    repeats_are_harmless: bool
    copies: Copies = Copies.FINAL
    most_buttons: int = 8
    address_interval: timedelta = timedelta(0)
    """Between two messages to one address; beside the channel's own gate."""
    address_burst: int = 1
    has_forms: bool = False
    """Whether a button can open a form in which words are typed, or changed."""
    has_prompts: bool = False
    """Whether a message can open the field for a reply to it, by which the reply is known as such."""
    command_lead: str = "/"
    """What stands before a word of command there."""
    passes_abroad: bool = False
    """Whether files sent directly pass servers abroad, which their sender is told (safety rule 20)."""

    def shape_of(self, choices: int) -> ChoiceShape:
        """Return how so many choices are shown: buttons, a menu, or words to reply with."""
        if not self.has_buttons:
            return ChoiceShape.REPLY
        return ChoiceShape.BUTTONS if choices <= self.most_buttons else ChoiceShape.MENU

    def address_gate(self, address: Address) -> SendingGate | None:
        """Return how messages to one address are paced; None where nothing limits them."""
        if not self.address_interval:
            return None
        name = f"{address.channel}|{address.external_id}"
        return SendingGate(channel=name, interval=self.address_interval, burst=self.address_burst)

    @property
    def is_short(self) -> bool:
        """Return whether every character costs, as in text messages: there are shorter sentences for these."""
        return self.text_limit < _SHORT and not self.has_buttons


class Channel(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def gate(self) -> SendingGate | None:
        """How its sending is paced; None where nothing limits it."""

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        """Hand a message over; returns the service's reference.

        Raises:
            TransientError: later it may work.
            PermanentError: this address will never take it.
        """


@runtime_checkable
class RetractingChannel(Channel, Protocol):
    """A channel whose capabilities say that its messages are retractable."""

    async def retract(self, address: Address, reference: str) -> None:
        """Delete a message, or strike out what it says; one that is gone already is nothing.

        Raises:
            TransientError: later it may work.
            PermanentError: it stays where it is.
        """


@runtime_checkable
class RecallingChannel(Channel, Protocol):
    """A channel that finds a message again whose acceptance it never heard of."""

    async def look_for(self, address: Address, message: OutgoingMessage) -> bool:
        """Find what stands of a message with a member, so that `send` goes on behind it, or begins anew.

        Returns:
            False where it may stand there unknown to anybody, as nobody could look.
        """


@runtime_checkable
class FetchingChannel(Channel, Protocol):
    """A channel whose messages may have attachments."""

    def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Stream a file from the service.

        Raises:
            UserError: "file_too_large_here" for what the service does not hand out, "file_not_given" for what it
                refuses us, "file_gone".
            TransientError: later it may work.
        """


@runtime_checkable
class DeletingChannel(Channel, Protocol):
    """A channel that can delete what a member has sent."""

    async def delete_received(self, address: Address, reference: str) -> bool:
        """Delete a member's own message from the conversation; False where the service no longer does."""


@runtime_checkable
class ReplayingChannel(Channel, Protocol):
    """A channel that parks what it cannot translate."""

    async def replay(self, raw: str, *, received_at: datetime) -> bool:
        """Take in what was parked, once it can be translated; False where it still cannot.

        Raises:
            TransientError: nothing was taken in.
        """


@runtime_checkable
class StartingChannel(Channel, Protocol):
    """A channel at which a link opens one's conversation with Hilum, and says there what the link carries."""

    def start_link(self, payload: str) -> str | None:
        """Return such a link; None while it is not known what Hilum is called at the service.

        Args:
            payload: an invite's token or the digits of a code: letters, digits, strokes; 64 at most.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """A question as its thread shows it."""

    title: str
    card: OutgoingMessage
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a question stands in a room, in the service's own references.

    `card` is empty where a thread was opened by a call of its own: the next one is `show`, which puts it there.
    `others` are messages that came with the card, such as its pictures: noted like everything that is posted.
    `lacks_images` says that its pictures could not come with it: they are posted later.
    """

    thread: str
    card: str
    others: tuple[str, ...] = ()
    lacks_images: bool = False


@runtime_checkable
class RoomChannel(Channel, Protocol):
    """A channel with rooms. Each call is one message for the room's gate.

    All of them raise TransientError where later it may work, PermanentError("thread_gone") where the thread was
    deleted, PermanentError("room_gone") where the room is no longer there or Hilum was put out of it,
    PermanentError("room_rights") where Hilum may not do this there, and RoomMovedError with the new address.
    """

    async def open_thread(self, room: Address, view: RoomView) -> Placed: ...
    async def show(self, room: Address, placed: Placed, view: RoomView) -> Placed:
        """Bring title, card and buttons up to date; the card's pictures stay as they were posted."""

    async def post(self, room: Address, placed: Placed, message: OutgoingMessage) -> str:
        """Say something in a thread; returns the reference, of several messages with a comma between them."""

    async def remove(self, room: Address, placed: Placed, references: tuple[str, ...]) -> None:
        """Delete what the service still lets us delete, the thread with it; what is gone already is nothing."""

    async def roster(self, room: Address, known: frozenset[str] = frozenset()) -> frozenset[str] | None:
        """Return the people in a room, by external id; None where the service does not tell.

        A service that lists nobody is asked for each of `known`, and how many others there are: these are
        returned as "?1", "?2" and so on.

        Raises:
            PermanentError("room_public"): whoever likes can read there.
        """

    def room_gate(self, room: Address) -> SendingGate | None:
        """How a room's messages are paced, beside the channel's own gate."""


@runtime_checkable
class TracingChannel(RoomChannel, Protocol):
    """A channel with rooms that knows its own posts again, also those whose acceptance it never heard of."""

    async def take_out_strays(
        self, room: Address, placed: Placed, question_id: QuestionId, *, known: frozenset[str]
    ) -> None:
        """Delete what of ours stands about a question in its thread, or where there is none in the room.

        Args:
            known: the references of what is right where it is.
        """


class ImagesOut(StrEnum):
    """What leaves of a de-identified image by a channel (safety rule 20)."""

    NONE = "none"
    THUMBNAIL = "thumbnail"
    FULL = "full"


class ImagesIn(StrEnum):
    """How images come in by a channel (safety rule 20)."""

    LINK = "link"
    DIRECT = "direct"

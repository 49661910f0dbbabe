"""A service that members are reached through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.delivery import ChoiceShape, OutgoingMessage, SendingGate
from domain.messages import Address

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

    def shape_of(self, choices: int) -> ChoiceShape:
        """Return how so many choices are shown: buttons, a menu, or words to reply with."""
        if not self.has_buttons:
            return ChoiceShape.REPLY
        return ChoiceShape.BUTTONS if choices <= self.most_buttons else ChoiceShape.MENU

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


class RetractingChannel(Channel, Protocol):
    """A channel whose capabilities say that its messages are retractable."""

    async def retract(self, address: Address, reference: str) -> None:
        """Delete a message, or strike out what it says; one that is gone already is nothing.

        Raises:
            TransientError: later it may work.
            PermanentError: it stays where it is.
        """

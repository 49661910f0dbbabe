"""A service that members are reached through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.delivery import OutgoingMessage, SendingGate
from domain.messages import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can show.

    `shows_own_messages` is False where a member's own text must be echoed
    back to appear in the conversation (our own web page).
    `repeats_are_harmless` is True where sending a delivery again adds nothing.
    """

    text_limit: int
    has_buttons: bool
    has_images: bool
    shows_own_messages: bool
    repeats_are_harmless: bool


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

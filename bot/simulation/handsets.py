"""The phones and chat windows of simulated people: channels that hand on what arrives, at the instant it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.delivery import OutgoingMessage, SendingGate
from domain.messages import Address
from domain.paging import VOICE
from domain.ports.channel import Capabilities, Copies

_CHAT = Capabilities(
    text_limit=20_000,
    has_buttons=True,
    has_images=True,
    shows_own_messages=True,
    repeats_are_harmless=True,
    copies=Copies.OURS,
)
_TEXTS = Capabilities(
    text_limit=160, has_buttons=False, has_images=False, shows_own_messages=True, repeats_are_harmless=False
)

Ring = Callable[[Address, OutgoingMessage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handsets:
    """A channel on which everything arrives at once; real services have gates and delays of their own."""

    name: str
    ring: Ring

    @property
    def capabilities(self) -> Capabilities:
        return _TEXTS if self.name in ("sms", VOICE) else _CHAT

    @property
    def gate(self) -> SendingGate | None:
        return None

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        self.ring(address, message)
        return message.delivery_id

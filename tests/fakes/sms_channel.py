"""A channel like text messages: text in, text out, nothing else, and every segment counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.delivery import OutgoingMessage, SendingGate
from domain.lengths import Length, length_of
from domain.messages import Address
from domain.ports.channel import Capabilities

_TEXT_ONLY = Capabilities(
    text_limit=160, has_buttons=False, has_images=False, shows_own_messages=True, repeats_are_harmless=False
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text message as a phone received it."""

    to: str
    body: str
    key: str

    @property
    def length(self) -> Length:
        return length_of(self.body)

    @property
    def segments(self) -> int:
        return self.length.segments


@dataclass(slots=True)
class SmsChannel:
    """Remembers every text; what to reply is a text of its own where the message does not say it."""

    name: str = "sms"
    gate: SendingGate | None = None
    capabilities: Capabilities = _TEXT_ONLY
    texts: list[Text] = field(default_factory=list)

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        for body in (message.text, message.reply):
            if body:
                self.texts.append(Text(to=address.external_id, body=body, key=message.key))
        return f"sms-{len(self.texts)}"

    def to(self, number: str) -> list[str]:
        return [text.body for text in self.texts if text.to == number]

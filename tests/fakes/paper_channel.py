"""A channel that cannot take anything back: what was sent twice arrived twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from domain.delivery import OutgoingMessage, SendingGate
from domain.messages import Address
from domain.ports.channel import Capabilities
from tests.fakes.faults import CrashError

_ON_PAPER = Capabilities(
    text_limit=1000, has_buttons=False, has_images=False, shows_own_messages=True, repeats_are_harmless=False
)


@dataclass(slots=True)
class PaperChannel:
    """Remembers what it sent; each of `troubles` happens to one sending, a crash only after it has gone out."""

    name: str = "web"
    gate: SendingGate | None = None
    capabilities: Capabilities = _ON_PAPER
    sent: list[OutgoingMessage] = field(default_factory=list)
    troubles: list[Exception | CrashError] = field(default_factory=list)
    while_sending: Callable[[], Awaitable[object]] | None = None
    """What happens once, while a message is on its way."""

    async def send(self, _address: Address, message: OutgoingMessage) -> str:
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, Exception):
            raise trouble
        self.sent.append(message)
        number = len(self.sent)
        if self.while_sending is not None:
            happens, self.while_sending = self.while_sending, None
            await happens()
        if trouble is not None:
            raise trouble
        return f"paper-{number}"

    def keys(self) -> list[str]:
        return [message.key for message in self.sent]

"""A channel whose word of what it has taken is lost on the way, and one that finds such messages again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from domain.delivery import OutgoingMessage
from domain.errors import TransientError
from domain.messages import Address
from domain.ports.channel import Copies
from tests.fakes.erasable_channel import ErasableChannel
from tests.fakes.paper_channel import PaperChannel


@dataclass(slots=True)
class UnheardChannel(ErasableChannel):
    """Of the next `unheard` messages nobody hears that they have arrived."""

    name: str = "chat"
    unheard: int = 0

    def __post_init__(self) -> None:
        self.capabilities = replace(self.capabilities, copies=Copies.RETRACTABLE)

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        reference = await PaperChannel.send(self, address, message)
        if self.unheard:
            self.unheard -= 1
            raise TransientError("chat_away", is_unsure=True)
        return reference


@dataclass(slots=True)
class LookingChannel(UnheardChannel):
    """`finds` is whether it could look; `looked` is what for, by key."""

    finds: bool = True
    looked: list[str] = field(default_factory=list)

    async def look_for(self, _address: Address, message: OutgoingMessage) -> bool:
        self.looked.append(message.key)
        return self.finds

"""A channel whose messages can be taken back, or of which the test says that they cannot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from domain.errors import PermanentError
from domain.messages import Address
from domain.ports.channel import Copies
from tests.fakes.paper_channel import PaperChannel


@dataclass(slots=True)
class ErasableChannel(PaperChannel):
    """Remembers what was taken back; `refusal` is why the service keeps it."""

    erased: list[str] = field(default_factory=list)
    refusal: str = ""

    async def retract(self, _address: Address, reference: str) -> None:
        if self.refusal:
            raise PermanentError(self.refusal)
        self.erased.append(reference)


def erasable_channel(name: str, copies: Copies) -> ErasableChannel:
    channel = ErasableChannel(name=name)
    channel.capabilities = replace(channel.capabilities, copies=copies)
    return channel

"""A channel like those of services: files lie there until they are fetched; members' messages can be deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from domain.errors import PermanentError
from domain.member import Member
from domain.messages import Address, Attachment, AttachmentKind, InboundMessage, Origin
from domain.text import IdentifiableText
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import MEMBER, Society

CHAT = Address(channel="chat", external_id="4711")
"""Where the asker writes from."""
_OF_ORIGIN = frozenset(each.name for each in fields(Origin))


@dataclass(slots=True)
class ServiceChannel(PaperChannel):
    """`files` by reference: bytes, or what goes wrong with them."""

    files: dict[str, bytes | Exception] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    """Messages that it no longer deletes."""
    refusal: str = ""
    deleted: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """Happens while a file is fetched."""

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        found = self.files[attachment.reference]
        if self.meanwhile is not None:
            await self.meanwhile()
        if isinstance(found, Exception):
            yield b"the beginning"
            raise found
        half = len(found) // 2
        yield found[:half]
        yield found[half:]

    async def delete_received(self, _address: Address, reference: str) -> bool:
        if self.refusal:
            raise PermanentError(self.refusal)
        self.deleted.append(reference)
        return reference not in self.kept


async def connect_service(society: Society, member: Member = MEMBER, address: Address = CHAT) -> ServiceChannel:
    """Give a society a service, on which a member is reached first."""
    chat = ServiceChannel(name=address.channel)
    society.services = replace(society.services, channels={**society.services.channels, address.channel: chat})
    await society.change_member(member, addresses=(address, *member.addresses))
    return chat


async def write_here(society: Society, text: str | None = None, *files: str, **given: Any) -> None:
    """Have the asker write from the service; files are named by their references there."""
    message = from_service(society, text, *files, **given)
    await society.receive(message)


def from_service(society: Society, text: str | None = None, *files: str, **given: Any) -> InboundMessage:
    """Return what a service brings; `given` are fields of the message, or of where it stands."""
    of_origin = {name: given.pop(name) for name in tuple(given) if name in _OF_ORIGIN}
    number = next(society.numbers)
    attachments = tuple(
        Attachment(reference=name, kind=AttachmentKind.PHOTO, size_bytes=given.get("size_bytes")) for name in files
    )
    given.pop("size_bytes", None)
    message: dict[str, Any] = {
        "channel": CHAT.channel,
        "external_id": f"update-{number}",
        "sender": CHAT,
        "received_at": society.now,
        "text": None if text is None else IdentifiableText(text),
        "attachments": attachments,
        "origin": Origin(**{"reference": str(number), **of_origin}),
    }
    return InboundMessage(**{**message, **given})

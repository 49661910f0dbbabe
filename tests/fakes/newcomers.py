"""A society with a channel of text messages and one of letters, to which people write who are no members yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from domain.audit import AuditEvent
from domain.member import Member, Role
from domain.messages import Action, Address, InboundMessage, Press
from domain.text import IdentifiableText
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.sms_channel import SmsChannel
from tests.fakes.society import MEMBER, Society

PHONE = Address(channel="sms", external_id="+821000000000")


class Newcomers:
    """`text` is what a number sends; `got` is what it received, and `letters` what went out by e-mail."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.sms = SmsChannel()
        self.post = PaperChannel(name="mail")
        channels = {**society.services.channels, "sms": self.sms, "mail": self.post}
        society.services = replace(society.services, channels=channels)

    async def text(self, words: str, *, sender: Address = PHONE) -> None:
        await self.society.receive(self.message(words, sender=sender))

    async def press(self, action: Action, *, sender: Address = PHONE) -> None:
        await self.society.receive(replace(self.message("-", sender=sender), text=None, press=Press(action=action)))

    def message(self, words: str, *, sender: Address = PHONE) -> InboundMessage:
        message = self.society.message(MEMBER)
        return replace(message, channel=sender.channel, sender=sender, text=IdentifiableText(words))

    def keys(self, address: Address = PHONE) -> list[str]:
        """Return the keys of what an address received."""
        return [text.key for text in self.sms.texts if text.to == address.external_id]

    def got(self, address: Address = PHONE) -> list[str]:
        return self.sms.to(address.external_id)

    def letters(self) -> list[str]:
        return [message.text for message in self.post.sent]

    async def holder(self, address: Address = PHONE) -> Member | None:
        return await self.society.read(lambda transaction: transaction.members.by_address(address))

    async def give(self, member: Member, *addresses: Address, roles: frozenset[Role] | None = None) -> Member:
        """Save a member with more addresses, or other roles."""
        found = await self.society.read(lambda transaction: transaction.members.get(member.id))
        changed = replace(
            found, addresses=(*found.addresses, *addresses), roles=found.roles if roles is None else roles
        )
        await self.society.change(lambda transaction: transaction.members.save(changed))
        return changed

    async def events(self) -> Sequence[AuditEvent]:
        links = await self.society.read(lambda transaction: transaction.audit.after(0))
        return [link.event for link in links]


def six_digits_in(text: str) -> str:
    """Return the code of a text."""
    found = re.search(r"\d{6}", text)
    assert found is not None
    return found[0]


def token_in(text: str) -> str:
    """Return the token at the end of an invite's link."""
    found = re.search(r"/join/([\w-]+)", text)
    assert found is not None
    return found[1]

"""A society whose members have nothing but a phone that takes text messages."""

from __future__ import annotations

from dataclasses import replace

from domain.member import Language, Member
from domain.messages import Address
from domain.ports.store import Transaction
from domain.text import IdentifiableText
from tests.fakes.sms_channel import SmsChannel
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, Society


class Texting:
    """Members write with `text`; what a phone received since the last look is `got`."""

    def __init__(self, society: Society, language: Language) -> None:
        self.society = society
        self.language = language
        self.sms = SmsChannel()
        self._seen: dict[str, int] = {}

    async def begin(self, *, number: int = 417) -> None:
        """Give everybody a phone and nothing else, and have the next question be of this number."""
        self.connect()
        names = ((MEMBER, "Dr M"), (PANELIST, "Dr A"), (SECOND, "Dr B"), (COORDINATOR, "Office"))

        def begin(transaction: Transaction) -> None:
            for member, name in names:
                transaction.members.save(self._on_phone(member, name))
            for _ in range(number - 1):
                transaction.questions.next_number()

        await self.society.change(begin)

    def connect(self) -> None:
        """Connect the phones; again after a restart, which knows only its own channels."""
        services = self.society.services
        rules = replace(services.rules, society="KSTR", short_address="https://k.kr")
        channels = {**services.channels, "sms": self.sms}
        self.society.services = replace(services, rules=rules, channels=channels)

    async def text(self, member: Member, body: str) -> None:
        """Have a member send a text message."""
        sender = Address(channel="sms", external_id=member.id)
        message = replace(self.society.message(member), channel="sms", sender=sender, text=IdentifiableText(body))
        await self.society.receive(message)

    def got(self, member: Member) -> list[str]:
        """Return what a member's phone received since the last time this was asked."""
        texts = self.sms.to(member.id)
        new = texts[self._seen.get(member.id, 0) :]
        self._seen[member.id] = len(texts)
        return new

    def _on_phone(self, member: Member, name: str) -> Member:
        address = Address(channel="sms", external_id=member.id)
        return replace(member, display_name=name, language=self.language, addresses=(address,))

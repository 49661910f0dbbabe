"""Phones for a society: a paper channel for text messages and one for calls, and what was paged on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from domain.member import Member
from domain.messages import Address
from domain.ports.store import Transaction
from domain.question import Question
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, Society

MINUTE = timedelta(minutes=1)


def with_phone(member: Member, *channels: str, **changes: object) -> Member:
    """Return a member who is reached by phone as well."""
    phones = tuple(Address(channel=channel, external_id=member.id) for channel in channels)
    changed = replace(member, addresses=(*member.addresses, *phones))
    return replace(changed, **changes)  # type: ignore[arg-type]  # a test changes what it is about


async def connect_phones(society: Society, *members: Member) -> PaperChannel:
    """Give a society phones, and those who answer or ask a number each; returns the channel of text messages."""
    texts = PaperChannel(name="sms")
    channels = {**society.services.channels, "sms": texts, "voice": PaperChannel(name="voice")}
    society.services = replace(society.services, channels=channels)
    await change(society, *(members or (with_phone(each, "sms") for each in (MEMBER, PANELIST, SECOND, COORDINATOR))))
    return texts


async def change(society: Society, *members: Member) -> None:
    def save(transaction: Transaction) -> None:
        for member in members:
            transaction.members.save(member)

    await society.storage.store.write(save)


async def pages(society: Society, question: Question) -> Sequence[tuple[int, str, str]]:
    """Return what was paged about a question: minutes since its opening, member, channel."""
    rows = await society.read(lambda transaction: transaction.pages.of_question(question.id))
    opened_at = question.opened_at
    assert opened_at is not None
    return sorted(
        ((row.sent_at - opened_at) // MINUTE, row.member_id.removeprefix("demo-"), row.address.channel)
        for row in rows
        if row.sent_at is not None and row.address is not None
    )

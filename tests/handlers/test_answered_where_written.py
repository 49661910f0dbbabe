"""Whoever writes at a service is answered there, whatever else they are reached by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.member import Member
from domain.messages import Action
from tests.fakes.service_channel import CHAT, ServiceChannel, from_service
from tests.fakes.society import MEMBER, PANELIST, Society


async def _linked(society: Society, member: Member) -> ServiceChannel:
    """Return a service that a member has linked after their page."""
    chat = ServiceChannel(name=CHAT.channel)
    society.services = replace(society.services, channels={**society.services.channels, CHAT.channel: chat})
    await society.change_member(member, addresses=(*member.addresses, CHAT))
    return chat


@pytest.mark.parametrize(
    "words",
    [
        *("/find effusion", "/find nothingness", "/oncall", "/swap", "/swap 1", "/flag Q1 the bed number", "/status"),
        *("/pass Q1 busy", "/claim Q1", "/back Q1 prior CT?", "/snip", "/follow Q1", "/second Q1", "/blah"),
    ],
)
async def test_panelist_is_answered_where_they_write(society: Society, words: str) -> None:
    await society.ask("effusion left?")
    chat = await _linked(society, PANELIST)
    before = len(await society.lines(PANELIST))

    await society.receive(from_service(society, words))

    assert chat.keys() != []
    assert len(await society.lines(PANELIST)) == before


@pytest.mark.parametrize("words", ["/find effusion", "/withdraw Q1", "/add Q1 fever again", "/status Q1"])
async def test_asker_is_answered_where_they_write(society: Society, words: str) -> None:
    await society.ask("effusion left?")
    chat = await _linked(society, MEMBER)

    await society.receive(from_service(society, words))

    assert chat.keys() != []


async def test_asker_who_presses_on_the_page_follows_where_they_asked(society: Society) -> None:
    chat = await _linked(society, MEMBER)
    await society.receive(from_service(society, "effusion left?"))

    await society.press(MEMBER, Action.SEND_URGENT, (await society.draft(MEMBER)).id)

    heard = chat.keys()
    assert "question.receipt_urgent" in heard

"""Where somebody is told of a question: where they wrote of it last, as long as that still reaches them."""

from __future__ import annotations

from dataclasses import replace

from domain.messages import Action
from tests.fakes.service_channel import CHAT, ServiceChannel, connect_service, write_here
from tests.fakes.society import MEMBER, PANELIST, Society


async def asked_by_chat(society: Society) -> ServiceChannel:
    """Ask at a service that comes behind our pages among the asker's addresses."""
    chat = await connect_service(society)
    await society.change_member(MEMBER, addresses=(*MEMBER.addresses, CHAT))
    await write_here(society, "PE?")
    await society.press(MEMBER, Action.SEND_URGENT, (await society.draft(MEMBER)).id)
    return chat


async def test_asker_is_told_where_they_wrote(society: Society) -> None:
    chat = await asked_by_chat(society)

    assert [message.key for message in chat.sent] == ["draft.preview", "question.receipt_urgent"]


async def test_asker_who_stopped_that_phone_is_told_elsewhere(society: Society) -> None:
    await asked_by_chat(society)
    stopped = replace(MEMBER, addresses=(*MEMBER.addresses, CHAT), stopped=frozenset({CHAT}))
    await society.change(lambda transaction: transaction.members.save(stopped))
    question = (await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id)))[-1]

    await society.press(PANELIST, Action.CLAIM, question.id)

    assert (await society.told(MEMBER))[-1] == "question.claimed"
